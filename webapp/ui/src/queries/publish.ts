/** Publish, edit and delete: signed by the device or the wallet where there is one, built by the server where not. */

import { api, take } from "../api/client";
import { isCode, ProblemError } from "../api/problem";
import { asPost, type Me, type Post } from "../api/types";
import type { Draft } from "../lib/drafts";
import { usableDevice } from "../wallet/device/device";
import { newDeletion, newPost, type PostWords } from "../wallet/records/make";
import { type Hex, ZERO_HASH } from "../wallet/records/types";
import { type SignedRecord, type Stage, signedAndSent } from "../wallet/signing";
import { walletState } from "../wallet/store";

/** What a token is among a post's media. */
export const TOKEN = "text/x-caip19";

export interface Wish {
  draft: Draft;
  replyTo: Post | null;
  quotes: Post | null;
  /** The post that is edited. */
  edits: Post | null;
}

type Tell = (stage: Stage) => void;

/** A draft was changed after it had been sent, and what was sent had arrived. */
export class ArrivedBeforeError extends Error {
  override readonly name = "ArrivedBeforeError";

  constructor(readonly post: Post) {
    super("Your post had arrived as it was before you changed it. Your new words wait in its edit.");
  }
}

/** What a draft was sent as had arrived, and was deleted since: its id is used up. */
export class EndedBeforeError extends Error {
  override readonly name = "EndedBeforeError";

  constructor() {
    super("It had arrived before, and that post was deleted. Send it again to make a new post of it.");
  }
}

/** A post became something else after one began to edit it: edited elsewhere, or by a try whose answer was lost. */
export class ChangedMeanwhileError extends Error {
  override readonly name = "ChangedMeanwhileError";

  constructor(
    /** Of the version that it is now. */
    readonly content: string | null,
  ) {
    super("The post changed since you began to edit it. Save again to replace what it says now.");
  }
}

/**
 * Publish what a draft says, and tell how far it is. Raises WalletStoppedError, ProblemError, ArrivedBeforeError,
 * EndedBeforeError and ChangedMeanwhileError; nothing of the draft is lost by them.
 */
export async function publish(me: Me, wish: Wish, tell: Tell = () => {}): Promise<Post> {
  const known = knownBefore(wish);
  if (known) return known;
  const author = await authorFor(me, wish.edits);
  if (author === null) return sendPost(unsignedBody(wish), wish);
  const words = wordsOf(wish);
  const id = wish.edits?.id ?? wish.draft.id;
  const key = JSON.stringify([id, author, words]);
  const signed = signedBefore.get(key);
  const send = async (record: SignedRecord) => {
    signedBefore.clear();
    signedBefore.set(key, record);
    try {
      return await sendPost(record, wish);
    } catch (error) {
      if (isFinal(error)) signedBefore.delete(key);
      throw error;
    }
  };
  if (signed) return send(signed);
  return signedAndSent("Post", author, (log) => newPost(id, author, words, log), send, tell);
}

/** The post, where an edit says what it says already. Raises ChangedMeanwhileError. */
function knownBefore(wish: Wish): Post | null {
  const { draft, edits } = wish;
  if (edits === null || !draft.base || draft.base === edits.content) return null;
  if (says(edits, wish)) return edits;
  throw new ChangedMeanwhileError(edits.content);
}

/** The last record that was signed, by what it says: sent again after a lost answer, it is the same record. */
const signedBefore = new Map<string, SignedRecord>();

/** Whether the very same record will never be taken: its device was revoked, its block is too old, and the like. */
function isFinal(error: unknown): boolean {
  return error instanceof ProblemError && error.status < 500 && !MAY_BE_TAKEN.has(error.status);
}

/** Signed out, under way already, too fast. */
const MAY_BE_TAKEN = new Set([401, 409, 429]);

/** Delete a post for good, and tell how far it is. Raises WalletStoppedError and ProblemError. */
export async function erase(me: Me, post: Post, tell: Tell): Promise<void> {
  const author = await authorFor(me, post);
  const params = { path: { post_id: post.id } };
  if (author === null) {
    tell("sending");
    await take(api.DELETE("/api/v1/posts/{post_id}", { params }));
    return;
  }
  const replaces = (post.content ?? ZERO_HASH) as Hex;
  await signedAndSent(
    "Deletion",
    author,
    (log) => newDeletion(post.id, author, replaces, log),
    (body) => take(api.DELETE("/api/v1/posts/{post_id}", { params, body })),
    tell,
  );
}

