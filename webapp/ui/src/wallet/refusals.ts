/** What a wallet's errors mean (EIP-1193, EIP-1474, EIP-3085, EIP-3326), whatever libraries wrapped them in. */

export type Refusal =
  | { is: "refused" }
  | { is: "already-open" }
  | { is: "unknown-chain" }
  | { is: "other-chain" }
  | { is: "disconnected" }
  | { is: "failed"; text: string };

const CODES: Record<number, Refusal> = {
  4001: { is: "refused" },
  5000: { is: "refused" }, // CAIP-25, as WalletConnect says it
  [-32002]: { is: "already-open" },
  4902: { is: "unknown-chain" },
  4900: { is: "disconnected" },
  4901: { is: "other-chain" },
};
const DEEPEST = 8;

/** Say what an error of a wallet means. */
export function readRefusal(error: unknown): Refusal {
  const known = chainOf(error).flatMap(({ code }) => (typeof code === "number" ? (CODES[code] ?? []) : []));
  // Libraries give whatever stops a switch the code of an unknown chain, and keep the wallet's own below it.
  const [first] = known;
  if (first) return known.find(({ is }) => is !== "unknown-chain") ?? first;
  const texts = chainOf(error).map((one) => String(one.details ?? one.shortMessage ?? one.message ?? ""));
  const said = texts.find((text) => text !== "") ?? "";
  // MetaMask refuses typed data of another chain as a plain internal error.
  if (/chainid.*must match|chain id .*does not match/i.test(texts.join(" "))) return { is: "other-chain" };
  if (/rejected|denied|cancell?ed by/i.test(texts.join(" "))) return { is: "refused" };
  return { is: "failed", text: said.slice(0, 300) || "The wallet gave no reason." };
}

interface Thrown {
  code?: unknown;
  message?: unknown;
  shortMessage?: unknown;
  details?: unknown;
}

/** The error, its causes, and what node-like errors carry in `data`. */
function chainOf(error: unknown): Thrown[] {
  const found: Thrown[] = [];
  let next: unknown = error;
  while (typeof next === "object" && next !== null && found.length < DEEPEST) {
    found.push(next as Thrown);
    const { cause, data } = next as { cause?: unknown; data?: { originalError?: unknown } };
    next = cause ?? data?.originalError;
  }
  return found;
}
