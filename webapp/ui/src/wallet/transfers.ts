/** What makes or moves a token on the chain, as calldata that this page can read. A module of its own: it brings viem. */

import { decodeFunctionData, isAddress, parseAbi } from "viem";

const ABI = parseAbi(["function safeTransferFrom(address from, address to, uint256 tokenId)"]);
const MINT = parseAbi(["function mint(address to, bytes32 digest, uint16 royalty)"]);

export interface Moved {
  contract: string;
  from: string;
  to: string;
  token_id: string;
}

/** Whom a prepared transfer gives what; null for calldata of any other kind. Addresses in lower case. */
export function readTransfer(contract: string, data: string): Moved | null {
  try {
    const { args } = decodeFunctionData({ abi: ABI, data: data as `0x${string}` });
    const [from, to, token] = args;
    return {
      contract: contract.toLowerCase(),
      from: from.toLowerCase(),
      to: to.toLowerCase(),
      token_id: token.toString(),
    };
  } catch {
    return null;
  }
}

export interface Made {
  to: string;
  digest: string;
  royalty: number;
}

/** What a prepared mint makes for whom; null for calldata of any other kind. Hex in lower case. */
export function readMint(data: string): Made | null {
  try {
    const { args } = decodeFunctionData({ abi: MINT, data: data as `0x${string}` });
    const [to, digest, royalty] = args;
    return { to: to.toLowerCase(), digest, royalty };
  } catch {
    return null;
  }
}

/** Whether an address is spelled right: in small or large letters throughout, or by its checksum (EIP-55). */
export function isSpelledRight(address: string): boolean {
  const digits = address.slice(2);
  return digits === digits.toUpperCase() || isAddress(address);
}
