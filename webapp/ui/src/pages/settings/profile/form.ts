/** The profile as it stands in the form, and what of it was changed. */

import type { Schemas } from "../../../api/client";
import type { User } from "../../../api/types";

export const MOST_NAME = 60;
export const MOST_BIO = 500;
export const MOST_LINKS = 5;

export interface Form {
  handle: string;
  name: string;
  bio: string;
  links: string[];
  avatar: string | null;
}

export type Change = Schemas["ProfileChange"];

/** The form of a profile. */
export function formOf({ handle, name, bio, links, avatar }: User): Form {
  return { handle: handle ?? "", name: name ?? "", bio: bio ?? "", links, avatar };
}

/**
 * What the person changed since they began, as the API takes it; nothing of what they left alone, so that a change made
 * elsewhere meanwhile stays.
 */
export function changeOf(began: Form, now: Form): Change {
  const change: Change = {};
  const handle = now.handle.trim().replace(/^@/, "");
  if (handle !== began.handle) change.handle = handle;
  if (now.name.trim() !== began.name) change.name = now.name.trim() || null;
  if (now.bio !== began.bio) change.bio = now.bio.trim() ? now.bio : null;
  const links = linksOf(now.links);
  if (links.join("\n") !== began.links.join("\n")) change.links = links;
  if (now.avatar !== began.avatar) change.avatar = now.avatar;
  return change;
}

/** Links as they are sent: without empty ones, and with the scheme that people leave out. */
export function linksOf(written: readonly string[]): string[] {
  return written
    .map((link) => link.trim())
    .filter((link) => link !== "")
    .map((link) =>
      /^[a-z][a-z0-9+.-]*:/i.test(link) && !/^[^:/]+:\d/.test(link) ? link : `https://${link}`,
    );
}

/** Whether there is anything to save. */
export const isChanged = (began: Form, now: Form): boolean => Object.keys(changeOf(began, now)).length > 0;
