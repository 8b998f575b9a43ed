import { useState } from "react";
import { loadWallets } from "../wallet/load";
import { type Refusal, readRefusal } from "../wallet/refusals";
import { Button } from "./Button";
import css from "./SwitchChain.module.css";

/** Switch the wallet to this instance's chain; the wallet offers to add it where it does not know it. */
export function SwitchChain() {
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState("");
  const go = async () => {
    setBusy(true);
    setProblem("");
    try {
      await (await loadWallets()).toOurChain();
    } catch (error) {
      setProblem(wordsOf(readRefusal(error)));
    } finally {
      setBusy(false);
    }
  };
  return (
    <>
      {problem && (
        <p className={css.problem} role="status">
          {problem}
        </p>
      )}
      <Button kind="primary" busy={busy} onClick={go}>
        Switch or add the chain
      </Button>
    </>
  );
}

function wordsOf(refusal: Refusal): string {
  if (refusal.is === "refused") return "You refused in the wallet. Try again whenever you like.";
  if (refusal.is === "already-open") return "Open your wallet: a request waits there already.";
  if (refusal.is === "failed") return `Not switched: ${refusal.text.split("\n")[0]}`;
  return "Not switched: the wallet does not know the chain, and did not add it.";
}
