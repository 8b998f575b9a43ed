/** Keeps the Verify page in this browser, so that it works without the server (worker.js, made at build time). */

import { useEffect, useState } from "react";

export type Kept = "no" | "yes" | "impossible";

/** Whether the page will open without the server; keeping begins with the first visit. */
export function useKeptOffline(): Kept {
  const [kept, setKept] = useState<Kept>("no");
  useEffect(() => {
    let gone = false;
    const put = (state: Kept) => !gone && setKept(state);
    if (!("serviceWorker" in navigator) || !import.meta.env.PROD) {
      put("impossible");
      return;
    }
    keep().then(
      () => put("yes"),
      () => put("impossible"),
    );
    return () => {
      gone = true;
    };
  }, []);
  return kept;
}

/** Register the worker; resolves once all it needs is kept. */
async function keep(): Promise<void> {
  const registration = await navigator.serviceWorker.register("/ui/sw.js", { scope: "/verify" });
  const worker = registration.installing ?? registration.waiting ?? registration.active;
  if (worker === null || worker.state === "activated") return;
  await new Promise<void>((resolve, reject) => {
    worker.addEventListener("statechange", () => {
      if (worker.state === "activated") resolve();
      if (worker.state === "redundant") reject(new Error("not all files could be kept"));
    });
  });
}
