import { type FormEvent, useState } from "react";
import { Link } from "react-router";
import { api, take } from "../../api/client";
import { ProblemError, sentenceOf } from "../../api/problem";
import { Button } from "../../components/Button";
import { Field } from "../../components/Field";
import css from "./signin.module.css";

/** With handle and password, for people without a wallet: sign in, or begin. */
export function PasswordWay({ onDone }: { onDone: () => Promise<void> }) {
  const [isNew, setNew] = useState(false);
  const [handle, setHandle] = useState("");
  const [password, setPassword] = useState("");
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<unknown>(null);
  const send = async (event: FormEvent) => {
    event.preventDefault();
    setBusy(true);
    setProblem(null);
    const body = { handle: handle.trim().replace(/^@/, ""), password, session: "cookie" as const };
    try {
      await take<unknown>(
        isNew ? api.POST("/api/v1/users", { body }) : api.POST("/api/v1/auth/password", { body }),
      );
      await onDone();
    } catch (error) {
      setProblem(error);
    } finally {
      setBusy(false);
    }
  };
  const { forHandle, forPassword, other } = placed(problem);
  return (
    <section className={css.way} aria-labelledby="password-way">
      <h2 id="password-way">{isNew ? "Begin without a wallet" : "With handle and password"}</h2>
      <p>You can do everything but sign, and link a wallet later.</p>
      <form className={css.form} onSubmit={send}>
        <Field
          label="Handle"
          name="username"
          autoComplete="username"
          autoCapitalize="none"
          spellCheck={false}
          required
          value={handle}
          onChange={setHandle}
          problem={forHandle}
          hint={isNew ? "3 to 30 of a to z, 0 to 9 and _" : undefined}
        />
        <Field
          label="Password"
          name="password"
          type="password"
          autoComplete={isNew ? "new-password" : "current-password"}
          required
          value={password}
          onChange={setPassword}
          problem={forPassword}
          hint={isNew ? "At least 10 characters; a few words are good" : undefined}
        />
        {other && (
          <p className={css.bad} role="alert">
            {other}
          </p>
        )}
        <Button kind="primary" type="submit" busy={busy}>
          {isNew ? "Make my account" : "Sign in"}
        </Button>
      </form>
      <p className={css.switch}>
        <button type="button" onClick={() => setNew(!isNew)}>
          {isNew ? "I have an account" : "I am new here"}
        </button>
        {!isNew && <Link to="/signin/recover">Recover with a code</Link>}
      </p>
    </section>
  );
}

/** Put a refusal where it belongs: to its field, or under the form. */
function placed(problem: unknown): {
  forHandle: string | null;
  forPassword: string | null;
  other: string | null;
} {
  const none = { forHandle: null, forPassword: null, other: null };
  if (problem === null) return none;
  if (problem instanceof ProblemError) {
    if (problem.code.startsWith("handle_")) return { ...none, forHandle: problem.message };
    if (problem.code === "password_refused") return { ...none, forPassword: problem.message };
    const handle = problem.fields.find((one) => one.field === "handle")?.problem ?? null;
    const password = problem.fields.find((one) => one.field === "password")?.problem ?? null;
    if (handle ?? password) return { ...none, forHandle: handle, forPassword: password };
  }
  return { ...none, other: sentenceOf(problem) };
}
