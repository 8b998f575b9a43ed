// Entries: one line of the log each, and its leaf.
import { encodeAbiParameters, keccak256, parseAbiParameters } from "viem/utils";
import { checkKind, type Kind } from "./records";
import { checkHex, checkObject, checkUint, type Hex } from "./shapes";
import type { Json } from "./strictJson";

export interface Entry {
  position: number;
  author: Hex;
  sequence: number;
  previous: Hex;
  record: Hex;
  kind: Kind;
  content: Hex;
  signature: Hex;
}

const KEYS = ["position", "author", "sequence", "previous", "record", "kind", "content", "signature"];
const LEAF = parseAbiParameters("uint64, address, uint64, bytes32, bytes16, uint8, bytes32, bytes32");

/** keccak256(keccak256(abi.encode(the eight fields))). */
export function leafOf(entry: Entry): Hex {
  const words = encodeAbiParameters(LEAF, [
    BigInt(entry.position),
    entry.author,
    BigInt(entry.sequence),
    entry.previous,
    entry.record,
    entry.kind,
    entry.content,
    entry.signature,
  ]);
  return keccak256(keccak256(words));
}

/** Say whether two entries are equal in every field. */
export function sameEntry(one: Entry, other: Entry): boolean {
  return (KEYS as (keyof Entry)[]).every((key) => one[key] === other[key]);
}

/** The entry of a JSON object; throws MalformedError unless its shape is exact. */
export function checkEntry(value: Json | undefined, path = "$"): Entry {
  const fields = checkObject(value, KEYS, path);
  const word = (key: string, length = 32) => checkHex(fields.get(key), length, `${path}.${key}`);
  return {
    position: checkUint(fields.get("position"), `${path}.position`),
    author: word("author", 20),
    sequence: checkUint(fields.get("sequence"), `${path}.sequence`),
    previous: word("previous"),
    record: word("record", 16),
    kind: checkKind(fields.get("kind"), `${path}.kind`),
    content: word("content"),
    signature: word("signature"),
  };
}
