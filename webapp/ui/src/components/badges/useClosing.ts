import { type RefObject, useEffect, useRef } from "react";

/** What a pop-over hangs on: Escape, a press elsewhere and focus elsewhere close it; after Escape its button has the focus. */
export function useClosing<Root extends HTMLElement>(
  open: boolean,
  close: () => void,
): RefObject<Root | null> {
  const root = useRef<Root>(null);
  const latest = useRef(close);
  latest.current = close;
  useEffect(() => {
    if (!open) return;
    const outside = (event: Event) => {
      if (event.target instanceof Node && !root.current?.contains(event.target)) latest.current();
    };
    const pressed = (event: KeyboardEvent) => {
      if (event.key !== "Escape") return;
      latest.current();
      root.current?.querySelector("button")?.focus();
    };
    document.addEventListener("pointerdown", outside);
    document.addEventListener("focusin", outside);
    document.addEventListener("keydown", pressed);
    return () => {
      document.removeEventListener("pointerdown", outside);
      document.removeEventListener("focusin", outside);
      document.removeEventListener("keydown", pressed);
    };
  }, [open]);
  return root;
}
