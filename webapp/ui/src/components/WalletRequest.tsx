import type { ReactNode } from "react";
import { type Asking, useAsking } from "../wallet/asking";
import { useDemoRequest } from "../wallet/demo/requests";
import { shortAddress } from "../wallet/names";
import { Button } from "./Button";
import { Dialog } from "./Dialog";
import { SwitchChain } from "./SwitchChain";
import { WalletList } from "./WalletList";
import css from "./WalletRequest.module.css";

/** What is asked of the wallet now, and what stands in the way: over whatever page one is on. */
export function WalletRequest() {
  const asking = useAsking();
  const demo = useDemoRequest();
  // The demo wallet's own dialog is this page's too: it says all that there is to say.
  if (asking === null || demo !== null) return null;
  return (
    <Dialog title={asking.title} onClose={asking.stop} acts={<Acts asking={asking} />}>
      <Said asking={asking} />
    </Dialog>
  );
}

function Said({ asking }: { asking: Asking }): ReactNode {
  const { step } = asking;
  switch (step.is) {
    case "no-wallet":
      return (
        <>
          <p>{asking.about}</p>
          <WalletList />
        </>
      );
    case "asking":
      return (
        <>
          <p className={css.wait} role="status">
            <span className={css.pulse} aria-hidden="true" />
            Open your wallet: {step.wallet.wallet.name} asks you to confirm.
          </p>
          <p>{asking.about}</p>
        </>
      );
    case "already-open":
      return (
        <p role="status">Open your wallet: a request waits there already. Answer it, then try again here.</p>
      );
    case "refused":
      return <p role="status">You refused in the wallet. Nothing was signed, and nothing is lost.</p>;
    case "other-account":
      return (
        <p role="status">
          This is signed by {shortAddress(step.author)}, and {step.wallet.wallet.name} is at{" "}
          {shortAddress(step.wallet.address)}. Switch the account in your wallet; this goes on by itself.
        </p>
      );
    case "other-chain":
      return (
        <p role="status">
          {step.wallet.wallet.name} is on chain {step.wallet.chainId}; this is signed for chain {step.chainId}
          . Wallets refuse that, so switch first.
        </p>
      );
    case "failed":
      return <p role="alert">The wallet could not do it. It said: {step.text}</p>;
  }
}

function Acts({ asking }: { asking: Asking }): ReactNode {
  const leave = (
    <Button onClick={asking.stop}>{asking.step.is === "asking" ? "Stop waiting" : "Not now"}</Button>
  );
  switch (asking.step.is) {
    case "asking":
    case "no-wallet":
    case "other-account":
      return leave;
    case "other-chain":
      return (
        <>
          {leave}
          <SwitchChain />
        </>
      );
    default:
      return (
        <>
          {leave}
          <Button kind="primary" onClick={asking.again}>
            Try again
          </Button>
        </>
      );
  }
}
