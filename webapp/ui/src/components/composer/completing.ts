/** What is being typed that could be completed: the mention or hashtag that ends at the caret. */

export interface Wanted {
  kind: "mention" | "tag";
  /** Without its sign. */
  begun: string;
  /** Where the sign stands. */
  from: number;
}

const ENDS = /(?<![\p{L}\p{N}\p{M}_@#&/])([@#])([\p{L}\p{N}\p{M}_]{1,100})$/u;

/** What ends at the caret; null where nothing does. */
export function wantedAt(text: string, caret: number): Wanted | null {
  const match = ENDS.exec(text.slice(Math.max(0, caret - 120), caret));
  if (!match?.[2]) return null;
  return { kind: match[1] === "@" ? "mention" : "tag", begun: match[2], from: caret - match[2].length - 1 };
}

/** The text with what was chosen put in, and where the caret goes. */
export function completed(
  text: string,
  caret: number,
  wanted: Wanted,
  chosen: string,
): { text: string; caret: number } {
  const word = `${wanted.kind === "mention" ? "@" : "#"}${chosen} `;
  const rest = text.slice(caret).replace(/^ /, "");
  return { text: text.slice(0, wanted.from) + word + rest, caret: wanted.from + word.length };
}
