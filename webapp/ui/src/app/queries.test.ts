import { describe, expect, it, vi } from "vitest";
import { SessionEndedError, UnreachableError } from "../api/problem";
import { newQueries } from "./queries";

const read = (answers: (() => unknown)[]) => vi.fn(async () => answers.shift()?.());
const fails = (error: Error) => () => {
  throw error;
};

describe("a query", () => {
  it("whose session ended before it showed anything is read once more, as by a visitor", async () => {
    const queries = newQueries();
    const queryFn = read([fails(new SessionEndedError()), () => "for everybody"]);
    await expect(queries.fetchQuery({ queryKey: ["post"], queryFn })).rejects.toThrow(SessionEndedError);
    await vi.waitFor(() => expect(queries.getQueryData(["post"])).toBe("for everybody"));
    expect(queryFn).toHaveBeenCalledTimes(2);
  });

  it("is not asked for ever where a session is needed, nor where something else is wrong", async () => {
    for (const [error, times] of [
      [new SessionEndedError(), 2],
      [new UnreachableError(), 1],
    ] as const) {
      const queries = newQueries();
      const queryFn = vi.fn(fails(error)) as () => Promise<string>;
      await queries.fetchQuery({ queryKey: ["feed"], queryFn }).catch(() => undefined);
      await new Promise((done) => setTimeout(done, 30));
      expect(queryFn).toHaveBeenCalledTimes(times);
      expect(queries.getQueryState(["feed"])?.error).toBe(error);
    }
  });

  it("keeps what it shows of somebody whose session ended", async () => {
    const queries = newQueries();
    const queryFn = read([() => "mine", fails(new SessionEndedError()), () => "a stranger's"]);
    await queries.fetchQuery({ queryKey: ["post"], queryFn });
    await queries.fetchQuery({ queryKey: ["post"], queryFn, staleTime: 0 }).catch(() => undefined);
    await new Promise((done) => setTimeout(done, 30));
    expect(queries.getQueryData(["post"])).toBe("mine");
    expect(queryFn).toHaveBeenCalledTimes(2);
  });
});
