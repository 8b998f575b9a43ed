import { type FormEvent, useId, useState } from "react";
import { isCode, sentenceOf } from "../../api/problem";
import { notice } from "../../app/notices";
import { Button } from "../../components/Button";
import { Dialog } from "../../components/Dialog";
import { type Order, useDecision } from "../../queries/moderation";
import forms from "../../styles/forms.module.css";
import css from "./moderation.module.css";
import { ReasonField } from "./ReasonField";
import { ACTS, actText, doneWords, endOf, SPANS } from "./words";

interface Props {
  choice: Pick<Order, "act" | "type" | "subject">;
  name: string;
  onClose: () => void;
}

/** Decide, and say why: without a reason nothing is done. */
export function DecisionDialog({ choice, name, onClose }: Props) {
  const id = useId();
  const decision = useDecision();
  const [reason, setReason] = useState("");
  const [span, setSpan] = useState("7 days");
  const { about, danger } = ACTS[choice.act];
  const text = actText(choice.act, choice.type);
  const send = (event: FormEvent) => {
    event.preventDefault();
    const days = SPANS.find((one) => one.text === span)?.days ?? null;
    const until = choice.act === "suspend" ? endOf(days, Date.now()) : undefined;
    decision.mutate(
      { ...choice, reason: reason.trim(), ...(until ? { until } : {}) },
      {
        onSuccess: () => {
          notice({ tone: "good", text: `${doneWords(choice.act, choice.type)}. It is in the trail.` });
          onClose();
        },
      },
    );
  };
  return (
    <Dialog title={`${text}: ${name}`} onClose={onClose}>
      <form className={css.form} onSubmit={send}>
        <p>{about}</p>
        {choice.act === "suspend" && (
          <div className={forms.field}>
            <label htmlFor={id}>For how long</label>
            <select id={id} value={span} onChange={(event) => setSpan(event.target.value)}>
              {SPANS.map((one) => (
                <option key={one.text}>{one.text}</option>
              ))}
            </select>
          </div>
        )}
        <ReasonField label="Why" value={reason} onChange={setReason} />
        {decision.error && (
          <p role="alert" className={forms.problem}>
            {wordsOf(decision.error)}
          </p>
        )}
        <div className={forms.acts}>
          <Button onClick={onClose}>Cancel</Button>
          <Button
            type="submit"
            kind={danger ? "danger" : "primary"}
            busy={decision.isPending}
            disabled={!reason.trim()}
          >
            {text}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

function wordsOf(error: unknown): string {
  if (isCode(error, "nothing_to_do")) return `${sentenceOf(error)} The queue was read anew.`;
  return sentenceOf(error);
}
