/** Claims and badges in words, and how far a claim is. Nothing here calls a claim good whose state is not. Pure. */

import type { Schemas } from "../api/client";
import { type Step, stepsOf } from "./steps";

export type Badge = Schemas["Badge"];
export type Claim = Schemas["Claim"];
export type Kind = Schemas["NewClaim"]["kind"];

export const KINDS: Record<Kind, { name: string; about: string; proof: string }> = {
  domain: {
    name: "A domain",
    about: "You control a name such as example.org.",
    proof: "A line in a file that the domain serves, or in its DNS. Looked at daily.",
  },
  email: {
    name: "An email address",
    about: "You read the mail that goes there.",
    proof: "A code of eight digits that is sent there.",
  },
  handle: {
    name: "Your handle here",
    about: "This account has its handle on this server.",
    proof: "This server’s own list of handles. Nothing for you to do.",
  },
  person: {
    name: "Who you are",
    about: "You are the person with this name.",
    proof: "A moderator looks at your evidence and writes down why.",
  },
};

export const isKind = (text: string | undefined): text is Kind => text !== undefined && text in KINDS;
export const nameOfKind = (kind: string): string => (isKind(kind) ? KINDS[kind].name : "Another claim");

export type Tone = "good" | "wait" | "bad" | "over";

export const STATES: Record<Claim["state"], { word: string; about: string; tone: Tone }> = {
  requested: { word: "To be proved", about: "It waits for the proof.", tone: "wait" },
  checked: { word: "Proved", about: "It goes to the chain with the next batch.", tone: "wait" },
  owed: { word: "Proved", about: "Its batch waits to be sent.", tone: "wait" },
  sent: { word: "On its way", about: "Its batch was sent to the chain.", tone: "wait" },
  mined: { word: "Valid", about: "It is on the chain, and the badge shows.", tone: "good" },
  final: { word: "Valid", about: "It is on the chain for good, and the badge shows.", tone: "good" },
  delayed: {
    word: "Delayed",
    about: "The chain is slow or dear just now; it goes on by itself.",
    tone: "wait",
  },
  halted: { word: "Halted", about: "The chain refused it. Try again.", tone: "bad" },
  refused: { word: "Refused", about: "It was not proved, or a reviewer refused it.", tone: "bad" },
  withdrawn: { word: "Withdrawn", about: "You took it back before it was on the chain.", tone: "over" },
  revoking: { word: "Being revoked", about: "The chain is told that it is over.", tone: "wait" },
  declining: { word: "Being declined", about: "The chain is told that you declined it.", tone: "wait" },
  revoked: {
    word: "Revoked",
    about: "It is over; the badge stays, greyed, with date and reason.",
    tone: "over",
  },
  declined: { word: "Declined", about: "You declined it: this server never makes it again.", tone: "over" },
  expired: { word: "Expired", about: "Its time has passed. Ask again.", tone: "over" },
};

const OVER = new Set<Claim["state"]>([
  "refused",
  "withdrawn",
  "revoking",
  "declining",
  "revoked",
  "declined",
  "expired",
]);

/** Whether a claim has ended, or is about to. */
export const isOver = ({ state }: Pick<Claim, "state">): boolean => OVER.has(state);

/** Whether its state changes without its subject, so that it is looked at again. */
export const claimMoves = ({ state }: Pick<Claim, "state">): boolean =>
  ["requested", "checked", "owed", "sent", "mined", "delayed", "revoking", "declining"].includes(state);

/** Whether there is something to try again: a look at the domain, another code, or the chain. */
export function canRetry({ state, kind }: Pick<Claim, "state" | "kind">): boolean {
  if (state === "halted" || state === "revoking") return true;
  return state === "requested" && (kind === "domain" || kind === "email");
}

const PROOFS: Record<string, string> = {
  domain: "Waits for the line that the domain publishes.",
  email: "Waits for the code.",
  handle: "Waits for a look into this server’s list.",
  person: "Waits for a moderator.",
};

/** How far a claim is. */
export function claimSteps(claim: Claim): Step[] {
  const stages = [
    { name: "Asked", about: "", at: claim.requested_at },
    { name: "Proved", about: PROOFS[claim.kind] ?? "Waits for a look.", at: claim.checked_at },
    { name: "In a batch", about: "Waits for others: several go to the chain together.", at: claim.owed_at },
    { name: "Sent", about: "The batch waits to be sent.", at: claim.sent_at },
    { name: "In a block", about: "Waits for a block; then the badge shows.", at: claim.mined_at },
    {
      name: "Final",
      about: "The badge shows. It is final when enough blocks stand on it.",
      at: claim.final_at,
    },
  ];
  return stepsOf(stages, isOver(claim) || claim.state === "halted");
}

export interface Publish {
  line: string;
  file: string;
  txt: string;
}

/** What a domain has to publish; null for what is no domain, or has been erased. */
export function publishOf({ publish }: Claim): Publish | null {
  if (publish === null) return null;
  const { line, file, txt } = publish;
  const whole = typeof line === "string" && typeof file === "string" && typeof txt === "string";
  return whole ? { line, file, txt } : null;
}

const BADGE_KINDS: Record<string, string> = {
  domain: "Controls the domain",
  email: "Reads mail at",
  handle: "Has the handle",
  person: "Is the person",
};

const SHORT: Record<string, string> = {
  domain: "A domain",
  email: "An email address",
  handle: "A handle",
  person: "A reviewed person",
};

const BADGE_STATES: Record<Badge["state"], string> = {
  valid: "Valid",
  expired: "Expired",
  revoked: "Revoked",
  declined: "Declined by its subject",
};

const BASES: Record<string, string> = {
  file: "A file that the domain serves",
  dns: "A record in the domain’s DNS",
  code: "A code that was sent to the address and came back",
  here: "This server’s own list of handles",
  review: "A reviewer looked at evidence",
};

export const kindWords = (kind: string): string => BADGE_KINDS[kind] ?? "Claim of a kind not known here";
export const shortOf = (badge: Badge): string => badge.value ?? SHORT[badge.kind] ?? "Another claim";
export const stateWords = (state: Badge["state"]): string => BADGE_STATES[state];
export const basisWords = (basis: string | null): string =>
  basis === null ? "Not told: another issuer vouches for it" : (BASES[basis] ?? basis);

/** What stands beside a name: what is valid first, and how many of those there are. */
export function sorted(badges: Badge[]): { badges: Badge[]; valid: number } {
  const valid = badges.filter(({ state }) => state === "valid");
  return { badges: [...valid, ...badges.filter(({ state }) => state !== "valid")], valid: valid.length };
}
