/** Records made anew: fresh ids and salts, and a notBefore block that the log names now. */

import type { Log } from "../../api/types";
import { recordId, toHex, uuid7 } from "../../lib/uuid7";
import type { DelegationMessage, DeletionMessage, Hex, PostMessage, RevocationMessage } from "./types";

/** Well below the protocol's 90 days, since a quiet chain's newest block may be days old. */
const DELEGATION_SECONDS = 60 * 86_400;

/** 32 random bytes: what makes a text that nobody knows unguessable from its hash. */
export const newSalt = (): Hex => `0x${toHex(crypto.getRandomValues(new Uint8Array(32)))}`;

export type PostWords = Pick<PostMessage, "audience" | "text" | "media" | "replyTo" | "quotes" | "replaces">;

/** A Post; `id` is a UUID, of the post that is edited where it is an edit. */
export function newPost(id: string, author: Hex, words: PostWords, log: Log): PostMessage {
  return { id: recordId(id), author, ...words, notBefore: blockOf(log), salt: newSalt() };
}

/** A Deletion of the version with this content. */
export function newDeletion(id: string, author: Hex, replaces: Hex, log: Log): DeletionMessage {
  return { id: recordId(id), author, replaces, notBefore: blockOf(log) };
}

/** A Delegation that lets `delegate` sign posts for sixty days. */
export function newDelegation(author: Hex, delegate: Hex, log: Log, now = Date.now()): DelegationMessage {
  const expiresAt = Math.floor(now / 1000) + DELEGATION_SECONDS;
  return { id: recordId(uuid7()), author, delegate, scope: "post", expiresAt, notBefore: blockOf(log) };
}

/** A Revocation of what let `delegate` sign. */
export function newRevocation(author: Hex, delegate: Hex, log: Log): RevocationMessage {
  return { id: recordId(uuid7()), author, delegate, notBefore: blockOf(log) };
}

function blockOf(log: Log): { number: number; hash: Hex } {
  return { number: log.notBefore.number, hash: log.notBefore.hash as Hex };
}
