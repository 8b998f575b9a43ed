/** The two CSRF values, the only cookies that scripts can read; the tokens themselves are HttpOnly. */

// Behind https the server's cookies are marked as nobody else's (`__Host-`); browsers refuse that by plain http.
const MARKS = ["__Host-", ""];
const ACCESS = "troth_csrf_access";
const REFRESH = "troth_csrf_refresh";

/** The CSRF value for writes; null while there is no access token. */
export const accessCsrf = () => cookie(ACCESS);

/** The CSRF value for /auth/refresh; null where nobody is signed in. */
export const refreshCsrf = () => cookie(REFRESH);

/** Whether this browser holds a session, as far as can be told without asking. */
export const maySession = () => refreshCsrf() !== null;

/** Drop what says that there is a session, once there is none. */
export function forgetSession(): void {
  for (const mark of MARKS) {
    // A marked cookie is only dropped as it was set: with Secure.
    const rest = `Path=/; Max-Age=0; SameSite=Strict${mark ? "; Secure" : ""}`;
    // biome-ignore lint/suspicious/noDocumentCookie: the Cookie Store API is not in every browser
    for (const name of [ACCESS, REFRESH]) document.cookie = `${mark}${name}=; ${rest}`;
  }
}

/** Where a session is marked only what is marked counts: a page of a sibling's domain may have set the others. */
function cookie(name: string): string | null {
  const all = new Map(document.cookie.split("; ").map(parted));
  const mark = MARKS.find((one) => all.has(`${one}${REFRESH}`)) ?? "";
  return all.get(`${mark}${name}`) || null;
}

function parted(part: string): [string, string] {
  const [key = "", ...value] = part.split("=");
  return [key, value.join("=")];
}
