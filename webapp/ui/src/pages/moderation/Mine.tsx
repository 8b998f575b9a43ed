import { useInfiniteQuery } from "@tanstack/react-query";
import { ShieldCheck } from "lucide-react";
import { type FormEvent, useState } from "react";
import { Link } from "react-router";
import { sentenceOf } from "../../api/problem";
import { notice } from "../../app/notices";
import { Button } from "../../components/Button";
import { Empty } from "../../components/Empty";
import { List } from "../../components/List";
import { PageTitle } from "../../components/PageTitle";
import { Time } from "../../components/Time";
import { mineQuery, type OwnAction, useAppeal } from "../../queries/moderation";
import forms from "../../styles/forms.module.css";
import css from "./moderation.module.css";
import { ReasonField } from "./ReasonField";
import { byWords, mineWords } from "./words";

/** What moderators did to me, why, and how to appeal; also while suspended. */
export function Mine() {
  const query = useInfiniteQuery(mineQuery);
  return (
    <>
      <PageTitle title="What moderators decided about you" back="/" />
      <List
        query={query}
        keyOf={(one) => one.id}
        empty={
          <Empty
            icon={<ShieldCheck size={36} />}
            title="Nothing was decided about you"
            text="Would a post of yours be hidden or your account suspended, you would read here why, and could appeal."
          />
        }
      >
        {(one) => <OwnCard key={one.id} action={one} />}
      </List>
    </>
  );
}

/** A hiding or a suspension that holds, without an appeal that waits. */
const canAppeal = ({ act, over_at, appeal }: OwnAction): boolean =>
  (act === "hide" || act === "suspend") && over_at === null && (appeal === null || appeal.granted === false);

function OwnCard({ action }: { action: OwnAction }) {
  const [writing, setWriting] = useState(false);
  const { appeal } = action;
  return (
    <article className={css.card} aria-label={mineWords(action.act, action.type)}>
      <header className={css.cardHead}>
        <strong>{mineWords(action.act, action.type)}</strong>
        <span>{byWords(action.by)}</span>
        {action.created_at && <Time at={action.created_at} className={css.time} />}
      </header>
      <p>{action.reason ? `Reason: ${action.reason}` : "The words of the reason were erased."}</p>
      <p className={css.about}>
        {action.over_at ? (
          <>
            It ended <Time at={action.over_at} />.
          </>
        ) : action.until ? (
          <>
            It ends by itself: <Time at={action.until} />.
          </>
        ) : null}{" "}
        {action.type === "post" && <Link to={`/posts/${action.subject}`}>Your post</Link>}
      </p>
      {appeal && (
        <blockquote className={css.quote}>
          <p dir="auto">{appeal.text}</p>
          <p className={css.about}>
            {appeal.granted === null
              ? "Your appeal waits for somebody who did not decide this."
              : appeal.granted
                ? "Your appeal was granted."
                : "Your appeal was refused."}
          </p>
        </blockquote>
      )}
      {canAppeal(action) && !writing && (
        <div className={css.acts}>
          <Button size="s" onClick={() => setWriting(true)}>
            {appeal ? "Appeal again" : "Appeal"}
          </Button>
        </div>
      )}
      {writing && <AppealForm action={action.id} onDone={() => setWriting(false)} />}
    </article>
  );
}

function AppealForm({ action, onDone }: { action: string; onDone: () => void }) {
  const appeal = useAppeal();
  const [text, setText] = useState("");
  const send = (event: FormEvent) => {
    event.preventDefault();
    appeal.mutate(
      { action, text: text.trim() },
      {
        onSuccess: () => {
          notice({ tone: "good", text: "Your appeal is made. Somebody else will decide." });
          onDone();
        },
      },
    );
  };
  return (
    <form className={css.form} onSubmit={send}>
      <ReasonField
        label="Why was this wrong?"
        hint="Somebody who did not decide this reads it."
        value={text}
        onChange={setText}
      />
      {appeal.error && (
        <p role="alert" className={forms.problem}>
          {sentenceOf(appeal.error)}
        </p>
      )}
      <div className={forms.acts}>
        <Button onClick={onDone}>Cancel</Button>
        <Button type="submit" kind="primary" busy={appeal.isPending} disabled={!text.trim()}>
          Send the appeal
        </Button>
      </div>
    </form>
  );
}
