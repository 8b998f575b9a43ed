import { type ReactNode, useId } from "react";
import css from "./forms.module.css";

interface AreaProps {
  label: string;
  hint?: string;
  problem?: string | null;
  /** How many characters there may be; shown as they are counted by the server. */
  most?: number;
  rows?: number;
  value: string;
  onChange: (value: string) => void;
}

/** A labelled text of several lines. */
export function Area({ label, hint, problem, most, rows = 4, value, onChange }: AreaProps) {
  const id = useId();
  const length = [...value].length;
  return (
    <div className={css.field}>
      <label htmlFor={id}>{label}</label>
      <textarea
        id={id}
        rows={rows}
        value={value}
        spellCheck={most !== undefined}
        aria-invalid={problem ? true : undefined}
        aria-describedby={`${id}-about`}
        onChange={(event) => onChange(event.target.value)}
      />
      <p id={`${id}-about`} className={css.under}>
        <span className={problem ? css.bad : undefined} role={problem ? "alert" : undefined}>
          {problem || hint}
        </span>
        {most !== undefined && (
          <span className={length > most ? css.bad : undefined}>
            {length}/{most}
            <span className="visually-hidden"> characters</span>
          </span>
        )}
      </p>
    </div>
  );
}

export interface Option<Value extends string> {
  value: Value;
  text: string;
  about?: ReactNode;
}

interface ChoiceProps<Value extends string> {
  legend: string;
  value: Value;
  options: readonly Option<Value>[];
  onChange: (value: Value) => void;
}

/** One of a few: radio buttons with what each means. */
export function Choice<Value extends string>({ legend, value, options, onChange }: ChoiceProps<Value>) {
  const name = useId();
  return (
    <fieldset className={css.field}>
      <legend>{legend}</legend>
      <div className={css.choices}>
        {options.map((one) => (
          <label key={one.value}>
            <input
              type="radio"
              name={name}
              checked={one.value === value}
              onChange={() => onChange(one.value)}
            />
            <span>
              {one.text}
              {one.about && <small>{one.about}</small>}
            </span>
          </label>
        ))}
      </div>
    </fieldset>
  );
}
