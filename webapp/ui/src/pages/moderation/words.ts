/** Moderation in words, and which decisions a subject is open to. Pure. */

import type { Act, Order, Reported } from "../../queries/moderation";

export const REASONS: Record<string, string> = {
  spam: "Spam",
  harassment: "Harassment",
  hate: "Hate",
  violence: "Violence",
  sexual: "Sexual content",
  illegal: "Against the law",
  impersonation: "Pretends to be somebody else",
  self_harm: "Self-harm",
  misleading: "Misleading",
  other: "Something else",
};

export const TYPES: Record<string, string> = {
  post: "Post",
  account: "Person",
  message: "Message",
  asset: "Token",
  claim: "Claim",
  appeal: "Appeal",
};

/** The act as a button says it, and what it does. */
export const ACTS: Record<Act, { text: string; about: string; danger: boolean }> = {
  dismiss: {
    text: "Dismiss",
    about: "Nothing is done; the open reports are closed. Nobody is told.",
    danger: false,
  },
  hide: {
    text: "Hide the post",
    about:
      "Nobody but its author sees it. It stays in the log, and can be shown again. The author reads your reason, not your name.",
    danger: true,
  },
  show: {
    text: "Show the post again",
    about: "Everybody who could see it before sees it again.",
    danger: false,
  },
  suspend: {
    text: "Suspend the person",
    about:
      "They can read, appeal, export and delete, and nothing else; others see the handle alone. They read your reason, not your name.",
    danger: true,
  },
  restore: { text: "Restore the person", about: "The suspension ends at once.", danger: false },
  read: {
    text: "Read the message",
    about:
      "This one message is decrypted for you, nothing round it. That you read it, and why, is written into the trail.",
    danger: false,
  },
};

const DONE: Record<string, string> = {
  dismiss: "Reports were dismissed",
  hide: "A post was hidden",
  show: "A post was shown again",
  suspend: "An account was suspended",
  restore: "An account was restored",
  read: "A reported message was read",
  grant: "An appeal was granted",
  refuse: "An appeal was refused",
  report: "Something was reported",
  appeal: "Somebody appealed",
  vouch: "A claim was vouched for",
  refuse_claim: "A claim was refused",
  take_back: "A claim was taken back",
};

/** Tokens are hidden and shown as posts are. */
const about = (text: string, type: string): string =>
  type === "asset" ? text.replace("post", "token") : text;

/** What a decision about a subject of this type is called on its button. */
export const actText = (act: Act, type: string): string => about(ACTS[act].text, type);

export const doneWords = (act: string, type = ""): string => about(DONE[act] ?? act, type);

/** What was done to me. */
const MINE: Record<string, string> = {
  hide: "Your post was hidden",
  show: "Your post is shown again",
  suspend: "Your account was suspended",
  restore: "Your account was restored",
};

export const mineWords = (act: string, type = ""): string =>
  MINE[act] ? about(MINE[act], type) : doneWords(act, type);

/** Who, by role. */
const BY: Record<string, string> = {
  time: "by its own end",
  operator: "by an operator",
  // The trail does not say who; of a report nobody is told.
  reporter: "by somebody",
  appellant: "by whom it was about",
};

export const byWords = (role: string): string => BY[role] ?? "by a moderator";

/** What can be decided about a subject as it stands; about whom, as the API wants it. */
export function choicesFor(item: Reported): Pick<Order, "act" | "type" | "subject">[] {
  const type = item.type as Order["type"];
  const here = (act: Act) => ({ act, type, subject: item.subject });
  const them = (act: Act) => ({ act, type: "account" as const, subject: item.account });
  const gone = Boolean(item.post?.deleted_at ?? item.message?.deleted_at);
  const hidden = Boolean(item.post?.hidden_at ?? item.asset?.hidden_at);
  return [
    ...(type === "message" && !gone ? [here("read")] : []),
    ...(item.open > 0 ? [here("dismiss")] : []),
    ...((type === "post" || type === "asset") && !gone ? [here(hidden ? "show" : "hide")] : []),
    them(item.suspended_at ? "restore" : "suspend"),
  ];
}

/** Ends that a suspension can have, by the days that they are away; null: none. */
export const SPANS: { text: string; days: number | null }[] = [
  { text: "1 day", days: 1 },
  { text: "7 days", days: 7 },
  { text: "30 days", days: 30 },
  { text: "1 year", days: 365 },
  { text: "Until it is lifted", days: null },
];

/** When a suspension of so many days ends (RFC 3339); undefined for one without an end. */
export function endOf(days: number | null, now: number): string | undefined {
  return days === null ? undefined : new Date(now + days * 86_400_000).toISOString();
}

export interface TrailRow {
  act: string;
  moderator: string | null;
  role: string;
  type: string;
  subject: string;
  account: string;
  until: string | null;
  at: string;
}

/** What a row of the trail says; null where this is no document that is known here. */
export function readRow(document: string): TrailRow | null {
  try {
    const parsed: unknown = JSON.parse(document);
    if (typeof parsed !== "object" || parsed === null) return null;
    const row = parsed as TrailRow;
    return typeof row.act === "string" && typeof row.at === "string" ? row : null;
  } catch {
    return null;
  }
}
