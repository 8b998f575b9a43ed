import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { api, type Schemas, take } from "../../../api/client";
import { ProblemError, sentenceOf } from "../../../api/problem";
import { Button } from "../../../components/Button";
import { Dialog } from "../../../components/Dialog";
import { Field } from "../../../components/Field";
import { KINDS_IN_ORDER, kindWords } from "../../../lib/kinds";
import forms from "../parts/forms.module.css";
import { Problem } from "../parts/Part";
import { Secrets } from "../parts/Secrets";
import { webhooksQuery } from "./queries";
import { Done } from "./RegisterDialog";

/** Make a webhook; its secret is shown this once. */
export function NewWebhookDialog({ onClose }: { onClose: () => void }) {
  const queries = useQueryClient();
  const [url, setUrl] = useState("");
  const [kinds, setKinds] = useState<readonly string[]>(KINDS_IN_ORDER);
  const make = useMutation({
    mutationFn: () => {
      const some = kinds.length < KINDS_IN_ORDER.length;
      const body = { url: url.trim(), kinds: some ? [...kinds] : null } as Schemas["NewWebhook"];
      return take(api.POST("/api/v1/webhooks", { body }));
    },
    meta: { quiet: true },
    gcTime: 0,
    onSuccess: () => queries.invalidateQueries({ queryKey: webhooksQuery.queryKey }),
  });
  const send = (event: FormEvent) => {
    event.preventDefault();
    make.mutate();
  };
  if (make.data) {
    return (
      <Dialog title="The webhook is there" onClose={onClose} acts={<Done onClose={onClose} />}>
        <p>
          Each message is signed with this secret, so that your server knows that it comes from here. It is
          shown this one time.
        </p>
        <Secrets parts={{ secret: make.data.secret }} />
      </Dialog>
    );
  }
  const { error } = make;
  const ofUrl = error instanceof ProblemError ? error.fields.find(({ field }) => field === "url") : undefined;
  const toggle = (kind: string) =>
    setKinds(kinds.includes(kind) ? kinds.filter((one) => one !== kind) : [...kinds, kind]);
  return (
    <Dialog title="Add a webhook" onClose={onClose} wide>
      <form className={forms.form} onSubmit={send}>
        <Field
          label="Address"
          type="text"
          inputMode="url"
          required
          placeholder="https://"
          value={url}
          onChange={(written) => {
            setUrl(written);
            make.reset();
          }}
          problem={ofUrl?.problem ?? null}
          hint="https, and reachable from the Internet"
        />
        <fieldset className={forms.field}>
          <legend>What is sent</legend>
          <div className={`${forms.choices} ${forms.columns}`}>
            {KINDS_IN_ORDER.map((kind) => (
              <label key={kind}>
                <input type="checkbox" checked={kinds.includes(kind)} onChange={() => toggle(kind)} />
                <span>{kindWords(kind).text}</span>
              </label>
            ))}
          </div>
        </fieldset>
        <Problem text={error && !ofUrl ? sentenceOf(error) : null} />
        <div className={forms.acts}>
          <Button
            kind="primary"
            type="submit"
            busy={make.isPending}
            disabled={!url.trim() || kinds.length === 0}
          >
            Add it
          </Button>
          <Button onClick={onClose}>Cancel</Button>
        </div>
      </form>
    </Dialog>
  );
}
