/** What an app asks for, as its link says it: the parts of RFC 6749 (4.1.1) and RFC 7636 that the API takes. */

import type { Schemas } from "../../api/client";

export type Asking = Omit<Schemas["ConsentDecision"], "decision">;

const NEEDED = ["response_type", "client_id", "redirect_uri"] as const;
const MORE = ["scope", "state", "code_challenge", "code_challenge_method"] as const;

/** The request of an address, or what is wrong with it in a sentence. What is in it beside means nothing here. */
export function readRequest(search: string): { asking: Asking } | { problem: string } {
  const given = new URLSearchParams(search);
  const parts: Record<string, string> = {};
  for (const name of [...NEEDED, ...MORE]) {
    const values = given.getAll(name);
    if (values.length > 1) return { problem: `The link says “${name}” more than once.` };
    if (values[0] !== undefined) parts[name] = values[0];
  }
  const missing = NEEDED.filter((name) => !parts[name]);
  if (missing.length > 0) return { problem: `The link does not say “${missing.join("” and “")}”.` };
  return { asking: parts as unknown as Asking };
}

/** Why an authorization server sends somebody back (RFC 6749, 4.1.2.1), in words. */
const REFUSALS: Record<string, string> = {
  invalid_request:
    "Its request is incomplete, or lacks the protection that this server asks for (PKCE with S256).",
  invalid_scope: "It asks for something that no app may do here.",
  unsupported_response_type: "It asks in a way that this server does not know.",
  unauthorized_client: "It may not ask at all now, or not in this way.",
};

/** Why a request is refused, by the address to which the browser would go back; the app's own words after ours. */
export function refusalWords(redirect: string): string {
  const query = new URL(redirect).searchParams;
  const error = query.get("error") ?? "";
  const about = query.get("error_description");
  const words = REFUSALS[error] ?? `This server refused it: ${error}.`;
  return about ? `${words} (${about})` : words;
}

/** Where the browser goes after the decision, as people read it: the host, or their own machine. */
export function placeOf(uri: string): string {
  const { hostname, host } = new URL(uri);
  return ["localhost", "127.0.0.1", "[::1]"].includes(hostname)
    ? `a program on this machine (${host})`
    : host;
}
