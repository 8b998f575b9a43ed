import { render, screen, waitFor, within } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import { type Bundle, parseBundle } from "../proof";
import { corpus, unpack } from "../proof/testing/corpus";
import { commandFor, commandForClaim, fileName } from "./command";
import { Receipt } from "./Receipt";
import { NOTHING, readFields, type Trust } from "./trust";
import type { TrustState } from "./useTrust";

const text = (parts: Parameters<typeof unpack>[0]) => new TextDecoder().decode(unpack(parts));
const recorded = (
  test: (json: string) => boolean,
  wanted: (report: (typeof corpus.reports)[number]) => boolean,
) => {
  const found = corpus.reports.find((report) => wanted(report) && test(text(report.bundle)));
  if (found === undefined) throw new Error("The vectors hold no such report.");
  return unpack(found.bundle);
};
const signed = recorded(
  (json) =>
    json.includes('"type":"Post"') && !json.includes('"message":null') && !json.includes('"anchor":null'),
  ({ exit }) => exit === 0,
);
const nothing: TrustState = {
  trust: null,
  suggested: null,
  differs: false,
  otherLog: false,
  waiting: false,
  save: () => undefined,
  reset: () => undefined,
};

async function shown(data: Uint8Array, problems?: (bundle: Bundle) => string[]) {
  const view = render(<Receipt data={data} trust={nothing} api={null} {...(problems && { problems })} />);
  await waitFor(() => expect(screen.queryByLabelText("Checking the proof")).toBeNull());
  return view;
}

const verdicts = (view: HTMLElement) =>
  Object.fromEntries(
    [...view.querySelectorAll("[data-claim]")].map((row) => [
      row.getAttribute("data-claim"),
      row.getAttribute("data-verdict"),
    ]),
  );
const changed = (data: Uint8Array, change: (bundle: Record<string, unknown>) => void) => {
  const value = JSON.parse(new TextDecoder().decode(data)) as Record<string, unknown>;
  change(value);
  return new TextEncoder().encode(JSON.stringify(value));
};

describe("a receipt", () => {
  it("shows a verdict for each claim, and that no chain was asked", async () => {
    const { container } = await shown(signed);
    expect(verdicts(container)).toMatchObject({ integrity: "pass", author: "pass", anchored: "unknown" });
    expect(screen.getByText(/No chain was asked; every time/)).toBeTruthy();
    expect(container.querySelector("[data-code]")?.getAttribute("data-code")).toBe("0");
    expect(screen.getByText("hello, world")).toBeTruthy();
    expect(screen.getByRole("img", { name: "Path from the entry to the root" })).toBeTruthy();
    expect(screen.queryByRole("alert")).toBeNull();
  });

  it("is red and loud where something does not hold, and shows which hash", async () => {
    const forged = changed(signed, (bundle) => {
      bundle.message = { ...(bundle.message as object), text: "goodbye" };
    });
    const { container } = await shown(forged);
    expect(within(screen.getByRole("alert")).getByText("Do not believe this")).toBeTruthy();
    expect(verdicts(container)).toMatchObject({ integrity: "fail" });
    expect(screen.getByText(/these are NOT the same/)).toBeTruthy();
  });

  it("shows a path that does not lead to the stated root as wrong", async () => {
    const moved = changed(signed, (bundle) => {
      bundle.anchor = { ...(bundle.anchor as object), root: `0x${"ee".repeat(32)}` };
    });
    await shown(moved);
    expect(screen.getByText(/the path does not lead there/)).toBeTruthy();
  });

  it("says loudly that nobody signed, and that a text is erased", async () => {
    const first = await shown(
      recorded(
        (json) => json.includes('"signature":null'),
        ({ unsigned, exit }) => unsigned && exit === 0,
      ),
    );
    expect(screen.getByText(/Nobody’s key stands behind/)).toBeTruthy();
    first.unmount();
    await shown(
      recorded(
        () => true,
        ({ erased, exit }) => erased && exit === 0,
      ),
    );
    expect(screen.getByText(/The text is gone/)).toBeTruthy();
    expect(screen.getByText(/only stated: the text is erased/)).toBeTruthy();
  });

  it("shows a verdict for each part of each claim that came with it", async () => {
    const carried = recorded(
      () => true,
      ({ claims, exit }) => claims.length > 0 && exit === 0,
    );
    const { container } = await shown(carried);
    const parts = [...container.querySelectorAll("[data-part]")].map((row) => [
      row.getAttribute("data-part"),
      row.getAttribute("data-verdict"),
    ]);
    expect(parts.slice(0, 3)).toEqual([
      ["integrity", "pass"],
      ["issuer", "unknown"],
      ["status", "unknown"],
    ]);
    expect(screen.getByText("ada.example")).toBeTruthy();
    expect(screen.queryByRole("alert")).toBeNull();
  });

  it("is red and loud where a claim that came with it does not hold", async () => {
    const carried = recorded(
      () => true,
      ({ claims }) => claims.length > 0,
    );
    await shown(
      changed(carried, (value) => {
        for (const claim of value.claims as { message: { value: string } }[]) claim.message.value = "x";
      }),
    );
    expect(within(screen.getByRole("alert")).getByText(/does NOT hold/)).toBeTruthy();
  });

  it("judges nothing of a file that is no proof", async () => {
    const { container } = await shown(new TextEncoder().encode('{"troth":1,"troth":1}'));
    expect(screen.getByRole("alert").textContent).toContain("twice in one object");
    expect(container.querySelector("[data-claim]")).toBeNull();
  });

  it("shows what else is wrong before all other things", async () => {
    await shown(signed, () => ["This is the proof of another record."]);
    const [first, second] = screen.getAllByRole("alert").map((alert) => alert.textContent);
    expect(first).toContain("Mismatch. This is the proof of another record.");
    expect(second).toContain("Do not believe this");
    expect(screen.queryByText("Checked")).toBeNull();
  });

  it("says before it is anchored that it is not", async () => {
    const { container } = await shown(
      recorded(
        (json) => json.includes('"anchor":null,"claims"'),
        () => true,
      ),
    );
    expect(verdicts(container)).toMatchObject({ integrity: "unknown" });
    expect(screen.getByText("none: not anchored yet")).toBeTruthy();
  });
});

