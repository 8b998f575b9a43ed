import { describe, expect, it, vi } from "vitest";
import { UnreachableError } from "../api/problem";
import type { Message } from "./messages";
import { Outbox, type Outgoing } from "./outbox";

const answer = ({ id, conversation, account, text }: Outgoing): Message => ({
  id,
  conversation,
  account,
  text,
  profile: null,
  created_at: "2026-03-02T10:00:00Z",
  deleted_at: null,
});

/** A server whose answers one gives by hand. */
function slow() {
  const asked: { message: Outgoing; ok: () => void; lost: () => void }[] = [];
  const box = new Outbox(
    (message) =>
      new Promise((ok, no) => {
        asked.push({ message, ok: () => ok(answer(message)), lost: () => no(new UnreachableError()) });
      }),
  );
  const states = () => box.list().map((one) => [one.text, one.state]);
  return { box, asked, states, arrived: vi.fn() };
}

const settled = () => new Promise((done) => setTimeout(done));

describe("Outbox", () => {
  it("sends one after the other, in the order in which they were written", async () => {
    const { box, asked, states, arrived } = slow();
    box.add("me", "c", "one", arrived);
    box.add("me", "c", "two", arrived);
    expect(states()).toEqual([
      ["one", "sending"],
      ["two", "waiting"],
    ]);
    expect(asked).toHaveLength(1);
    asked[0]?.ok();
    await settled();
    expect(arrived).toHaveBeenCalledWith(expect.objectContaining({ text: "one" }));
    expect(states()).toEqual([["two", "sending"]]);
  });

  it("keeps one that failed, holds the next ones up, and sends it again under its id", async () => {
    const { box, asked, states, arrived } = slow();
    box.add("me", "c", "one", arrived);
    box.add("me", "c", "two", arrived);
    asked[0]?.lost();
    await settled();
    expect(states()).toEqual([
      ["one", "failed"],
      ["two", "waiting"],
    ]);
    const [first] = box.list();
    expect(first?.problem).toMatch(/does not answer/);
    box.again(first?.id ?? "", arrived);
    expect(asked[1]?.message.id).toBe(asked[0]?.message.id);
    asked[1]?.ok();
    await settled();
    asked[2]?.ok();
    await settled();
    expect(arrived.mock.calls.map(([message]) => message.text)).toEqual(["one", "two"]);
    expect(states()).toEqual([]);
  });

  it("lets the next ones go where one is given up, but not one that is being sent", async () => {
    const { box, asked, states, arrived } = slow();
    box.add("me", "c", "one", arrived);
    box.add("me", "c", "two", arrived);
    box.discard(box.list()[0]?.id ?? "", arrived);
    expect(states()).toHaveLength(2);
    asked[0]?.lost();
    await settled();
    box.discard(box.list()[0]?.id ?? "", arrived);
    expect(states()).toEqual([["two", "sending"]]);
  });

  it("does not let one conversation hold up another", () => {
    const { box, asked, arrived } = slow();
    box.add("me", "c", "one", arrived);
    box.add("me", "d", "two", arrived);
    expect(asked.map(({ message }) => message.conversation)).toEqual(["c", "d"]);
  });
});
