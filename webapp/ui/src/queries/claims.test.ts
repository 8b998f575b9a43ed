import { QueryClient } from "@tanstack/react-query";
import { describe, expect, it } from "vitest";
import type { Claim } from "../lib/claims";
import { ownClaimQuery, ownClaimsQuery, putClaim } from "./claims";

const claim = (id: string) => ({ id, kind: "email", shown: true, state: "final" }) as Claim;

describe("a claim of one's own", () => {
  it("is changed wherever it lies, and no other with it", () => {
    const queries = new QueryClient();
    const page = { items: [claim("1"), claim("2")], next: null, newest: "" };
    queries.setQueryData(ownClaimsQuery.queryKey, { pages: [page], pageParams: [""] });
    queries.setQueryData(ownClaimQuery("1").queryKey, claim("1"));
    putClaim(queries, "1", (one) => ({ ...one, shown: false }));
    expect(queries.getQueryData(ownClaimQuery("1").queryKey)?.shown).toBe(false);
    const items = queries.getQueryData(ownClaimsQuery.queryKey)?.pages[0]?.items;
    expect(items?.map(({ shown }) => shown)).toEqual([false, true]);
    expect(queries.getQueryData(ownClaimQuery("2").queryKey)).toBeUndefined();
  });
});