describe("the command that checks it", () => {
  const bundle = parseBundle(signed);
  const pins = `0x${"12".repeat(32)}`;
  const trust = (rpc: string): Trust => {
    const found = readFields({ ...NOTHING, rpc, chainId: "1", genesis: pins, depth: "3" }, "reader").trust;
    if (found === null) throw new Error("These fields cannot be used.");
    return found;
  };

  it("has the same pins and the same node", () => {
    expect(commandFor(bundle, trust("http://127.0.0.1:8545"), "https://troth.example")).toBe(
      `troth verify ${fileName(bundle)} --chain-id 1 --genesis ${pins} --depth 3 --rpc http://127.0.0.1:8545 --api https://troth.example`,
    );
  });

  it("names issuers only where there are claims, and the file beside it", () => {
    const issuer = `0x${"34".repeat(20)}`;
    const fields = { ...NOTHING, chainId: "1", genesis: pins, registry: issuer, issuers: issuer };
    const { trust: found } = readFields({ ...fields, rpc: "http://127.0.0.1:8545" }, "reader");
    expect(commandFor(bundle, found, null)).not.toContain(issuer);
    const carried = { ...bundle, claims: [{}] } as unknown as Bundle;
    expect(commandFor(carried, found, null, "my file.pdf")).toContain(
      `--file 'my file.pdf' --chain-id 1 --genesis ${pins} --depth 12 --registry ${issuer} --issuer ${issuer}`,
    );
    expect(commandForClaim("claim.json", found)).toBe(
      `troth verify claim.json --chain-id 1 --genesis ${pins} --depth 12 --registry ${issuer} --issuer ${issuer} --rpc http://127.0.0.1:8545`,
    );
  });

  it("asks no node where none is believed", () => {
    expect(commandFor(bundle, null, "https://troth.example")).toBe(
      `troth verify ${fileName(bundle)} --offline`,
    );
  });

  it("cannot run anything else", () => {
    expect(commandFor(bundle, trust("http://x/?a=$(rm -rf ~)'"), null)).toContain(
      `--rpc 'http://x/?a=$(rm -rf ~)'\\'''`,
    );
  });
});
