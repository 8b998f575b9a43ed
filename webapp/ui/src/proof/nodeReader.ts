// A chain as the verifier asks for it, through one node over JSON-RPC. What the node answers is checked for its
// shape where it enters; a malformed answer is no answer.
import { erc6492SignatureValidatorByteCode } from "viem";
import {
  decodeFunctionResult,
  encodeDeployData,
  encodeFunctionData,
  keccak256,
  parseAbi,
  slice,
  stringToHex,
} from "viem/utils";
import { ChainUnavailableError } from "./errors";
import type { AnchorRecord, Block, ChainReader, ClaimKey, ClaimRecord } from "./readers";
import { JsonRpc, RPC_LIMITS, type RpcLimits, RpcRefusedError } from "./rpc";
import type { Hex } from "./shapes";

const ANCHOR_LOG = parseAbi([
  "function anchorOf(address anchorer, bytes32 root) view returns (uint64 sequence, uint64 first, uint32 count, uint64 time, uint64 number)",
  "function next(address anchorer) view returns (uint64 sequence, uint64 first)",
]);
const REGISTRY = parseAbi([
  "function claimOf(address issuer, address subject, bytes32 schema, bytes32 digest) view returns (uint8 status, uint64 issuedAt, uint64 expiresAt, uint64 endedAt, uint8 reason)",
]);
const VALIDATOR = parseAbi(["constructor(address signer, bytes32 hash, bytes signature)"]);
const WRAPPED = "6492".repeat(16);
// A signature names the code that checks it, so whoever signs chooses the work: enough for a wallet's
// deployment and check, and far below a block.
const SIGNATURE_GAS = "0x2dc6c0";
// Nobody's address, but not zero: some wallets relax their checks for calls from the zero address.
const SIGNATURE_CALLER = slice(keccak256(stringToHex("troth:signature check")), 12);

export class NodeReader implements ChainReader {
  private readonly rpc: JsonRpc;

  constructor(url: string, limits: RpcLimits = RPC_LIMITS) {
    this.rpc = new JsonRpc(url, limits);
  }

  chainId(): Promise<number> {
    return this.ask("eth_chainId", [], quantity);
  }

  async genesis(): Promise<Hex> {
    const first = await this.block(0);
    if (first === null) throw new ChainUnavailableError("it does not give block 0");
    return first.hash;
  }

  head(): Promise<Block> {
    return this.ask("eth_getBlockByNumber", ["latest", false], blockOf);
  }

  async block(number: number): Promise<Block | null> {
    const found = await this.ask("eth_getBlockByNumber", [toQuantity(number), false], (value) =>
      value === null ? null : blockOf(value),
    );
    if (found !== null && found.number !== number) {
      throw new ChainUnavailableError(`it gives block ${found.number} for ${number}`);
    }
    return found;
  }

  async anchorOf(contract: Hex, anchorer: Hex, root: Hex): Promise<AnchorRecord | null> {
    const args = [anchorer, root] as const;
    const data = encodeFunctionData({ abi: ANCHOR_LOG, functionName: "anchorOf", args });
    const answer = await this.call(contract, data);
    // No answer, a revert, or data of another shape: the pinned address holds no AnchorLog.
    const fields =
      answer &&
      decoded(() => decodeFunctionResult({ abi: ANCHOR_LOG, functionName: "anchorOf", data: answer }));
    if (fields === null) return null;
    const [sequence, first, count, time, blockNumber] = fields;
    if (count === 0) return null;
    // Beyond 2^53 a number becomes another of that size, and still no number that a file can state.
    return {
      sequence: Number(sequence),
      first: Number(first),
      count,
      time: Number(time),
      blockNumber: Number(blockNumber),
    };
  }

  async claimOf(registry: Hex, key: ClaimKey, blockNumber: number): Promise<ClaimRecord | null> {
    const { issuer, subject, schema, digest } = key;
    const args = [issuer, subject, schema, digest] as const;
    const data = encodeFunctionData({ abi: REGISTRY, functionName: "claimOf", args });
    const answer = await this.call(registry, data, toQuantity(blockNumber));
    const fields =
      answer && decoded(() => decodeFunctionResult({ abi: REGISTRY, functionName: "claimOf", data: answer }));
    if (fields === null) return null;
    const [status, issuedAt, expiresAt, endedAt, reason] = fields;
    return {
      status,
      issuedAt: Number(issuedAt),
      expiresAt: Number(expiresAt),
      endedAt: Number(endedAt),
      reason,
    };
  }

  async nextSequence(contract: Hex, anchorer: Hex): Promise<number> {
    const data = encodeFunctionData({ abi: ANCHOR_LOG, functionName: "next", args: [anchorer] });
    const answer = await this.call(contract, data);
    const fields =
      answer && decoded(() => decodeFunctionResult({ abi: ANCHOR_LOG, functionName: "next", data: answer }));
    return fields === null ? 0 : Number(fields[0]);
  }

