/** Times in words. The API's are RFC 3339 in UTC; people see their own zone. */

const STEPS: [limit: number, seconds: number, unit: Intl.RelativeTimeFormatUnit][] = [
  [3600, 60, "minute"],
  [86_400, 3600, "hour"],
  [7 * 86_400, 86_400, "day"],
];
const relative = new Intl.RelativeTimeFormat("en", { numeric: "always", style: "narrow" });
const exact = new Intl.DateTimeFormat("en", { dateStyle: "long", timeStyle: "medium" });
const thisYear = new Intl.DateTimeFormat("en", { day: "numeric", month: "short" });
const otherYear = new Intl.DateTimeFormat("en", { day: "numeric", month: "short", year: "numeric" });

/** "now", "5m ago", "3h ago", "2d ago", then the date; "in 2h" for what is to come. `now` is in milliseconds. */
export function relativeTime(at: string, now: number): string {
  const time = new Date(at);
  const seconds = Math.round((time.getTime() - now) / 1000);
  const away = Math.abs(seconds);
  if (away < 60) return "now";
  for (const [limit, size, unit] of STEPS) {
    if (away < limit) return relative.format(Math.trunc(seconds / size), unit);
  }
  return (time.getFullYear() === new Date(now).getFullYear() ? thisYear : otherYear).format(time);
}

/** The whole date and time, to the second. */
export function exactTime(at: string): string {
  return exact.format(new Date(at));
}
