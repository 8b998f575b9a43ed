/** Revoking a device: asked for in the settings alone, so that it is not loaded with every page. */

import { api, take } from "../../api/client";
import { askWallet } from "../asking";
import { loadWallets } from "../load";
import { readLog } from "../place";
import { newRevocation } from "../records/make";
import { type Hex, typedRecord } from "../records/types";
import { findDevice } from "./device";
import { dropKey } from "./vault";

/** Revoke a device, this browser's or another, by its wallet. Raises WalletStoppedError and ProblemError. */
export async function revokeDevice(author: Hex, address: Hex): Promise<void> {
  const [log, engine] = await Promise.all([readLog(), loadWallets()]);
  const message = newRevocation(author, address, log);
  const typed = typedRecord("Revocation", message, log.domain);
  const request = {
    title: "Revoke a device",
    about: "From then on nothing that this device signs is accepted. What it signed before stays yours.",
    needs: { author, chainId: log.domain.chainId },
  };
  const signature = await askWallet(request, () => engine.signTyped(typed, author));
  const path = { address };
  await take(
    api.DELETE("/api/v1/devices/{address}", {
      params: { path },
      body: { message: { ...message }, signature },
    }),
  );
  const own = await findDevice(author);
  if (own?.address === address) await dropKey(own.name);
}
