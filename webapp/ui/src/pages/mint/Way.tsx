import { useId } from "react";
import css from "./mint.module.css";

const WAYS = {
  permission: {
    name: "Free of charge",
    about: "Your wallet signs a permission for this one token; the server sends it and pays the gas.",
  },
  wallet: {
    name: "With my own wallet",
    about: "Your wallet sends the transaction and pays the gas. Nobody else has a hand in it.",
  },
} as const;

type By = keyof typeof WAYS;

/** Who sends the mint, and pays. */
export function Way({ by, onChange }: { by: By; onChange: (by: By) => void }) {
  const id = useId();
  return (
    <fieldset className={css.ways}>
      <legend>How it gets to the chain</legend>
      {(Object.keys(WAYS) as By[]).map((way) => (
        <label key={way} className={css.way}>
          <input type="radio" name={id} value={way} checked={by === way} onChange={() => onChange(way)} />
          <span>
            <strong>{WAYS[way].name}</strong>
            <small>{WAYS[way].about}</small>
          </span>
        </label>
      ))}
    </fieldset>
  );
}
