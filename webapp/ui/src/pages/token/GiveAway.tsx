import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { sentenceOf } from "../../api/problem";
import { Button } from "../../components/Button";
import { Dialog } from "../../components/Dialog";
import { Field } from "../../components/Field";
import { PersonRow } from "../../components/people/PersonRow";
import { personQuery } from "../../queries/people";
import type { Asset } from "../../queries/tokens";
import forms from "../../styles/forms.module.css";
import { WalletStoppedError } from "../../wallet/asking";
import { giveAway } from "../../wallet/tokens";
import { readReceiver } from "./receiver";
import css from "./token.module.css";

/** Give a token to a person here, or to any address; the wallet sends it. */
export function GiveAway({ asset, onClose }: { asset: Asset; onClose: () => void }) {
  const queries = useQueryClient();
  const [text, setText] = useState("");
  const receiver = readReceiver(text);
  const handle = receiver.is === "handle" ? receiver.handle : "";
  const person = useQuery({ ...personQuery(`@${handle}`), enabled: handle !== "" });
  const send = useMutation({
    mutationFn: (to: { to: string } | { account: string }) => giveAway(queries, asset, to),
    meta: { quiet: true },
    onSuccess: onClose,
  });
  const to =
    receiver.is === "address"
      ? { to: receiver.address }
      : person.data && handle
        ? { account: person.data.id }
        : null;
  const go = (event: FormEvent) => {
    event.preventDefault();
    if (to && !send.isPending) send.mutate(to);
  };
  const problem =
    receiver.is === "neither"
      ? receiver.why
      : person.error && handle
        ? "There is nobody here by that handle."
        : null;
  return (
    <Dialog title="Give it away" onClose={onClose}>
      <form className={css.form} onSubmit={go}>
        <p>
          Your wallet sends it and pays the gas. Once it is gone, only whoever has it then can give it back.
        </p>
        <Field
          label="To whom"
          value={text}
          onChange={setText}
          placeholder="@handle or 0x…"
          autoComplete="off"
          autoCapitalize="none"
          spellCheck={false}
          problem={text ? problem : null}
          hint="Somebody here by handle, or any address. Check each character of an address: what goes to a wrong one is lost."
        />
        {handle && person.data && <PersonRow card={person.data} viewer={null} text="To their first wallet" />}
        {send.error && (
          <p role="status" className={send.error instanceof WalletStoppedError ? css.quiet : forms.problem}>
            {send.error instanceof WalletStoppedError
              ? "Not sent: the token is still yours, unless your wallet sends it after all."
              : sentenceOf(send.error)}
          </p>
        )}
        <div className={css.formActs}>
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" kind="primary" disabled={!to} busy={send.isPending}>
            Give it away
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
