import { BadgeCheck, Blocks, Clock, ClockAlert, Layers, OctagonAlert } from "lucide-react";
import type { ReactNode } from "react";
import { Link } from "react-router";
import type { AnchoringState, Anchoring as State } from "../../api/types";
import { exactTime } from "../../lib/time";
import css from "./Anchoring.module.css";

/** Each state in a word and in a sentence: clock, batch, block, check. */
export const STATES: Record<AnchoringState, { word: string; about: string }> = {
  saved: { word: "Saved", about: "Kept by the server. Its place in the log comes with the next batch." },
  sealed: {
    word: "In a batch",
    about: "Its place in the log is fixed. The batch's root goes to the chain next.",
  },
  sent: { word: "In a batch", about: "The batch's root is on its way to the chain." },
  mined: {
    word: "In a block",
    about: "The batch's root is in a block. It is final when enough blocks stand on it.",
  },
  final: { word: "Provable", about: "Anchored for good. Open the receipt to check it yourself." },
  delayed: { word: "Delayed", about: "The proof is late. It goes on by itself; the post is kept." },
  halted: { word: "Halted", about: "The proof waits for the operator. The post is kept." },
};

const ICONS: Record<AnchoringState, ReactNode> = {
  saved: <Clock />,
  sealed: <Layers />,
  sent: <Layers />,
  mined: <Blocks />,
  final: <BadgeCheck />,
  delayed: <ClockAlert />,
  halted: <OctagonAlert />,
};

/** How far a post's proof is, as one sign that opens the receipt. */
export function AnchoringSign({ post, anchoring, long }: { post: string; anchoring: State; long?: boolean }) {
  const { state, reason, final_at } = anchoring;
  const { word, about } = STATES[state];
  const said = [about, reason, final_at && `Final since ${exactTime(final_at)}.`].filter(Boolean).join(" ");
  return (
    <Link
      to={`/posts/${post}/receipt`}
      className={`${css.sign} ${css[state]}`}
      title={said}
      aria-label={`${word}: open the receipt`}
      data-state={state}
    >
      {ICONS[state]}
      {long && <span>{word}</span>}
    </Link>
  );
}
