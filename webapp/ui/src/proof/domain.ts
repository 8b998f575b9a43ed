// The EIP-712 domain of a log, and the digest that people sign.
import { concat, hashStruct, keccak256 } from "viem/utils";
import type { Hex } from "./shapes";

export interface Domain {
  chainId: number;
  verifyingContract: Hex;
}

const DOMAIN_TYPES = {
  EIP712Domain: [
    { name: "name", type: "string" },
    { name: "version", type: "string" },
    { name: "chainId", type: "uint256" },
    { name: "verifyingContract", type: "address" },
  ],
};

/** The domain separator (EIP-712). */
export function separatorOf(domain: Domain): Hex {
  const data = { ...domain, name: "Troth", version: "1" };
  return hashStruct({ data, primaryType: "EIP712Domain", types: DOMAIN_TYPES });
}

/** What is signed: keccak256(0x1901, separator, content) (EIP-712). */
export function digestOf(domain: Domain, content: Hex): Hex {
  return keccak256(concat(["0x1901", separatorOf(domain), content]));
}
