import { useEffect, useState } from "react";
import { resultOf } from "../proof";
import { type Checked, checkFile, isShortLog, isUnusable, type Unusable } from "./check";
import type { Trust } from "./trust";

export interface CheckState {
  result: Checked | Unusable | null;
  /** Something is being asked still; what stands there is not the last word. */
  busy: boolean;
  /** The verifier itself broke, which no file and no node should bring about. */
  broken: string | null;
  again: () => void;
  /** Read the whole log as well; null where that is not possible or was done. */
  readLog: (() => void) | null;
}

interface Progress {
  result: Checked | Unusable | null;
  busy: boolean;
  broken: string | null;
}

const START: Progress = { result: null, busy: true, broken: null };

/** Verify a file, again whenever the file or what is believed changes; first without the log, which takes longer. */
export function useChecked(data: Uint8Array, trust: Trust | null, api: string | null): CheckState {
  const [state, setState] = useState(START);
  const [round, setRound] = useState(0);
  const [wantsLog, setWantsLog] = useState(false);

  // biome-ignore lint/correctness/useExhaustiveDependencies: `round` asks for the same again
  useEffect(() => {
    let stale = false;
    const put = (progress: Progress) => {
      if (!stale) setState(progress);
    };
    run(data, trust, api, wantsLog, put).catch((error: unknown) =>
      put({ result: null, busy: false, broken: String(error) }),
    );
    return () => {
      stale = true;
    };
  }, [data, trust, api, wantsLog, round]);

  const { result } = state;
  const logCanBeRead = result !== null && !isUnusable(result) && !result.withLog && isAnchored(result);
  return {
    ...state,
    again: () => setRound((before) => before + 1),
    readLog: logCanBeRead && api !== null && !state.busy ? () => setWantsLog(true) : null,
  };
}

async function run(
  data: Uint8Array,
  trust: Trust | null,
  api: string | null,
  wantsLog: boolean,
  put: (progress: Progress) => void,
): Promise<void> {
  put(START);
  const first = await checkFile(data, trust, null);
  const more = api !== null && trust !== null && !isUnusable(first) && isAnchored(first);
  put({ result: first, busy: more, broken: null });
  if (!more) return;
  const whole = wantsLog || (await isShortLog(trust));
  const second = whole ? await checkFile(data, trust, api) : first;
  put({ result: tellsMore(second, first) ? second : first, busy: false, broken: null });
}

/** A log that cannot be read decides less than none at all; a failure always counts. */
function tellsMore(second: Checked | Unusable, first: Checked): boolean {
  if (isUnusable(second)) return false;
  const open = ({ report }: Checked) => report.results.filter(({ verdict }) => verdict === "unknown").length;
  return second.code === 1 || open(second) <= open(first);
}

function isAnchored({ report }: Checked): boolean {
  return resultOf(report, "anchored").verdict === "pass" && !report.selfAnchored;
}
