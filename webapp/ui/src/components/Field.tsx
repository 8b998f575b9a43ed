import { type InputHTMLAttributes, type ReactNode, useId } from "react";
import css from "./Field.module.css";

interface Props extends Omit<InputHTMLAttributes<HTMLInputElement>, "onChange"> {
  label: string;
  hint?: ReactNode;
  /** What is wrong with it; read out, and tied to the input. */
  problem?: string | null;
  onChange: (value: string) => void;
}

/** A labelled input with its hint and its problem. */
export function Field({ label, hint, problem, onChange, ...rest }: Props) {
  const id = useId();
  return (
    <div className={css.field}>
      <label htmlFor={id}>{label}</label>
      <input
        {...rest}
        id={id}
        className={css.input}
        aria-invalid={problem ? true : undefined}
        aria-describedby={`${id}-about`}
        onChange={(event) => onChange(event.target.value)}
      />
      <p id={`${id}-about`} className={problem ? css.problem : css.hint} role={problem ? "alert" : undefined}>
        {problem || hint}
      </p>
    </div>
  );
}
