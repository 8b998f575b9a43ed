import { type ReactNode, useId } from "react";
import forms from "../../../styles/forms.module.css";
import css from "./parts.module.css";

interface Props {
  title: string;
  about?: ReactNode;
  /** Stands at the end of the heading's line, as a button that adds something. */
  act?: ReactNode;
  children?: ReactNode;
}

/** One part of a section: a heading, what it is about, and what one does there. */
export function Part({ title, about, act, children }: Props) {
  const id = useId();
  return (
    <section className={css.part} aria-labelledby={id}>
      <header className={css.partHead}>
        <h2 id={id}>{title}</h2>
        {act}
      </header>
      {about && <p className={css.about}>{about}</p>}
      {children}
    </section>
  );
}

/** What a section is about, at its top. */
export function Lead({ children }: { children: ReactNode }) {
  return <p className={css.lead}>{children}</p>;
}

/** A list of things that one has, each with what one can do about it. */
export function Rows({ children }: { children: ReactNode }) {
  return <ul className={`plain ${css.rows}`}>{children}</ul>;
}

interface RowProps {
  title: ReactNode;
  /** What marks it out among the others, as in "This browser". */
  mark?: string | null | false;
  children?: ReactNode;
  acts?: ReactNode;
}

/** One thing in such a list. */
export function Row({ title, mark, children, acts }: RowProps) {
  return (
    <li className={css.row}>
      <div className={css.rowWords}>
        <p className={css.rowTitle}>
          <strong>{title}</strong>
          {mark && <span className={css.mark}>{mark}</span>}
        </p>
        {children && <div className={css.about}>{children}</div>}
      </div>
      {acts && <div className={css.rowActs}>{acts}</div>}
    </li>
  );
}

/** What went wrong, under what was tried; nothing where nothing did. */
export function Problem({ text }: { text: string | null | undefined }) {
  if (!text) return null;
  return (
    <p className={forms.problem} role="alert">
      {text}
    </p>
  );
}
