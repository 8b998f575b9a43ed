/**
 * Who is signed in. The session itself is in HttpOnly cookies; this is what the page knows of it.
 *
 * `useMe` is the account, null for a visitor. Signing in and out, here or in another tab, empties what was read for
 * somebody else.
 */

import { type QueryClient, queryOptions, useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";
import { api, take } from "../api/client";
import { maySession } from "../api/cookies";
import { isCode, SessionEndedError } from "../api/problem";
import { onSessionEnded, sessionBegins, sessionKnown, sessionNow } from "../api/send";
import type { Me } from "../api/types";
import { notice } from "../app/notices";

export const ME = ["me"] as const;
const CHANNEL = "troth.session";

export const meQuery = queryOptions({
  queryKey: ME,
  queryFn: ({ client }) => readMe(client.getQueryData<Me | null>(ME) ?? null),
  staleTime: 60_000,
});

async function readMe(before: Me | null): Promise<Me | null> {
  const at = sessionNow();
  const me = await asked(before);
  sessionKnown(at);
  return me;
}

async function asked(before: Me | null): Promise<Me | null> {
  if (!maySession()) return ended ? before : null;
  try {
    return await take(api.GET("/api/v1/me"));
  } catch (error) {
    // What is shown of somebody whose session ended stays, so that nothing they write goes away.
    if (error instanceof SessionEndedError) return before;
    if (isCode(error, "no_session")) return null;
    throw error;
  }
}

/** The signed-in account, null for a visitor, undefined until that is known. */
export function useMe(): Me | null | undefined {
  return useQuery(meQuery).data;
}

/** Whether an account is the one that is signed in: what it began may end after somebody else came. */
export const isStill = (queries: QueryClient, account: string): boolean =>
  queries.getQueryData<Me | null>(ME)?.profile.id === account;

let ended = false;

/** Whether the session of the account that the page shows is over. */
export const sessionEnded = (): boolean => ended;

/** Tell this and every other tab that somebody signed in or out. */
export async function sessionChanged(queries: QueryClient): Promise<void> {
  if (typeof BroadcastChannel !== "undefined") {
    const channel = new BroadcastChannel(CHANNEL);
    channel.postMessage("changed");
    channel.close();
  }
  await startAnew(queries);
}

async function startAnew(queries: QueryClient): Promise<void> {
  ended = false;
  sessionBegins();
  queries.removeQueries({ predicate: (query) => query.queryKey[0] !== ME[0] });
  await queries.refetchQueries({ queryKey: ME });
  // Nobody waits for it: whoever signed out is led away at once.
  void queries.invalidateQueries();
}

/** Keep what the page knows of the session right: for the shell, once. */
export function useSessionWatch(): void {
  const queries = useQueryClient();
  useEffect(() => {
    // What is on the page stays there, and what is being written too: only signing in again changes it.
    const stop = onSessionEnded(() => {
      ended = true;
      notice({
        tone: "neutral",
        text: "Your session has ended. Sign in again; what you wrote is kept.",
        link: {
          to: `/signin?next=${encodeURIComponent(location.pathname + location.search)}`,
          text: "Sign in",
        },
      });
    });
    if (typeof BroadcastChannel === "undefined") return stop;
    const channel = new BroadcastChannel(CHANNEL);
    channel.onmessage = () => void startAnew(queries);
    return () => {
      stop();
      channel.close();
    };
  }, [queries]);
}

/** End the session here and tell the other tabs. */
export async function signOut(queries: QueryClient): Promise<void> {
  await take(api.POST("/api/v1/auth/logout"));
  await sessionChanged(queries);
}
