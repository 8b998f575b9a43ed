import type { ReactNode } from "react";
import { Link } from "react-router";
import { personPath } from "../../lib/paths";
import type { Viewer } from "../../queries/people";
import { Avatar } from "../Avatar";
import { nameOf } from "../Person";
import css from "./PersonRow.module.css";

interface Props {
  card: { id: string; handle: string | null; name: string | null; avatar: string | null };
  viewer?: Viewer | null;
  /** A line or two below the name. */
  text?: string | null;
  children?: ReactNode;
  onOpen?: () => void;
}

/** A person in a list: who they are, and what one can do about them. */
export function PersonRow({ card, viewer, text, children, onOpen }: Props) {
  return (
    <article className={css.row} aria-label={nameOf(card)}>
      <Avatar card={card} />
      <div className={css.words}>
        <Link to={personPath(card)} className={css.name} onClick={onOpen}>
          <bdi>{nameOf(card)}</bdi>
        </Link>
        <p className={css.under}>
          {card.name && card.handle && <span className={css.handle}>@{card.handle}</span>}
          {viewer?.followed_by && <span className={css.mark}>Follows you</span>}
          {viewer?.muted && <span className={css.mark}>Muted</span>}
        </p>
        {text && (
          <p className={css.text} dir="auto">
            {text}
          </p>
        )}
      </div>
      <div className={css.acts}>{children}</div>
    </article>
  );
}
