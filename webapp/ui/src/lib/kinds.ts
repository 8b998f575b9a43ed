/** The kinds of notifications in words: for preferences and webhooks. */

interface KindWords {
  text: string;
  /** Somebody does it: one may be told of those whom one follows alone. */
  somebodys: boolean;
}

const KINDS: Record<string, KindWords> = {
  mention: { text: "Mentions of you", somebodys: true },
  comment: { text: "Answers to your posts", somebodys: true },
  quote: { text: "Quotes of your posts", somebodys: true },
  repost: { text: "Reposts of your posts", somebodys: true },
  like: { text: "Likes of your posts", somebodys: true },
  follow: { text: "New followers", somebodys: true },
  message: { text: "Messages", somebodys: true },
  anchored: { text: "Your posts have become provable", somebodys: false },
  verified: { text: "A claim of yours is verified", somebodys: false },
  revoked: { text: "A claim of yours is revoked", somebodys: false },
  asset_received: { text: "You received a token", somebodys: true },
  asset_sent: { text: "A token left your wallet", somebodys: false },
  asset_minted: { text: "A token of yours was minted", somebodys: false },
};

/** All kinds, those that matter most to people first. */
export const KINDS_IN_ORDER: readonly string[] = Object.keys(KINDS);

/** The words of a kind; one that is not known here is shown by its name. */
export const kindWords = (kind: string): KindWords =>
  KINDS[kind] ?? { text: kind.replaceAll("_", " "), somebodys: false };

/** Kinds in the order in which they are shown; unknown ones last. */
export function inOrder(kinds: readonly string[]): string[] {
  const place = (kind: string) => KINDS_IN_ORDER.indexOf(kind) + 1 || KINDS_IN_ORDER.length + 1;
  return [...kinds].sort((a, b) => place(a) - place(b));
}
