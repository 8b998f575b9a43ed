/** One request and its answer, waited for no longer than people wait. */

import { UnreachableError } from "./problem";

const ANSWER_MS = 30_000;
/** A video on a slow line. */
const UPLOAD_MS = 15 * 60_000;
const TOO_LONG = "Troth takes too long to answer. Try again; what you wrote is kept.";

/** The answer; null where nothing came back. An abort is the caller's own. Raises UnreachableError after the time. */
export async function answered(request: Request): Promise<Response | null> {
  try {
    return await inTime(request);
  } catch (error) {
    if (request.signal.aborted || error instanceof UnreachableError) throw error;
    return null;
  }
}

/** `fetch`, and of JSON the whole answer: one that stops in the middle is none. */
async function inTime(request: Request): Promise<Response> {
  const limit = new AbortController();
  const upload = request.headers.get("Content-Type") === "application/octet-stream";
  const late = new UnreachableError(TOO_LONG);
  const timer = setTimeout(() => limit.abort(late), upload ? UPLOAD_MS : ANSWER_MS);
  // AbortSignal.any is not in every browser.
  const given = () => limit.abort(request.signal.reason);
  request.signal.addEventListener("abort", given);
  if (request.signal.aborted) given();
  try {
    const response = await fetch(request, { signal: limit.signal });
    if (response.headers.get("Content-Type")?.includes("json")) await response.clone().arrayBuffer();
    return response;
  } catch (error) {
    throw limit.signal.reason ?? error;
  } finally {
    clearTimeout(timer);
  }
}
