/** Announces the demo wallet as every wallet announces itself (EIP-6963). */

import { DEMO_ID, DEMO_NAME } from "./names";
import { DemoProvider } from "./provider";

const ICON = `data:image/svg+xml,${encodeURIComponent(
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" rx="8" fill="#7a4d05"/><path d="M7 12h18v12H7zM7 12l3-4h12l3 4M20 18h2" stroke="#fff" stroke-width="2" fill="none" stroke-linejoin="round" stroke-linecap="round"/></svg>',
)}`;
const ANNOUNCE = "eip6963:announceProvider";
const REQUEST = "eip6963:requestProvider";

/** Announce it now and whenever a page asks who is there; for the embedded chain alone. */
export function announceDemo(chainId: number, rpc: string): void {
  const provider = new DemoProvider(chainId, rpc);
  const info = { uuid: crypto.randomUUID(), name: DEMO_NAME, icon: ICON, rdns: DEMO_ID };
  const detail = Object.freeze({ info: Object.freeze(info), provider });
  const announce = () => window.dispatchEvent(new CustomEvent(ANNOUNCE, { detail }));
  window.addEventListener(REQUEST, announce);
  announce();
}
