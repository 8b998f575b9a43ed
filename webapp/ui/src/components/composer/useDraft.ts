import { useCallback, useEffect, useRef, useState } from "react";
import {
  changed,
  type Draft,
  dropDraft,
  holdDraft,
  isNothing,
  keepDraft,
  newDraft,
  onDraftElsewhere,
  type Place,
  readDraft,
  sentDraft,
} from "../../lib/drafts";

export interface DraftState {
  draft: Draft;
  change: (part: Partial<Draft>) => void;
  /** Forget it and begin anew: it was published, or thrown away. */
  done: () => void;
  /** Change it and keep it at once, also while it is on its way. */
  amend: (part: Partial<Draft>) => void;
  /** The draft as it is now, to be sent: kept before that, even where it has no words. */
  freeze: () => Draft;
  /** False where this browser cannot keep it. */
  kept: boolean;
}

const REST_MS = 300;

/** The draft of a place, kept a moment after each change and whenever the page goes away. */
export function useDraft(account: string, place: Place, start?: Partial<Draft>): DraftState {
  const [draft, setDraft] = useState<Draft>(
    () => readDraft(account, place, Date.now(), start?.media) ?? { ...newDraft(), ...start },
  );
  const [kept, setKept] = useState(true);
  // `own`: changed or sent here, and not only read.
  const now = useRef({ draft, dirty: false, own: false });
  const keep = useCallback(() => {
    if (!now.current.dirty) return;
    now.current.dirty = false;
    setKept(keepDraft(account, place, now.current.draft));
  }, [account, place]);
  const change = useCallback(
    (part: Partial<Draft>) => {
      const { draft: before } = now.current;
      // An edit is that of its post, whatever becomes of its words.
      const next = place.startsWith("edit:") ? { ...before, ...part } : changed(before, part);
      now.current = { draft: next, dirty: true, own: true };
      holdDraft(account, place, next);
      setDraft(next);
    },
    [account, place],
  );
  // biome-ignore lint/correctness/useExhaustiveDependencies: each change starts the wait anew
  useEffect(() => {
    const wait = setTimeout(keep, REST_MS);
    return () => clearTimeout(wait);
  }, [draft, keep]);
  useEffect(() => {
    window.addEventListener("pagehide", keep);
    return () => {
      window.removeEventListener("pagehide", keep);
      keep();
    };
  }, [keep]);
  useEffect(() => {
    // Not over what the other tab keeps, or both would write without end: when this page goes, or with the next change.
    return onDraftElsewhere(account, place, (dropped) => {
      if (!now.current.own || isNothing(now.current.draft)) return;
      now.current.dirty = true;
      if (dropped) keep();
    });
  }, [account, place, keep]);
  const amend = useCallback(
    (part: Partial<Draft>) => {
      change(part);
      keep();
    },
    [change, keep],
  );
  const freeze = useCallback(() => {
    now.current = { draft: sentDraft(now.current.draft), dirty: true, own: true };
    keep();
    return now.current.draft;
  }, [keep]);
  const audience = start?.audience ?? "public";
  const done = useCallback(() => {
    const next = { ...newDraft(), audience };
    dropDraft(account, place, now.current.draft.id);
    now.current = { draft: next, dirty: false, own: false };
    setDraft(next);
  }, [account, place, audience]);
  return { draft, change, amend, done, freeze, kept };
}
