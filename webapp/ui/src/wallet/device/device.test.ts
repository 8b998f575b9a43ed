import { hashTypedData, recoverTypedDataAddress } from "viem";
import { describe, expect, it, vi } from "vitest";
import { ProblemError } from "../../api/problem";
import { newKey } from "../keys";
import { newDelegation, newPost } from "../records/make";
import { typedRecord, ZERO_HASH } from "../records/types";
import { allowDevice, droppedBy, findDevice, signWithDevice, usableDevice } from "./device";
import { keepKey, NoVaultError, seal } from "./vault";

const AUTHOR = "0x00000000000000000000000000000000000000aa";
const NOW = Date.parse("2026-03-01T12:00:00Z");
const log = {
  domain: { chainId: 7, verifyingContract: "0x00000000000000000000000000000000000000cc" },
  genesis: ZERO_HASH,
  anchorer: AUTHOR,
  depth: 0,
  notBefore: { number: 5, hash: ZERO_HASH },
};
const words = {
  audience: "public",
  text: "hello",
  media: [],
  replyTo: ZERO_HASH,
  quotes: ZERO_HASH,
  replaces: ZERO_HASH,
} as const;

async function device(expiresAt = NOW / 1000 + 86_400) {
  const { address, sealed } = await newKey();
  const made = { name: `device:${AUTHOR}`, author: AUTHOR, address, expiresAt, ...sealed } as const;
  await keepKey(made);
  return made;
}

describe("a device", () => {
  it("signs records that recover to its address", async () => {
    const made = await device();
    const typed = typedRecord(
      "Post",
      newPost("01930000-0000-7000-8000-000000000001", AUTHOR, { ...words, media: [] }, log),
      log.domain,
    );
    const signature = await signWithDevice(made, typed);
    const signer = await recoverTypedDataAddress({ ...typed, signature } as never);
    expect(signer.toLowerCase()).toBe(made.address);
    expect(hashTypedData(typed as never)).toMatch(/^0x[0-9a-f]{64}$/);
  });

  it("is kept with a key that the browser gives to nobody, and nothing of it in the clear", async () => {
    const made = await device();
    const found = await findDevice(AUTHOR);
    expect(found?.address).toBe(made.address);
    expect(found?.lock.extractable).toBe(false);
    await expect(crypto.subtle.exportKey("raw", found?.lock as CryptoKey)).rejects.toThrow();
    expect(found?.sealed.byteLength).toBe(32 + 16);
  });

  it("is not used in its last hour, nor after it", async () => {
    await device(NOW / 1000 + 7_200);
    expect(await usableDevice(AUTHOR, NOW)).toBeDefined();
    expect(await usableDevice(AUTHOR, NOW + 3_700_000)).toBeUndefined();
    expect(await usableDevice("0x00000000000000000000000000000000000000bb", NOW)).toBeUndefined();
  });

  it("is dropped when the server says that it was revoked, and by nothing else", async () => {
    await device();
    const problem = (code: string) => new ProblemError({ title: "no", status: 422, code }, null);
    expect(await droppedBy(problem("text_refused"), AUTHOR)).toBe(false);
    expect(await findDevice(AUTHOR)).toBeDefined();
    expect(await droppedBy(problem("delegate_revoked"), AUTHOR)).toBe(true);
    expect(await findDevice(AUTHOR)).toBeUndefined();
    expect(await droppedBy(problem("delegate_revoked"), AUTHOR)).toBe(false);
  });
});

describe("a Delegation", () => {
  it("lasts sixty days, well below what the protocol allows", () => {
    const { expiresAt, scope } = newDelegation(AUTHOR, AUTHOR, log, NOW);
    expect(scope).toBe("post");
    expect(expiresAt - NOW / 1000).toBe(60 * 86_400);
  });

  it("is none where the browser keeps nothing, which is said before a wallet is asked", async () => {
    const fetched = vi.fn();
    vi.stubGlobal("fetch", fetched);
    for (const away of [undefined, { open: () => failing() }]) {
      vi.stubGlobal("indexedDB", away);
      expect(await usableDevice(AUTHOR)).toBeUndefined();
      await expect(allowDevice(AUTHOR)).rejects.toThrow(NoVaultError);
    }
    expect(fetched).not.toHaveBeenCalled();
    vi.unstubAllGlobals();
    vi.stubGlobal("crypto", { getRandomValues: crypto.getRandomValues.bind(crypto) });
    await expect(seal(new Uint8Array(32))).rejects.toThrow(NoVaultError);
    vi.unstubAllGlobals();
  });
});

/** A request to a database that may not be opened, as in a private window. */
function failing() {
  const request = { error: new DOMException("not here", "InvalidStateError"), onerror: () => {} };
  setTimeout(() => request.onerror());
  return request;
}
