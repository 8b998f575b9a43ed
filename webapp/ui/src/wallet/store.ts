/**
 * What the page knows of wallets, for all that show it. Nothing here imports wallet code: that is loaded when
 * somebody wants a wallet (engine.ts), and writes what it finds here.
 */

import { useSyncExternalStore } from "react";

export type Address = `0x${string}`;

export interface WalletChoice {
  id: string;
  name: string;
  /** A data: URL that the wallet announced. */
  icon: string | null;
  /** The built-in wallet of the embedded chain: for trying out, never for anything of worth. */
  demo: boolean;
}

export interface Connected {
  wallet: WalletChoice;
  /** Lower case. */
  address: Address;
  chainId: number;
}

export interface WalletState {
  /** `off` until wallet code was loaded. */
  phase: "off" | "loading" | "ready";
  wallets: readonly WalletChoice[];
  connected: Connected | null;
}

let state: WalletState = { phase: "off", wallets: [], connected: null };
const listeners = new Set<() => void>();

/** The state now, for code that is no component. */
export const walletState = (): WalletState => state;

/** Change part of the state. */
export function setWallet(part: Partial<WalletState>): void {
  state = { ...state, ...part };
  for (const listener of listeners) listener();
}

/** Be told of changes. Returns what takes that back. */
export function onWallet(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** The state, for components. */
export function useWallet(): WalletState {
  return useSyncExternalStore(onWallet, walletState);
}
