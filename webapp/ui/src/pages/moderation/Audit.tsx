import { useInfiniteQuery } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { Link, useSearchParams } from "react-router";
import { Button } from "../../components/Button";
import { Empty } from "../../components/Empty";
import { Field } from "../../components/Field";
import { List } from "../../components/List";
import { Time } from "../../components/Time";
import { auditQuery } from "../../queries/moderation";
import css from "./moderation.module.css";
import { byWords, doneWords, readRow, TYPES } from "./words";

const ABOUT_YOU = "A row about you: what it says is for others to see";
const UNKNOWN = "A row of a kind not known here";

/** Every act, in the order in which they were done; each row holds the hash of the one before. */
export function Audit() {
  const [params, setParams] = useSearchParams();
  const asked = Number(params.get("first"));
  const first = Number.isSafeInteger(asked) && asked > 0 ? asked : 0;
  const query = useInfiniteQuery(auditQuery(first));
  const stamp = query.data?.pages[0]?.stamp;
  return (
    <>
      <p className={css.lead}>
        A chain of hashes over what was done: no row can be changed or dropped unseen.{" "}
        <code>troth moderation verify</code> recomputes it.{" "}
        {stamp ? "Its head is stamped into the public log." : "Its head was not stamped yet."}
      </p>
      <From
        key={first}
        first={first}
        onGo={(next) => setParams(next > 0 ? { first: String(next) } : {}, { replace: true })}
      />
      <List
        query={query}
        keyOf={(row) => String(row.position)}
        empty={<Empty title="Nothing from here on" text="Rows come with the first decision." />}
      >
        {(row) => <Row key={row.position} {...row} />}
      </List>
    </>
  );
}

function From({ first, onGo }: { first: number; onGo: (first: number) => void }) {
  const [text, setText] = useState(String(first));
  const go = (event: FormEvent) => {
    event.preventDefault();
    onGo(Math.max(0, Math.trunc(Number(text)) || 0));
  };
  return (
    <form className={css.from} onSubmit={go}>
      <Field label="From position" type="number" min={0} value={text} onChange={setText} />
      <Button type="submit">Go</Button>
    </form>
  );
}

interface RowProps {
  position: number;
  document: string | null;
  hash: string | null;
}

function Row({ position, document, hash }: RowProps) {
  const row = document === null ? null : readRow(document);
  return (
    <article className={css.card} aria-label={`Row ${position}`}>
      <header className={css.cardHead}>
        <span className={css.mark}>{position}</span>
        <strong>{row ? doneWords(row.act, row.type) : document === null ? ABOUT_YOU : UNKNOWN}</strong>
        {row && <span>{byWords(row.role)}</span>}
        {row && <Time at={row.at} className={css.time} />}
      </header>
      {row && (
        <p className={css.about}>
          {TYPES[row.type] ?? row.type} of <Link to={`/people/${row.account}`}>this person</Link>
          {row.moderator && (
            <>
              , by <Link to={`/people/${row.moderator}`}>this moderator</Link>
            </>
          )}
          {row.type === "claim" && (
            <>
              , <Link to={`/moderation/claims/${row.subject}`}>see it</Link>
            </>
          )}
          {row.until && (
            <>
              , ends <Time at={row.until} />
            </>
          )}
        </p>
      )}
      <details className={css.details}>
        <summary>Document and hash</summary>
        <p>
          <code>{document ?? "Withheld from you alone: other moderators can recompute the hash."}</code>
        </p>
        <p>
          <code>{hash}</code>
        </p>
      </details>
    </article>
  );
}
