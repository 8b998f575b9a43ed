/** An EIP-4361 message as viem writes it. */

import { getAddress } from "viem";
import { createSiweMessage } from "viem/siwe";
import type { Address } from "./store";

/** The message that says: this account signs in, or is linked, here. */
export function siweMessage(address: Address, chainId: number, nonce: string, statement: string): string {
  return createSiweMessage({
    address: getAddress(address),
    chainId,
    domain: location.host,
    uri: location.origin,
    version: "1",
    statement,
    nonce,
  });
}
