/** Tokens in words and as pictures. Metadata are whatever their maker wrote: nothing in them is believed. Pure. */

import { type Step, stepsOf } from "./steps";

export interface TokenText {
  name: string | null;
  description: string | null;
  /** Addresses on this server; null where it lies elsewhere, or is none. */
  image: string | null;
  animation: string | null;
  link: string | null;
  attributes: { name: string; value: string }[];
}

const CID = /^[A-Za-z0-9]{40,80}$/;
const MOST_ATTRIBUTES = 50;

/** What metadata say, as far as it can be shown. */
export function textOf(metadata: Record<string, unknown> | null): TokenText {
  const found = metadata ?? {};
  return {
    name: words(found.name),
    description: words(found.description),
    image: contentPath(found.image),
    animation: contentPath(found.animation_url),
    link: secureLink(found.external_url),
    attributes: attributesOf(found.attributes),
  };
}

/** Where this server has the content of an ipfs:// link; null for any other link: nothing is loaded from elsewhere. */
export function contentPath(link: unknown): string | null {
  if (typeof link !== "string" || !link.startsWith("ipfs://")) return null;
  const cid = link.slice("ipfs://".length).replace(/^ipfs\//, "");
  return CID.test(cid) ? `/ipfs/${cid}` : null;
}

function words(value: unknown): string | null {
  return typeof value === "string" && value.trim() ? value : null;
}

function secureLink(value: unknown): string | null {
  if (typeof value !== "string" || !URL.canParse(value)) return null;
  return new URL(value).protocol === "https:" ? value : null;
}

function attributesOf(value: unknown): TokenText["attributes"] {
  if (!Array.isArray(value)) return [];
  return value.slice(0, MOST_ATTRIBUTES).flatMap((one: unknown) => {
    if (typeof one !== "object" || one === null) return [];
    const { trait_type, value: said, display_type } = one as Record<string, unknown>;
    if (typeof said !== "string" && typeof said !== "number") return [];
    const name = words(trait_type) ?? "Attribute";
    return [{ name, value: display_type === "date" ? dateOf(said) : String(said) }];
  });
}

/** Marketplaces write a date as seconds since 1970. */
function dateOf(seconds: string | number): string {
  const date = new Date(Number(seconds) * 1000);
  return Number.isNaN(date.getTime()) ? String(seconds) : date.toISOString().slice(0, 10);
}

/** A token's number in short. */
export const shortNumber = (number: string): string =>
  number.length > 14 ? `${number.slice(0, 6)}…${number.slice(-6)}` : number;

/** What a token is called. */
export const nameOfToken = (text: TokenText, number: string): string =>
  text.name ?? `Token ${shortNumber(number)}`;

/** Basis points as people say them: 250 is "2.5%". */
export const royaltyWords = (points: number): string => (points === 0 ? "None" : `${points / 100}%`);

/** Basis points of a percentage as typed; null for what is none from 0 to 100 with at most two decimals. */
export function royaltyOf(percent: string): number | null {
  const text = percent.trim().replace(",", ".");
  if (text === "") return 0;
  if (!/^\d{1,3}(\.\d{1,2})?$/.test(text)) return null;
  const points = Math.round(Number(text) * 100);
  return points <= 10_000 ? points : null;
}

export interface Progress {
  state: string;
  saved_at: string | null;
  signed_at: string | null;
  sent_at: string | null;
  mined_at: string | null;
  final_at: string | null;
}

/** States in which nothing more comes by itself. */
const STOPPED = new Set(["halted", "expired", "withdrawn"]);

/** How far a mint is; `sentAt`: when one's own wallet sent it, as far as this browser knows. */
export function mintSteps(progress: Progress, by: "permission" | "wallet", sentAt: string | null): Step[] {
  const saved = {
    name: "Kept",
    about: "Waits for picture and text.",
    at: progress.saved_at,
  };
  const mined = {
    name: "In a block",
    about: "Waits for a block; then the token is there.",
    at: progress.mined_at,
  };
  const final = {
    name: "Final",
    about: "The token is there. It is final when enough blocks stand on it.",
    at: progress.final_at,
  };
  const own = [
    saved,
    { name: "Sent", about: "Your own wallet sends it and pays the gas.", at: progress.sent_at ?? sentAt },
  ];
  const permitted = [
    saved,
    {
      name: "Permitted",
      about: "Your wallet signs a permission; that costs nothing.",
      at: progress.signed_at,
    },
    { name: "Sent", about: "This server sends it and pays the gas.", at: progress.sent_at },
  ];
  const stages = [...(by === "wallet" ? own : permitted), mined, final];
  return stepsOf(stages, STOPPED.has(progress.state));
}

/** Whether a mint moves by itself, so that it is looked at again. */
export const mintMoves = ({ state }: Progress): boolean =>
  ["signed", "sent", "mined", "delayed"].includes(state);
