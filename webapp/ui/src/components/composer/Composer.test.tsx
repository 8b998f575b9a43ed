import { QueryClientProvider } from "@tanstack/react-query";
import { fireEvent, render, screen } from "@testing-library/react";
import { MemoryRouter } from "react-router";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Me, Post } from "../../api/types";
import { newQueries } from "../../app/queries";
import { keepDraft, newDraft, type Place, readDraft } from "../../lib/drafts";
import { ME } from "../../session/session";
import { Composer } from "./Composer";

const me = { profile: { id: "me", handle: "me", name: null, avatar: null, authors: [] } } as unknown as Me;
const refused = { title: "Refused", detail: "Not now.", status: 422, code: "refused" };

function show(place: Place = "new") {
  const edits = place === "edit:p" ? ({ id: "p", content: "0x1" } as unknown as Post) : null;
  const queries = newQueries();
  queries.setQueryData(ME, me);
  return render(
    <QueryClientProvider client={queries}>
      <MemoryRouter>
        <Composer me={me} place={place} edits={edits} start={edits ? { id: edits.id } : {}} />
      </MemoryRouter>
    </QueryClientProvider>,
  );
}

const post = () => fireEvent.click(screen.getByRole("button", { name: "Post" }));
const writing = (label = "Write a post") =>
  screen.getByLabelText<HTMLTextAreaElement>(label, { selector: "textarea" });
const fill = (value: string) => fireEvent.change(writing(), { target: { value } });

/** A server that gives these answers, one after another, and what it was sent. */
function server(...answers: [status: number, body: object][]) {
  const sent: { id: string; text: string }[] = [];
  vi.stubGlobal("fetch", async (request: Request) => {
    sent.push(await request.json());
    const [status, body] = answers.shift() ?? [422, refused];
    return Response.json(body, { status });
  });
  return sent;
}

/** Another tab keeps a draft with this text at the same place, or drops what is there. */
function elsewhere(text: string | null) {
  const key = "troth.draft.me.new";
  const newValue = text === null ? null : JSON.stringify({ ...newDraft(), text });
  if (newValue === null) localStorage.removeItem(key);
  else localStorage.setItem(key, newValue);
  window.dispatchEvent(new StorageEvent("storage", { key, newValue }));
}

describe("a composer", () => {
  beforeEach(() => localStorage.clear());
  afterEach(() => vi.unstubAllGlobals());

  it("sends what stood there at the press, and takes no change that comes while it is on its way", async () => {
    let answer = (_: Response) => {};
    const sent: Request[] = [];
    vi.stubGlobal("fetch", (request: Request) => {
      sent.push(request);
      return new Promise((done) => (answer = done));
    });
    show();
    const box = screen.getByLabelText<HTMLTextAreaElement>("Write a post", { selector: "textarea" });
    const audience = screen.getByRole<HTMLSelectElement>("combobox", { name: "Who sees it" });
    fireEvent.change(box, { target: { value: "As it stood." } });
    fireEvent.click(screen.getByRole("button", { name: "Post" }));
    await vi.waitFor(() => expect(sent).toHaveLength(1));
    fireEvent.change(box, { target: { value: "Too late." } });
    fireEvent.change(audience, { target: { value: "followers" } });
    fireEvent.keyDown(box, { key: "Enter", ctrlKey: true });
    answer(Response.json(refused, { status: 422 }));
    await screen.findByText("Not posted: Not now.");
    expect([box.value, audience.value]).toEqual(["As it stood.", "public"]);
    expect(sent).toHaveLength(1);
    expect(await sent[0]?.json()).toMatchObject({ text: "As it stood.", audience: "public" });
  });

  it("makes a new post of what had arrived and was deleted, and says that first", async () => {
    const sent = server([409, { ...refused, code: "record_ended" }]);
    show();
    fill("Once more.");
    post();
    await screen.findByText(/that post was deleted. Send it again/);
    expect(readDraft("me", "new")).toMatchObject({ text: "Once more.", sent: false });
    post();
    await screen.findByText("Not posted: Not now.");
    expect(sent.map(({ text }) => text)).toEqual(["Once more.", "Once more."]);
    expect(sent[1]?.id).not.toBe(sent[0]?.id);
  });

  it("makes a new post of what is written after all was taken out, and the same of what is put back", async () => {
    const sent = server();
    show();
    for (const words of [["Sent."], ["Sent, and changed."], ["", "Other words."], ["", "Other words."]]) {
      for (const text of words) fill(text);
      const before = sent.length;
      post();
      await vi.waitFor(() => expect(sent).toHaveLength(before + 1));
      await vi.waitFor(() => expect(writing().value).toBe(words.at(-1)));
    }
    const [first, second, third, fourth] = sent.map(({ id }) => id);
    expect([second, fourth]).toEqual([first, third]);
    expect(third).not.toBe(first);
  });

  it("lets an edit be that of its post, also after all was taken out", async () => {
    const sent = server();
    show("edit:p");
    for (const text of ["Sent.", "", "Other words."]) {
      fireEvent.change(writing("Edit your post"), { target: { value: text } });
      if (text === "") continue;
      const before = sent.length;
      fireEvent.click(screen.getByRole("button", { name: "Save" }));
      await vi.waitFor(() => expect(sent).toHaveLength(before + 1));
      await vi.waitFor(() => expect(writing("Edit your post").value).toBe(text));
    }
    expect(sent.map(({ id }) => id)).toEqual(["p", "p"]);
    expect(readDraft("me", "edit:p")).toMatchObject({ id: "p" });
  });

  it("keeps its words once more where another tab kept others over them, or dropped what was kept", () => {
    const { unmount } = show();
    fill("Written here.");
    window.dispatchEvent(new Event("pagehide"));
    elsewhere("Written elsewhere.");
    elsewhere(null);
    expect(readDraft("me", "new")?.text).toBe("Written here.");
    elsewhere("Written elsewhere.");
    expect(readDraft("me", "new")?.text).toBe("Written elsewhere.");
    unmount();
    expect(readDraft("me", "new")?.text).toBe("Written here.");
  });

  it("leaves alone what another tab keeps where nothing was written here", () => {
    keepDraft("me", "new", { ...newDraft(), text: "Read here." });
    const { unmount } = show();
    elsewhere("Written elsewhere.");
    unmount();
    expect(readDraft("me", "new")?.text).toBe("Written elsewhere.");
  });

  it("makes a post of their own of words that had become the edit of what arrived, where one wants that", async () => {
    const arrived = { text: "As it arrived.", version: 1, audience: "public", media: [], deleted_at: null };
    const sent = server([409, { ...refused, code: "version_conflict" }]);
    const { fetch } = globalThis;
    vi.stubGlobal("fetch", async (request: Request) =>
      request.method === "GET" ? Response.json({ ...arrived, id: sent[0]?.id }) : fetch(request),
    );
    show();
    fill("Something else.");
    post();
    fireEvent.click(await screen.findByRole("button", { name: "Make a new post of them" }));
    expect(writing().value).toBe("Something else.");
    expect(readDraft("me", `edit:${sent[0]?.id}`)).toBeNull();
    post();
    await screen.findByText("Not posted: Not now.");
    expect(sent[1]).toMatchObject({ text: "Something else." });
    expect(sent[1]?.id).not.toBe(sent[0]?.id);
  });
});
