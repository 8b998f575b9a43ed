/** This browser as a device that signs for a wallet: allowed by one signature, used without any, revocable. */

import { api, take } from "../../api/client";
import { isCode } from "../../api/problem";
import { askWallet } from "../asking";
import { loadWallets } from "../load";
import { readLog } from "../place";
import { newDelegation } from "../records/make";
import { type Hex, type TypedRecord, typedRecord } from "../records/types";
import { dropKey, findKey, type KeptKey, keepKey, NoVaultError } from "./vault";

export interface DeviceRecord extends KeptKey {
  /** The wallet that it signs for; one device key for each. */
  author: Hex;
  /** Seconds since 1970. */
  expiresAt: number;
}

/** A device is not used in its last minutes: what it signs must be anchored before it expires. */
const LAST_SECONDS = 3_600;

const nameOf = (author: Hex) => `device:${author}`;

/** The device that was allowed here for an author, whether or not it still may sign; none where nothing is kept. */
export const findDevice = (author: Hex) =>
  findKey<DeviceRecord>(nameOf(author)).catch((error: unknown) => {
    if (error instanceof NoVaultError) return undefined;
    throw error;
  });

/** The device that can sign for an author here now; undefined if none can. */
export async function usableDevice(author: Hex, now = Date.now()): Promise<DeviceRecord | undefined> {
  const found = await findDevice(author);
  return found && found.expiresAt - LAST_SECONDS > now / 1000 ? found : undefined;
}

/**
 * Ask the wallet, once, to let a key of this browser sign posts. Raises WalletStoppedError, ProblemError, and
 * NoVaultError, before anything is asked, where the key could not be kept.
 */
export async function allowDevice(author: Hex): Promise<DeviceRecord> {
  await findKey(nameOf(author));
  const [{ newKey }, log, engine] = await Promise.all([import("../keys"), readLog(), loadWallets()]);
  const { address, sealed } = await newKey();
  const message = newDelegation(author, address, log);
  const typed = typedRecord("Delegation", message, log.domain);
  const request = {
    title: "Allow this device",
    about:
      "One signature, free of charge. For sixty days this browser then signs your posts, edits and deletions itself. You can revoke it at any time.",
    needs: { author, chainId: log.domain.chainId },
  };
  const signature = await askWallet(request, () => engine.signTyped(typed, author));
  await take(api.POST("/api/v1/devices", { body: { message: { ...message }, signature } }));
  const record = { name: nameOf(author), author, address, expiresAt: message.expiresAt, ...sealed };
  await keepKey(record);
  return record;
}

/** Sign a record with a device of this browser. */
export async function signWithDevice(device: DeviceRecord, typed: TypedRecord): Promise<Hex> {
  const { signRecord } = await import("../keys");
  return signRecord(device, typed);
}

/** Forget this browser's key where the server said that it is no longer good; true if that was the reason. */
export async function droppedBy(error: unknown, author: Hex): Promise<boolean> {
  if (!isCode(error, "delegate_revoked", "delegate_expired", "signature_invalid")) return false;
  if ((await findDevice(author)) === undefined) return false;
  await dropKey(nameOf(author));
  return true;
}
