import { QueryClientProvider } from "@tanstack/react-query";
import { act, fireEvent, render, screen } from "@testing-library/react";
import { MemoryRouter, Route, Routes } from "react-router";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Me, Post } from "../../api/types";
import { newQueries } from "../../app/queries";
import { keepDraft, newDraft } from "../../lib/drafts";
import { postQuery } from "../../queries/posts";
import { ME } from "../../session/session";
import { Component } from "./index";

const me = { profile: { id: "me", handle: "me", name: null, avatar: null, authors: [] } } as unknown as Me;
const refused = { title: "Refused", detail: "Not now.", status: 422, code: "refused" };
const version = (content: string, text: string, more: object = {}): Post =>
  ({
    id: "p",
    account: "me",
    content,
    text,
    version: 1,
    audience: "public",
    media: [],
    parent: null,
    quoted: null,
    deleted_at: null,
    ...more,
  }) as unknown as Post;

describe("the page on which a post is edited", () => {
  const sent: { text: string; replaces: string; media: { id: string }[] }[] = [];
  let now = version("0x1", "First.");

  beforeEach(() => {
    localStorage.clear();
    sent.length = 0;
    vi.stubGlobal("fetch", async (request: Request) => {
      if (request.method === "GET") return Response.json(now);
      sent.push(await request.json());
      return Response.json(refused, { status: 422 });
    });
  });
  afterEach(() => {
    vi.unstubAllGlobals();
    vi.useRealTimers();
  });

  const box = () => screen.getByLabelText<HTMLTextAreaElement>("Edit your post", { selector: "textarea" });
  const save = () => fireEvent.click(screen.getByRole("button", { name: "Save" }));

  async function open(post: Post) {
    now = post;
    const queries = newQueries();
    queries.setQueryData(ME, me);
    render(
      <QueryClientProvider client={queries}>
        <MemoryRouter initialEntries={["/posts/p/edit"]}>
          <Routes>
            <Route path="/posts/:post/edit" element={<Component />} />
            <Route path="/posts/:post" element={<p>The post itself</p>} />
          </Routes>
        </MemoryRouter>
      </QueryClientProvider>,
    );
    await screen.findByRole("button", { name: "Save" });
    return queries;
  }

  it("says once that the post was edited elsewhere meanwhile, and replaces that version on the next press", async () => {
    const queries = await open(version("0x1", "First."));
    fireEvent.change(box(), { target: { value: "From here." } });
    now = version("0x2", "From elsewhere.");
    const before = box();
    act(() => void queries.setQueryData(postQuery("p").queryKey, now));
    await vi.waitFor(() => expect(box()).not.toBe(before));
    save();
    await screen.findByText(/Not saved: The post changed/);
    expect([sent.length, box().value]).toEqual([0, "From here."]);
    save();
    await screen.findByText("Not saved: Not now.");
    expect(sent).toMatchObject([{ text: "From here.", replaces: "0x2" }]);
  });

  it("keeps the pictures of the post in a draft of the day before, and lets go of those that were never in it", async () => {
    const image = (id: string) => ({ id, digest: "0x0", mime: "image/png", alt: "", width: 1, height: 1 });
    const media = [image("old"), image("gone")];
    keepDraft("me", "edit:p", { ...newDraft(), id: "p", base: "0x1", text: "Second.", media });
    vi.setSystemTime(Date.now() + 24 * 3_600_000);
    await open(version("0x1", "First.", { media: [image("old")] }));
    save();
    await screen.findByText("Not saved: Not now.");
    expect(sent).toMatchObject([{ text: "Second.", media: [{ id: "old" }] }]);
  });

  it("makes no second version of an edit that had arrived though no answer said so", async () => {
    keepDraft("me", "edit:p", { ...newDraft(), id: "p", base: "0x1", text: "Second." });
    await open(version("0x2", "Second."));
    save();
    await screen.findByText("The post itself");
    expect(sent).toEqual([]);
  });
});
