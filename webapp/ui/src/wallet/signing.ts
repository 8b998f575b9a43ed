/** A record's signature: by this device where it is allowed, else by the wallet. */

import type { Log } from "../api/types";
import { askWallet } from "./asking";
import { droppedBy, signWithDevice, usableDevice } from "./device/device";
import { loadWallets } from "./load";
import { readLog } from "./place";
import { type Hex, type Messages, type RecordKind, typedRecord } from "./records/types";

export interface SignedRecord {
  message: Record<string, unknown>;
  signature: Hex;
}

/** How far it is: a wallet is asked, or it is signed and on its way. */
export type Stage = "wallet" | "sending";

type Make<Kind extends RecordKind> = (log: Log) => Messages[Kind];

/**
 * Make, sign and send a record of an author; a device that turns out to be no longer allowed is dropped, and the wallet
 * asked instead. Raises WalletStoppedError and what `send` raises.
 */
export async function signedAndSent<Kind extends "Post" | "Deletion", Answer>(
  kind: Kind,
  author: Hex,
  make: Make<Kind>,
  send: (record: SignedRecord) => Promise<Answer>,
  tell: (stage: Stage) => void,
): Promise<Answer> {
  const once = async () => {
    const record = await sign(kind, author, make, () => tell("wallet"));
    tell("sending");
    return send(record);
  };
  try {
    return await once();
  } catch (error) {
    if (!(await droppedBy(error, author))) throw error;
    return once();
  }
}

async function sign<Kind extends "Post" | "Deletion">(
  kind: Kind,
  author: Hex,
  make: Make<Kind>,
  asks: () => void,
): Promise<SignedRecord> {
  const [log, device] = await Promise.all([readLog(), usableDevice(author)]);
  const message = make(log);
  const typed = typedRecord(kind, message, log.domain);
  if (device) return { message: { ...message }, signature: await signWithDevice(device, typed) };
  asks();
  const engine = await loadWallets();
  const request = {
    title: kind === "Post" ? "Sign your post" : "Sign the deletion",
    about:
      "Your wallet shows what is signed. Allow this device in the settings, and you are not asked again.",
    needs: { author, chainId: log.domain.chainId },
  };
  const signature = await askWallet(request, () => engine.signTyped(typed, author));
  return { message: { ...message }, signature };
}
