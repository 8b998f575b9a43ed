/** Where one was on each page of the history: back leads there, a link to the top or to its anchor. */

import { useEffect, useLayoutEffect } from "react";
import { useLocation } from "react-router";

const KEPT = "troth.scroll";
const positions = new Map<string, number>(read());
let stay = false;

/** Say whether the next page of the history begins where this one is scrolled to. */
export function keepScroll(yes: boolean | undefined): void {
  stay = yes === true;
}

/** Scroll as the reader expects: for the shell, once. */
export function useScroll(): void {
  const { key, pathname, hash } = useLocation();
  useEffect(() => {
    history.scrollRestoration = "manual";
    const keep = () => {
      sessionStorage.setItem(KEPT, JSON.stringify([...positions].slice(-100)));
      history.scrollRestoration = "auto";
    };
    addEventListener("pagehide", keep);
    return () => removeEventListener("pagehide", keep);
  }, []);
  useLayoutEffect(() => {
    // The first page of a tab has no key of its own.
    const place = `${key} ${pathname}`;
    const known = positions.get(place);
    if (known !== undefined) scrollTo(0, known);
    else if (!stay) toAnchor(hash);
    stay = false;
    const note = () => positions.set(place, scrollY);
    addEventListener("scroll", note, { passive: true });
    return () => removeEventListener("scroll", note);
  }, [key, pathname, hash]);
}

function toAnchor(hash: string): void {
  const anchor = hash ? document.getElementById(hash.slice(1)) : null;
  if (anchor) anchor.scrollIntoView();
  else scrollTo(0, 0);
}

function read(): [string, number][] {
  try {
    return JSON.parse(sessionStorage.getItem(KEPT) ?? "[]");
  } catch {
    return []; // a browser that keeps nothing, or what an older version kept
  }
}
