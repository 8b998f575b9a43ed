import { useState } from "react";
import { sentenceOf } from "../../../api/problem";
import { Button } from "../../../components/Button";
import { signInAgain } from "../../../wallet/again";
import { WalletStoppedError } from "../../../wallet/asking";
import type { Address } from "../../../wallet/store";
import forms from "./forms.module.css";
import { Problem } from "./Part";

interface Props {
  /** The account's wallets, one of which signs. */
  authors: readonly string[];
  onDone: () => void;
}

/** For accounts without a password: what they do now needs a sign-in of the last ten minutes. */
export function SignInAgain({ authors, onDone }: Props) {
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  const again = async () => {
    setBusy(true);
    setProblem(null);
    try {
      await signInAgain(authors as Address[]);
      onDone();
    } catch (error) {
      if (!(error instanceof WalletStoppedError)) setProblem(sentenceOf(error));
    } finally {
      setBusy(false);
    }
  };
  return (
    <div className={forms.form}>
      <p role="status">
        You signed in more than ten minutes ago, and this needs a fresh sign-in: sign one message with your
        wallet, then go on.
      </p>
      <div className={forms.acts}>
        <Button kind="primary" busy={busy} onClick={again}>
          Sign in again
        </Button>
      </div>
      <Problem text={problem} />
    </div>
  );
}
