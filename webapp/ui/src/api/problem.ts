/** The API's refusals as typed errors (RFC 9457), and what to say when there was no answer at all. */

export interface FieldProblem {
  field: string;
  problem: string;
}

export interface ProblemBody {
  title: string;
  status: number;
  code: string;
  detail?: string;
  errors?: FieldProblem[];
  request_id?: string;
}

/** A refusal. `code` is stable (docs/errors.md); `retryAfter` is in seconds, null where none was given. */
export class ProblemError extends Error {
  override readonly name = "ProblemError";
  readonly status: number;
  readonly code: string;
  readonly title: string;
  readonly fields: FieldProblem[];
  readonly requestId: string | null;
  readonly retryAfter: number | null;

  constructor(body: ProblemBody, retryAfter: number | null) {
    super(body.detail || body.title);
    this.status = body.status;
    this.code = body.code;
    this.title = body.title;
    this.fields = body.errors ?? [];
    this.requestId = body.request_id ?? null;
    this.retryAfter = retryAfter;
  }
}

/** No answer came, or none in time: the network, or the server, is away. */
export class UnreachableError extends Error {
  override readonly name = "UnreachableError";

  constructor(why = "Troth does not answer. Check your connection; what you wrote is kept.") {
    super(why);
  }
}

/** Somebody signed in or out between the tries of a write: it would be done in the name of who is there now. */
export class SessionChangedError extends Error {
  override readonly name = "SessionChangedError";

  constructor() {
    super("You signed in anew while this was on its way. Send it again; what you wrote is kept.");
  }
}

/** The session ended, by time, elsewhere or for good: sign in again. */
export class SessionEndedError extends Error {
  override readonly name = "SessionEndedError";

  constructor() {
    super("Your session has ended. Sign in again; what you wrote is kept.");
  }
}

/** Read the refusal in an answer; one that is no problem+json becomes a plain one of its status. */
export async function readProblem(response: Response): Promise<ProblemError> {
  const retryAfter = secondsOf(response.headers.get("Retry-After"));
  const kind = response.headers.get("Content-Type") ?? "";
  if (kind.includes("json")) {
    const body: unknown = await response.json().catch(() => null);
    if (isProblem(body)) return new ProblemError(body, retryAfter);
  }
  const title = response.status >= 500 ? "Something went wrong on the server" : "The server refused this";
  return new ProblemError({ title, status: response.status, code: "unknown" }, retryAfter);
}

/** One sentence for people, whatever was thrown. */
export function sentenceOf(error: unknown): string {
  if (error instanceof Error && error.message) return error.message;
  return "Something went wrong. Try again.";
}

/** Whether an error is the refusal with this code. */
export function isCode(error: unknown, ...codes: string[]): error is ProblemError {
  return error instanceof ProblemError && codes.includes(error.code);
}

function isProblem(body: unknown): body is ProblemBody {
  if (typeof body !== "object" || body === null) return false;
  const { title, status, code } = body as Record<string, unknown>;
  return typeof title === "string" && typeof status === "number" && typeof code === "string";
}

function secondsOf(header: string | null): number | null {
  const seconds = Number(header);
  return header !== null && Number.isFinite(seconds) && seconds >= 0 ? seconds : null;
}
