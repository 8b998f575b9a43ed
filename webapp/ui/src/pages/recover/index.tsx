import { useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { useNavigate } from "react-router";
import { api, type Schemas, take } from "../../api/client";
import { isCode, sentenceOf } from "../../api/problem";
import { notice } from "../../app/notices";
import { Button } from "../../components/Button";
import { Field } from "../../components/Field";
import { PageTitle } from "../../components/PageTitle";
import { sessionChanged } from "../../session/session";
import { ENDED, Recovered } from "./Recovered";
import css from "./recover.module.css";

/** Back in with a recovery code and a new password. */
export function Component() {
  const queries = useQueryClient();
  const navigate = useNavigate();
  const [handle, setHandle] = useState("");
  const [code, setCode] = useState("");
  const [password, setPassword] = useState("");
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<unknown>(null);
  const [linked, setLinked] = useState<readonly Schemas["Wallet"][] | null>(null);
  const goHome = () => navigate("/", { replace: true });
  const send = async (event: FormEvent) => {
    event.preventDefault();
    setBusy(true);
    setProblem(null);
    const body = {
      handle: handle.trim().replace(/^@/, ""),
      code: code.trim(),
      new_password: password,
      session: "cookie" as const,
    };
    try {
      const { wallets } = await take(api.POST("/api/v1/auth/recover", { body }));
      await sessionChanged(queries);
      if (wallets.length > 0) return setLinked(wallets);
      await goHome();
      notice({ tone: "neutral", text: ENDED, link: { to: "/settings", text: "Settings" } });
    } catch (error) {
      setProblem(error);
      setBusy(false);
    }
  };
  if (linked !== null) return <Recovered wallets={linked} onDone={goHome} />;
  const ofPassword = isCode(problem, "password_refused");
  return (
    <>
      <PageTitle title="Recover your account" back="/signin" />
      <form className={css.form} onSubmit={send}>
        <p>
          One of the ten codes that you kept, and a new password. Every session before ends, and so does what
          apps may do.
        </p>
        <Field
          label="Handle"
          autoComplete="username"
          autoCapitalize="none"
          spellCheck={false}
          required
          value={handle}
          onChange={setHandle}
        />
        <Field
          label="Recovery code"
          autoComplete="one-time-code"
          autoCapitalize="none"
          spellCheck={false}
          required
          value={code}
          onChange={setCode}
        />
        <Field
          label="New password"
          type="password"
          autoComplete="new-password"
          required
          value={password}
          onChange={setPassword}
          problem={ofPassword ? sentenceOf(problem) : null}
        />
        {problem !== null && !ofPassword && (
          <p className={css.bad} role="alert">
            {sentenceOf(problem)}
          </p>
        )}
        <Button kind="primary" type="submit" busy={busy}>
          Set the password and sign in
        </Button>
      </form>
    </>
  );
}
