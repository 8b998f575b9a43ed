import { useQuery } from "@tanstack/react-query";
import { sentenceOf } from "../../api/problem";
import { ButtonLink } from "../../components/Button";
import { Skeleton } from "../../components/Skeleton";
import { type Kind, typeName } from "../../proof";
import { Facts } from "../../receipt/Facts";
import { short } from "../../receipt/Hash";
import css from "./log.module.css";
import { type Batch, entriesQuery, type LogEntry } from "./queries";

/** One batch: where it is on the chain, and its entries. */
export function BatchPanel({ batch }: { batch: Batch }) {
  const { data, error, isPending } = useQuery(entriesQuery(batch));
  const { anchor } = batch;
  return (
    <section className={css.panel} aria-label={`Batch ${batch.sequence}`}>
      <header>
        <h2>Batch {batch.sequence}</h2>
        <ButtonLink to="/log" size="s" kind="quiet" preventScrollReset>
          Close
        </ButtonLink>
      </header>
      <Facts
        facts={[
          { name: "Root", value: batch.root, hash: true },
          {
            name: "Entries",
            value: `${batch.count}, positions ${batch.first} to ${batch.first + batch.count - 1}`,
          },
          ...(anchor
            ? [
                { name: "Transaction", value: anchor.transaction, hash: true },
                { name: "Block", value: `${anchor.block.number}` },
                { name: "Hash of the block", value: anchor.block.hash, hash: true },
              ]
            : [{ name: "On the chain", value: "not final yet" }]),
        ]}
      />
      {isPending && <Skeleton rows={2} label="Fetching the entries" />}
      {error && <p role="alert">{sentenceOf(error)}</p>}
      {data && <EntryTable items={data} more={batch.count - data.length} />}
    </section>
  );
}

function EntryTable({ items, more }: { items: LogEntry[]; more: number }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
    <section className={css.scroll} aria-label="Entries" tabIndex={0}>
      <table className={css.table}>
        <caption className="visually-hidden">Entries by position</caption>
        <thead>
          <tr>
            <th scope="col" className={css.number}>
              Position
            </th>
            <th scope="col">Kind</th>
            <th scope="col">Author</th>
            <th scope="col">Signed</th>
            <th scope="col">Content</th>
          </tr>
        </thead>
        <tbody>
          {items.map(({ entry, signature }) => (
            <tr key={entry.position}>
              <td className={css.number}>{entry.position}</td>
              <td>{typeName(entry.kind as Kind)}</td>
              <td>
                <code title={entry.author}>{short(entry.author)}</code>
              </td>
              <td>{signature === null ? "unsigned" : "yes"}</td>
              <td>
                <code title={entry.content}>{short(entry.content)}</code>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {more > 0 && (
        <p className={css.about}>And {more.toLocaleString("en")} more: GET /api/v1/log/entries has all.</p>
      )}
    </section>
  );
}
