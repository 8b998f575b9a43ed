/** What became of a transaction that one's own wallet sent. */

import { skipToken, useQuery } from "@tanstack/react-query";
import type { SentNote } from "../lib/sent";
import { loadWallets } from "../wallet/load";

const LOOK_MS = 3_000;

export type Outcome = "waiting" | "done" | "reverted";

/** What the chain says of it by now; null where nothing was sent, or nobody could be asked yet. */
export function useOutcome(note: SentNote | null): Outcome | null {
  const { data } = useQuery({
    queryKey: ["sent", note?.hash],
    queryFn: note ? async () => (await loadWallets()).outcomeOf(note.hash) : skipToken,
    refetchInterval: ({ state }) => (state.data === "waiting" ? LOOK_MS : false),
  });
  return data ?? null;
}
