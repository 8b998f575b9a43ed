import { useEffect, useState } from "react";
import { sentenceOf } from "../api/problem";
import { loadWallets } from "../wallet/load";
import { type Refusal, readRefusal } from "../wallet/refusals";
import { useWallet, type WalletChoice } from "../wallet/store";
import { Button } from "./Button";
import { Skeleton } from "./Skeleton";
import css from "./WalletList.module.css";

/** Every wallet that announced itself in this browser, to choose from. */
export function WalletList() {
  const { phase, wallets, connected } = useWallet();
  const [opening, setOpening] = useState<string | null>(null);
  const [said, setSaid] = useState<string | null>(null);
  useEffect(() => {
    loadWallets().catch((error: unknown) => setSaid(sentenceOf(error)));
  }, []);
  const choose = async (wallet: WalletChoice) => {
    setOpening(wallet.id);
    setSaid(null);
    try {
      await (await loadWallets()).connectTo(wallet.id);
    } catch (error) {
      setSaid(wordsOf(readRefusal(error)));
    } finally {
      setOpening(null);
    }
  };
  if (phase !== "ready" && said === null) return <Skeleton rows={1} label="Looking for wallets" />;
  return (
    <div className={css.list}>
      <ul className="plain">
        {wallets.map((wallet) => (
          <li key={wallet.id}>
            <button
              type="button"
              className={css.wallet}
              aria-pressed={connected?.wallet.id === wallet.id}
              aria-busy={opening === wallet.id || undefined}
              onClick={() => choose(wallet)}
            >
              {wallet.icon ? (
                <img src={wallet.icon} alt="" />
              ) : (
                <span className={css.noIcon} aria-hidden="true" />
              )}
              <span className={css.name}>
                {wallet.name}
                {wallet.demo && (
                  <small>
                    Built in, for trying Troth out on this machine. Never keep anything of worth in it.
                  </small>
                )}
              </span>
              <span className={css.state}>{opening === wallet.id ? "Open your wallet" : ""}</span>
            </button>
          </li>
        ))}
      </ul>
      {phase === "ready" && wallets.length === 0 && (
        <p className={css.none}>
          No wallet was found in this browser. Install one as an extension and load the page again, or go on
          with handle and password.
        </p>
      )}
      {said && (
        <p className={css.said} role="status">
          {said}
        </p>
      )}
      {phase !== "ready" && <Button onClick={() => loadWallets().catch(() => undefined)}>Look again</Button>}
    </div>
  );
}

function wordsOf(refusal: Refusal): string {
  if (refusal.is === "refused") return "You refused in the wallet. Choose again whenever you like.";
  if (refusal.is === "already-open") return "Open your wallet: a request waits there already.";
  if (refusal.is === "failed") return refusal.text;
  return "The wallet could not be connected. Try again.";
}
