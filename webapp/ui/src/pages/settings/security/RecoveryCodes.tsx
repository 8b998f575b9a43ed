import { useMutation } from "@tanstack/react-query";
import { Download } from "lucide-react";
import { type FormEvent, useEffect, useRef, useState } from "react";
import { api, take } from "../../../api/client";
import { isCode, sentenceOf } from "../../../api/problem";
import type { Me } from "../../../api/types";
import { Button } from "../../../components/Button";
import { Field } from "../../../components/Field";
import { CopyButton } from "../../../receipt/Hash";
import forms from "../parts/forms.module.css";
import { Part, Problem } from "../parts/Part";
import { SignInAgain } from "../parts/SignInAgain";
import { codesFile, saveFile } from "./codes";
import css from "./security.module.css";
import { walletsOf } from "./walletsOf";

/** Ten codes, each of which lets one in once: made here, and shown this one time. */
export function RecoveryCodes({ me }: { me: Me }) {
  const [password, setPassword] = useState("");
  const had = me.has_password;
  const make = useMutation({
    mutationFn: () => take(api.POST("/api/v1/me/recovery-codes", { body: had ? { password } : {} })),
    meta: { quiet: true },
    gcTime: 0,
    onSuccess: () => setPassword(""),
  });
  const send = (event: FormEvent) => {
    event.preventDefault();
    make.mutate();
  };
  if (make.data) return <Codes codes={make.data.codes} me={me} onDone={make.reset} />;
  const { error } = make;
  const wrong = isCode(error, "password_wrong");
  const again = isCode(error, "sign_in_again");
  return (
    <Part
      title="Recovery codes"
      about="Ten codes to keep apart from your password. Each lets you in once, with a new password. Codes that you made before are void once you make new ones."
    >
      <form className={forms.form} onSubmit={send}>
        {had && (
          <Field
            label="Your password"
            type="password"
            autoComplete="current-password"
            required
            value={password}
            onChange={setPassword}
            problem={wrong ? "That is not your password." : null}
          />
        )}
        {again && <SignInAgain authors={walletsOf(me)} onDone={() => make.mutate()} />}
        <Problem text={error && !wrong && !again ? sentenceOf(error) : null} />
        <div className={forms.acts}>
          <Button type="submit" busy={make.isPending}>
            Make recovery codes
          </Button>
        </div>
      </form>
    </Part>
  );
}

function Codes({ codes, me, onDone }: { codes: readonly string[]; me: Me; onDone: () => void }) {
  const handle = me.profile.handle ?? "";
  const list = useRef<HTMLOListElement>(null);
  // In braces: newer browsers return a promise here, which React would take for a clean-up.
  useEffect(() => {
    list.current?.scrollIntoView({ block: "center" });
  }, []);
  return (
    <Part title="Your recovery codes" about="They are shown this one time. Keep them before you go on.">
      <div role="status" className="visually-hidden">
        Ten recovery codes were made.
      </div>
      <ol ref={list} className={css.codes}>
        {codes.map((code) => (
          <li key={code}>
            <code>{code}</code>
          </li>
        ))}
      </ol>
      <div className={forms.acts}>
        <Button
          icon={<Download size={18} aria-hidden="true" />}
          onClick={() => saveFile("troth-recovery-codes.txt", codesFile(codes, handle, location.origin))}
        >
          Save as a file
        </Button>
        <CopyButton value={codes.join("\n")} name="all codes" />
        <Button kind="primary" onClick={onDone}>
          I have kept them
        </Button>
      </div>
    </Part>
  );
}
