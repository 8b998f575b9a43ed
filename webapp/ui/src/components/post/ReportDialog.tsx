import { type FormEvent, useId, useState } from "react";
import { api, take } from "../../api/client";
import { isCode, sentenceOf } from "../../api/problem";
import { notice } from "../../app/notices";
import { Button } from "../Button";
import { Dialog } from "../Dialog";
import css from "./ReportDialog.module.css";

const REASONS = {
  spam: "Spam",
  harassment: "Harassment",
  hate: "Hate",
  violence: "Violence",
  sexual: "Sexual content",
  illegal: "Against the law",
  impersonation: "Pretends to be somebody else",
  self_harm: "Self-harm",
  misleading: "Misleading",
  other: "Something else",
} as const;

const TITLES = {
  post: "Report this post",
  account: "Report this person",
  message: "Report this message",
  asset: "Report this token",
} as const;

interface Props {
  type: keyof typeof TITLES;
  subject: string;
  onClose: () => void;
}

/** Report something to the moderators; nobody else is told by whom. */
export function ReportDialog({ type, subject, onClose }: Props) {
  const id = useId();
  const [reason, setReason] = useState<keyof typeof REASONS>("spam");
  const [text, setText] = useState("");
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  const send = async (event: FormEvent) => {
    event.preventDefault();
    setBusy(true);
    try {
      await take(api.POST("/api/v1/reports", { body: { type, subject, reason, text } }));
      notice({ tone: "good", text: "Reported. Moderators will look at it." });
      onClose();
    } catch (error) {
      setProblem(
        isCode(error, "already_reported")
          ? "You have reported this already; moderators will look at it."
          : sentenceOf(error),
      );
      setBusy(false);
    }
  };
  return (
    <Dialog title={TITLES[type]} onClose={onClose}>
      <form className={css.form} onSubmit={send}>
        <label htmlFor={`${id}-reason`}>What is wrong with it?</label>
        <select
          id={`${id}-reason`}
          value={reason}
          onChange={(event) => setReason(event.target.value as keyof typeof REASONS)}
        >
          {Object.entries(REASONS).map(([value, words]) => (
            <option key={value} value={value}>
              {words}
            </option>
          ))}
        </select>
        <label htmlFor={`${id}-text`}>Anything that helps (optional)</label>
        <textarea
          id={`${id}-text`}
          rows={4}
          maxLength={1000}
          value={text}
          onChange={(event) => setText(event.target.value)}
        />
        <p className={css.hint}>Only moderators see this, and not the person whom it is about.</p>
        {problem && <p role="alert">{problem}</p>}
        <Button kind="primary" type="submit" busy={busy}>
          Report
        </Button>
      </form>
    </Dialog>
  );
}
