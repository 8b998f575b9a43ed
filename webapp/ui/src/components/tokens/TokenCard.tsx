import type { ReactNode } from "react";
import { Link } from "react-router";
import { tokenPath } from "../../lib/paths";
import { nameOfToken, textOf } from "../../lib/tokens";
import css from "./TokenCard.module.css";
import { TokenPicture } from "./TokenPicture";

interface Props {
  number: string;
  metadata: Record<string, unknown> | null;
  /** A line below the name. */
  children?: ReactNode;
}

/** A token in a gallery: the whole card leads to it. */
export function TokenCard({ number, metadata, children }: Props) {
  const text = textOf(metadata);
  return (
    <article className={css.card}>
      <TokenPicture text={text} alt="" />
      <div className={css.words}>
        <Link to={tokenPath(number)} className={css.name}>
          <bdi>{nameOfToken(text, number)}</bdi>
        </Link>
        {children && <p className={css.line}>{children}</p>}
      </div>
    </article>
  );
}
