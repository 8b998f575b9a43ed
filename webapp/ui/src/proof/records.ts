// Records: the five EIP-712 messages, their exact shape and their content hash.
import { hashStruct, keccak256, stringToHex } from "viem/utils";
import { MalformedError } from "./errors";
import { checkHex, checkList, checkObject, checkText, checkUint, checkUuid, type Hex } from "./shapes";
import { type Json, shown } from "./strictJson";

export const ZERO_ADDRESS: Hex = `0x${"00".repeat(20)}`;
export const ZERO_WORD: Hex = `0x${"00".repeat(32)}`;
export const SCOPE_POST = "post";

const field = (name: string, type: string) => ({ name, type });
const HEAD = [field("id", "bytes16"), field("author", "address")];
const NOT_BEFORE = field("notBefore", "BlockRef");
const SALT = field("salt", "bytes32");

/** The EIP-712 types of the protocol page, section 2. */
export const TYPES = {
  Post: [
    ...HEAD,
    field("audience", "string"),
    field("text", "string"),
    field("media", "Media[]"),
    field("replyTo", "bytes32"),
    field("quotes", "bytes32"),
    field("replaces", "bytes32"),
    NOT_BEFORE,
    SALT,
  ],
  Media: [field("digest", "bytes32"), field("mime", "string"), field("alt", "string")],
  BlockRef: [field("number", "uint64"), field("hash", "bytes32")],
  Deletion: [...HEAD, field("replaces", "bytes32"), NOT_BEFORE],
  Delegation: [
    ...HEAD,
    field("delegate", "address"),
    field("scope", "string"),
    field("expiresAt", "uint64"),
    NOT_BEFORE,
  ],
  Revocation: [...HEAD, field("delegate", "address"), NOT_BEFORE],
  Stamp: [...HEAD, field("about", "string"), field("digest", "bytes32"), NOT_BEFORE, SALT],
};

/** The kinds of record by the number that an entry carries; the first stands for no kind. */
export const KINDS = ["", "Post", "Deletion", "Delegation", "Revocation", "Stamp"] as const;
export type Kind = 1 | 2 | 3 | 4 | 5;
export const POST = 1,
  DELETION = 2,
  DELEGATION = 3,
  REVOCATION = 4,
  STAMP = 5;
/** What a delegate with the scope `post` may sign. */
export const DELEGABLE: readonly Kind[] = [POST, DELETION, STAMP];
/** What the public log gives with its message. */
export const PUBLIC_KINDS: readonly Kind[] = [DELETION, DELEGATION, REVOCATION];

export interface BlockRef {
  number: number;
  hash: Hex;
}
export interface Media {
  digest: Hex;
  mime: string;
  alt: string;
}
/** A message after `checkMessage`; which of the later fields are there depends on its kind. */
export interface Message {
  id: Hex;
  author: Hex;
  notBefore: BlockRef;
  audience?: string;
  text?: string;
  media?: Media[];
  replyTo?: Hex;
  quotes?: Hex;
  replaces?: Hex;
  salt?: Hex;
  delegate?: Hex;
  scope?: string;
  expiresAt?: number;
  about?: string;
  digest?: Hex;
}
export interface DelegationMessage extends Message {
  delegate: Hex;
  scope: string;
  expiresAt: number;
}

type TypeName = keyof typeof TYPES;

export function typeName(kind: Kind): Exclude<(typeof KINDS)[number], ""> {
  return KINDS[kind] as Exclude<(typeof KINDS)[number], "">;
}

/** The kind of an EIP-712 primary type; throws MalformedError for any other. */
export function kindOfType(name: Json | undefined, path = "$.type"): Kind {
  const kind = typeof name === "string" ? (KINDS as readonly string[]).indexOf(name) : -1;
  if (kind < 1) {
    throw new MalformedError(path, `needs one of ${KINDS.slice(1).join(", ")}, got ${shown(name)}`);
  }
  return kind as Kind;
}

export function checkKind(value: Json | undefined, path: string): Kind {
  const number = checkUint(value, path);
  if (number < POST || number > STAMP) {
    throw new MalformedError(path, `needs a kind from 1 to ${STAMP}, got ${shown(number)}`);
  }
  return number as Kind;
}

/** Return a message if it has exactly the shape of this kind; throws MalformedError. */
export function checkMessage(kind: Kind, value: Json | undefined, path = "$"): Message {
  return checkStruct(typeName(kind), value, path) as unknown as Message;
}

export function checkDelegation(value: Json | undefined, path = "$"): DelegationMessage {
  return checkMessage(DELEGATION, value, path) as DelegationMessage;
}

function checkStruct(name: TypeName, value: Json | undefined, path: string): Record<string, unknown> {
  const fields = TYPES[name];
  const given = checkObject(
    value,
    fields.map((each) => each.name),
    path,
  );
  return Object.fromEntries(
    fields.map((each) => [each.name, checkField(each.type, given.get(each.name), `${path}.${each.name}`)]),
  );
}

function checkField(type: string, value: Json | undefined, path: string): unknown {
  switch (type) {
    case "uint64":
      return checkUint(value, path);
    case "string":
      return checkText(value, path);
    case "address":
      return checkHex(value, 20, path);
    case "Media[]":
      return checkList(value, path).map((item, index) => checkStruct("Media", item, `${path}[${index}]`));
    case "BlockRef":
      return checkStruct("BlockRef", value, path);
    default:
      return checkHex(value, type === "bytes16" ? 16 : 32, path);
  }
}

/** The EIP-712 hashStruct of a message that `checkMessage` returned. */
export function contentOf(kind: Kind, message: Message): Hex {
  const data = message as unknown as Record<string, unknown>;
  return hashStruct({ data, primaryType: typeName(kind), types: TYPES });
}

/** The author address of an account without a wallet, from its UUID; nobody holds a key for it. */
export function accountAuthor(account: string): Hex {
  checkUuid(account, "$.account");
  return `0x${keccak256(stringToHex(`troth:account:${account}`)).slice(-40)}`;
}
