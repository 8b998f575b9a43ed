import { useNow } from "../lib/now";
import { exactTime, relativeTime } from "../lib/time";

/** When something was, in words; the exact time on hover and for readers of the page's code. */
export function Time({ at, className }: { at: string; className?: string }) {
  const now = useNow();
  return (
    <time dateTime={at} title={exactTime(at)} className={className}>
      {relativeTime(at, now)}
    </time>
  );
}
