/** Who is to get a token, as somebody types it. Pure. */

export type Receiver =
  | { is: "nobody" }
  | { is: "address"; address: string }
  | { is: "handle"; handle: string }
  | { is: "neither"; why: string };

const HANDLE = /^@?([A-Za-z0-9_]{1,64})$/;

/** Read an address or a handle; an address as it was typed, since its case is a checksum (EIP-55). */
export function readReceiver(typed: string): Receiver {
  const text = typed.trim();
  if (text === "") return { is: "nobody" };
  if (/^0x/i.test(text)) {
    if (/^0x[0-9a-f]{40}$/i.test(text)) return { is: "address", address: `0x${text.slice(2)}` };
    const why =
      text.length < 42
        ? "An address has 40 digits after 0x; this one is too short."
        : "An address has 40 digits after 0x, from 0 to 9 and a to f.";
    return { is: "neither", why };
  }
  const handle = HANDLE.exec(text)?.[1];
  if (handle) return { is: "handle", handle };
  return { is: "neither", why: "Write a handle, or an address that begins with 0x." };
}
