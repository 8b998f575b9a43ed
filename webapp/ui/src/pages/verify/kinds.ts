/**
 * The sorts of file that this page can judge: how each is told from the others, and a view that judges it. Views are
 * imported, not loaded later: the page works offline.
 */

import type { ComponentType } from "react";
import { isClaim } from "../../proof";
import { ClaimReceipt } from "../../receipt/ClaimReceipt";
import { Receipt } from "../../receipt/Receipt";
import type { TrustState } from "../../receipt/useTrust";

export interface ViewProps {
  /** The file, byte by byte; nothing in it is believed. */
  data: Uint8Array;
  trust: TrustState;
  /** Where a public log can be read, if anywhere. */
  api: string | null;
}

/** Who judges this file; what nobody knows is read as a bundle, whose reader says what is wrong with it. */
export function viewOf(data: Uint8Array): ComponentType<ViewProps> {
  return isClaim(data) ? ClaimReceipt : Receipt;
}
