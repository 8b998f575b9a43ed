import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { api, take } from "../../../api/client";
import { isCode, sentenceOf } from "../../../api/problem";
import type { Me } from "../../../api/types";
import { notice } from "../../../app/notices";
import { Button } from "../../../components/Button";
import { Field } from "../../../components/Field";
import { ME } from "../../../session/session";
import forms from "../parts/forms.module.css";
import { Part, Problem } from "../parts/Part";
import { SignInAgain } from "../parts/SignInAgain";
import { walletsOf } from "./walletsOf";

/** Change the password, or set the first one. */
export function Password({ me }: { me: Me }) {
  const queries = useQueryClient();
  const [old, setOld] = useState("");
  const [fresh, setFresh] = useState("");
  const [closing, setClosing] = useState(false);
  const had = me.has_password;
  const signs = walletsOf(me).length > 0;
  const change = useMutation({
    mutationFn: () =>
      take<unknown>(
        api.POST("/api/v1/me/password", {
          body: { new_password: fresh, close_others: closing, ...(old === "" ? {} : { password: old }) },
        }),
      ),
    meta: { quiet: true },
    onSuccess: async () => {
      setOld("");
      setFresh("");
      setClosing(false);
      const what = had ? "changed" : "set";
      notice({ tone: "good", text: `Your password is ${what}. Every other session was ended.` });
      await queries.invalidateQueries({ queryKey: ME });
      await queries.invalidateQueries({ queryKey: ["settings"] });
    },
  });
  const send = (event: FormEvent) => {
    event.preventDefault();
    change.mutate();
  };
  const { error } = change;
  const wrong = isCode(error, "password_wrong");
  const refused = isCode(error, "password_refused");
  const again = isCode(error, "sign_in_again");
  return (
    <Part
      title={had ? "Change the password" : "Set a password"}
      about="All your other sessions end with it, those of apps too. What apps are allowed, webhooks, recovery codes and wallets stay."
    >
      <form className={forms.form} onSubmit={send}>
        {/* Tells a password manager whose password this is. */}
        <input type="hidden" name="username" autoComplete="username" value={me.profile.handle ?? ""} />
        {had && (
          <Field
            label="Present password"
            type="password"
            autoComplete="current-password"
            required={!signs}
            hint={
              signs
                ? "Yours is not known to you? Sign in by a wallet that you had first, and leave this empty."
                : undefined
            }
            value={old}
            onChange={setOld}
            problem={wrong ? "That is not your password." : null}
          />
        )}
        <Field
          label="New password"
          type="password"
          autoComplete="new-password"
          required
          value={fresh}
          onChange={setFresh}
          problem={refused ? sentenceOf(error) : null}
          hint="At least 10 characters; a few words are good"
        />
        <div className={forms.choices}>
          <label>
            <input type="checkbox" checked={closing} onChange={(event) => setClosing(event.target.checked)} />
            <span>
              Somebody else may have come in: allow apps nothing any more, pause my webhooks, and void my
              recovery codes
            </span>
          </label>
        </div>
        {again && <SignInAgain authors={walletsOf(me)} onDone={() => change.mutate()} />}
        <Problem text={error && !wrong && !refused && !again ? sentenceOf(error) : null} />
        <div className={forms.acts}>
          <Button kind="primary" type="submit" busy={change.isPending}>
            {had ? "Change the password" : "Set the password"}
          </Button>
        </div>
      </form>
    </Part>
  );
}
