import { QueryClientProvider } from "@tanstack/react-query";
import { fireEvent, render, screen } from "@testing-library/react";
import { MemoryRouter } from "react-router";
import { afterEach, describe, expect, it, vi } from "vitest";
import type { Me } from "../../api/types";
import { newQueries } from "../../app/queries";
import { ME } from "../../session/session";
import { Composer } from "./Composer";

const me = { profile: { id: "me", handle: "me", name: null, avatar: null, authors: [] } } as unknown as Me;
const refused = { title: "Refused", detail: "Not now.", status: 422, code: "refused" };

describe("a composer", () => {
  afterEach(() => vi.unstubAllGlobals());

  it("sends what stood there at the press, and takes no change that comes while it is on its way", async () => {
    let answer = (_: Response) => {};
    const sent: Request[] = [];
    vi.stubGlobal("fetch", (request: Request) => {
      sent.push(request);
      return new Promise((done) => (answer = done));
    });
    const queries = newQueries();
    queries.setQueryData(ME, me);
    render(
      <QueryClientProvider client={queries}>
        <MemoryRouter>
          <Composer me={me} place="new" />
        </MemoryRouter>
      </QueryClientProvider>,
    );
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
});
