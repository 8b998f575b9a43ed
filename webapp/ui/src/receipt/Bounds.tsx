import { type Report, resultOf, spellTime } from "../proof";
import css from "./Bounds.module.css";

/** Both bounds of time, as the chain's blocks tell them. */
export function Bounds({ report }: { report: Report }) {
  const before = resultOf(report, "not_before");
  const after = resultOf(report, "not_after");
  const from = before.verdict === "pass" ? before.time : undefined;
  const to = after.verdict === "pass" ? after.time : undefined;
  return (
    <div className={css.bounds}>
      <dl className={css.ends}>
        <div>
          <dt>Written after</dt>
          <dd>{from === undefined ? "not shown" : spellTime(from)}</dd>
        </div>
        <div>
          <dt>Existed by</dt>
          <dd>{to === undefined ? "not shown" : spellTime(to)}</dd>
        </div>
      </dl>
      <div
        className={`${css.span} ${from === undefined ? css.open : ""} ${to === undefined ? css.late : ""}`}
        aria-hidden="true"
      />
      {from !== undefined && to !== undefined && (
        <p className={css.about}>Written at some time in these {spellSpan(to - from)}.</p>
      )}
    </div>
  );
}

const UNITS: [seconds: number, name: string][] = [
  [86_400, "day"],
  [3_600, "hour"],
  [60, "minute"],
];

/** A span of time in the largest unit of which it holds two. */
export function spellSpan(seconds: number): string {
  const [size, name] = UNITS.find(([size]) => seconds >= 2 * size) ?? [1, "second"];
  const count = Math.ceil(seconds / size);
  return `${count.toLocaleString("en")} ${name}${count === 1 ? "" : "s"}`;
}
