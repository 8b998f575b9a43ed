/** What a batch cost and how long it waited. */

import type { Batch } from "./queries";

export interface Row {
  batch: Batch;
  /** Gas of its transaction divided by its records; null while it is not known. */
  gasPerRecord: number | null;
  /** From sealing to the time of its block, in seconds; null until it is final. Block times are whole seconds. */
  wait: number | null;
}

export function rowsOf(batches: Batch[], gas: ReadonlyMap<string, number>): Row[] {
  return batches.map((batch) => {
    const { anchor, count, sealed_at } = batch;
    const used = anchor && gas.get(anchor.transaction);
    return {
      batch,
      gasPerRecord: used ? used / count : null,
      wait: anchor && Math.max(0, anchor.block.time - Date.parse(sealed_at) / 1_000),
    };
  });
}

/** The middle of the values that are known; null if none is. */
export function median(values: (number | null)[]): number | null {
  const known = values.filter((each) => each !== null).sort((one, other) => one - other);
  const middle = Math.floor(known.length / 2);
  const upper = known[middle];
  if (upper === undefined) return null;
  return known.length % 2 === 1 ? upper : ((known[middle - 1] ?? upper) + upper) / 2;
}

/** Round numbers from 0 to at least `highest`, about `wanted` of them, `least` apart or more: the ticks of an axis. */
export function ticksTo(highest: number, wanted = 4, least = 0): number[] {
  if (!(highest > 0)) return [0, 1];
  const rough = Math.max(least, highest / wanted);
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = ([1, 2, 5, 10].find((each) => each * power >= rough) ?? 10) * power;
  const count = Math.ceil(highest / step - 1e-9);
  return Array.from({ length: count + 1 }, (_, index) => Number((index * step).toPrecision(12)));
}

/** Batch numbers for the foot of a plot: at most `wanted` whole ones, evenly spaced. */
export function places(first: number, last: number, wanted = 5): number[] {
  const whole = ticksTo(Math.max(1, last - first), wanted, 1)[1] ?? 1;
  const start = Math.ceil(first / whole) * whole;
  return Array.from({ length: Math.floor((last - start) / whole) + 1 }, (_, index) => start + index * whole);
}

const number = new Intl.NumberFormat("en", { maximumFractionDigits: 0 });
const small = new Intl.NumberFormat("en", { maximumFractionDigits: 1 });

export function spellNumber(value: number): string {
  return value < 10 ? small.format(value) : number.format(value);
}
