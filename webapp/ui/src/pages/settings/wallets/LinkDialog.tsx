import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { sentenceOf } from "../../../api/problem";
import type { Me } from "../../../api/types";
import { notice } from "../../../app/notices";
import { Button } from "../../../components/Button";
import { Dialog } from "../../../components/Dialog";
import { WalletList } from "../../../components/WalletList";
import { sessionChanged } from "../../../session/session";
import { WalletStoppedError } from "../../../wallet/asking";
import { shortAddress } from "../../../wallet/names";
import { linkWallet } from "../../../wallet/signin";
import { useWallet } from "../../../wallet/store";
import { STILL_CHECKING, useSlow } from "../../../wallet/useSlow";
import { AskAgain, type Asks, askedBy } from "../parts/AskAgain";
import { Problem } from "../parts/Part";

interface Props {
  me: Me;
  own: readonly { address: string }[];
  onClose: () => void;
}

/** Choose a wallet that is not linked yet, and let it say that it belongs to this account. */
export function LinkDialog({ me, own, onClose }: Props) {
  const queries = useQueryClient();
  const { connected } = useWallet();
  const [busy, setBusy] = useState(false);
  const slow = useSlow(busy);
  const [asks, setAsks] = useState<Asks>(null);
  const [password, setPassword] = useState("");
  const [problem, setProblem] = useState<string | null>(null);
  const known = connected !== null && own.some(({ address }) => address === connected.address);
  const fresh = connected !== null && !known;
  const link = async () => {
    setBusy(true);
    setProblem(null);
    try {
      await linkWallet(password || undefined);
      await sessionChanged(queries);
      notice({ tone: "good", text: "The wallet is linked. It can sign for you now." });
      onClose();
    } catch (error) {
      const asked = askedBy(error, me);
      if (asked) setAsks(asked);
      else if (!(error instanceof WalletStoppedError)) setProblem(sentenceOf(error));
    } finally {
      setBusy(false);
    }
  };
  return (
    <Dialog
      title="Link a wallet"
      onClose={onClose}
      acts={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button
            kind="primary"
            busy={busy}
            disabled={!fresh || asks === "sign-in" || (asks === "password" && password === "")}
            onClick={link}
          >
            {fresh ? `Link ${shortAddress(connected.address)}` : "Link it"}
          </Button>
        </>
      }
    >
      {known ? (
        <p role="status">
          {connected.wallet.name} is at {shortAddress(connected.address)}, which is linked already. Switch the
          account in your wallet, or choose another wallet.
        </p>
      ) : (
        <p>
          {fresh
            ? "One message to sign, free of charge: it says that this wallet belongs to your account here."
            : "Choose the wallet that shall sign for you."}
        </p>
      )}
      <WalletList />
      <AskAgain
        asks={asks}
        password={password}
        onPassword={setPassword}
        authors={own.map(({ address }) => address)}
        onDone={() => setAsks(null)}
      />
      {slow && <p role="status">{STILL_CHECKING}</p>}
      <Problem text={problem} />
    </Dialog>
  );
}
