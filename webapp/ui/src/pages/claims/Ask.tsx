import { useId, useState } from "react";
import { useNavigate } from "react-router";
import { isCode, sentenceOf } from "../../api/problem";
import type { Me } from "../../api/types";
import { Button, ButtonLink } from "../../components/Button";
import { Empty } from "../../components/Empty";
import { Field } from "../../components/Field";
import { PageTitle } from "../../components/PageTitle";
import { KINDS, type Kind } from "../../lib/claims";
import { useKept } from "../../lib/useKept";
import { useAsk } from "../../queries/claims";
import forms from "../../styles/forms.module.css";
import { shortAddress } from "../../wallet/names";
import css from "./claims.module.css";
import { EvidenceField } from "./EvidenceField";
import { type Evidence, evidenceOf } from "./evidence";

const VALUES = {
  domain: {
    autoComplete: "off",
    label: "Domain",
    placeholder: "example.org",
    hint: "The name alone, without https:// and without a path.",
  },
  email: {
    autoComplete: "email",
    label: "Email address",
    placeholder: "ada@example.org",
    hint: "A code goes there; it is good for 30 minutes.",
  },
  person: {
    autoComplete: "name",
    label: "Name",
    placeholder: "Ada Lovelace",
    hint: "As it stands in what you show the moderators.",
  },
} as const;

const EMPTY = { value: "", text: "", subject: "", shown: true };

type Form = typeof EMPTY;

/** Ask to be vouched for; the claim's own page goes on from there. */
export function Ask({ me, kind }: { me: Me; kind: Kind }) {
  const { form, change, forget } = useKept(`troth.ask.${me.profile.id}.${kind}`, EMPTY);
  const [files, setFiles] = useState<Evidence[]>([]);
  const { go, ask } = useAsking(kind, form, files, forget);
  const ready = isReady(kind, form);
  if (kind === "handle" && me.profile.handle === null) return <NoHandle />;
  return (
    <>
      <PageTitle title={KINDS[kind].name} back="/claims" />
      <form
        className={forms.form}
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          if (ready) void go();
        }}
      >
        <p>
          {KINDS[kind].about} {KINDS[kind].proof}
        </p>
        <Value
          kind={kind}
          handle={me.profile.handle}
          value={form.value}
          onChange={(value) => change({ value })}
        />
        {kind === "person" && (
          <EvidenceField
            text={form.text}
            onText={(text) => change({ text })}
            files={files}
            onFiles={setFiles}
          />
        )}
        <Subject
          addresses={me.profile.authors.map(({ address }) => address)}
          value={form.subject}
          onChange={(subject) => change({ subject })}
        />
        <label className={css.check}>
          <input
            type="checkbox"
            checked={form.shown}
            onChange={(event) => change({ shown: event.target.checked })}
          />
          <span>
            <strong>Everybody sees the value</strong>
            <small>
              It stands on your badge, and your posts’ proofs can carry it. Hidden, the badge says only that
              something of this kind is vouched for. You can change that later.
            </small>
          </span>
        </label>
        {ask.error && (
          <p role="alert" className={forms.problem}>
            {wordsOf(ask.error)}
          </p>
        )}
        <div className={forms.acts}>
          <ButtonLink to="/claims">Cancel</ButtonLink>
          <Button type="submit" kind="primary" disabled={!ready} busy={ask.isPending}>
            {kind === "email" ? "Send the code" : "Ask for it"}
          </Button>
        </div>
      </form>
    </>
  );
}

function useAsking(kind: Kind, form: Form, files: Evidence[], forget: () => void) {
  const navigate = useNavigate();
  const ask = useAsk();
  const go = async () => {
    if (ask.isPending) return;
    const body = { kind, shown: form.shown, ...(form.subject ? { subject: form.subject } : {}) };
    const value = kind === "handle" ? {} : { value: form.value.trim() };
    const proof = kind === "person" ? { evidence: form.text.trim(), files: await evidenceOf(files) } : {};
    // What was refused is shown from `ask.error`.
    const claim = await ask.mutateAsync({ ...body, ...value, ...proof }).catch(() => null);
    if (claim === null) return;
    forget();
    await navigate(`/claims/${claim.id}`, { replace: true });
  };
  return { go, ask };
}

function isReady(kind: Kind, { value, text }: Form): boolean {
  if (kind === "handle") return true;
  return value.trim() !== "" && (kind !== "person" || text.trim() !== "");
}

interface ValueProps {
  kind: Kind;
  handle: string | null;
  value: string;
  onChange: (value: string) => void;
}

function Value({ kind, handle, value, onChange }: ValueProps) {
  if (kind === "handle") return <p className={css.value}>@{handle}</p>;
  return (
    <Field
      {...VALUES[kind]}
      value={value}
      onChange={onChange}
      type={kind === "email" ? "email" : "text"}
      autoCapitalize={kind === "person" ? "words" : "none"}
      spellCheck={false}
      maxLength={400}
    />
  );
}

interface SubjectProps {
  addresses: string[];
  value: string;
  onChange: (value: string) => void;
}

/** Which of one's addresses it is about, where there are several. */
function Subject({ addresses, value, onChange }: SubjectProps) {
  const id = useId();
  if (addresses.length < 2) return null;
  return (
    <div className={forms.field}>
      <label htmlFor={id}>For which of your addresses</label>
      <select id={id} value={value} onChange={(event) => onChange(event.target.value)}>
        <option value="">The newest wallet</option>
        {addresses.map((address) => (
          <option key={address} value={address}>
            {shortAddress(address)}
          </option>
        ))}
      </select>
    </div>
  );
}

function NoHandle() {
  return (
    <>
      <PageTitle title={KINDS.handle.name} back="/claims" />
      <Empty
        title="Your account has no handle yet"
        text="Choose one in the settings, then ask for its badge."
      >
        <ButtonLink to="/settings/profile" kind="primary">
          Choose a handle
        </ButtonLink>
      </Empty>
    </>
  );
}

function wordsOf(error: unknown): string {
  if (isCode(error, "claims_unavailable", "mail_unavailable"))
    return `${sentenceOf(error)} Only who runs this server can change that.`;
  return sentenceOf(error);
}
