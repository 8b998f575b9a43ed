import { useInfiniteQuery } from "@tanstack/react-query";
import { Scale } from "lucide-react";
import { type FormEvent, useState } from "react";
import { Link, useSearchParams } from "react-router";
import { sentenceOf } from "../../api/problem";
import { notice } from "../../app/notices";
import { Button } from "../../components/Button";
import { Dialog } from "../../components/Dialog";
import { Empty } from "../../components/Empty";
import { List } from "../../components/List";
import { Time } from "../../components/Time";
import { type AppealItem, appealsQuery, useAppealDecision } from "../../queries/moderation";
import forms from "../../styles/forms.module.css";
import css from "./moderation.module.css";
import { ReasonField } from "./ReasonField";
import { byWords, doneWords } from "./words";

/** Appeals, the oldest that is open first. Somebody else decides than who acted. */
export function Appeals() {
  const [params, setParams] = useSearchParams();
  const state = params.get("state") === "closed" ? "closed" : "open";
  const query = useInfiniteQuery(appealsQuery(state));
  return (
    <>
      <div className={css.filters}>
        <label>
          State
          <select
            value={state}
            onChange={(event) =>
              setParams(event.target.value === "closed" ? { state: "closed" } : {}, { replace: true })
            }
          >
            <option value="open">Open</option>
            <option value="closed">Decided</option>
          </select>
        </label>
      </div>
      <List
        query={query}
        keyOf={({ appeal }) => appeal.id}
        empty={
          <Empty
            icon={<Scale size={36} />}
            title={state === "open" ? "No appeal waits" : "No appeal was decided yet"}
            text="Whoever was suspended, or had a post hidden, can appeal; it comes here."
          />
        }
      >
        {(item) => <AppealCard key={item.appeal.id} item={item} />}
      </List>
    </>
  );
}

function AppealCard({ item }: { item: AppealItem }) {
  const { appeal, action, account, own } = item;
  const [deciding, setDeciding] = useState<"grant" | "refuse" | null>(null);
  return (
    <article className={css.card} aria-label={`Appeal: ${doneWords(action.act, action.type)}`}>
      <header className={css.cardHead}>
        <strong>{doneWords(action.act, action.type)}</strong>
        <span>{byWords(action.by)}</span>
        {action.created_at && <Time at={action.created_at} className={css.time} />}
      </header>
      <p className={css.about}>Reason then: {action.reason ?? "erased"}</p>
      <blockquote className={css.quote}>
        <p dir="auto">{appeal.text}</p>
        <p className={css.about}>Appealed {appeal.created_at && <Time at={appeal.created_at} />}</p>
      </blockquote>
      <footer className={css.acts}>
        {appeal.granted === null && !own && (
          <>
            <Button size="s" onClick={() => setDeciding("grant")}>
              Grant
            </Button>
            <Button size="s" kind="danger" onClick={() => setDeciding("refuse")}>
              Refuse
            </Button>
          </>
        )}
        {appeal.granted === null && own && (
          <>
            <span className={css.about}>
              You acted here; somebody else decides, unless there is nobody else.
            </span>
            <Button size="s" onClick={() => setDeciding("grant")}>
              Decide anyway
            </Button>
          </>
        )}
        {appeal.granted !== null && (
          <span className={css.mark}>
            {appeal.granted ? "Granted" : "Refused"} {appeal.decided_at && <Time at={appeal.decided_at} />}
          </span>
        )}
        <Link to={`/moderation/subjects/${account}/${action.type}/${action.subject}`}>What it is about</Link>
      </footer>
      {deciding && <Decide id={appeal.id} decision={deciding} onClose={() => setDeciding(null)} />}
    </article>
  );
}

function Decide({
  id,
  decision,
  onClose,
}: {
  id: string;
  decision: "grant" | "refuse";
  onClose: () => void;
}) {
  const act = useAppealDecision(id);
  const [reason, setReason] = useState("");
  const grant = decision === "grant";
  const send = (event: FormEvent) => {
    event.preventDefault();
    act.mutate(
      { decision, reason: reason.trim() },
      {
        onSuccess: () => {
          notice({ tone: "good", text: grant ? "Granted: what was done is undone." : "Refused." });
          onClose();
        },
      },
    );
  };
  return (
    <Dialog title={grant ? "Grant the appeal" : "Refuse the appeal"} onClose={onClose}>
      <form className={css.form} onSubmit={send}>
        <p>
          {grant ? "What was done is undone at once." : "What was done holds."} Your decision is in the trail.
        </p>
        <ReasonField label="Why" value={reason} onChange={setReason} />
        {act.error && (
          <p role="alert" className={forms.problem}>
            {sentenceOf(act.error)}
          </p>
        )}
        <div className={forms.acts}>
          <Button onClick={onClose}>Cancel</Button>
          <Button
            type="submit"
            kind={grant ? "primary" : "danger"}
            busy={act.isPending}
            disabled={!reason.trim()}
          >
            {grant ? "Grant" : "Refuse"}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
