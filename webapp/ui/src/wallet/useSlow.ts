import { useEffect, useState } from "react";
import { useAsking } from "./asking";

const SLOW_MS = 1_500;

/** What to say then: the chain is asked about nobody else's signature. */
export const STILL_CHECKING = "Still checking: a contract wallet's signature is asked of the chain.";

/** Whether something has been going on for longer than people wait without a word, and no wallet is asked. */
export function useSlow(busy: boolean): boolean {
  const [slow, setSlow] = useState(false);
  const asking = useAsking();
  const going = busy && asking === null;
  useEffect(() => {
    if (!going) return setSlow(false);
    const wait = setTimeout(() => setSlow(true), SLOW_MS);
    return () => clearTimeout(wait);
  }, [going]);
  return slow;
}
