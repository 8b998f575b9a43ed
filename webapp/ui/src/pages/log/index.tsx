import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import { useSearchParams } from "react-router";
import { sentenceOf } from "../../api/problem";
import { Button } from "../../components/Button";
import { Empty } from "../../components/Empty";
import { PageTitle } from "../../components/PageTitle";
import { Skeleton } from "../../components/Skeleton";
import { useTrust } from "../../receipt/useTrust";
import { BatchTable } from "./BatchTable";
import { BatchPanel } from "./Entries";
import { median, type Row, rowsOf, spellNumber } from "./figures";
import css from "./log.module.css";
import { Plot } from "./Plot";
import { type Batch, newestQuery, olderQuery } from "./queries";
import { useGas } from "./useGas";

/** The public log as it grows: batches, what they cost, how long they waited. */
export function Component() {
  const { data, error, isPending, refetch } = useQuery(newestQuery);
  return (
    <>
      <PageTitle title="The log" back="/" />
      <div className={css.page}>
        <p className={css.about}>
          What people publish is collected in batches; the root of each is written to a chain, where nobody
          can take it back. The texts are not here: only their hashes, who signed, and in which order.
        </p>
        {isPending && <Skeleton rows={6} label="Reading the log" />}
        {error && (
          <Empty title="The log cannot be read now" text={sentenceOf(error)}>
            <Button onClick={() => void refetch()}>Try again</Button>
          </Empty>
        )}
        {data?.length === 0 && (
          <Empty
            title="Nothing is anchored yet"
            text="The first batch appears here as soon as somebody publishes."
          />
        )}
        {data && data.length > 0 && <Batches newest={data} />}
      </div>
    </>
  );
}

function Batches({ newest }: { newest: Batch[] }) {
  // What is older is asked for from where this began, not from where the newest are now.
  const [start] = useState(() => newest[0]?.sequence ?? 0);
  const older = useInfiniteQuery(olderQuery(start));
  const batches = joined([...(older.data?.pages ?? []).toReversed().flat(), ...newest]);
  const { trust } = useTrust();
  const { gas, away } = useGas(batches, trust?.rpc ?? null);
  const rows = rowsOf(batches, gas);
  const given = useSearchParams()[0].get("batch");
  const chosen = given !== null && /^[0-9]+$/.test(given) ? Number(given) : null;
  const panel = batches.find(({ sequence }) => sequence === chosen);
  const nodeIsAway = away || !trust?.rpc;
  return (
    <>
      <Summary rows={rows} />
      <Plots rows={rows} />
      <p className={css.about}>
        A batch waits from its sealing to the time of its block; blocks tell their time in whole seconds.
      </p>
      {nodeIsAway && (
        <p className={css.about}>
          Gas is read from a node, and {trust?.rpc ? "yours does not answer now" : "none is chosen"}: the
          Verify page has the setting.
        </p>
      )}
      {panel && <BatchPanel key={panel.sequence} batch={panel} />}
      {chosen !== null && !panel && <p role="status">Batch {chosen} is not among these; show older ones.</p>}
      <BatchTable rows={rows} chosen={chosen} />
      {(batches[0]?.sequence ?? 0) > 0 && (
        <Button
          busy={older.isFetching}
          onClick={() => void (older.data ? older.fetchNextPage() : older.refetch())}
        >
          Show older batches
        </Button>
      )}
      <NewBatches newest={newest} />
    </>
  );
}

function joined(batches: Batch[]): Batch[] {
  return [...new Map(batches.map((batch) => [batch.sequence, batch])).values()].sort(
    (one, other) => one.sequence - other.sequence,
  );
}

function Summary({ rows }: { rows: Row[] }) {
  const last = rows.at(-1)?.batch;
  if (!last) return null;
  const facts: [string, string][] = [
    ["batches", spellNumber(last.sequence + 1)],
    ["records", spellNumber(last.first + last.count)],
    ["gas per record", spell(median(rows.map((row) => row.gasPerRecord)))],
    ["seconds from sealing to block", spell(median(rows.map((row) => row.wait)))],
  ];
  return (
    <dl className={css.summary}>
      {facts.map(([name, value], index) => (
        <div key={name}>
          <dd>{value}</dd>
          <dt>{index < 2 ? name : `${name} (median)`}</dt>
        </div>
      ))}
    </dl>
  );
}

const spell = (value: number | null) => (value === null ? "–" : spellNumber(value));

function Plots({ rows }: { rows: Row[] }) {
  const plot = (take: (row: Row) => number | null) => ({
    points: rows.map((row) => ({ x: row.batch.sequence, y: take(row) })),
    middle: median(rows.map(take)),
  });
  return (
    <div className={css.plots}>
      <Plot title="Records in each batch" unit="records" shape="bars" {...plot(({ batch }) => batch.count)} />
      <Plot title="Cost" unit="gas per record" shape="dots" {...plot((row) => row.gasPerRecord)} />
      <Plot
        title="Waiting time"
        unit="seconds from sealing to block"
        shape="dots"
        {...plot((row) => row.wait)}
      />
    </div>
  );
}

/** Says it when a batch is new, for those who do not see the table grow. */
function NewBatches({ newest }: { newest: Batch[] }) {
  const last = newest.at(-1)?.sequence ?? 0;
  const before = useRef(last);
  const [news, setNews] = useState("");
  useEffect(() => {
    if (last > before.current) setNews(`Batch ${last} is new.`);
    before.current = last;
  }, [last]);
  return (
    <p role="status" className="visually-hidden">
      {news}
    </p>
  );
}
