/** Notifications as they are shown: by days, each said in a sentence. Pure. */

import { nameOf } from "../../components/Person";
import { byDay } from "../../lib/days";
import { personPath, postPath, tokenPath } from "../../lib/paths";
import type { Kind, Notification } from "../../queries/notifications";

export const FILTERS = {
  all: { text: "All", kinds: [] },
  talk: { text: "Talk", kinds: ["comment", "mention", "quote", "message"] },
  likes: { text: "Likes and reposts", kinds: ["like", "repost"] },
  follows: { text: "Follows", kinds: ["follow"] },
  proofs: {
    text: "Proofs",
    kinds: ["anchored", "verified", "revoked", "asset_received", "asset_sent", "asset_minted"],
  },
} as const satisfies Record<string, { text: string; kinds: readonly Kind[] }>;

export type Filter = keyof typeof FILTERS;

/** The name of its day for each item that begins one, by the item's id; items that come twice count once. */
export function beginnings(items: readonly Notification[], now: number): Map<string, string> {
  const unique = [...new Map(items.map((item) => [String(item.id), item])).values()];
  const days = byDay(unique, (item) => item.created_at ?? new Date(now).toISOString(), now);
  return new Map(days.map(({ name, items: [first] }) => [String(first?.id), name]));
}

const count = (many: number, one: string, more: string) => (many === 1 ? one : `${many} ${more}`);

/** Who: "Ada", "Ada and Bob", "Ada, Bob and 3 others". */
export function whoOf({ profiles, people }: Pick<Notification, "profiles" | "people">): string {
  const names = profiles.slice(0, people > 2 ? 1 : 2).map(nameOf);
  const others = people - names.length;
  if (names.length === 0) return people === 1 ? "Somebody" : `${people} people`;
  if (others > 0) return `${names.join(", ")} and ${count(others, "1 other", "others")}`;
  return names.join(" and ");
}

const DID: Partial<Record<Kind, (item: Notification) => string>> = {
  follow: () => "followed you",
  like: () => "liked your post",
  repost: () => "reposted your post",
  quote: () => "quoted your post",
  mention: () => "mentioned you",
  comment: ({ count: many }) => (many > 1 ? `answered your post, ${many} times` : "answered your post"),
  message: ({ count: many }) => (many > 1 ? `sent ${many} messages` : "sent a message"),
};

/** What nobody did to one. */
const OWN: Partial<Record<Kind, string>> = {
  verified: "A claim of yours was verified",
  revoked: "A claim about you was taken back",
  asset_received: "You received a token",
  asset_sent: "A token of yours went to somebody else",
  asset_minted: "Your token is minted",
};

/** What happened: who (null where nobody did it) and the rest of the sentence. */
export function saying(item: Notification): { who: string | null; did: string } {
  const did = DID[item.kind];
  if (did) return { who: whoOf(item), did: did(item) };
  if (item.kind === "anchored") {
    return {
      who: null,
      did: `${count(item.count, "A post of yours is", "posts of yours are")} anchored: ${item.count === 1 ? "it" : "they"} can be proved without this server`,
    };
  }
  return { who: null, did: OWN[item.kind] ?? "Something about a token of yours" };
}

/** Where it leads. */
export function placeOf(item: Notification, me: { id: string; handle: string | null }): string {
  const [first] = item.profiles;
  switch (item.kind) {
    case "follow":
      return item.people === 1 && first ? personPath(first) : `${personPath(me)}/followers`;
    case "message":
      return item.subject ? `/messages/${item.subject}` : "/messages";
    case "anchored":
      return item.post ? `${postPath(item.post.id)}/receipt` : personPath(me);
    case "verified":
    case "revoked":
      return claimPlace(item);
    case "asset_received":
    case "asset_sent":
    case "asset_minted":
      return tokenPlace(item) ?? `${personPath(me)}/gallery`;
    default: {
      const post = item.kind === "comment" || item.kind === "quote" ? (item.about ?? item.post) : item.post;
      return post ? postPath(post.id) : "/notifications";
    }
  }
}

/** One token has a page of its own; several are in the gallery. */
function tokenPlace({ count: many, subject }: Notification): string | null {
  return many === 1 && subject ? tokenPath(subject) : null;
}

const claimPlace = ({ subject }: Notification): string => (subject ? `/claims/${subject}` : "/claims");
