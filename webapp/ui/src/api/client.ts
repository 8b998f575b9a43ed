/**
 * The API, typed by its own description (schema.d.ts, made by `python -m tools.ui_types`).
 *
 *     const post = await take(api.GET("/api/v1/posts/{post_id}", { params: { path: { post_id } } }));
 *
 * `take` gives the body of a good answer and throws a ProblemError for any other.
 */

import createClient from "openapi-fetch";
import { readProblem } from "./problem";
import type { components, paths } from "./schema";
import { send } from "./send";

export const api = createClient<paths>({ baseUrl: location.origin, fetch: send, credentials: "same-origin" });

export type Schemas = components["schemas"];

interface Answered<Data> {
  data?: Data;
  error?: unknown;
  response: Response;
}

/** The body of a good answer (undefined for 204); raises ProblemError, UnreachableError, SessionEndedError. */
export async function take<Data>(call: Promise<Answered<Data>>): Promise<Data> {
  return (await takeWhole(call)).data;
}

/** The same with the answer's headers, for ETag and the like. */
export async function takeWhole<Data>(
  call: Promise<Answered<Data>>,
): Promise<{ data: Data; headers: Headers }> {
  const { data, error, response } = await call;
  if (response.ok) return { data: data as Data, headers: response.headers };
  // openapi-fetch has read the body already: it is put back for the reader of refusals.
  const body = typeof error === "string" ? error : JSON.stringify(error ?? null);
  throw await readProblem(new Response(body, { status: response.status, headers: response.headers }));
}
