/** UUIDs of version 7 (RFC 9562, section 5.7): made here, so that a record's id is known before it is sent. */

/** A new one, lower case with hyphens. `now` is in milliseconds since 1970. */
export function uuid7(now = Date.now()): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  for (let at = 0; at < 6; at += 1) bytes[at] = Math.floor(now / 2 ** (8 * (5 - at))) % 256;
  bytes[6] = 0x70 | ((bytes[6] ?? 0) & 0x0f);
  bytes[8] = 0x80 | ((bytes[8] ?? 0) & 0x3f);
  const hex = toHex(bytes);
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}

/** The 16 bytes of a UUID as a record says them: 0x and 32 digits. */
export const recordId = (uuid: string): `0x${string}` => `0x${uuid.replaceAll("-", "")}`;

/** Bytes as lower-case hex without 0x. */
export function toHex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
