/** Files for a reviewer, as the API takes them. */

import type { Schemas } from "../../api/client";

type Sent = Schemas["EvidenceFile"];

export interface Evidence {
  file: File;
  mime: Sent["mime"];
}

export const MOST_FILES = 4;
/** All of them together, the text too; in bytes. */
export const MOST_BYTES = 600_000;
const MIMES: readonly string[] = ["application/pdf", "image/jpeg", "image/png", "image/webp", "text/plain"];
export const ACCEPTED_EVIDENCE = MIMES.join(",");

const isAccepted = (mime: string): mime is Sent["mime"] => MIMES.includes(mime);

/** More files beside those that are there, and what is wrong with those that cannot come. */
export function added(before: Evidence[], files: File[]): { all: Evidence[]; refused: string[] } {
  const all = [...before];
  const refused: string[] = [];
  for (const file of files) {
    const size = all.reduce((sum, one) => sum + one.file.size, file.size);
    if (!isAccepted(file.type)) refused.push(`${file.name} is no PDF, picture or plain text.`);
    else if (all.length >= MOST_FILES)
      refused.push(`${file.name} is one too many: ${MOST_FILES} files at most.`);
    else if (size > MOST_BYTES)
      refused.push(`${file.name} is too large: all files together have at most ${MOST_BYTES / 1000} kB.`);
    else all.push({ file, mime: file.type });
  }
  return { all, refused };
}

/** The files in base64. */
export function evidenceOf(files: Evidence[]): Promise<Sent[]> {
  return Promise.all(files.map(async ({ file, mime }) => ({ mime, data: await base64(file) })));
}

async function base64(file: File): Promise<string> {
  const bytes = new Uint8Array(await file.arrayBuffer());
  let text = "";
  const AT_ONCE = 8_192;
  for (let at = 0; at < bytes.length; at += AT_ONCE)
    text += String.fromCharCode(...bytes.subarray(at, at + AT_ONCE));
  return btoa(text);
}
