// Claim `latest`: nothing newer of this record is in the final batches.
import type { AnchorFinding } from "./anchoring";
import { type Context, isFinding } from "./context";
import type { LogWalk } from "./logWalk";
import { type Finding, failed, passed, unknown } from "./verdicts";

/** Judge `latest` against a walk of the whole log, or say why there is none. */
export function judgeLatest(context: Context, anchored: AnchorFinding, walk: LogWalk | Finding): Finding {
  if (anchored.byAuthor) {
    return unknown("anchored by its author, so the log says nothing of later versions");
  }
  if (isFinding(walk)) return walk;
  const { position, record } = context.bundle.entry;
  const entries = walk.entries.map((each) => each.entry);
  const known = new Set(entries.filter((each) => each.position <= position).map((each) => each.content));
  const later = entries.find(
    (each) => each.position > position && each.record === record && !known.has(each.content),
  );
  if (later !== undefined) {
    return failed(`a later version of this record is in the log, at position ${later.position}`);
  }
  if (walk.gap !== null) return unknown(`no later version in ${walk.batches} batches, but ${walk.gap}`);
  return passed(`no later version of this record in the log's ${walk.batches} final batches`);
}