  async isValidSignature(
    signer: Hex,
    digest: Hex,
    signature: Hex,
    blockNumber: number,
  ): Promise<boolean | null> {
    const at = toQuantity(blockNumber);
    const check = encodeDeployData({
      abi: VALIDATOR,
      bytecode: erc6492SignatureValidatorByteCode,
      args: [signer, digest, signature],
    });
    const transaction = { from: SIGNATURE_CALLER, data: check, gas: SIGNATURE_GAS };
    try {
      // Without this the check would recover a signature of a plain account, under laxer rules than ours.
      const counterfactual = signature.endsWith(WRAPPED);
      if (!counterfactual && (await this.read("eth_getCode", [signer, at], hexData)) === "0x") {
        return false;
      }
      return (await this.read("eth_call", [transaction, at], hexData)) === "0x01";
    } catch (error) {
      if (!(error instanceof RpcRefusedError)) throw error;
      if (error.sort === "reverted") return false;
      if (error.sort === "other") throw refused(error);
      return null;
    }
  }

  transactionBlock(hash: Hex): Promise<{ number: number; hash: Hex } | null> {
    return this.ask("eth_getTransactionByHash", [hash], (value) => {
      if (value === null) return null;
      const fields = objectOf(value);
      if (fields.blockHash === null || fields.blockHash === undefined) return null;
      return { number: quantity(fields.blockNumber), hash: word(fields.blockHash) };
    });
  }

  /** What a call answers after a block; null if it reverts or there is no such contract. */
  private async call(to: Hex, data: Hex, at: Hex | "latest" = "latest"): Promise<Hex | null> {
    try {
      const answer = await this.read("eth_call", [{ to, data }, at], hexData);
      return answer === "0x" ? null : answer;
    } catch (error) {
      if (!(error instanceof RpcRefusedError)) throw error;
      if (error.sort === "reverted") return null;
      throw refused(error);
    }
  }

  private async ask<T>(method: string, params: readonly unknown[], parse: (value: unknown) => T): Promise<T> {
    try {
      return await this.read(method, params, parse);
    } catch (error) {
      throw error instanceof RpcRefusedError ? refused(error) : error;
    }
  }

  private async read<T>(
    method: string,
    params: readonly unknown[],
    parse: (value: unknown) => T,
  ): Promise<T> {
    const value = await this.rpc.request(method, params);
    try {
      return parse(value);
    } catch (error) {
      if (!(error instanceof MalformedAnswer)) throw error;
      throw new ChainUnavailableError(`its answer to ${method} is malformed: ${error.message}`);
    }
  }
}

class MalformedAnswer extends Error {}

function refused(error: RpcRefusedError): ChainUnavailableError {
  return new ChainUnavailableError(`it refused the request: ${error.message}`);
}

function decoded<T>(decode: () => T): T | null {
  try {
    return decode();
  } catch {
    return null; // another contract's answer
  }
}

function toQuantity(number: number): Hex {
  return `0x${number.toString(16)}`;
}

function quantity(value: unknown): number {
  const number = typeof value === "string" && /^0x[0-9a-fA-F]{1,64}$/.test(value) ? Number(value) : NaN;
  if (!Number.isSafeInteger(number)) throw new MalformedAnswer("a number is expected");
  return number;
}

function hexData(value: unknown): Hex {
  if (typeof value !== "string" || !/^0x(?:[0-9a-fA-F]{2})*$/.test(value)) {
    throw new MalformedAnswer("hexadecimal data is expected");
  }
  return value.toLowerCase() as Hex;
}

function word(value: unknown): Hex {
  const data = hexData(value);
  if (data.length !== 66) throw new MalformedAnswer("32 bytes are expected");
  return data;
}

function objectOf(value: unknown): Record<string, unknown> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new MalformedAnswer("an object is expected");
  }
  return value as Record<string, unknown>;
}

function blockOf(value: unknown): Block {
  const fields = objectOf(value);
  if (!Array.isArray(fields.transactions)) throw new MalformedAnswer("transactions are expected");
  return {
    number: quantity(fields.number),
    hash: word(fields.hash),
    time: quantity(fields.timestamp),
    transactions: fields.transactions.map(word),
  };
}

/** The gas that a mined transaction used; null if the node does not know it. Throws ChainUnavailableError. */
export async function gasUsed(url: string, transaction: string): Promise<number | null> {
  try {
    const receipt = await new JsonRpc(url).request("eth_getTransactionReceipt", [transaction]);
    return receipt === null ? null : quantity(objectOf(receipt).gasUsed);
  } catch (error) {
    if (error instanceof ChainUnavailableError) throw error;
    throw new ChainUnavailableError(error instanceof Error ? error.message : "it answers nonsense");
  }
}
