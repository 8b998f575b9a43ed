/** Keys of this browser as viem uses them. A module of its own, so that nothing else of viem comes along. */

import { bytesToHex, hexToBytes } from "viem";
import { generatePrivateKey, type PrivateKeyAccount, privateKeyToAccount } from "viem/accounts";
import { type KeptKey, seal, unsealed } from "./device/vault";
import type { Hex, TypedRecord } from "./records/types";

export interface NewKey {
  /** Lower case. */
  address: Hex;
  sealed: Pick<KeptKey, "lock" | "iv" | "sealed">;
}

/** A new key, sealed at once. */
export async function newKey(): Promise<NewKey> {
  const secret = generatePrivateKey();
  const address = privateKeyToAccount(secret).address.toLowerCase() as Hex;
  return { address, sealed: await seal(new Uint8Array(hexToBytes(secret))) };
}

/** Use a kept key as an account. */
export const withKey = <Result>(
  kept: KeptKey,
  use: (account: PrivateKeyAccount) => Promise<Result>,
): Promise<Result> => unsealed(kept, (key) => use(privateKeyToAccount(bytesToHex(key))));

/** Sign a record with a kept key (EIP-712). */
export const signRecord = (kept: KeptKey, typed: TypedRecord): Promise<Hex> =>
  withKey(kept, (account) => account.signTypedData(typed));
