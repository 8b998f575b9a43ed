/** Items under the days that they are of, in the reader's own zone. */

const near = new Intl.RelativeTimeFormat("en", { numeric: "auto" });
const thisYear = new Intl.DateTimeFormat("en", { weekday: "long", day: "numeric", month: "long" });
const otherYear = new Intl.DateTimeFormat("en", { day: "numeric", month: "long", year: "numeric" });
const DAY_MS = 86_400_000;

export interface Day<Item> {
  /** "Today", "Yesterday", "Monday, March 2", "March 2, 2025". */
  name: string;
  items: Item[];
}

/** Neighbours of one day together, in the order in which they came. `now` is in milliseconds. */
export function byDay<Item>(
  items: readonly Item[],
  timeOf: (item: Item) => string,
  now: number,
): Day<Item>[] {
  const days: Day<Item>[] = [];
  for (const item of items) {
    const name = dayName(timeOf(item), now);
    const last = days.at(-1);
    if (last?.name === name) last.items.push(item);
    else days.push({ name, items: [item] });
  }
  return days;
}

/** The day of a moment in words. */
export function dayName(at: string, now: number): string {
  const day = midnight(new Date(at));
  const away = Math.round((day - midnight(new Date(now))) / DAY_MS);
  if (away >= -1 && away <= 0) {
    const words = near.format(away, "day");
    return words.charAt(0).toUpperCase() + words.slice(1);
  }
  const same = new Date(day).getFullYear() === new Date(now).getFullYear();
  return (same ? thisYear : otherYear).format(day);
}

function midnight(date: Date): number {
  return new Date(date.getFullYear(), date.getMonth(), date.getDate()).getTime();
}
