/** The shapes that the API answers, with what its description leaves open said as docs/api.md says it. */

import type { Schemas } from "./client";

export type AnchoringState = "saved" | "sealed" | "sent" | "mined" | "final" | "delayed" | "halted";

export interface Anchoring {
  state: AnchoringState;
  saved_at: string | null;
  sealed_at: string | null;
  sent_at: string | null;
  mined_at: string | null;
  final_at: string | null;
  reason: string | null;
}

/** A token in a post, and who held it: at the end of the block that anchors the post, or now while none does. */
export interface AttachedToken {
  token_id: string;
  at: "block" | "now";
  block: number | null;
  holder: { address: string; account: string | null; handle: string | null } | null;
}

export interface MediaItem {
  /** Null for a file that was erased; a token has none. */
  id?: string | null;
  /** Of a token, whose CAIP-19 id is `alt`. */
  asset?: AttachedToken;
  digest: string;
  mime: string;
  alt: string;
  width: number | null;
  height: number | null;
}

export interface PostCounts {
  likes: number;
  comments: number;
  reposts: number;
  quotes: number;
}

export interface PostViewer {
  liked: boolean;
  reposted: boolean;
  following: boolean;
  muted: boolean;
}

interface PostParts {
  audience: "public" | "followers";
  media: MediaItem[];
  counts: PostCounts;
  viewer: PostViewer | null;
  anchoring: Anchoring;
}

export type Card = Schemas["ProfileCard"];
export type Post = Omit<Schemas["Post"], keyof PostParts> & PostParts;
export type FeedItem = Omit<Schemas["FeedItem"], keyof PostParts> & PostParts;
export type User = Schemas["User"];
export type Me = Schemas["OwnProfile"];
export type Log = Schemas["Log"];

/** A page of a list; `next` is the cursor of the following one, `newest` the place for `since`. */
export interface Page<Item> {
  items: Item[];
  next: string | null;
  newest: string;
}

/** The API's own Post as this page's. */
export const asPost = (post: Schemas["Post"]): Post => post as unknown as Post;
