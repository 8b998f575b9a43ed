import css from "./Facts.module.css";
import type { Fact } from "./facts";
import { Hash } from "./Hash";

/** Names and values, the long ones with a button that copies them. */
export function Facts({ facts }: { facts: Fact[] }) {
  return (
    <dl className={css.list}>
      {facts.map(({ name, value, hash }) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{hash ? <Hash value={value} name={name} /> : value}</dd>
        </div>
      ))}
    </dl>
  );
}
