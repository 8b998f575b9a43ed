/** A post's text in parts: words, links, mentions and hashtags, as docs/api.md says where they begin and end. */

export type Part =
  | { is: "text"; text: string }
  | { is: "link"; text: string; href: string }
  | { is: "mention"; text: string; handle: string }
  | { is: "tag"; text: string; tag: string };

const WORD = "\\p{L}\\p{N}\\p{M}_";
const PATTERN = new RegExp(
  [
    "(?<link>https?://[^\\s<>\"']+)",
    `(?<![${WORD}@])@(?<handle>[A-Za-z0-9_]{3,30})(?![${WORD}@])`,
    `(?<![${WORD}#&/])#(?<tag>[${WORD}]{1,100})`,
  ].join("|"),
  "gu",
);
const TRAILING = /[.,;:!?'"\])}]+$/;

/** Split a text. A link's closing punctuation is no part of it, unless a bracket was opened inside. */
export function partsOf(text: string): Part[] {
  const parts: Part[] = [];
  let from = 0;
  for (const match of text.matchAll(PATTERN)) {
    const part = partOf(match);
    if (part === null) continue;
    if (match.index > from) parts.push({ is: "text", text: text.slice(from, match.index) });
    parts.push(part);
    from = match.index + part.text.length;
  }
  if (from < text.length) parts.push({ is: "text", text: text.slice(from) });
  return parts;
}

function partOf({ 0: whole, groups = {} }: RegExpMatchArray): Part | null {
  const { link, handle, tag } = groups;
  if (handle) return { is: "mention", text: whole, handle: handle.toLowerCase() };
  if (tag) return /[\p{L}\p{N}]/u.test(tag) ? { is: "tag", text: whole, tag } : null;
  if (!link) return null;
  const text = trimmed(link);
  return URL.canParse(text) ? { is: "link", text, href: text } : null;
}

function trimmed(link: string): string {
  const cut = link.replace(TRAILING, "");
  const opened = (cut.match(/\(/g) ?? []).length > (cut.match(/\)/g) ?? []).length;
  return opened && link[cut.length] === ")" ? `${cut})` : cut;
}
