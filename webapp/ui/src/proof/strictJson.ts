// A JSON reader that refuses whatever two readers could understand differently. JSON.parse takes duplicate
// keys, floats, -0 and lone surrogates, so it is not used (RFC 8259; protocol page, section 6).
import { MalformedError } from "./errors";

export const MAX_INTEGER = Number.MAX_SAFE_INTEGER;

/** A JSON value; objects are maps, so that no key (`__proto__`) means anything to the language. */
export type Json = null | boolean | number | string | Json[] | JsonObject;
export type JsonObject = Map<string, Json>;

interface Limits {
  maxBytes: number;
  maxDepth: number;
}

const SHOWN_LENGTH = 80;
const ESCAPES: Record<string, string> = {
  '"': '"',
  "\\": "\\",
  "/": "/",
  b: "\b",
  f: "\f",
  n: "\n",
  r: "\r",
  t: "\t",
};
// biome-ignore lint/suspicious/noControlCharactersInRegex: bare ones are what JSON forbids
const PLAIN = /[^"\\\u0000-\u001f]*/y;
const BLANKS = /[ \t\n\r]*/y;
const NUMBER = /-?(?:[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?|Infinity)|NaN/y;
const HEX4 = /^[0-9a-fA-F]{4}$/;
const LONE_SURROGATE = /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/;

/** Describe any value shortly, with printable ASCII only. */
export function shown(value: Json | undefined): string {
  if (value instanceof Map) return "an object";
  if (Array.isArray(value)) return "a list";
  const text = escaped(JSON.stringify(value) ?? "nothing");
  return text.length <= SHOWN_LENGTH ? text : `${text.slice(0, SHOWN_LENGTH)}... (${text.length} characters)`;
}

function escaped(text: string): string {
  return text.replace(/[^\x20-\x7e]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`);
}

/** Say whether a text holds half a surrogate pair, which no UTF-8 can carry. */
export function hasLoneSurrogate(text: string): boolean {
  return LONE_SURROGATE.test(text);
}

/** Return the value of one JSON text in UTF-8; throws MalformedError for anything doubtful. */
export function parseStrictJson(data: Uint8Array, limits: Limits): Json {
  if (data.length > limits.maxBytes) {
    const problem = `has ${data.length} bytes, at most ${limits.maxBytes} are allowed`;
    throw new MalformedError("$", problem);
  }
  if (data[0] === 0xef && data[1] === 0xbb && data[2] === 0xbf) {
    throw new MalformedError("$", "starts with a byte order mark; write plain UTF-8");
  }
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(data);
  } catch {
    throw new MalformedError("$", "is no UTF-8");
  }
  return new Reader(text, limits.maxDepth).whole();
}

class Reader {
  private at = 0;
  private depth = 0;

  constructor(
    private readonly text: string,
    private readonly maxDepth: number,
  ) {}

  whole(): Json {
    const value = this.value();
    this.match(BLANKS);
    if (this.at < this.text.length) throw this.error("holds something after its end");
    return value;
  }

  private value(): Json {
    this.match(BLANKS);
    switch (this.text[this.at]) {
      case "{":
        return this.nested(() => this.object());
      case "[":
        return this.nested(() => this.list());
      case '"':
        return this.string();
      case "t":
        return this.word("true", true);
      case "f":
        return this.word("false", false);
      case "n":
        return this.word("null", null);
      default:
        return this.number();
    }
  }

  private nested<T>(read: () => T): T {
    this.depth += 1;
    if (this.depth > this.maxDepth) throw this.error(`nests deeper than ${this.maxDepth}`);
    this.at += 1;
    const value = read();
    this.depth -= 1;
    return value;
  }

  private object(): JsonObject {
    const found: JsonObject = new Map();
    if (this.takes("}")) return found;
    do {
      this.match(BLANKS);
      if (this.text[this.at] !== '"') throw this.error("lacks a key in quotation marks");
      const key = this.string();
      if (found.has(key)) {
        throw new MalformedError("$", `has the key ${shown(key)} twice in one object; keep one`);
      }
      if (!this.takes(":")) throw this.error("lacks ':' after a key");
      found.set(key, this.value());
    } while (this.takes(","));
    if (!this.takes("}")) throw this.error("lacks ',' or '}'");
    return found;
  }

  private list(): Json[] {
    const found: Json[] = [];
    if (this.takes("]")) return found;
    do found.push(this.value());
    while (this.takes(","));
    if (!this.takes("]")) throw this.error("lacks ',' or ']'");
    return found;
  }

  private string(): string {
    this.at += 1;
    const parts: string[] = [];
    for (;;) {
      parts.push(this.match(PLAIN));
      const next = this.text[this.at];
      this.at += 1;
      if (next === '"') break;
      if (next !== "\\") throw this.error("has a string that does not end or a bare control character");
      parts.push(this.escape());
    }
    const text = parts.join("");
    // Whole UTF-8 was decoded, so only escapes can leave half a pair.
    if (parts.length > 1 && hasLoneSurrogate(text)) {
      throw this.error("has a lone surrogate; use whole characters");
    }
    return text;
  }

  private escape(): string {
    const letter = this.text[this.at] ?? "";
    this.at += 1;
    if (letter === "u") {
      const digits = this.text.slice(this.at, this.at + 4);
      if (!HEX4.test(digits)) throw this.error("has an escape without four hex digits");
      this.at += 4;
      return String.fromCharCode(parseInt(digits, 16));
    }
    const meant = Object.hasOwn(ESCAPES, letter) ? ESCAPES[letter] : undefined;
    if (meant === undefined) throw this.error("has an escape that JSON does not know");
    return meant;
  }

  private number(): number {
    const digits = this.match(NUMBER);
    if (digits === "") throw this.error("is no JSON");
    const plain = /^(?:0|[1-9][0-9]{0,15})$/.test(digits);
    if (!plain || Number(digits) > MAX_INTEGER) {
      const problem = `has the number ${shown(digits)}; only integers from 0 to 2^53-1 are allowed`;
      throw new MalformedError("$", problem);
    }
    return Number(digits);
  }

  private word<T extends Json>(word: string, value: T): T {
    if (!this.text.startsWith(word, this.at)) throw this.error("is no JSON");
    this.at += word.length;
    return value;
  }

  private takes(character: string): boolean {
    this.match(BLANKS);
    if (this.text[this.at] !== character) return false;
    this.at += 1;
    return true;
  }

  private match(pattern: RegExp): string {
    pattern.lastIndex = this.at;
    const found = pattern.exec(this.text)?.[0] ?? "";
    this.at += found.length;
    return found;
  }

  private error(problem: string): MalformedError {
    return new MalformedError("$", `${problem}, at character ${this.at}`);
  }
}
