import { act, renderHook } from "@testing-library/react";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { type Asking, askWallet, useAsking, WalletStoppedError } from "./asking";
import { type Connected, setWallet } from "./store";

const A = "0x00000000000000000000000000000000000000aa";
const B = "0x00000000000000000000000000000000000000bb";
const wallet = (address: typeof A | typeof B = A, chainId = 7): Connected => ({
  wallet: { id: "alpha", name: "Alpha", icon: null, demo: false },
  address,
  chainId,
});
const request = { title: "Sign", about: "It signs.", needs: { author: A, chainId: 7 } } as const;
const refusal = (code: number) => Object.assign(new Error("no"), { code });

/** What the page shows, as WalletRequest.tsx reads it. */
function shown() {
  const { result } = renderHook(() => useAsking());
  return {
    get now(): Asking | null {
      return result.current;
    },
    step: (is: string | undefined) => vi.waitFor(() => expect(result.current?.step.is).toBe(is)),
  };
}

describe("askWallet", () => {
  beforeEach(() => act(() => setWallet({ connected: wallet() })));

  it("gives the wallet's answer and closes", async () => {
    const page = shown();
    await expect(askWallet(request, async (asked) => asked.address)).resolves.toBe(A);
    await page.step(undefined);
  });

  it("waits neutrally after a refusal, and asks again only when told to", async () => {
    const page = shown();
    const sign = vi.fn().mockRejectedValueOnce(refusal(4001)).mockResolvedValueOnce("0x01");
    const answer = askWallet(request, sign);
    await page.step("refused");
    expect(sign).toHaveBeenCalledTimes(1);
    act(() => page.now?.again());
    await expect(answer).resolves.toBe("0x01");
  });

  it("says that a request is open already", async () => {
    const page = shown();
    const answer = askWallet(
      request,
      vi.fn().mockRejectedValueOnce(refusal(-32002)).mockResolvedValueOnce("0x01"),
    );
    await page.step("already-open");
    act(() => page.now?.again());
    await expect(answer).resolves.toBe("0x01");
  });

  it("never lets B sign what is A's, and goes on by itself when A is back", async () => {
    act(() => setWallet({ connected: wallet(B) }));
    const page = shown();
    const sign = vi.fn().mockResolvedValue("0x01");
    const answer = askWallet(request, sign);
    await page.step("other-account");
    expect(sign).not.toHaveBeenCalled();
    act(() => setWallet({ connected: wallet(A) }));
    await expect(answer).resolves.toBe("0x01");
  });

  it("waits on another chain, and goes on once the wallet was switched", async () => {
    act(() => setWallet({ connected: wallet(A, 1) }));
    const page = shown();
    const sign = vi.fn().mockResolvedValue("0x01");
    const answer = askWallet(request, sign);
    await page.step("other-chain");
    act(() => setWallet({ connected: wallet(A, 7) }));
    await expect(answer).resolves.toBe("0x01");
  });

  it("asks what needs no chain on any chain", async () => {
    act(() => setWallet({ connected: wallet(A, 1) }));
    await expect(askWallet({ ...request, needs: { author: A } }, async () => "0x01")).resolves.toBe("0x01");
  });

  it("offers wallets where none is connected, and goes on with the one that is chosen", async () => {
    act(() => setWallet({ connected: null }));
    const page = shown();
    const answer = askWallet(request, async () => "0x01");
    await page.step("no-wallet");
    act(() => setWallet({ connected: wallet() }));
    await expect(answer).resolves.toBe("0x01");
  });

  it("can be left while the wallet hangs; its late answer changes nothing", async () => {
    const page = shown();
    let late: (value: string) => void = () => {};
    const answer = askWallet(
      request,
      () =>
        new Promise<string>((resolve) => {
          late = resolve;
        }),
    );
    await page.step("asking");
    act(() => page.now?.stop());
    await expect(answer).rejects.toBeInstanceOf(WalletStoppedError);
    late("0x01");
    await page.step(undefined);
  });

  it("asks one thing at a time", async () => {
    const page = shown();
    let first: (value: string) => void = () => {};
    const one = askWallet(
      request,
      () =>
        new Promise<string>((resolve) => {
          first = resolve;
        }),
    );
    const second = vi.fn().mockResolvedValue("2");
    const two = askWallet({ ...request, title: "Second" }, second);
    await page.step("asking");
    expect(second).not.toHaveBeenCalled();
    first("1");
    await expect(Promise.all([one, two])).resolves.toEqual(["1", "2"]);
  });

  it("passes on what the server refused, which is no wallet's word", async () => {
    const refused = Object.assign(new Error("no nonce"), { name: "ProblemError" });
    await expect(askWallet(request, () => Promise.reject(refused))).rejects.toBe(refused);
  });
});
