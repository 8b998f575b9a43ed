import { describe, expect, it } from "vitest";
import { placeOf, readRequest, refusalWords } from "./request";

const GOOD =
  "?response_type=code&client_id=a&redirect_uri=https%3A%2F%2Fapp.example%2Fback&scope=read+posts%3Awrite";

describe("readRequest", () => {
  it("takes the parts that it knows, and ignores the rest", () => {
    expect(readRequest(`${GOOD}&prompt=none&state=x%26y`)).toEqual({
      asking: {
        response_type: "code",
        client_id: "a",
        redirect_uri: "https://app.example/back",
        scope: "read posts:write",
        state: "x&y",
      },
    });
  });

  it("says what is missing", () => {
    expect(readRequest("?response_type=code")).toEqual({
      problem: "The link does not say “client_id” and “redirect_uri”.",
    });
    expect(readRequest("?response_type=code&client_id=&redirect_uri=x")).toEqual({
      problem: "The link does not say “client_id”.",
    });
  });

  it("refuses what is said twice: one of both would be shown, and the other meant", () => {
    expect(readRequest(`${GOOD}&scope=messages:read`)).toEqual({
      problem: "The link says “scope” more than once.",
    });
  });
});

describe("refusalWords", () => {
  it("explains the error that the app would get", () => {
    const back = "https://app.example/back?error=invalid_scope&error_description=No%20such%20scope.&iss=x";
    expect(refusalWords(back)).toBe("It asks for something that no app may do here. (No such scope.)");
    expect(refusalWords("https://app.example/?error=odd")).toBe("This server refused it: odd.");
  });
});

describe("placeOf", () => {
  it("names the host, with the port where there is one, and says when it is this machine", () => {
    expect(placeOf("https://app.example:8443/back?x")).toBe("app.example:8443");
    expect(placeOf("http://127.0.0.1:9000/back")).toBe("a program on this machine (127.0.0.1:9000)");
    expect(placeOf("http://[::1]:9000/")).toBe("a program on this machine ([::1]:9000)");
  });
});
