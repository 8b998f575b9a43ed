import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { api, take } from "../../../api/client";
import { ProblemError, sentenceOf } from "../../../api/problem";
import { Button } from "../../../components/Button";
import { Dialog } from "../../../components/Dialog";
import { Field } from "../../../components/Field";
import { Area, Choice } from "../parts/fields";
import forms from "../parts/forms.module.css";
import { Problem } from "../parts/Part";
import { Secrets } from "../parts/Secrets";
import { appsQuery } from "./queries";

const KINDS = [
  {
    value: "public",
    text: "On people's own devices",
    about: "In a browser, on a phone or on a desktop: it can keep no secret.",
  },
  {
    value: "confidential",
    text: "On a server of yours",
    about: "It gets a secret, by which it proves itself.",
  },
] as const;

/** Register an app; its secret is shown this once. */
export function RegisterDialog({ onClose }: { onClose: () => void }) {
  const queries = useQueryClient();
  const [name, setName] = useState("");
  const [uris, setUris] = useState("");
  const [kind, setKind] = useState<"public" | "confidential">("public");
  const register = useMutation({
    mutationFn: () => {
      const redirect_uris = uris.split(/\s+/).filter((uri) => uri !== "");
      const body = { name: name.trim(), redirect_uris, confidential: kind === "confidential" };
      return take(api.POST("/api/v1/oauth/apps", { body }));
    },
    meta: { quiet: true },
    gcTime: 0,
    onSuccess: () => queries.invalidateQueries({ queryKey: appsQuery.queryKey }),
  });
  const send = (event: FormEvent) => {
    event.preventDefault();
    register.mutate();
  };
  if (register.data) {
    const { client_id, client_secret } = register.data;
    return (
      <Dialog title="The app is registered" onClose={onClose} acts={<Done onClose={onClose} />}>
        {client_secret ? (
          <p>The secret is shown this one time. Keep it where your server reads it, and nobody else.</p>
        ) : (
          <p>It needs no secret: PKCE proves that who asked is who comes back.</p>
        )}
        <Secrets parts={{ client_id, ...(client_secret ? { client_secret } : {}) }} />
      </Dialog>
    );
  }
  const { forName, forUris, other } = placed(register.error);
  return (
    <Dialog title="Register an app" onClose={onClose}>
      <form className={forms.form} onSubmit={send}>
        <Field
          label="Name"
          required
          maxLength={60}
          value={name}
          onChange={setName}
          problem={forName}
          hint="People read it when they are asked"
        />
        <Area
          label="Redirect URIs"
          rows={3}
          value={uris}
          onChange={setUris}
          problem={forUris}
          hint="One in a line: https, or http on one's own machine. They must match to the letter."
        />
        <Choice legend="Where does it run?" value={kind} options={KINDS} onChange={setKind} />
        <Problem text={other} />
        <div className={forms.acts}>
          <Button
            kind="primary"
            type="submit"
            busy={register.isPending}
            disabled={!name.trim() || !uris.trim()}
          >
            Register
          </Button>
          <Button onClick={onClose}>Cancel</Button>
        </div>
      </form>
    </Dialog>
  );
}

export function Done({ onClose }: { onClose: () => void }) {
  return (
    <Button kind="primary" onClick={onClose}>
      I have kept it
    </Button>
  );
}

/** Put a refusal to its field; a URI's is named by its place in the list. */
function placed(error: unknown): { forName: string | null; forUris: string | null; other: string | null } {
  const fields = error instanceof ProblemError ? error.fields : [];
  const of = (start: string) => fields.find(({ field }) => field.startsWith(start))?.problem ?? null;
  const [forName, forUris] = [of("name"), of("redirect_uris")];
  return { forName, forUris, other: error && !forName && !forUris ? sentenceOf(error) : null };
}
