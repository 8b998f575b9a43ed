/** Files on their way into a post. */

import type { Schemas } from "../api/client";
import { api, take } from "../api/client";
import { isCode, readProblem } from "../api/problem";
import { send } from "../api/send";
import type { DraftMedia } from "../lib/drafts";

export const MOST_IMAGES = 4;
export const ACCEPTED = "image/jpeg,image/png,image/webp,image/gif,image/avif,video/mp4,video/webm";
const LOOKS = 40;
const LOOK_MS = 250;

/** Upload a file and wait until it can be shown. Raises ProblemError, with the server's own words. */
export async function upload(file: File, signal?: AbortSignal): Promise<DraftMedia> {
  const address = new URL("/api/v1/media", location.origin);
  const headers = { "Content-Type": "application/octet-stream" };
  const response = await send(
    new Request(address, { method: "POST", headers, body: file, ...(signal ? { signal } : {}) }),
  );
  if (!response.ok) throw await readProblem(response);
  return ready((await response.json()) as Schemas["Media"]);
}

/** The server writes an image anew and makes small ones of it: until then it cannot be shown. */
async function ready(media: Schemas["Media"]): Promise<DraftMedia> {
  let now = media;
  for (let look = 0; look < LOOKS && now.state === "processing"; look += 1) {
    await new Promise((done) => setTimeout(done, LOOK_MS));
    now = await take(api.GET("/api/v1/media/{media_id}/info", { params: { path: { media_id: media.id } } }));
  }
  if (now.state === "failed") throw new Error("This file could not be read. Try another one.");
  const { id, digest, mime, width, height, alt } = now;
  return { id, digest: digest ?? "", mime, width, height, alt };
}

/** What to say where a file was refused. */
export function refusalOf(error: unknown, name: string): string {
  if (isCode(error, "media_type")) return `${name} is neither an image nor a video that can be shown here.`;
  return error instanceof Error ? `${name}: ${error.message}` : `${name} could not be uploaded.`;
}
