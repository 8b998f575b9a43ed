import { Link } from "react-router";
import { personPath } from "../lib/paths";
import { shortAddress } from "../wallet/names";
import css from "./Person.module.css";

interface Props {
  card: { id: string; handle: string | null; name: string | null };
}

/** Somebody's name and handle, as a link to them. */
export function PersonName({ card }: Props) {
  return (
    <Link to={personPath(card)} className={css.name}>
      <bdi className={css.own}>{nameOf(card)}</bdi>
      {card.name && card.handle && <span className={css.handle}>@{card.handle}</span>}
    </Link>
  );
}

interface Named {
  name: string | null;
  handle: string | null;
  /** Stand in the whole profile alone; cards in lists have none. */
  authors?: readonly { address: string }[];
}

/** What somebody is called in a sentence: name, else handle, else the first wallet's address. */
export function nameOf({ name, handle, authors }: Named): string {
  if (name) return name;
  if (handle) return `@${handle}`;
  const first = authors?.[0];
  return first ? shortAddress(first.address) : "Somebody without a handle";
}
