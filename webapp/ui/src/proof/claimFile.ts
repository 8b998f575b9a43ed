// The claim file: what a person discloses of a claim, read strictly. Nothing in it is believed: its digest is computed
// anew, and what it is worth is what the registry says of that digest, under an issuer whom the reader believes.
import { hashStruct, keccak256, stringToHex } from "viem/utils";
import type { Domain } from "./domain";
import { MalformedError } from "./errors";
import { checkHex, checkObject, checkText, checkUint, type Hex } from "./shapes";
import { type Json, parseStrictJson, shown } from "./strictJson";

export const CLAIM_MEDIA_TYPE = "application/vnd.troth.claim+json";
export const MAX_CLAIM_BYTES = 1 << 16;
const MAX_CLAIM_DEPTH = 2;
const MAX_VALUE = 1_000;
const VERSION = 1;
const TYPE_NAME = "Claim";
const KEYS = ["troth", "type", "domain", "issuer", "message", "digest"];
const TYPES = {
  Claim: [
    { name: "subject", type: "address" },
    { name: "schema", type: "bytes32" },
    { name: "value", type: "string" },
    { name: "salt", type: "bytes32" },
  ],
};
const NAMES = ["domain", "email", "handle", "person"];

/** What is claimed of `subject`. */
export interface ClaimMessage {
  subject: Hex;
  schema: Hex;
  value: string;
  salt: Hex;
}

/** A claim with the registry (as `domain`) and the issuer that it names. */
export interface ClaimFile {
  domain: Domain;
  issuer: Hex;
  message: ClaimMessage;
  digest: Hex;
}

/** The EIP-712 hashStruct of a claim. */
export function claimDigest(message: ClaimMessage): Hex {
  return hashStruct({ data: { ...message }, primaryType: TYPE_NAME, types: TYPES });
}

/** The name of a schema of this protocol, else the schema itself. */
export function kindOfClaim(schema: Hex): string {
  return NAMES.find((name) => keccak256(stringToHex(`troth:${name}`)) === schema) ?? schema;
}

/** Whether a file says that it is a claim file, whole or not. */
export function isClaim(data: Uint8Array): boolean {
  try {
    const value = parseStrictJson(data, { maxBytes: 1 << 20, maxDepth: 4 });
    return value instanceof Map && value.get("type") === TYPE_NAME;
  } catch (error) {
    if (error instanceof MalformedError) return false;
    throw error;
  }
}

/** The claim file in these bytes; throws MalformedError for whatever is unusable. */
export function parseClaimFile(data: Uint8Array): ClaimFile {
  const limits = { maxBytes: MAX_CLAIM_BYTES, maxDepth: MAX_CLAIM_DEPTH };
  return checkClaimFile(parseStrictJson(data, limits), "$");
}

/** The claim file of a strictly read JSON value; throws MalformedError. */
export function checkClaimFile(value: Json | undefined, path: string): ClaimFile {
  const fields = checkObject(value, KEYS, path);
  const version = checkUint(fields.get("troth"), `${path}.troth`);
  if (version !== VERSION) {
    const problem = `is version ${shown(version)}; this verifier knows version ${VERSION}`;
    throw new MalformedError(`${path}.troth`, problem);
  }
  const type = fields.get("type");
  if (type !== TYPE_NAME) {
    throw new MalformedError(`${path}.type`, `is ${shown(type)}, not ${TYPE_NAME}`);
  }
  const domain = checkObject(fields.get("domain"), ["chainId", "verifyingContract"], `${path}.domain`);
  const message = checkMessage(fields.get("message"), `${path}.message`);
  return {
    domain: {
      chainId: checkUint(domain.get("chainId"), `${path}.domain.chainId`),
      verifyingContract: checkHex(domain.get("verifyingContract"), 20, `${path}.domain.verifyingContract`),
    },
    issuer: checkHex(fields.get("issuer"), 20, `${path}.issuer`),
    message,
    digest: checkHex(fields.get("digest"), 32, `${path}.digest`),
  };
}

function checkMessage(value: Json | undefined, path: string): ClaimMessage {
  const fields = checkObject(value, ["subject", "schema", "value", "salt"], path);
  const text = checkText(fields.get("value"), `${path}.value`);
  const { length } = [...text];
  if (length > MAX_VALUE) {
    throw new MalformedError(`${path}.value`, `has ${length} characters; at most ${MAX_VALUE} are read`);
  }
  return {
    subject: checkHex(fields.get("subject"), 20, `${path}.subject`),
    schema: checkHex(fields.get("schema"), 32, `${path}.schema`),
    value: text,
    salt: checkHex(fields.get("salt"), 32, `${path}.salt`),
  };
}
