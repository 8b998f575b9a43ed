// Signatures of externally owned accounts: recovery under the one accepted encoding.
import { recoverAddress, size, slice } from "viem/utils";
import type { Hex } from "./shapes";

export const MAX_SIGNATURE_BYTES = 8192;

const ORDER = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n;
const HALF_ORDER = ORDER / 2n;

/** Say whether 65 bytes hold an s in the upper half: a second form of one signature (EIP-2). */
export function isHighS(signature: Hex): boolean {
  return size(signature) === 65 && BigInt(slice(signature, 32, 64)) > HALF_ORDER;
}

/** The address (lower case) that signed this digest; null if nobody can have. */
export async function recover(digest: Hex, signature: Hex): Promise<Hex | null> {
  if (size(signature) !== 65 || !/(?:1b|1c)$/.test(signature)) return null;
  const r = BigInt(slice(signature, 0, 32));
  const s = BigInt(slice(signature, 32, 64));
  if (r === 0n || r >= ORDER || s === 0n || s > HALF_ORDER) return null;
  try {
    return (await recoverAddress({ hash: digest, signature })).toLowerCase() as Hex;
  } catch {
    return null; // r is the abscissa of no point
  }
}
