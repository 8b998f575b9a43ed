import { useId } from "react";
import forms from "../../styles/forms.module.css";
import css from "./moderation.module.css";

interface Props {
  label: string;
  hint?: string;
  value: string;
  onChange: (text: string) => void;
}

/** Why, in one's own words. */
export function ReasonField({ label, hint, value, onChange }: Props) {
  const id = useId();
  return (
    <div className={forms.field}>
      <label htmlFor={id}>{label}</label>
      <textarea
        id={id}
        rows={4}
        maxLength={1000}
        required
        value={value}
        aria-describedby={hint ? `${id}-hint` : undefined}
        onChange={(event) => onChange(event.target.value)}
      />
      {hint && (
        <p id={`${id}-hint`} className={css.about}>
          {hint}
        </p>
      )}
    </div>
  );
}
