// Signs, with viem alone, the typed data of a mint that comes as JSON on standard input, as a wallet is asked to:
// {"key": "0x…", "permission": {…}} gives {"signature": "0x…"}.
import { readFileSync } from "node:fs";
import { privateKeyToAccount } from "viem/accounts";

const { key, permission } = JSON.parse(readFileSync(0, "utf8"));
const signature = await privateKeyToAccount(key).signTypedData(permission);
process.stdout.write(JSON.stringify({ signature }));
