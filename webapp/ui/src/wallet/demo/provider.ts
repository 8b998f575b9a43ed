/**
 * The demo wallet: an EIP-1193 provider of one account, whose key is made and kept in this browser.
 *
 * It is there for the embedded chain alone, where nothing is of worth, so that a newcomer needs no extension. It asks
 * before it signs, as any wallet does.
 */

import type { Address, Hex } from "viem";
import { createPublicClient, createWalletClient, defineChain, hexToString, http, isHex } from "viem";
import type { PrivateKeyAccount } from "viem/accounts";
import { findKey, type KeptKey, keepKey } from "../device/vault";
import { newKey, withKey } from "../keys";
import { askPerson } from "./requests";

const NAME = "demo";
const CONNECTED = "troth.demo.connected";

interface Call {
  method: string;
  params?: unknown;
}

type Listener = (...values: unknown[]) => void;

class WalletError extends Error {
  constructor(
    readonly code: number,
    message: string,
  ) {
    super(message);
  }
}

export class DemoProvider {
  readonly #chainId: number;
  readonly #rpc: string;
  readonly #listeners = new Map<string, Set<Listener>>();

  constructor(chainId: number, rpc: string) {
    this.#chainId = chainId;
    this.#rpc = rpc;
  }

  on(event: string, listener: Listener): this {
    const known = this.#listeners.get(event) ?? new Set();
    this.#listeners.set(event, known.add(listener));
    return this;
  }

  removeListener(event: string, listener: Listener): this {
    this.#listeners.get(event)?.delete(listener);
    return this;
  }

  async request({ method, params }: Call): Promise<unknown> {
    const values = (Array.isArray(params) ? params : []) as unknown[];
    switch (method) {
      case "eth_chainId":
        return `0x${this.#chainId.toString(16)}`;
      case "eth_accounts":
        return localStorage.getItem(CONNECTED) ? [(await ownKey()).address] : [];
      case "eth_requestAccounts":
        return this.#connect();
      case "wallet_requestPermissions":
        await this.#connect();
        return [{ parentCapability: "eth_accounts" }];
      case "wallet_revokePermissions":
        localStorage.removeItem(CONNECTED);
        return null;
      case "personal_sign":
        return this.#signText(values[0] as Hex);
      case "eth_signTypedData_v4":
        return this.#signTyped(String(values[1]));
      case "eth_sendTransaction":
        return this.#send(values[0] as Transaction);
      case "wallet_switchEthereumChain":
        return this.#switch(values[0] as { chainId: string });
      default:
        return this.#node(method, values);
    }
  }

  async #connect(): Promise<Address[]> {
    const { address } = await ownKey();
    if (!localStorage.getItem(CONNECTED)) {
      await this.#ask("Connect to this page", `This page may see the address\n${address}`);
      localStorage.setItem(CONNECTED, "1");
    }
    return [address];
  }

  async #signText(message: Hex): Promise<Hex> {
    await this.#ask("Sign a message", isHex(message) ? hexToString(message) : String(message));
    return withOwnKey((account) => account.signMessage({ message: { raw: message } }));
  }

  async #signTyped(json: string): Promise<Hex> {
    const typed = JSON.parse(json);
    if (Number(typed.domain?.chainId) !== this.#chainId) {
      throw new WalletError(-32603, "Provided chainId must match the active chainId");
    }
    await this.#ask(`Sign a ${typed.primaryType}`, JSON.stringify(typed.message, null, 2));
    return withOwnKey((account) => account.signTypedData(typed));
  }

  async #send(transaction: Transaction): Promise<Hex> {
    await this.#ask("Send a transaction", JSON.stringify(transaction, null, 2));
    const chain = this.#chain();
    return withOwnKey(async (account) => {
      const { provide } = await import("./ether");
      await provide(account.address, chain, this.#rpc);
      const client = createWalletClient({ account, chain, transport: http(this.#rpc) });
      const { to, data, value, gas } = transaction;
      return client.sendTransaction({
        to: to ?? null,
        ...(data ? { data } : {}),
        ...(value ? { value: BigInt(value) } : {}),
        ...(gas ? { gas: BigInt(gas) } : {}),
      });
    });
  }

  #switch({ chainId }: { chainId: string }): null {
    if (Number(chainId) !== this.#chainId)
      throw new WalletError(4902, "The demo wallet knows this chain alone.");
    return null;
  }

  #node(method: string, params: unknown[]): Promise<unknown> {
    const client = createPublicClient({ chain: this.#chain(), transport: http(this.#rpc) });
    return client.request({ method, params } as never);
  }

  async #ask(title: string, shown: string): Promise<void> {
    if (!(await askPerson(title, shown))) throw new WalletError(4001, "The person refused.");
  }

  #chain() {
    return defineChain({
      id: this.#chainId,
      name: "Troth on this machine",
      nativeCurrency: { name: "Ether", symbol: "ETH", decimals: 18 },
      rpcUrls: { default: { http: [this.#rpc] } },
    });
  }
}

interface Transaction {
  to?: Address;
  data?: Hex;
  value?: Hex;
  gas?: Hex;
}

const withOwnKey = async <Result>(use: (account: PrivateKeyAccount) => Promise<Result>): Promise<Result> =>
  withKey(await ownKey(), use);

let making: Promise<KeptKey> | null = null;

/** The demo wallet's key, made when it is first needed. */
function ownKey(): Promise<KeptKey> {
  making ??= findOrMake().catch((error: unknown) => {
    making = null;
    throw error;
  });
  return making;
}

async function findOrMake(): Promise<KeptKey> {
  const found = await findKey(NAME);
  if (found) return found;
  const { address, sealed } = await newKey();
  const made = { name: NAME, address, ...sealed };
  await keepKey(made);
  return made;
}
