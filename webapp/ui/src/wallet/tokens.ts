/** What a wallet does with tokens: permit a mint, make one itself, give one away. */

import type { QueryClient } from "@tanstack/react-query";
import { noteSent, type SentKey } from "../lib/sent";
import {
  type Asset,
  type Mint,
  type Prepared,
  permitMint,
  prepareMint,
  prepareTransfer,
  putMint,
  tokensMoved,
} from "../queries/tokens";
import { askWallet } from "./asking";
import { loadWallets } from "./load";
import { shortAddress } from "./names";
import type { Hex } from "./records/types";
import type { Address } from "./store";

/** Something prepared by the server is not what was asked for: it is neither signed nor sent. */
export class UnexpectedError extends Error {
  override readonly name = "UnexpectedError";

  constructor(what: string) {
    super(`The server prepared something else than ${what}. Nothing was signed. Load the page again.`);
  }
}

/** An address whose checksum says that it was mistyped. */
export class MistypedError extends Error {
  override readonly name = "MistypedError";

  constructor() {
    super(
      "A character of this address is wrong: its large and small letters do not fit. Nothing was signed.",
    );
  }
}

const FIELDS = [
  { name: "creator", type: "address" },
  { name: "to", type: "address" },
  { name: "digest", type: "bytes32" },
  { name: "royalty", type: "uint16" },
  { name: "deadline", type: "uint256" },
] as const;
const TOKEN = /^eip155:([1-9]\d{0,15})\/erc721:(0x[0-9a-f]{40})\/\d+$/;

/** Sign a mint's permission and hand it in; the server sends and pays. Raises WalletStoppedError and ProblemError. */
export async function permit(queries: QueryClient, mint: Mint): Promise<Mint> {
  const typed = permissionOf(mint);
  if (typed === null) throw new UnexpectedError("this mint");
  const engine = await loadWallets();
  const author = mint.creator as Address;
  const request = {
    title: "Permit the mint",
    about:
      "Your wallet signs a permission for this one token, free of charge. The server sends it and pays the gas.",
    needs: { author, chainId: typed.domain.chainId },
  };
  const signature = await askWallet(request, () => engine.signTyped(typed, author));
  const permitted = await permitMint(mint.id, signature);
  putMint(queries, permitted);
  return permitted;
}

/** Where a token is, by its CAIP-19 id; null for what is none. */
function placeOf(asset: string): { chainId: number; contract: Hex } | null {
  const [, chain, contract] = TOKEN.exec(asset) ?? [];
  return chain && contract ? { chainId: Number(chain), contract: contract as Hex } : null;
}

/**
 * What a mint's creator signs, dressed here: of what the server says the terms alone are taken, so that no other kind of
 * message, of no other contract, is ever signed for a mint. Null where it says something else than this mint; pure.
 */
export function permissionOf({ permission, asset, creator, to, digest, royalty }: Mint) {
  const place = placeOf(asset);
  if (permission === null || place === null || permission.primaryType !== "Permission") return null;
  const { domain, message: said } = permission;
  const same =
    domain.chainId === place.chainId &&
    domain.verifyingContract.toLowerCase() === place.contract &&
    said.creator.toLowerCase() === creator &&
    said.to.toLowerCase() === to &&
    said.digest === digest &&
    said.royalty === royalty;
  if (!same) return null;
  return {
    domain: { name: "Troth", version: "1", chainId: place.chainId, verifyingContract: place.contract },
    types: { Permission: FIELDS },
    primaryType: "Permission",
    message: { creator, to, digest, royalty, deadline: said.deadline },
  } as const;
}

/** Make a token with one's own wallet, which pays. Raises WalletStoppedError, UnexpectedError and ProblemError. */
export async function mintOneself(queries: QueryClient, mint: Mint): Promise<void> {
  const [prepared, { readMint }] = await Promise.all([prepareMint(mint.id), import("./transfers")]);
  const made = readMint(prepared.data);
  const right =
    prepared.from === mint.creator &&
    prepared.to.toLowerCase() === placeOf(mint.asset)?.contract &&
    made?.to === mint.to &&
    made.digest === mint.digest &&
    made.royalty === mint.royalty;
  if (!right) throw new UnexpectedError("this mint");
  await sent(queries, prepared, `mint:${mint.id}`, null, {
    title: "Make the token",
    about: "Your wallet sends the transaction and pays its gas.",
  });
}

/**
 * Give a token away: to an address, or to a person's first wallet. Raises WalletStoppedError, MistypedError,
 * UnexpectedError and ProblemError.
 */
export async function giveAway(
  queries: QueryClient,
  asset: Asset,
  to: { to: string } | { account: string },
): Promise<void> {
  const { isSpelledRight, readTransfer } = await import("./transfers");
  if ("to" in to && !isSpelledRight(to.to)) throw new MistypedError();
  const prepared = await prepareTransfer(asset.token_id, to);
  const moved = readTransfer(prepared.to, prepared.data);
  const right =
    moved?.token_id === asset.token_id &&
    moved.contract === asset.contract &&
    moved.from === asset.owner.address &&
    (!("to" in to) || moved.to === to.to.toLowerCase());
  if (!right) throw new UnexpectedError("this transfer");
  await sent(queries, prepared, `transfer:${asset.token_id}`, moved.to, {
    title: "Give the token away",
    about: `Your wallet sends it to ${shortAddress(moved.to)} and pays the gas. Nobody can take that back but who gets it.`,
  });
}

async function sent(
  queries: QueryClient,
  prepared: Prepared,
  key: SentKey,
  to: string | null,
  words: { title: string; about: string },
): Promise<void> {
  const engine = await loadWallets();
  const author = prepared.from as Address;
  const request = { ...words, needs: { author, chainId: prepared.chainId } };
  const { data } = prepared;
  await askWallet(request, async () => {
    const hash = await engine.sendCall({ to: prepared.to as Address, data: data as Hex }, author);
    // Noted here and not by whoever asks: a wallet may send it after they stopped waiting.
    noteSent(key, { hash, at: Date.now(), to });
    return hash;
  });
  await tokensMoved(queries);
}
