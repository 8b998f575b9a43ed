/**
 * What every request has in common: CSRF values, an Idempotency-Key, fresh tokens, and tries again that are safe.
 *
 * - Reads are tried three times when nothing or 502, 503, 504 comes back.
 * - A POST carries one Idempotency-Key through all its tries, so that it is done once whatever is lost on the way.
 * - PUT, PATCH and DELETE say the same when said twice; they are tried again only when nothing came back.
 * - 401 exchanges the refresh token once, one at a time over all tabs: a token that is spent twice ends the session.
 *   So does a request that would go out without an access token though there is a session: reading needs none, and
 *   would be answered as to a stranger.
 * - What gets no answer within half a minute fails; whoever sends a post again then publishes it once, by its id.
 * - A write is not tried again once somebody else may have signed in, and none begins until the page knows who did.
 */

import { uuid7 } from "../lib/uuid7";
import { answered } from "./answered";
import { accessCsrf, forgetSession, maySession, refreshCsrf } from "./cookies";
import { SessionChangedError, SessionEndedError, UnreachableError } from "./problem";

const TRIES = 3;
const AWAY = new Set([502, 503, 504]);
const WAIT_MS = 400;
const LONGEST_WAIT_MS = 5_000;
const REFRESH = "/api/v1/auth/refresh";
const WITHOUT_SESSION = [
  "/api/v1/auth/siwe",
  "/api/v1/auth/password",
  "/api/v1/auth/recover",
  "/api/v1/auth/logout",
];

type Listener = () => void;
const ended = new Set<Listener>();

/** Be told when the session turned out to have ended. Returns what takes that back. */
export function onSessionEnded(listener: Listener): () => void {
  ended.add(listener);
  return () => ended.delete(listener);
}

/**
 * `fetch` for the API. Raises UnreachableError, SessionEndedError where a session could not go on, and
 * SessionChangedError where another one began before a write was done.
 */
export async function send(request: Request): Promise<Response> {
  const key = request.method === "POST" ? (request.headers.get("Idempotency-Key") ?? uuid7()) : null;
  hadSession ||= maySession();
  const begun = sessions;
  if (isSessions(request) && maySession() && accessCsrf() === null && !(await refreshed())) endHere();
  const response = await tried(request, key, begun);
  if (response.status === 401 && isSessions(request)) {
    if (maySession() && (await refreshed())) return tried(request, key, begun);
    // Somebody signed out elsewhere, or the session was ended there: this page does not know yet.
    if (hadSession) endHere();
  }
  return response;
}

/** Whether this page ever saw a session, since somebody last signed in or out. */
let hadSession = false;
/** How often that changed, and after which change it was last known whose the session is. */
let sessions = 0;
let known = 0;

/** Somebody signed in or out: what was before is no longer this page's, and nothing is written until `sessionKnown`. */
export function sessionBegins(): void {
  hadSession = false;
  sessions += 1;
}

/** The change after which a reading of the account begins, for `sessionKnown`. */
export const sessionNow = (): number => sessions;

/** It was read whose the session is that began at a change. */
export function sessionKnown(at: number): void {
  known = Math.max(known, at);
}

function endHere(): never {
  forgetSession();
  for (const listener of ended) listener();
  throw new SessionEndedError();
}

async function tried(request: Request, key: string | null, begun: number): Promise<Response> {
  const safe = request.method === "GET" || request.method === "HEAD";
  // Whoever signs in is told at once what is down: a contract wallet's node, or the counters of sign-ins.
  const patient = isSessions(request);
  for (let attempt = 1; ; attempt += 1) {
    const last = attempt === TRIES;
    const response = await once(request, key, begun);
    const again = patient && (safe || key !== null);
    if (response === null) {
      // Whoever is offline is told at once.
      if (last || !navigator.onLine) throw new UnreachableError();
      await pause(attempt, null);
    } else if (!last && again && comesBack(response)) {
      await pause(attempt, response.headers.get("Retry-After"));
    } else {
      return response;
    }
  }
}

/** One try; null where nothing came back. Raises SessionChangedError and what `answered` raises. */
async function once(request: Request, key: string | null, begun: number): Promise<Response | null> {
  const writes = request.method !== "GET" && request.method !== "HEAD";
  if (writes && begun !== sessions) throw new SessionChangedError();
  // The cookies are somebody's whom the page does not show yet.
  if (writes && known !== sessions && isSessions(request)) throw new SessionChangedError();
  const copy = request.clone();
  if (key !== null) copy.headers.set("Idempotency-Key", key);
  const csrf = accessCsrf();
  if (csrf !== null && request.method !== "GET") copy.headers.set("X-CSRF-Token", csrf);
  return answered(copy);
}

/** Whether a part is down that may be back within our patience. */
function comesBack(response: Response): boolean {
  return (
    AWAY.has(response.status) && Number(response.headers.get("Retry-After") ?? 0) * 1000 <= LONGEST_WAIT_MS
  );
}

function pause(attempt: number, retryAfter: string | null): Promise<void> {
  const wait = Math.max(WAIT_MS * 2 ** (attempt - 1), Number(retryAfter ?? 0) * 1000);
  const jitter = 0.75 + Math.random() / 2;
  return new Promise((done) => setTimeout(done, Math.min(wait, LONGEST_WAIT_MS) * jitter));
}

/** Whether a 401 means the session, and not a wrong password or signature. */
function isSessions(request: Request): boolean {
  const path = new URL(request.url).pathname;
  return !WITHOUT_SESSION.some((prefix) => path.startsWith(prefix));
}

let refreshing: Promise<boolean> | null = null;

/** Exchange the refresh token, once for all who ask meanwhile; false where the session is over. */
export function refreshed(): Promise<boolean> {
  refreshing ??= locked(exchange).finally(() => {
    refreshing = null;
  });
  return refreshing;
}

async function locked(work: () => Promise<boolean>): Promise<boolean> {
  const before = refreshCsrf();
  const unlessDone = async () => {
    // Another tab was first: its fresh tokens are ours.
    if (refreshCsrf() !== before && accessCsrf() !== null) return true;
    return work();
  };
  if (!navigator.locks) return unlessDone();
  return await navigator.locks.request("troth.refresh", unlessDone);
}

async function exchange(): Promise<boolean> {
  const csrf = refreshCsrf();
  if (csrf === null) return false;
  // The same key again replays the same tokens, so an answer that got lost does not end the session.
  const headers = { "X-CSRF-Token": csrf, "Idempotency-Key": uuid7() };
  const request = new Request(new URL(REFRESH, location.origin), { method: "POST", headers });
  for (let attempt = 1; attempt <= TRIES; attempt += 1) {
    const response = await answered(request.clone());
    if (response?.ok) return true;
    if (response !== null && response.status < 500 && response.status !== 429) return false;
    await pause(attempt, response?.headers.get("Retry-After") ?? null);
  }
  throw new UnreachableError();
}
