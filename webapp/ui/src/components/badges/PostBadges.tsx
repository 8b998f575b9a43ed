import { BadgeCheck, BadgeX } from "lucide-react";
import { useId, useState } from "react";
import { type Badge, sorted } from "../../lib/claims";
import { BadgeDetails } from "./BadgeDetails";
import css from "./PostBadges.module.css";
import { useClosing } from "./useClosing";

/** Beside an author's name: that something is vouched for, and on a press everything about each. */
export function PostBadges({ badges }: { badges: Badge[] }) {
  const id = useId();
  const [open, setOpen] = useState(false);
  const root = useClosing<HTMLSpanElement>(open, () => setOpen(false));
  const { badges: all, valid } = sorted(badges);
  const label = wordsOf(valid, all.length - valid);
  return (
    <span ref={root} className={css.root}>
      <button
        type="button"
        className={valid > 0 ? css.button : `${css.button} ${css.over}`}
        aria-expanded={open}
        aria-controls={id}
        aria-label={label}
        title={label}
        onClick={() => setOpen(!open)}
      >
        {valid > 0 ? <BadgeCheck aria-hidden="true" /> : <BadgeX aria-hidden="true" />}
      </button>
      {/* biome-ignore lint/a11y/useSemanticElements: a fieldset is for forms */}
      <span id={id} className={css.pop} role="group" aria-label="What is vouched for" hidden={!open}>
        {open &&
          all.map((badge) => <BadgeDetails key={`${badge.issuer.address}.${badge.digest}`} badge={badge} />)}
      </span>
    </span>
  );
}

function wordsOf(valid: number, over: number): string {
  const claims = (many: number) => (many === 1 ? "1 claim" : `${many} claims`);
  if (valid === 0) return `${claims(over)} about the author, over`;
  return `${claims(valid)} about the author, valid${over > 0 ? `; ${over} over` : ""}`;
}
