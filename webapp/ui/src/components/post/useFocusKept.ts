import { useEffect, useRef } from "react";

/**
 * Keeps the focus on one's own post as it turns into what is left of it, or back: the menu that had the focus is gone.
 * Returns the ref of what stands there.
 */
export function useFocusKept(gone: boolean, own: boolean) {
  const ref = useRef<HTMLElement>(null);
  const before = useRef(gone);
  useEffect(() => {
    if (before.current === gone) return;
    before.current = gone;
    if (own && document.activeElement === document.body) ref.current?.focus({ preventScroll: true });
  }, [gone, own]);
  return ref;
}
