import { Hash } from "../../../receipt/Hash";
import css from "./secrets.module.css";

/** Values to copy, by name: a secret that is shown once, and what belongs to it. */
export function Secrets({ parts }: { parts: Record<string, string> }) {
  return (
    <dl className={css.secrets}>
      {Object.entries(parts).map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>
            <Hash value={value} name={name} />
          </dd>
        </div>
      ))}
    </dl>
  );
}
