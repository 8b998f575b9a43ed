import { type RefObject, useEffect, useRef } from "react";

/** Whether the component is still there, for what ends later. */
export function useAlive(): RefObject<boolean> {
  const alive = useRef(true);
  useEffect(() => {
    alive.current = true;
    return () => {
      alive.current = false;
    };
  }, []);
  return alive;
}
