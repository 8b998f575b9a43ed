/**
 * One request to a wallet, from the wish to the answer: every way it can go, as states that the page shows
 * (WalletRequest.tsx). Whoever asks awaits the answer; what stands in the way is settled with the person meanwhile.
 *
 * One request is open at a time, as wallets themselves would have it; the next one waits.
 */

import { useSyncExternalStore } from "react";
import { type Refusal, readRefusal } from "./refusals";
import { type Address, type Connected, onWallet, walletState } from "./store";

export interface Needs {
  /** Only this account may answer: A's act is never signed by B. */
  author?: Address;
  /** Wallets refuse typed data and transactions of a chain that they are not on. */
  chainId?: number;
}

export type Step =
  | { is: "no-wallet" }
  | { is: "other-account"; author: Address; wallet: Connected }
  | { is: "other-chain"; chainId: number; wallet: Connected }
  | { is: "asking"; wallet: Connected }
  | { is: "refused" }
  | { is: "already-open"; wallet: Connected | null }
  | { is: "failed"; text: string };

export interface Request {
  /** What is asked, as in "Sign in". */
  title: string;
  /** What it does, in a sentence or two. */
  about: string;
  needs: Needs;
}

export interface Asking extends Request {
  step: Step;
  again: () => void;
  stop: () => void;
}

/** The person left the request: nothing happened, nothing is lost. */
export class WalletStoppedError extends Error {
  override readonly name = "WalletStoppedError";

  constructor() {
    super("Nothing was signed. You can try again whenever you like.");
  }
}

let asking: Asking | null = null;
let queue: Promise<unknown> = Promise.resolve();
const listeners = new Set<() => void>();

/** What is asked now; null when nothing is. */
export function useAsking(): Asking | null {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => asking,
  );
}

/** Ask the wallet. Raises WalletStoppedError where the person leaves it. */
export function askWallet<Answer>(
  request: Request,
  act: (wallet: Connected) => Promise<Answer>,
): Promise<Answer> {
  const turn = queue.then(() => ask(request, act));
  queue = turn.catch(() => undefined);
  return turn.finally(() => show(null));
}

async function ask<Answer>(request: Request, act: (wallet: Connected) => Promise<Answer>): Promise<Answer> {
  for (;;) {
    const wallet = walletState().connected;
    const hurdle = before(request.needs, wallet);
    if (hurdle !== null) {
      await choice(request, hurdle);
    } else if (wallet !== null) {
      const answer = await answered(request, wallet, act);
      if (answer.is === "answered") return answer.value;
      await choice(request, answer.step);
    }
  }
}

/** What stands in the way before a wallet is even asked; null if nothing does. */
export function before(needs: Needs, wallet: Connected | null): Step | null {
  if (wallet === null) return { is: "no-wallet" };
  if (needs.author !== undefined && needs.author !== wallet.address) {
    return { is: "other-account", author: needs.author, wallet };
  }
  if (needs.chainId !== undefined && needs.chainId !== wallet.chainId) {
    return { is: "other-chain", chainId: needs.chainId, wallet };
  }
  return null;
}

/** Where a wallet's refusal leads. */
export function after(refusal: Refusal, needs: Needs, wallet: Connected): Step {
  switch (refusal.is) {
    case "refused":
      return { is: "refused" };
    case "already-open":
      return { is: "already-open", wallet };
    case "disconnected":
      return { is: "no-wallet" };
    case "other-chain":
    case "unknown-chain":
      if (needs.chainId !== undefined) return { is: "other-chain", chainId: needs.chainId, wallet };
      return { is: "failed", text: "The wallet does not know this chain." };
    case "failed":
      return { is: "failed", text: refusal.text };
  }
}

type Outcome<Answer> = { is: "answered"; value: Answer } | { is: "not"; step: Step };

async function answered<Answer>(
  request: Request,
  wallet: Connected,
  act: (wallet: Connected) => Promise<Answer>,
): Promise<Outcome<Answer>> {
  let stop = () => {};
  const left = new Promise<never>((_, reject) => {
    stop = () => reject(new WalletStoppedError());
  });
  show({ ...request, step: { is: "asking", wallet }, again: () => {}, stop });
  try {
    return { is: "answered", value: await Promise.race([act(wallet), left]) };
  } catch (error) {
    if (error instanceof WalletStoppedError || isOurs(error)) throw error;
    return { is: "not", step: after(readRefusal(error), request.needs, wallet) };
  }
}

const OURS = new Set(["ProblemError", "UnreachableError", "SessionEndedError", "SessionChangedError"]);

/** A refusal of the API, met on the way, is no wallet's. */
function isOurs(error: unknown): boolean {
  return error instanceof Error && OURS.has(error.name);
}

/** Wait until the person tries again, or the wallet changes so that the hurdle is gone; a leaving person ends it. */
function choice(request: Request, step: Step): Promise<void> {
  return new Promise((again, reject) => {
    const stop = () => reject(new WalletStoppedError());
    show({ ...request, step, again, stop });
    if (step.is === "refused" || step.is === "failed") return;
    const off = onWallet(() => {
      if (before(request.needs, walletState().connected) !== null) return;
      off();
      again();
    });
  });
}

function show(next: Asking | null): void {
  asking = next;
  for (const listener of listeners) listener();
}
