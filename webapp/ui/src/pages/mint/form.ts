/** What somebody types about a token to be, and what the API is told. Pure. */

import type { DraftMedia } from "../../lib/drafts";
import { royaltyOf } from "../../lib/tokens";
import type { NewMint } from "../../queries/tokens";

export interface MintForm {
  image: DraftMedia | null;
  animation: DraftMedia | null;
  name: string;
  description: string;
  link: string;
  /** A percentage as typed. */
  royalty: string;
  attributes: { id: number; name: string; value: string }[];
  by: "permission" | "wallet";
  /** The wallet that makes it; empty: the first. */
  creator: string;
}

export const EMPTY: MintForm = {
  image: null,
  animation: null,
  name: "",
  description: "",
  link: "",
  royalty: "",
  attributes: [],
  by: "permission",
  creator: "",
};

export const MOST = {
  name: 200,
  description: 2_000,
  link: 500,
  trait: 64,
  value: 200,
  attributes: 50,
} as const;

/** What is wrong with each field, in words; empty where nothing is. */
export function problemsOf(form: MintForm): Partial<Record<keyof MintForm, string>> {
  const found: Partial<Record<keyof MintForm, string>> = {};
  if (!form.image && !form.animation) found.image = "Add a picture or a video: it is what the token is of.";
  if (!form.name.trim()) found.name = "Give it a name.";
  if (royaltyOf(form.royalty) === null)
    found.royalty = "Write a percentage from 0 to 100, with at most two decimals.";
  if (form.link && !isSecure(form.link)) found.link = "Write a whole link that begins with https://.";
  return found;
}

function isSecure(link: string): boolean {
  return URL.canParse(link.trim()) && new URL(link.trim()).protocol === "https:";
}

/** The wish as the API takes it; for a form without problems. */
export function wishOf(form: MintForm): NewMint {
  const attributes = form.attributes
    .filter(({ value }) => value.trim() !== "")
    .map(({ name, value }) => ({
      ...(name.trim() ? { trait_type: name.trim() } : {}),
      value: numberOf(value),
    }));
  return {
    name: form.name.trim(),
    by: form.by,
    royalty: royaltyOf(form.royalty) ?? 0,
    ...(form.creator ? { creator: form.creator } : {}),
    ...(form.description.trim() ? { description: form.description.trim() } : {}),
    ...(form.link.trim() ? { external_url: form.link.trim() } : {}),
    ...(form.image ? { image: form.image.id } : {}),
    ...(form.animation ? { animation: form.animation.id } : {}),
    ...(attributes.length > 0 ? { attributes } : {}),
  };
}

/** A number where marketplaces would count with it: "12" is one, "007" and "1e3" are names. */
function numberOf(value: string): string | number {
  const text = value.trim();
  const number = Number(text);
  return /^-?(0|[1-9]\d*)(\.\d+)?$/.test(text) && String(number) === text ? number : text;
}
