import { useState } from "react";
import { sentenceOf } from "../../api/problem";
import { Button } from "../../components/Button";
import { WalletList } from "../../components/WalletList";
import { WalletStoppedError } from "../../wallet/asking";
import { loadWallets } from "../../wallet/load";
import { shortAddress } from "../../wallet/names";
import { signInWithWallet } from "../../wallet/signin";
import { useWallet } from "../../wallet/store";
import { STILL_CHECKING, useSlow } from "../../wallet/useSlow";
import css from "./signin.module.css";

/** With a wallet: connecting it and signing in are two steps, and shown as two. */
export function WalletWay({ onDone }: { onDone: () => Promise<void> }) {
  const { connected } = useWallet();
  const [busy, setBusy] = useState(false);
  const [said, setSaid] = useState<{ text: string; bad: boolean } | null>(null);
  const slow = useSlow(busy);
  const signIn = async () => {
    setBusy(true);
    setSaid(null);
    try {
      await signInWithWallet();
      await onDone();
    } catch (error) {
      setSaid({ text: sentenceOf(error), bad: !(error instanceof WalletStoppedError) });
    } finally {
      setBusy(false);
    }
  };
  return (
    <section className={css.way} aria-labelledby="wallet-way">
      <h2 id="wallet-way">With a wallet</h2>
      <p>Your posts carry your own signature, and anybody can check it.</p>
      <ol className={css.steps}>
        <li className={connected ? css.stepDone : undefined}>
          <h3>{connected ? "Connected" : "Connect"}</h3>
          {connected ? (
            <p className={css.connected}>
              <span>
                {connected.wallet.name} <code>{shortAddress(connected.address)}</code>
              </span>
              <Button size="s" kind="quiet" onClick={async () => (await loadWallets()).disconnectWallet()}>
                Use another
              </Button>
            </p>
          ) : (
            <WalletList />
          )}
        </li>
        <li>
          <h3>Sign in</h3>
          <p>{connected ? "One message to sign. It costs nothing." : "Comes after connecting."}</p>
          <Button kind="primary" disabled={connected === null} busy={busy} onClick={signIn}>
            Sign in with {connected ? connected.wallet.name : "your wallet"}
          </Button>
          {slow && (
            <p className={css.neutral} role="status">
              {STILL_CHECKING}
            </p>
          )}
          {said && (
            <p className={said.bad ? css.bad : css.neutral} role={said.bad ? "alert" : "status"}>
              {said.text}
            </p>
          )}
        </li>
      </ol>
    </section>
  );
}
