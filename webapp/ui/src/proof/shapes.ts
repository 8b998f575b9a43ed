// Shape checks of single JSON values; each returns the value or throws MalformedError.
import { MalformedError } from "./errors";
import { hasLoneSurrogate, type Json, type JsonObject, shown } from "./strictJson";

export type Hex = `0x${string}`;

const HEX = /^0x[0-9a-f]*$/;
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** An integer from 0 to 2^53-1; true is none. */
export function checkUint(value: Json | undefined, path: string): number {
  if (typeof value !== "number" || !Number.isSafeInteger(value) || value < 0 || Object.is(value, -0)) {
    throw new MalformedError(path, `needs an integer from 0 to 2^53-1, got ${shown(value)}`);
  }
  return value;
}

/** A string of Unicode scalar values. */
export function checkText(value: Json | undefined, path: string): string {
  if (typeof value !== "string") throw new MalformedError(path, `needs a string, got ${shown(value)}`);
  if (hasLoneSurrogate(value)) {
    throw new MalformedError(path, "has a lone surrogate; use whole characters");
  }
  return value;
}

/** 0x and exactly `length` bytes in lower-case hex. */
export function checkHex(value: Json | undefined, length: number, path: string): Hex {
  if (typeof value !== "string" || value.length !== 2 + 2 * length || !HEX.test(value)) {
    const problem = `needs 0x and ${2 * length} lower-case hex digits, got ${shown(value)}`;
    throw new MalformedError(path, problem);
  }
  return value as Hex;
}

/** 0x and at most `longest` whole bytes in lower-case hex; `0x` is none. */
export function checkBytes(value: Json | undefined, longest: number, path: string): Hex {
  const whole = typeof value === "string" && value.length <= 2 + 2 * longest && value.length % 2 === 0;
  if (!whole || !HEX.test(value)) {
    const problem = `needs 0x and at most ${longest} bytes in lower-case hex, got ${shown(value)}`;
    throw new MalformedError(path, problem);
  }
  return value as Hex;
}

/** A UUID in lower case with hyphens (RFC 9562); its version is not looked at. */
export function checkUuid(value: Json | undefined, path: string): string {
  if (typeof value !== "string" || !UUID.test(value)) {
    throw new MalformedError(path, `needs a UUID in lower case with hyphens, got ${shown(value)}`);
  }
  return value;
}

/** An object that has exactly these keys. */
export function checkObject(value: Json | undefined, keys: readonly string[], path: string): JsonObject {
  if (!(value instanceof Map)) throw new MalformedError(path, `needs an object, got ${shown(value)}`);
  for (const key of value.keys()) {
    if (!keys.includes(key)) {
      throw new MalformedError(path, `has the unknown key ${shown(key)}; remove it`);
    }
  }
  const missing = keys.find((key) => !value.has(key));
  if (missing !== undefined) throw new MalformedError(path, `lacks the key '${missing}'; add it`);
  return value;
}

/** A list of at most `longest` items. */
export function checkList(value: Json | undefined, path: string, longest = Infinity): Json[] {
  if (!Array.isArray(value)) throw new MalformedError(path, `needs a list, got ${shown(value)}`);
  if (value.length > longest) {
    throw new MalformedError(path, `has ${value.length} items, at most ${longest} are allowed`);
  }
  return value;
}
