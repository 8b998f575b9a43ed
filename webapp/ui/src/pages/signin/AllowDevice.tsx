import { MousePointerClick, ShieldCheck, Undo2 } from "lucide-react";
import { useEffect, useState } from "react";
import { sentenceOf } from "../../api/problem";
import type { Me } from "../../api/types";
import { Button } from "../../components/Button";
import { PageTitle } from "../../components/PageTitle";
import { WalletStoppedError } from "../../wallet/asking";
import { allowDevice, usableDevice } from "../../wallet/device/device";
import { useWallet } from "../../wallet/store";
import { STILL_CHECKING, useSlow } from "../../wallet/useSlow";
import css from "./signin.module.css";

/** The one question after signing in with a wallet: may this browser sign posts from now on? */
export function AllowDevice({ me, onDone }: { me: Me; onDone: () => void }) {
  const author = useWallet().connected?.address;
  const [busy, setBusy] = useState(false);
  const [said, setSaid] = useState<string | null>(null);
  const slow = useSlow(busy);
  const allowed = me.profile.authors.some((one) => one.signs && one.address === author);
  useEffect(() => {
    let here = true;
    const ask =
      author && allowed ? usableDevice(author).catch(() => undefined) : Promise.resolve("nobody to ask for");
    void ask.then((known) => here && known && onDone());
    return () => {
      here = false;
    };
  }, [author, allowed, onDone]);
  const allow = async () => {
    if (!author) return;
    setBusy(true);
    setSaid(null);
    try {
      await allowDevice(author);
      onDone();
    } catch (error) {
      setSaid(
        error instanceof WalletStoppedError
          ? "Nothing was signed. You can allow it later, in the settings."
          : sentenceOf(error),
      );
    } finally {
      setBusy(false);
    }
  };
  return (
    <>
      <PageTitle title="Allow this device" />
      <section className={css.allow}>
        <p className={css.lead}>You are signed in. Sign once more, and post without a pop-up from now on.</p>
        <ul className="plain">
          <li>
            <MousePointerClick aria-hidden="true" /> This browser makes a key of its own and signs your posts,
            edits and deletions with it.
          </li>
          <li>
            <ShieldCheck aria-hidden="true" /> The key never leaves this browser, and can do nothing else: no
            money, no tokens, no messages.
          </li>
          <li>
            <Undo2 aria-hidden="true" /> It ends after sixty days, or when you revoke it in the settings.
          </li>
        </ul>
        {(slow || said) && <p role="status">{slow ? STILL_CHECKING : said}</p>}
        <div className={css.row}>
          <Button kind="primary" busy={busy} onClick={allow}>
            Allow this device
          </Button>
          <Button kind="quiet" onClick={onDone}>
            Not now
          </Button>
        </div>
      </section>
    </>
  );
}
