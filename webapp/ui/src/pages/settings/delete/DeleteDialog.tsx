import { useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { useNavigate } from "react-router";
import { api, type Schemas, take } from "../../../api/client";
import { isCode, sentenceOf } from "../../../api/problem";
import type { Me } from "../../../api/types";
import { notice } from "../../../app/notices";
import { Button } from "../../../components/Button";
import { Dialog } from "../../../components/Dialog";
import { Field } from "../../../components/Field";
import { signedDeletion } from "../../../wallet/again";
import { WalletStoppedError } from "../../../wallet/asking";
import { type Address, useWallet } from "../../../wallet/store";
import forms from "../parts/forms.module.css";
import { Problem } from "../parts/Part";
import { forgetAccount } from "./forgetting";

interface Props {
  me: Me;
  wallets: readonly string[];
  onClose: () => void;
}

/** The last question: the password, or a wallet's signature under a message that says what it does. */
export function DeleteDialog({ me, wallets, onClose }: Props) {
  const { connected } = useWallet();
  const deleting = useDeleting(me, wallets);
  const [password, setPassword] = useState("");
  const author = wallets.find((one) => one === connected?.address) ?? wallets[0];
  const send = (event: FormEvent) => {
    event.preventDefault();
    void deleting.run("password", () => Promise.resolve({ password }));
  };
  const sign = () => {
    if (author !== undefined) void deleting.run("wallet", () => signedDeletion(author as Address));
  };
  const { busy, error } = deleting;
  const wrong = isCode(error, "password_wrong");
  return (
    <Dialog title="Delete your account for good?" onClose={onClose}>
      <p>This cannot be undone.</p>
      {me.has_password && (
        <form className={forms.form} onSubmit={send}>
          <Field
            label="Your password"
            type="password"
            autoComplete="current-password"
            required
            value={password}
            onChange={setPassword}
            problem={wrong ? "That is not your password." : null}
          />
          <div className={forms.acts}>
            <Button kind="danger" type="submit" busy={busy === "password"} disabled={password === ""}>
              Delete for good
            </Button>
            <Button onClick={onClose}>Keep it</Button>
          </div>
        </form>
      )}
      {author !== undefined && (
        <>
          <p>
            {me.has_password ? "Or let your wallet say so: " : "Your wallet confirms it: "}one message to
            sign, which names this account and what happens to it.
          </p>
          <div className={forms.acts}>
            <Button kind="danger" busy={busy === "wallet"} onClick={sign}>
              Sign and delete for good
            </Button>
            {!me.has_password && <Button onClick={onClose}>Keep it</Button>}
          </div>
        </>
      )}
      <Problem text={error && !wrong ? sentenceOf(error) : null} />
    </Dialog>
  );
}

/** Delete by whatever confirms it, then forget the account in this browser too. */
function useDeleting(me: Me, wallets: readonly string[]) {
  const queries = useQueryClient();
  const navigate = useNavigate();
  const [busy, setBusy] = useState<"password" | "wallet" | null>(null);
  const [error, setError] = useState<unknown>(null);
  const run = async (way: "password" | "wallet", confirm: () => Promise<Schemas["AccountDeletion"]>) => {
    setBusy(way);
    setError(null);
    try {
      const body = await confirm();
      await take<unknown>(api.DELETE("/api/v1/me", { body }));
      await navigate("/", { replace: true });
      await forgetAccount(queries, me.profile.id, wallets);
      notice({ tone: "neutral", text: "Your account is deleted." });
    } catch (failure) {
      if (!(failure instanceof WalletStoppedError)) setError(failure);
      setBusy(null);
    }
  };
  return { busy, error, run };
}
