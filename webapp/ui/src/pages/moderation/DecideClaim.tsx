import { type FormEvent, useState } from "react";
import { sentenceOf } from "../../api/problem";
import { notice } from "../../app/notices";
import { Button } from "../../components/Button";
import { Dialog } from "../../components/Dialog";
import { type ClaimDecision, useClaimDecision } from "../../queries/moderation";
import forms from "../../styles/forms.module.css";
import css from "./moderation.module.css";
import { ReasonField } from "./ReasonField";

type Decision = ClaimDecision["decision"];

interface Words {
  title: string;
  about: string;
  why: string;
  button: string;
  done: string;
}

const WORDS: Record<Decision, Words> = {
  grant: {
    title: "Vouch for this person?",
    about:
      "The chain will say that this server looked at evidence. Whoever trusts it will believe that. Your reason goes to the person and into the trail.",
    why: "What convinced you",
    button: "Vouch for them",
    done: "Vouched for: it goes to the chain.",
  },
  refuse: {
    title: "Refuse this claim?",
    about: "The evidence is deleted, and the person reads your reason. They can ask again.",
    why: "Why not",
    button: "Refuse",
    done: "Refused. The person is told why.",
  },
  take_back: {
    title: "Take it back?",
    about: "It is revoked on the chain, as issued by mistake. The person reads your reason.",
    why: "What was wrong",
    button: "Take it back",
    done: "Taken back: the chain is told.",
  },
};

interface Props {
  id: string;
  decision: Decision;
  onClose: () => void;
}

/** Decide about a claim, and say why. */
export function DecideClaim({ id, decision, onClose }: Props) {
  const act = useClaimDecision(id);
  const [reason, setReason] = useState("");
  const { title, about, why, button, done } = WORDS[decision];
  const send = (event: FormEvent) => {
    event.preventDefault();
    act.mutate(
      { decision, reason: reason.trim() },
      {
        onSuccess: () => {
          notice({ tone: "good", text: done });
          onClose();
        },
      },
    );
  };
  return (
    <Dialog title={title} onClose={onClose}>
      <form className={css.form} onSubmit={send}>
        <p>{about}</p>
        <ReasonField label={why} value={reason} onChange={setReason} />
        {act.error && (
          <p role="alert" className={forms.problem}>
            {sentenceOf(act.error)}
          </p>
        )}
        <div className={forms.acts}>
          <Button onClick={onClose}>Cancel</Button>
          <Button
            type="submit"
            kind={decision === "grant" ? "primary" : "danger"}
            busy={act.isPending}
            disabled={!reason.trim()}
          >
            {button}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
