// A wallet for tests: announced by EIP-6963 in the page, answered by viem out here, where a test tells it what to do.
//
//   const wallet = await announce(page, { chainId, rpc, name: 'Alpha' })
//   wallet.refuse() | wallet.hang() | wallet.busy() | wallet.answer()
//   await wallet.switchAccount(1) | await wallet.switchChain(1)
import { createPublicClient, createWalletClient, defineChain, http } from "viem";
import { generatePrivateKey, privateKeyToAccount } from "viem/accounts";

const ASKING = new Set([
  "eth_requestAccounts",
  "personal_sign",
  "eth_signTypedData_v4",
  "eth_sendTransaction",
  "wallet_switchEthereumChain",
]);
const fail = (code, message) => ({ error: { code, message } });

export async function announce(page, options) {
  const wallet = new Wallet(options);
  await page.exposeBinding(`__wallet_${wallet.slug}`, (_source, call) => wallet.request(call));
  await page.addInitScript(inPage, { slug: wallet.slug, name: wallet.name, rdns: wallet.rdns });
  wallet.page = page;
  return wallet;
}

export class Wallet {
  constructor({ chainId, rpc, name = "Alpha", accounts = 2, knowsChain = true, onChain = chainId }) {
    this.name = name;
    this.slug = name.toLowerCase();
    this.rdns = `test.wallet.${this.slug}`;
    this.chainId = onChain;
    this.known = new Set(knowsChain ? [chainId, 1, onChain] : [1, onChain]);
    this.rpc = rpc;
    this.accounts = Array.from({ length: accounts }, () => privateKeyToAccount(generatePrivateKey()));
    this.current = 0;
    this.connected = false;
    this.mode = "answer";
    this.asked = []; // every request that a person would see
  }

  get account() {
    return this.accounts[this.current];
  }

  get address() {
    return this.account.address.toLowerCase();
  }

  answer() {
    this.mode = "answer";
    this.release?.();
  }

  refuse() {
    this.mode = "refuse";
  }

  hang() {
    this.mode = "hang";
    this.held = new Promise((release) => {
      this.release = release;
    });
  }

  busy() {
    this.mode = "busy";
  }

  async switchAccount(index) {
    this.current = index;
    await this.emit("accountsChanged", [this.address]);
  }

  async switchChain(chainId) {
    this.chainId = chainId;
    await this.emit("chainChanged", `0x${chainId.toString(16)}`);
  }

  emit(event, value) {
    return this.page.evaluate(
      ([slug, name, given]) => window[`__emit_${slug}`]?.(name, given),
      [this.slug, event, value],
    );
  }

  async request({ method, params = [] }) {
    if (ASKING.has(method)) {
      this.asked.push(method);
      if (this.mode === "refuse") return fail(4001, "User rejected the request.");
      if (this.mode === "busy") return fail(-32002, "Request already pending.");
      if (this.mode === "hang") await this.held;
    }
    try {
      return await this.done(method, params);
    } catch (error) {
      return fail(error.code ?? -32603, error.shortMessage ?? error.message);
    }
  }

  async done(method, params) {
    switch (method) {
      case "eth_chainId":
        return { result: `0x${this.chainId.toString(16)}` };
      case "eth_accounts":
        return { result: this.connected ? [this.address] : [] };
      case "eth_requestAccounts":
        this.connected = true;
        return { result: [this.address] };
      case "wallet_requestPermissions":
        this.connected = true;
        return { result: [{ parentCapability: "eth_accounts" }] };
      case "wallet_revokePermissions":
        this.connected = false;
        return { result: null };
      case "personal_sign":
        // A contract wallet's owner signs, and only the chain knows that this is good.
        return {
          result: await (this.contract ? this.accounts[1] : this.account).signMessage({
            message: { raw: params[0] },
          }),
        };
      case "eth_signTypedData_v4":
        return this.typed(JSON.parse(params[1]));
      case "wallet_switchEthereumChain":
        return this.switch(Number(params[0].chainId));
      case "wallet_addEthereumChain":
        this.known.add(Number(params[0].chainId));
        return this.switch(Number(params[0].chainId));
      case "eth_sendTransaction":
        return { result: await this.client(createWalletClient).sendTransaction(params[0]) };
      default:
        return { result: await this.client(createPublicClient).request({ method, params }) };
    }
  }

  async typed(data) {
    if (Number(data.domain.chainId) !== this.chainId)
      return fail(-32603, "Provided chainId must match the active chainId");
    return { result: await this.account.signTypedData(data) };
  }

  async switch(chainId) {
    if (!this.known.has(chainId)) return fail(4902, "Unrecognized chain ID.");
    await this.switchChain(chainId);
    return { result: null };
  }

  client(make) {
    const chain = defineChain({
      id: this.chainId,
      name: "test",
      nativeCurrency: { name: "E", symbol: "E", decimals: 18 },
      rpcUrls: { default: { http: [this.rpc] } },
    });
    return make({ account: this.account, chain, transport: http(this.rpc) });
  }
}

// Runs in the page, before its own scripts.
function inPage({ slug, name, rdns }) {
  const listeners = {};
  window[`__emit_${slug}`] = (event, value) => {
    for (const listener of listeners[event] ?? []) listener(value);
  };
  const provider = {
    async request(call) {
      const { result, error } = await window[`__wallet_${slug}`](call);
      if (error) throw Object.assign(new Error(error.message), { code: error.code });
      return result;
    },
    on(event, listener) {
      listeners[event] = [...(listeners[event] ?? []), listener];
    },
    removeListener(event, listener) {
      listeners[event] = (listeners[event] ?? []).filter((one) => one !== listener);
    },
  };
  const icon =
    'data:image/svg+xml,%3Csvg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"%3E%3Crect width="32" height="32" rx="8" fill="%23334"/%3E%3C/svg%3E';
  const info = Object.freeze({ uuid: crypto.randomUUID(), name, icon, rdns });
  const detail = Object.freeze({ info, provider });
  const tell = () => window.dispatchEvent(new CustomEvent("eip6963:announceProvider", { detail }));
  window.addEventListener("eip6963:requestProvider", tell);
  tell();
}
