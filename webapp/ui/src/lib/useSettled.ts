/** Whether a page has been in front of somebody for a moment, so that what they press there is meant for it. */

import { useEffect, useState } from "react";

/** Longer than the two presses of a double click are apart. */
export const SETTLED_MS = 700;

/**
 * False at first, and again for a moment whenever the page comes to the front: another page may close itself between
 * the two presses of a double click, so that the second one falls on whatever lies behind it ("double-clickjacking").
 */
export function useSettled(): boolean {
  const [settled, setSettled] = useState(false);
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const begin = () => {
      clearTimeout(timer);
      setSettled(false);
      timer = setTimeout(() => setSettled(true), SETTLED_MS);
    };
    begin();
    window.addEventListener("focus", begin);
    document.addEventListener("visibilitychange", begin);
    return () => {
      clearTimeout(timer);
      window.removeEventListener("focus", begin);
      document.removeEventListener("visibilitychange", begin);
    };
  }, []);
  return settled;
}
