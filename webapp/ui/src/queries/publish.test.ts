import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Me, Post } from "../api/types";
import { newDraft } from "../lib/drafts";
import { keepKey } from "../wallet/device/vault";
import { newKey } from "../wallet/keys";
import { ZERO_HASH } from "../wallet/records/types";
import { publish, type Wish } from "./publish";

const AUTHOR = "0x00000000000000000000000000000000000000bb";
const LOG = {
  domain: { chainId: 7, verifyingContract: "0x00000000000000000000000000000000000000cc" },
  genesis: ZERO_HASH,
  anchorer: AUTHOR,
  depth: 0,
  notBefore: { number: 5, hash: ZERO_HASH },
};
const me = { profile: { authors: [{ address: AUTHOR, signs: true }] } } as unknown as Me;
const json = (body: unknown, status = 200) => Response.json(body, { status });
const refusal = (status: number, code: string) => () => json({ title: "Refused", status, code }, status);
const nothing = () => {
  throw new TypeError("Failed to fetch");
};

describe("publishing again what failed", () => {
  const answers: (() => Response)[] = [];
  const sent: { signature: string }[] = [];
  let read: object = {};

  beforeEach(async () => {
    const { address, sealed } = await newKey();
    const expiresAt = Date.now() / 1000 + 86_400;
    await keepKey({ name: `device:${AUTHOR}`, author: AUTHOR, address, expiresAt, ...sealed } as never);
    vi.stubGlobal("fetch", async (request: Request) => {
      if (request.url.endsWith("/api/v1/log")) return json(LOG);
      if (request.method === "GET") return json(read);
      sent.push(await request.json());
      return (answers.shift() ?? nothing)();
    });
  });

  afterEach(() => {
    vi.unstubAllGlobals();
    answers.length = 0;
    sent.length = 0;
  });

  const wish = (text: string): Wish => ({
    draft: { ...newDraft(), text },
    replyTo: null,
    quotes: null,
    edits: null,
  });

  it("signs anew what was refused for good: its block may be too old by now, or its device revoked", async () => {
    const said = wish("Refused once.");
    answers.push(refusal(422, "block_unknown"), () => json({ id: said.draft.id }, 201));
    await expect(publish(me, said)).rejects.toMatchObject({ code: "block_unknown" });
    await publish(me, said);
    expect(sent).toHaveLength(2);
    expect(sent[1]?.signature).not.toBe(sent[0]?.signature);
  });

  it("sends the same record where no answer came: it may have been taken", async () => {
    const said = wish("Lost once.");
    await expect(publish(me, said)).rejects.toMatchObject({ name: "UnreachableError" });
    answers.push(() => json({ id: said.draft.id }, 201));
    await publish(me, said);
    expect(new Set(sent.map(({ signature }) => signature)).size).toBe(1);
    expect(sent.length).toBeGreaterThan(1);
  });

  it("finds the post that it became though no answer said so, where it is signed anew after a reload", async () => {
    const said = wish("Taken, and the page went.");
    const there = { id: said.draft.id, text: said.draft.text, audience: "public", media: [] };
    read = { ...there, parent: null, quoted: null, deleted_at: null };
    answers.push(refusal(409, "version_conflict"));
    expect(await publish(me, said)).toMatchObject({ id: said.draft.id });
    const other = { ...said, draft: { ...said.draft, text: "Written differently meanwhile." } };
    answers.push(refusal(409, "version_conflict"));
    await expect(publish(me, other)).rejects.toMatchObject({
      name: "ArrivedBeforeError",
      post: { id: said.draft.id, text: "Taken, and the page went." },
    });
  });

  it("finds it also where what it answers and quotes was edited since", async () => {
    const edited = (id: string) => ({ id, content: `0x${"22".repeat(32)}` }) as unknown as Post;
    const said = { ...wish("Same words."), replyTo: edited("parent"), quotes: edited("quoted") };
    const before = { reply_to: `0x${"11".repeat(32)}`, quotes: `0x${"11".repeat(32)}` };
    const there = { id: said.draft.id, text: "Same words.", audience: "public", media: [], deleted_at: null };
    read = { ...there, ...before, parent: "parent", quoted: "quoted" };
    answers.push(refusal(409, "version_conflict"));
    expect(await publish(me, said)).toMatchObject({ id: said.draft.id });
    read = { ...read, quoted: "another" };
    answers.push(refusal(409, "version_conflict"));
    await expect(publish(me, said)).rejects.toMatchObject({ name: "ArrivedBeforeError" });
  });

  it("says so where the post that it became was deleted, whose id can be used no more", async () => {
    const said = wish("Taken, and deleted.");
    answers.push(refusal(409, "record_ended"));
    await expect(publish(me, said)).rejects.toMatchObject({ name: "EndedBeforeError" });
    const edits = { id: said.draft.id, author: AUTHOR, content: ZERO_HASH } as unknown as Post;
    answers.push(refusal(409, "record_ended"));
    await expect(publish(me, { ...said, edits })).rejects.toMatchObject({ code: "record_ended" });
  });

  it("finds the edit that was taken though no answer said so, and no other one", async () => {
    const said = wish("Before.");
    const there = { id: said.draft.id, author: AUTHOR, content: ZERO_HASH, parent: null, quoted: null };
    const edits = { ...there, audience: "public", media: [], deleted_at: null } as unknown as Post;
    const edit = { ...said, draft: { ...said.draft, text: "After." }, edits };
    read = { ...edits, content: `0x${"11".repeat(32)}`, text: "After." };
    answers.push(refusal(409, "version_conflict"));
    expect(await publish(me, edit)).toMatchObject({ text: "After." });
    read = { ...read, text: "Edited elsewhere." };
    answers.push(refusal(409, "version_conflict"));
    await expect(publish(me, edit)).rejects.toMatchObject({ name: "ChangedMeanwhileError" });
  });

  it("sends the same record where it was only too fast, or signed out", async () => {
    for (const [status, code] of [
      [429, "slow_down"],
      [409, "in_flight"],
    ] as const) {
      const said = wish(`Answered ${status}.`);
      sent.length = 0;
      answers.push(refusal(status, code), () => json({ id: said.draft.id }, 201));
      await expect(publish(me, said)).rejects.toMatchObject({ code });
      await publish(me, said);
      expect(sent[1]?.signature).toBe(sent[0]?.signature);
    }
  });
});
