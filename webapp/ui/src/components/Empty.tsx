import type { ReactNode } from "react";
import css from "./Empty.module.css";

interface Props {
  title: string;
  text?: ReactNode;
  icon?: ReactNode;
  children?: ReactNode;
}

/** Where there is nothing: what would be here, and what to do about it. */
export function Empty({ title, text, icon, children }: Props) {
  return (
    <div className={css.empty}>
      {icon && (
        <div className={css.icon} aria-hidden="true">
          {icon}
        </div>
      )}
      <h2>{title}</h2>
      {text && <p>{text}</p>}
      {children && <div className={css.acts}>{children}</div>}
    </div>
  );
}
