import { Link } from "react-router";
import { Time } from "../../components/Time";
import { short } from "../../receipt/Hash";
import { type Row, spellNumber } from "./figures";
import css from "./log.module.css";

/** The batches, newest first, with all that the plots show. */
export function BatchTable({ rows, chosen }: { rows: Row[]; chosen: number | null }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
    <section className={css.scroll} aria-label="Batches" tabIndex={0}>
      <table className={css.table}>
        <caption className="visually-hidden">Batches, newest first</caption>
        <thead>
          <tr>
            <th scope="col">Batch</th>
            <th scope="col">State</th>
            <th scope="col" className={css.number}>
              Records
            </th>
            <th scope="col" className={css.number}>
              Gas per record
            </th>
            <th scope="col" className={css.number}>
              Waited (s)
            </th>
            <th scope="col">Sealed</th>
            <th scope="col">Root</th>
          </tr>
        </thead>
        <tbody>
          {[...rows].reverse().map((row) => (
            <BatchRow key={row.batch.sequence} row={row} chosen={row.batch.sequence === chosen} />
          ))}
        </tbody>
      </table>
    </section>
  );
}

function BatchRow({ row: { batch, gasPerRecord, wait }, chosen }: { row: Row; chosen: boolean }) {
  const { sequence, state, count, sealed_at, root } = batch;
  return (
    <tr className={chosen ? css.chosen : undefined}>
      <th scope="row">
        <Link to={`/log?batch=${sequence}`} preventScrollReset aria-label={`Batch ${sequence}: its entries`}>
          {sequence}
        </Link>
      </th>
      <td>
        <span className={`${css.state} ${css[state] ?? ""}`}>{state}</span>
      </td>
      <td className={css.number}>{count.toLocaleString("en")}</td>
      <td className={css.number}>{gasPerRecord === null ? "–" : spellNumber(gasPerRecord)}</td>
      <td className={css.number}>{wait === null ? "–" : spellNumber(wait)}</td>
      <td className={css.when}>
        <Time at={sealed_at} />
      </td>
      <td>
        <code title={root}>{short(root)}</code>
      </td>
    </tr>
  );
}
