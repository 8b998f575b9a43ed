import { afterEach, describe, expect, it, vi } from "vitest";
import { accessCsrf, forgetSession, maySession, refreshCsrf } from "./cookies";

function cookies(text: string) {
  vi.spyOn(document, "cookie", "get").mockReturnValue(text);
}

describe("the cookies of a session", () => {
  afterEach(() => void vi.restoreAllMocks());

  it("are found by their plain names and by those of https", () => {
    cookies("other=1; troth_csrf_access=a=b; troth_csrf_refresh=c");
    expect([accessCsrf(), refreshCsrf(), maySession()]).toEqual(["a=b", "c", true]);
    cookies("__Host-troth_csrf_access=d; __Host-troth_csrf_refresh=e");
    expect([accessCsrf(), refreshCsrf(), maySession()]).toEqual(["d", "e", true]);
    cookies("other=1; x__Host-troth_csrf_refresh=e");
    expect([accessCsrf(), refreshCsrf(), maySession()]).toEqual([null, null, false]);
  });

  it("are not those that a sibling's page set beside marked ones", () => {
    cookies("troth_csrf_access=theirs; troth_csrf_refresh=theirs; __Host-troth_csrf_refresh=ours");
    expect([accessCsrf(), refreshCsrf()]).toEqual([null, "ours"]);
  });

  it("are forgotten under all names, as each was set", () => {
    const set = vi.spyOn(document, "cookie", "set").mockImplementation(() => undefined);
    forgetSession();
    const said = set.mock.calls.map(([text]) => text);
    expect(said).toHaveLength(4);
    expect(said.every((text) => text.includes("Path=/; Max-Age=0"))).toBe(true);
    expect(said.filter((text) => text.startsWith("__Host-")).every((text) => text.endsWith("; Secure"))).toBe(
      true,
    );
    expect(said.filter((text) => text.includes("Secure"))).toHaveLength(2);
  });
});
