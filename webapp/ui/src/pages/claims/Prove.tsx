import { RefreshCw } from "lucide-react";
import { type FormEvent, useState } from "react";
import { sentenceOf } from "../../api/problem";
import { Button } from "../../components/Button";
import { Field } from "../../components/Field";
import { Time } from "../../components/Time";
import { type Claim, canRetry, publishOf } from "../../lib/claims";
import { useCode, useRetry } from "../../queries/claims";
import { Hash } from "../../receipt/Hash";
import forms from "../../styles/forms.module.css";
import css from "./claims.module.css";
import { OwnEvidence } from "./OwnEvidence";

/** What is left to do, until the claim is proved; and another try where the chain refused it. */
export function Prove({ claim }: { claim: Claim }) {
  const open = claim.state === "requested";
  if (open && claim.kind === "domain") return <Domain claim={claim} />;
  if (open && claim.kind === "email") return <Email claim={claim} />;
  if (open && claim.kind === "person") {
    return (
      <section className={css.part} aria-labelledby="prove">
        <h2 id="prove">A moderator looks at it</h2>
        <p>Somebody who is not you reads your evidence and decides. You are told when they did.</p>
        <OwnEvidence claim={claim} />
      </section>
    );
  }
  if (!canRetry(claim)) return null;
  return (
    <section className={css.part} aria-labelledby="prove">
      <h2 id="prove">{claim.state === "halted" ? "It does not go on by itself" : "It takes long?"}</h2>
      <Retry claim={claim} text="Try again" />
    </section>
  );
}

function Domain({ claim }: { claim: Claim }) {
  const publish = publishOf(claim);
  if (publish === null) return null;
  return (
    <section className={css.part} aria-labelledby="prove">
      <h2 id="prove">Publish one line</h2>
      <p>Either way is enough. Leave it there: it is looked at daily, and anybody else can look too.</p>
      <ol className={css.ways}>
        <li>
          <h3>In a file</h3>
          <p>
            Let <strong>{publish.file}</strong> answer with this line, as plain text:
          </p>
          <p className={css.command}>
            <Hash value={publish.line} name="the line" />
          </p>
          <p className={forms.hint}>It may have other lines beside it. Over https, without a sign-in.</p>
        </li>
        <li>
          <h3>Or in the DNS</h3>
          <p>Add a record of type TXT, with this name and this value:</p>
          <dl className={css.record}>
            <div>
              <dt>Name</dt>
              <dd>
                <Hash value={publish.txt} name="the record’s name" />
              </dd>
            </div>
            <div>
              <dt>Value</dt>
              <dd>
                <Hash value={publish.line} name="the record’s value" />
              </dd>
            </div>
          </dl>
        </li>
      </ol>
      {claim.next_check_at && (
        <p className={css.quiet}>
          Looked at by itself, next <Time at={claim.next_check_at} />; less and less often for three days,
          then it is refused.
        </p>
      )}
      <Retry claim={claim} text="Check now" />
    </section>
  );
}

function Email({ claim }: { claim: Claim }) {
  const [code, setCode] = useState("");
  const enter = useCode(claim.id);
  const digits = code.replace(/\D/g, "");
  const go = (event: FormEvent) => {
    event.preventDefault();
    if (digits.length === 8 && !enter.isPending) enter.mutate(digits);
  };
  return (
    <section className={css.part} aria-labelledby="prove">
      <h2 id="prove">Enter the code</h2>
      <p>
        Eight digits went to <strong>{claim.value}</strong>. They are good for 30 minutes and five tries; look
        into the spam folder too.
      </p>
      <form className={css.code} onSubmit={go}>
        <Field
          label="Code"
          value={code}
          onChange={setCode}
          inputMode="numeric"
          autoComplete="one-time-code"
          maxLength={11}
          problem={enter.error ? sentenceOf(enter.error) : null}
        />
        <Button type="submit" kind="primary" disabled={digits.length !== 8} busy={enter.isPending}>
          Prove it
        </Button>
      </form>
      <Retry claim={claim} text="Send another code" />
    </section>
  );
}

function Retry({ claim, text }: { claim: Claim; text: string }) {
  const retry = useRetry(claim.id);
  return (
    <div className={css.startActs}>
      <Button
        icon={<RefreshCw size={18} aria-hidden="true" />}
        busy={retry.isPending}
        onClick={() => retry.mutate(undefined)}
      >
        {text}
      </Button>
      <span role="status" className={retry.error ? forms.problem : css.quiet}>
        {retry.error && sentenceOf(retry.error)}
        {retry.isSuccess &&
          (claim.kind === "email" ? "Another code is on its way." : "It is being looked at.")}
      </span>
    </div>
  );
}
