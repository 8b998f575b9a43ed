import { describe, expect, it } from "vitest";
import { type Delivery, deliveryWords, isWaiting } from "./queries";

const delivery = (part: Partial<Delivery>): Delivery => ({
  id: "01930000-0000-7000-8000-000000000001",
  kind: "test",
  created_at: "2026-01-01T00:00:00Z",
  attempts: 0,
  next_attempt_at: "2026-01-01T00:00:01Z",
  delivered_at: null,
  status: null,
  problem: null,
  ...part,
});

describe("what became of a message", () => {
  it("is on its way until it was tried", () => {
    expect(isWaiting(delivery({}))).toBe(true);
    expect(deliveryWords(delivery({}))).toEqual({ text: "On its way", good: null });
  });

  it("was delivered, or why it was not, and whether that is the end of it", () => {
    const done = { attempts: 2, delivered_at: "2026-01-01T00:01:00Z", status: 204, next_attempt_at: null };
    expect(deliveryWords(delivery(done))).toEqual({ text: "Delivered, answered 204", good: true });
    const refused = delivery({ attempts: 1, status: 500 });
    expect(isWaiting(refused)).toBe(false);
    expect(deliveryWords(refused)).toEqual({ text: "Tried once: answered 500", good: false });
    const over = delivery({ attempts: 3, problem: "its name has no address", next_attempt_at: null });
    expect(deliveryWords(over).text).toBe("Tried 3 times: its name has no address. It is not tried again");
  });
});
