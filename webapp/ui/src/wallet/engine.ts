/**
 * Wallets themselves, by wagmi: found by EIP-6963, connected, watched. Loaded when somebody wants one (load.ts); what
 * is found goes to store.ts, so that nothing else needs wagmi.
 */

import { defineChain } from "viem";
import { type Config, type Connector, createConfig, http, injected, unstable_connector } from "wagmi";
import {
  connect,
  disconnect,
  getTransactionReceipt,
  reconnect,
  sendTransaction,
  signMessage,
  signTypedData,
  switchChain,
} from "wagmi/actions";
import { DEMO_ID } from "./demo/names";
import { embeddedRpc, readLog } from "./place";
import type { Hex, TypedRecord } from "./records/types";
import { type Address, setWallet, type WalletChoice, walletState } from "./store";

let config: Config | null = null;

/** Find wallets, and go on with the one that was connected before. */
export async function start(): Promise<void> {
  if (config !== null) return;
  setWallet({ phase: "loading" });
  const [log, rpc] = await Promise.all([readLog(), embeddedRpc()]);
  if (rpc !== null) (await import("./demo/announce")).announceDemo(log.domain.chainId, rpc);
  config = make(log.domain.chainId, rpc);
  config.subscribe((state) => state, tell);
  config.subscribe((state) => state.connections, tell);
  await reconnect(config).catch(() => undefined);
  setWallet({ phase: "ready" });
  tell();
}

function make(chainId: number, rpc: string | null): Config {
  const chain = defineChain({
    id: chainId,
    name: rpc === null ? `Chain ${chainId}` : "Troth on this machine",
    nativeCurrency: { name: "Ether", symbol: "ETH", decimals: 18 },
    rpcUrls: { default: { http: rpc === null ? [] : [rpc] } },
  });
  const transport = rpc === null ? unstable_connector(injected) : http(rpc);
  return createConfig({
    chains: [chain],
    transports: { [chainId]: transport },
    multiInjectedProviderDiscovery: true,
  });
}

/** Write what wagmi knows into the store. */
function tell(): void {
  const here = running();
  const { connections, current } = here.state;
  const connection = current === null ? undefined : connections.get(current);
  const address = connection?.accounts[0]?.toLowerCase() as Address | undefined;
  setWallet({
    wallets: here.connectors.map(choiceOf),
    connected:
      connection && address
        ? { wallet: choiceOf(connection.connector), address, chainId: connection.chainId }
        : null,
  });
}

function choiceOf(connector: Connector): WalletChoice {
  return {
    id: connector.id,
    name: connector.name,
    icon: connector.icon?.trim() || null,
    demo: connector.id === DEMO_ID,
  };
}

/** Connect a wallet by the id of its choice; asks it which accounts this page may see. */
export async function connectTo(id: string): Promise<void> {
  const connector = running().connectors.find((one) => one.id === id);
  if (!connector) throw new Error("This wallet is no longer there. Load the page again.");
  if (walletState().connected?.wallet.id === id) return;
  if (walletState().connected) await disconnect(running());
  await connect(running(), { connector });
  tell();
}

/** Let the connected wallet go: the page forgets it, the session stays. */
export async function disconnectWallet(): Promise<void> {
  await disconnect(running());
  tell();
}

/** Sign text with the connected account (EIP-191). */
export const signText = (message: string, account: Address): Promise<Address> =>
  signMessage(running(), { message, account });

/** Sign a record, or whatever else is typed data, with the connected account (EIP-712). */
export const signTyped = (typed: Typed, account: Address): Promise<Address> =>
  signTypedData(running(), { ...typed, message: { ...typed.message }, account });

type Typed = Pick<TypedRecord, "domain" | "types"> & { primaryType: string; message: object };

/** Send a call of a contract from the connected account, which pays; returns its hash before it is mined. */
export function sendCall(call: { to: Address; data: Hex }, account: Address): Promise<Hex> {
  const here = running();
  return sendTransaction(here, { ...call, account, chainId: here.chains[0].id });
}

/** What became of a transaction, as far as the chain says by now. */
export async function outcomeOf(hash: Hex): Promise<"waiting" | "done" | "reverted"> {
  const here = running();
  try {
    const { status } = await getTransactionReceipt(here, { hash, chainId: here.chains[0].id });
    return status === "success" ? "done" : "reverted";
  } catch {
    return "waiting"; // not mined, or the node does not answer: it is asked again
  }
}

/** Lead the wallet to this instance's chain; it is offered to be added where the wallet does not know it. */
export async function toOurChain(): Promise<void> {
  const here = running();
  await switchChain(here, { chainId: here.chains[0].id });
  tell();
}

function running(): Config {
  if (config === null) throw new Error("wallets are not loaded");
  return config;
}
