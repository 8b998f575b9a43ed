import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { isCode, sentenceOf } from "../api/problem";
import type { Me } from "../api/types";
import { Button, ButtonLink } from "../components/Button";
import { Dialog } from "../components/Dialog";
import { Field } from "../components/Field";
import { sessionChanged, useMe } from "../session/session";
import { WalletStoppedError } from "../wallet/asking";
import { shortAddress } from "../wallet/names";
import { linkWallet, signInWithWallet } from "../wallet/signin";
import { type Connected, useWallet } from "../wallet/store";
import { Banner, MismatchIcon } from "./Banners";
import { notice } from "./notices";

/** Signed in as A while the wallet is at B: switch, link, or keep. Nothing of A is ever signed by B. */
export function AccountMismatch() {
  const me = useMe();
  const { connected } = useWallet();
  const [kept, setKept] = useState<string | null>(null);
  if (!me || connected === null || isOwn(me, connected) || kept === connected.address) return null;
  return <Choice me={me} wallet={connected} onKeep={() => setKept(connected.address)} />;
}

/** Whether the wallet's account is one of those that the person speaks with. */
export function isOwn(me: Me, wallet: Connected): boolean {
  return me.profile.authors.some((author) => author.signs && author.address === wallet.address);
}

function Choice({ me, wallet, onKeep }: { me: Me; wallet: Connected; onKeep: () => void }) {
  const queries = useQueryClient();
  const [busy, setBusy] = useState<"switch" | "link" | null>(null);
  const [password, setPassword] = useState(false);
  const run = (what: "switch" | "link", act: () => Promise<unknown>) => async () => {
    setBusy(what);
    try {
      await act();
      await sessionChanged(queries);
      notice({
        tone: "good",
        text: what === "switch" ? "You are signed in with the wallet's account." : "The wallet is linked.",
      });
    } catch (error) {
      if (what === "link" && isCode(error, "password_wrong", "sign_in_again")) setPassword(true);
      else tellUnlessStopped(error);
    } finally {
      setBusy(null);
    }
  };
  const name = me.profile.handle
    ? `@${me.profile.handle}`
    : shortAddress(me.profile.authors[0]?.address ?? "");
  return (
    <>
      <Banner
        tone="plain"
        icon={<MismatchIcon />}
        acts={
          <>
            <Button size="s" busy={busy === "switch"} onClick={run("switch", signInWithWallet)}>
              Sign in as {shortAddress(wallet.address)}
            </Button>
            <Button size="s" busy={busy === "link"} onClick={run("link", () => linkWallet())}>
              Link it to {name}
            </Button>
            <Button size="s" kind="quiet" onClick={onKeep}>
              Keep {name}
            </Button>
          </>
        }
      >
        Signed in as {name}, and {wallet.wallet.name} is at {shortAddress(wallet.address)}, which is not one
        of your wallets here.
      </Banner>
      {password && (
        <LinkWithPassword
          hasPassword={me.has_password}
          onClose={() => setPassword(false)}
          onDone={() => sessionChanged(queries)}
        />
      )}
    </>
  );
}

function tellUnlessStopped(error: unknown): void {
  if (!(error instanceof WalletStoppedError)) notice({ tone: "bad", text: sentenceOf(error) });
}

/** The sign-in is too old to link a wallet with it alone: the password is asked again. */
function LinkWithPassword({
  hasPassword,
  onClose,
  onDone,
}: {
  hasPassword: boolean;
  onClose: () => void;
  onDone: () => Promise<void>;
}) {
  const [password, setPassword] = useState("");
  const [problem, setProblem] = useState("");
  const [busy, setBusy] = useState(false);
  if (!hasPassword) {
    return (
      <Dialog
        title="Sign in again first"
        onClose={onClose}
        acts={
          <ButtonLink kind="primary" to="/settings/wallets" onClick={onClose}>
            Go on in the settings
          </ButtonLink>
        }
      >
        <p>
          Linking a wallet needs a sign-in of the last ten minutes. In the settings one of your wallets signs
          in again, in place, and you link this one.
        </p>
      </Dialog>
    );
  }
  const link = async () => {
    setBusy(true);
    try {
      await linkWallet(password);
      await onDone();
      onClose();
    } catch (error) {
      setProblem(sentenceOf(error));
    } finally {
      setBusy(false);
    }
  };
  return (
    <Dialog
      title="Link this wallet"
      onClose={onClose}
      acts={
        <Button kind="primary" busy={busy} onClick={link}>
          Link
        </Button>
      }
    >
      <p>You signed in a while ago: say your password again.</p>
      <Field
        label="Password"
        type="password"
        autoComplete="current-password"
        value={password}
        onChange={setPassword}
        problem={problem}
      />
    </Dialog>
  );
}
