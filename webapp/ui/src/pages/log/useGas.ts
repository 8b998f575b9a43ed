import { useQuery } from "@tanstack/react-query";
import { gasUsed } from "../../proof";
import type { Batch } from "./queries";

const AT_ONCE = 4;
const known = new Map<string, number>();

/** Gas used by the transactions of final batches, asked of the reader's node; what cannot be had is left out. */
export function useGas(
  batches: Batch[],
  rpc: string | null,
): { gas: ReadonlyMap<string, number>; away: boolean } {
  const wanted = batches.flatMap(({ anchor }) =>
    anchor && !known.has(anchor.transaction) ? [anchor.transaction] : [],
  );
  const newest = wanted.at(-1) ?? "";
  const { data, isError } = useQuery({
    queryKey: ["log", "gas", rpc, newest, wanted.length],
    queryFn: async () => {
      await readAll(rpc ?? "", wanted);
      return new Map(known);
    },
    enabled: rpc !== null && rpc !== "" && wanted.length > 0,
    staleTime: Number.POSITIVE_INFINITY,
    structuralSharing: false,
  });
  return { gas: data ?? known, away: isError };
}

async function readAll(rpc: string, wanted: string[]): Promise<void> {
  const queue = [...wanted];
  const work = async () => {
    for (let next = queue.pop(); next !== undefined; next = queue.pop()) {
      const used = await gasUsed(rpc, next);
      if (used !== null) known.set(next, used);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
}
