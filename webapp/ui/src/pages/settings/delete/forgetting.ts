/** After an account was deleted, nothing of it stays in this browser. */

import type { QueryClient } from "@tanstack/react-query";
import { forgetSession } from "../../../api/cookies";
import { sessionChanged } from "../../../session/session";
import { dropKey } from "../../../wallet/device/vault";

/** Drop session, drafts, device keys and whatever else was kept for an account. */
export async function forgetAccount(
  queries: QueryClient,
  account: string,
  wallets: readonly string[],
): Promise<void> {
  forgetSession();
  for (const key of Object.keys(localStorage)) {
    if (key.startsWith("troth.") && key.includes(account)) localStorage.removeItem(key);
  }
  // A browser without IndexedDB kept none.
  await Promise.all(wallets.map((author) => dropKey(`device:${author}`).catch(() => undefined)));
  await sessionChanged(queries);
}
