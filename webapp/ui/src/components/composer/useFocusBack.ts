import { type RefObject, useEffect, useRef } from "react";

/**
 * Gives the text box the focus of the button that the keyboard pressed, once what it sent is through: with nothing
 * more to send the button cannot keep it. Returns what remembers, at the press, what had the focus.
 */
export function useFocusBack(box: RefObject<HTMLTextAreaElement | null>, busy: boolean): () => void {
  const byKeyboard = useRef(false);
  useEffect(() => {
    if (busy || !byKeyboard.current) return;
    byKeyboard.current = false;
    box.current?.focus({ preventScroll: true });
  }, [box, busy]);
  return () => {
    byKeyboard.current = document.activeElement?.matches("button:focus-visible") ?? false;
  };
}
