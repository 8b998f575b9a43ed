// What one verification may use: the bundle, the pins, and a chain that is asked only if it is the pinned one.
import type { Bundle } from "./bundle";
import { ChainUnavailableError } from "./errors";
import type { Block, ChainReader, LogReader, Pins } from "./readers";
import { type Finding, unknown } from "./verdicts";

/** A chain that was found to be the pinned one. */
export class ChainAccess {
  private newest: Block | null = null;

  constructor(
    readonly chain: ChainReader,
    readonly pins: Pins,
  ) {}

  /** The newest block when it was first asked for: one verification has one head. */
  async head(): Promise<Block> {
    this.newest ??= await this.chain.head();
    return this.newest;
  }
}

/** Say whether an answer is a finding, that is, why there is no answer. */
export function isFinding(value: object): value is Finding {
  return "verdict" in value;
}

export class Context {
  private access: ChainAccess | Finding | null = null;

  constructor(
    readonly bundle: Bundle,
    readonly pins: Pins | null,
    readonly chain: ChainReader | null,
    readonly log: LogReader | null,
  ) {}

  /**
   * The question's answer, or an unknown finding that says why it cannot be asked. A node that has once
   * failed to answer is not asked again: each time-out would be one more.
   */
  async ask<T>(question: (access: ChainAccess) => Promise<T>): Promise<T | Finding> {
    this.access ??= await openChain(this.pins, this.chain);
    if (isFinding(this.access)) return this.access;
    try {
      return await question(this.access);
    } catch (error) {
      this.access = away(error);
      return this.access;
    }
  }
}

/** The chain if it is the pinned one, else an unknown finding that says why it cannot be asked. */
export async function openChain(
  pins: Pins | null,
  chain: ChainReader | null,
): Promise<ChainAccess | Finding> {
  if (pins === null) return unknown("no chain is pinned; give its chain id and genesis hash");
  if (chain === null) return unknown("no chain was asked; give a node to check it");
  try {
    const chainId = await chain.chainId();
    const genesis = await chain.genesis();
    if (chainId !== pins.chainId) {
      return unknown(`this node is on chain ${chainId}, the pin says ${pins.chainId}`);
    }
    if (genesis !== pins.genesis) {
      return unknown(`this node's chain begins with block ${genesis}, the pin says ${pins.genesis}`);
    }
  } catch (error) {
    return away(error);
  }
  return new ChainAccess(chain, pins);
}

/** The finding that a node did not answer; any other error is thrown on. */
export function away(error: unknown): Finding {
  if (!(error instanceof ChainUnavailableError)) throw error;
  return unknown(`the node did not answer: ${error.reason}`);
}
