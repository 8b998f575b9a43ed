import { useQuery } from "@tanstack/react-query";
import { AtSign, BadgeCheck, BadgeX, Globe, Mail, Plus, UserCheck } from "lucide-react";
import { type ReactNode, useId, useState } from "react";
import { Link } from "react-router";
import { type Badge, shortOf, sorted, stateWords } from "../../lib/claims";
import { claimsQuery } from "../../queries/claims";
import { BadgeDetails } from "./BadgeDetails";
import css from "./Badges.module.css";
import { useClosing } from "./useClosing";

export const ICONS: Record<string, ReactNode> = {
  domain: <Globe />,
  email: <Mail />,
  handle: <AtSign />,
  person: <UserCheck />,
};

interface Props {
  person: string;
  /** Those that came with the person, until all are there. */
  first: Badge[];
  own: boolean;
}

/** What issuers vouch for; each badge opens who says so, how they know, since when and until when. */
export function Badges({ person, first, own }: Props) {
  const { data: badges = first } = useQuery(claimsQuery(person));
  const [open, setOpen] = useState<string | null>(null);
  if (badges.length === 0 && !own) return null;
  return (
    <ul className={`plain ${css.badges}`} aria-label="Claims">
      {sorted(badges).badges.map((badge) => {
        const key = `${badge.issuer.address}.${badge.digest}`;
        return (
          <BadgeItem
            key={key}
            badge={badge}
            open={open === key}
            onToggle={(on) => setOpen((now) => (on ? key : now === key ? null : now))}
          />
        );
      })}
      {own && (
        <li>
          <Link to="/claims" className={css.ask}>
            <Plus aria-hidden="true" />
            {badges.length === 0 ? "Have something vouched for" : "Your claims"}
          </Link>
        </li>
      )}
    </ul>
  );
}

interface ItemProps {
  badge: Badge;
  open: boolean;
  onToggle: (open: boolean) => void;
}

function BadgeItem({ badge, open, onToggle }: ItemProps) {
  const id = useId();
  const root = useClosing<HTMLLIElement>(open, () => onToggle(false));
  const valid = badge.state === "valid";
  return (
    <li ref={root}>
      <button
        type="button"
        className={valid ? css.badge : `${css.badge} ${css.over}`}
        aria-expanded={open}
        aria-controls={id}
        onClick={() => onToggle(!open)}
      >
        {ICONS[badge.kind] ?? <BadgeCheck />}
        <span className={css.value}>{shortOf(badge)}</span>
        {valid ? <BadgeCheck aria-hidden="true" /> : <BadgeX aria-hidden="true" />}
        <span className={valid ? "visually-hidden" : undefined}>{stateWords(badge.state)}</span>
      </button>
      <div id={id} className={css.pop} hidden={!open}>
        <BadgeDetails badge={badge} />
      </div>
    </li>
  );
}
