/** Texts as they are: what a screen would hide, or use to show other things than are there, gets a name. */

export interface Piece {
  text: string;
  /** Given for a character that cannot be seen: its code point and name. */
  mark?: string;
}

const NAMES: Record<string, string> = {
  "\t": "tab",
  "\r": "carriage return",
  "\u0000": "null",
  "\u00a0": "no-break space",
  "\u00ad": "soft hyphen",
  "\u034f": "grapheme joiner",
  "\u061c": "Arabic letter mark",
  "\u115f": "Hangul filler",
  "\u1160": "Hangul filler",
  "\u180e": "Mongolian vowel separator",
  "\u200b": "zero-width space",
  "\u200c": "zero-width non-joiner",
  "\u200d": "zero-width joiner",
  "\u200e": "left-to-right mark",
  "\u200f": "right-to-left mark",
  "\u2028": "line separator",
  "\u2029": "paragraph separator",
  "\u202a": "left-to-right embedding",
  "\u202b": "right-to-left embedding",
  "\u202c": "pop direction",
  "\u202d": "left-to-right override",
  "\u202e": "right-to-left override",
  "\u2060": "word joiner",
  "\u2066": "left-to-right isolate",
  "\u2067": "right-to-left isolate",
  "\u2068": "first strong isolate",
  "\u2069": "pop isolate",
  "\u2800": "blank Braille",
  "\u3164": "Hangul filler",
  "\ufeff": "zero-width no-break space",
  "\uffa0": "Hangul filler",
};
const HIDDEN = /\p{C}|\p{Zl}|\p{Zp}|\p{Zs}|\p{Default_Ignorable_Code_Point}|\u2800/u;
const PICTURE = /\p{Extended_Pictographic}|\p{Emoji_Modifier}|\ufe0f/u;

/** Cut a text into what is seen and what is not; blanks and line ends stay as they are. */
export function piecesOf(text: string): Piece[] {
  const pieces: Piece[] = [];
  let plain = "";
  const characters = Array.from(text);
  for (const [index, character] of characters.entries()) {
    if (isSeen(character, characters[index - 1], characters[index + 1])) {
      plain += character;
      continue;
    }
    if (plain !== "") pieces.push({ text: plain });
    plain = "";
    pieces.push({ text: character, mark: markOf(character) });
  }
  return plain === "" ? pieces : [...pieces, { text: plain }];
}

function isSeen(character: string, before: string | undefined, after: string | undefined): boolean {
  // What chooses between two forms of a picture is seen by its form.
  if (character === " " || character === "\n" || character === "\ufe0f") return true;
  if (!HIDDEN.test(character)) return true;
  // Between two pictures the joiner makes one of them: 👩‍🚀.
  return character === "\u200d" && PICTURE.test(before ?? "") && PICTURE.test(after ?? "");
}

function markOf(character: string): string {
  const code = (character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0");
  const name = NAMES[character];
  return name === undefined ? `U+${code}` : `U+${code} ${name}`;
}

/** How long a text is: in characters as the protocol counts them, in UTF-8, and how many cannot be seen. */
export function sizeOf(text: string): { characters: number; bytes: number; hidden: number } {
  return {
    characters: Array.from(text).length,
    bytes: new TextEncoder().encode(text).length,
    hidden: piecesOf(text).filter(({ mark }) => mark !== undefined).length,
  };
}
