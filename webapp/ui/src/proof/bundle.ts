// The bundle: the file that proves one entry, read strictly. Nothing in it is believed before `verify`.
import { type ClaimFile, checkClaimFile } from "./claimFile";
import type { Domain } from "./domain";
import { checkEntry, type Entry } from "./entries";
import { MalformedError } from "./errors";
import {
  checkDelegation,
  checkMessage,
  type DelegationMessage,
  type Kind,
  kindOfType,
  type Message,
} from "./records";
import { checkBytes, checkHex, checkList, checkObject, checkUint, checkUuid, type Hex } from "./shapes";
import { MAX_SIGNATURE_BYTES } from "./signatures";
import { type Json, parseStrictJson, shown } from "./strictJson";

export const MEDIA_TYPE = "application/vnd.troth.bundle+json";
export const MAX_BUNDLE_BYTES = 1 << 20;
export const MAX_SIBLINGS = 64;
/**
 * The file, its message, the list of media, one medium; delegation, message, notBefore is as deep, and so are claims,
 * one claim, its message.
 */
export const MAX_BUNDLE_DEPTH = 4;
const MAX_CLAIMS = 16;
const VERSION = 1;

export interface Anchor {
  anchorer: Hex;
  sequence: number;
  root: Hex;
  first: number;
  count: number;
  transaction: Hex;
  block: { number: number; hash: Hex; time: number };
}

export interface DelegationProof {
  message: DelegationMessage;
  signature: Hex;
  entry: Entry;
  proof: Hex[];
  anchor: Anchor | null;
}

export interface Bundle {
  domain: Domain;
  kind: Kind;
  message: Message | null;
  signature: Hex | null;
  account: string | null;
  delegation: DelegationProof | null;
  entry: Entry;
  proof: Hex[];
  anchor: Anchor | null;
  /** About the author; they prove nothing about the record. */
  claims: ClaimFile[];
}

const KEYS = [
  "troth",
  "domain",
  "type",
  "message",
  "signature",
  "account",
  "delegation",
  "entry",
  "proof",
  "anchor",
  "claims",
];

/** The bundle in these bytes; throws MalformedError for whatever is unusable. */
export function parseBundle(data: Uint8Array): Bundle {
  return checkBundle(parseStrictJson(data, { maxBytes: MAX_BUNDLE_BYTES, maxDepth: MAX_BUNDLE_DEPTH }));
}

/** The bundle of a strictly read JSON value; throws MalformedError. */
export function checkBundle(value: Json): Bundle {
  const fields = checkObject(value, KEYS, "$");
  const version = checkUint(fields.get("troth"), "$.troth");
  if (version !== VERSION) {
    const problem = `is version ${shown(version)}; this verifier knows version ${VERSION}`;
    throw new MalformedError("$.troth", problem);
  }
  const claims = checkList(fields.get("claims"), "$.claims", MAX_CLAIMS);
  const kind = kindOfType(fields.get("type"));
  const nullable = <T>(key: string, check: (given: Json | undefined, path: string) => T): T | null =>
    fields.get(key) === null ? null : check(fields.get(key), `$.${key}`);
  return {
    domain: checkDomain(fields.get("domain"), "$.domain"),
    kind,
    message: nullable("message", (given, path) => checkMessage(kind, given, path)),
    signature: nullable("signature", checkSignature),
    account: nullable("account", checkUuid),
    delegation: nullable("delegation", checkDelegationProof),
    entry: checkEntry(fields.get("entry"), "$.entry"),
    proof: checkProof(fields.get("proof"), "$.proof"),
    anchor: nullable("anchor", checkAnchor),
    claims: claims.map((one, index) => checkClaimFile(one, `$.claims[${index}]`)),
  };
}

function checkDomain(value: Json | undefined, path: string): Domain {
  const fields = checkObject(value, ["chainId", "verifyingContract"], path);
  return {
    chainId: checkUint(fields.get("chainId"), `${path}.chainId`),
    verifyingContract: checkHex(fields.get("verifyingContract"), 20, `${path}.verifyingContract`),
  };
}

function checkSignature(value: Json | undefined, path: string): Hex {
  return checkBytes(value, MAX_SIGNATURE_BYTES, path);
}

function checkProof(value: Json | undefined, path: string): Hex[] {
  return checkList(value, path, MAX_SIBLINGS).map((item, index) => checkHex(item, 32, `${path}[${index}]`));
}

function checkAnchor(value: Json | undefined, path: string): Anchor {
  const keys = ["anchorer", "sequence", "root", "first", "count", "transaction", "block"];
  const fields = checkObject(value, keys, path);
  const block = checkObject(fields.get("block"), ["number", "hash", "time"], `${path}.block`);
  const uint = (key: string) => checkUint(fields.get(key), `${path}.${key}`);
  const hex = (key: string, length = 32) => checkHex(fields.get(key), length, `${path}.${key}`);
  return {
    anchorer: hex("anchorer", 20),
    sequence: uint("sequence"),
    root: hex("root"),
    first: uint("first"),
    count: uint("count"),
    transaction: hex("transaction"),
    block: {
      number: checkUint(block.get("number"), `${path}.block.number`),
      hash: checkHex(block.get("hash"), 32, `${path}.block.hash`),
      time: checkUint(block.get("time"), `${path}.block.time`),
    },
  };
}

function checkDelegationProof(value: Json | undefined, path: string): DelegationProof {
  const fields = checkObject(value, ["message", "signature", "entry", "proof", "anchor"], path);
  const anchor = fields.get("anchor");
  return {
    message: checkDelegation(fields.get("message"), `${path}.message`),
    signature: checkSignature(fields.get("signature"), `${path}.signature`),
    entry: checkEntry(fields.get("entry"), `${path}.entry`),
    proof: checkProof(fields.get("proof"), `${path}.proof`),
    anchor: anchor === null ? null : checkAnchor(anchor, `${path}.anchor`),
  };
}