/**
 * The address that signs: that of the first version for an edit; else the wallet that is connected, that this device
 * may sign for, or the first one. Null for who has no wallet, and for posts made without one.
 */
export async function authorFor(me: Me, edits: Post | null): Promise<Hex | null> {
  const own = signersFor(me, edits);
  if (edits !== null) return own[0] ?? null;
  const connected = walletState().connected?.address;
  if (connected && own.includes(connected)) return connected;
  for (const address of own) if (await usableDevice(address)) return address;
  return own[0] ?? null;
}

/** Whether a post, or the edit of one, will be signed. */
export const willBeSigned = (me: Me, edits: Post | null): boolean => signersFor(me, edits).length > 0;

/** The addresses that may sign. */
function signersFor(me: Me, edits: Post | null): Hex[] {
  const own = me.profile.authors.filter((author) => author.signs).map((author) => author.address as Hex);
  return edits === null ? own : own.filter((address) => address === edits.author);
}

function wordsOf({ draft, replyTo, quotes, edits }: Wish): PostWords {
  return {
    audience: draft.audience,
    text: draft.text,
    media: [
      ...draft.media.map(({ digest, mime, alt }) => ({ digest: digest as Hex, mime, alt })),
      ...draft.tokens.map(({ asset, digest }) => ({ digest: digest as Hex, mime: TOKEN, alt: asset })),
    ],
    replyTo: (replyTo?.content ?? edits?.reply_to ?? ZERO_HASH) as Hex,
    quotes: (quotes?.content ?? edits?.quotes ?? ZERO_HASH) as Hex,
    replaces: (edits?.content ?? ZERO_HASH) as Hex,
  };
}

function unsignedBody({ draft, replyTo, quotes, edits }: Wish) {
  const reply = replyTo?.content ?? edits?.reply_to;
  const quote = quotes?.content ?? edits?.quotes;
  return {
    id: edits?.id ?? draft.id,
    text: draft.text,
    audience: draft.audience,
    media: [
      ...draft.media.map(({ id, alt }) => ({ id, alt })),
      ...draft.tokens.map(({ asset }) => ({ asset })),
    ],
    ...(reply ? { reply_to: reply } : {}),
    ...(quote ? { quotes: quote } : {}),
    ...(edits?.content ? { replaces: edits.content } : {}),
  };
}

type Body = SignedRecord | ReturnType<typeof unsignedBody>;

async function sendPost(body: Body, wish: Wish): Promise<Post> {
  try {
    return await sendOnce(body, wish);
  } catch (error) {
    if (isCode(error, "record_ended") && wish.edits === null) throw new EndedBeforeError();
    if (!isCode(error, "version_conflict")) throw error;
    const before = await publishedBefore(wish);
    if (before === null || before.deleted_at !== null) throw error;
    if (says(before, wish)) return before;
    throw wish.edits === null ? new ArrivedBeforeError(before) : new ChangedMeanwhileError(before.content);
  }
}

/** The post that a draft became though its answer was lost; null if none did. */
function publishedBefore({ draft, edits }: Wish): Promise<Post | null> {
  const params = { path: { post_id: edits?.id ?? draft.id } };
  return take(api.GET("/api/v1/posts/{post_id}", { params })).then(asPost, () => null);
}

function says(post: Post, wish: Wish): boolean {
  const { audience, text, media } = wordsOf(wish);
  // Which posts, not which versions of them: they may have been edited since.
  const parent = (wish.replyTo?.id ?? wish.edits?.parent) || null;
  const quoted = (wish.quotes?.id ?? wish.edits?.quoted) || null;
  const files = post.media.map(({ digest, mime, alt }) => ({ digest, mime, alt }));
  const said = [post.audience, post.text, files, post.parent, post.quoted];
  return JSON.stringify(said) === JSON.stringify([audience, text, media, parent, quoted]);
}

async function sendOnce(body: Body, { replyTo }: Wish): Promise<Post> {
  if (replyTo === null) return asPost(await take(api.POST("/api/v1/posts", { body })));
  const params = { path: { post_id: replyTo.id } };
  // The address says what is answered; a draft need not repeat it.
  const { reply_to: _, ...comment } = body as ReturnType<typeof unsignedBody>;
  return asPost(await take(api.POST("/api/v1/posts/{post_id}/comment", { params, body: comment })));
}
