import { useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { api, take } from "../../api/client";
import { ProblemError, sentenceOf } from "../../api/problem";
import { Button } from "../../components/Button";
import { Field } from "../../components/Field";
import { PageTitle } from "../../components/PageTitle";
import { ME } from "../../session/session";
import css from "./signin.module.css";

/** A wallet is an address; people want a name. A handle is chosen once. */
export function ChooseName({ onDone }: { onDone: () => void }) {
  const queries = useQueryClient();
  const [handle, setHandle] = useState("");
  const [name, setName] = useState("");
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<{ field: "handle" | "name"; text: string } | null>(null);
  const save = async (event: FormEvent) => {
    event.preventDefault();
    setBusy(true);
    setProblem(null);
    const body = { handle: handle.trim().replace(/^@/, ""), ...(name.trim() ? { name: name.trim() } : {}) };
    try {
      await take(api.PATCH("/api/v1/me", { body }));
      await queries.invalidateQueries({ queryKey: ME });
      onDone();
    } catch (error) {
      const ofName = error instanceof ProblemError && error.code === "profile_refused";
      setProblem({ field: ofName ? "name" : "handle", text: sentenceOf(error) });
      setBusy(false);
    }
  };
  return (
    <>
      <PageTitle title="What shall people call you?" />
      <form className={css.allow} onSubmit={save}>
        <p className={css.lead}>
          Without a handle you are an address. It is chosen once; the name can change.
        </p>
        <Field
          label="Handle"
          autoComplete="username"
          autoCapitalize="none"
          spellCheck={false}
          required
          value={handle}
          onChange={(text) => {
            setHandle(text);
            setProblem(null);
          }}
          problem={problem?.field === "handle" ? problem.text : null}
          hint="3 to 30 of a to z, 0 to 9 and _"
        />
        <Field
          label="Name (optional)"
          autoComplete="name"
          value={name}
          onChange={setName}
          problem={problem?.field === "name" ? problem.text : null}
        />
        <div className={css.row}>
          <Button kind="primary" type="submit" busy={busy}>
            Go on
          </Button>
          <Button kind="quiet" onClick={onDone}>
            Later
          </Button>
        </div>
      </form>
    </>
  );
}
