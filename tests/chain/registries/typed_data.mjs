// Hashes, with viem alone, the EIP-712 messages that come as a JSON list on standard input.
import { readFileSync } from "node:fs";
import { hashStruct, hashTypedData } from "viem";

const messages = JSON.parse(readFileSync(0, "utf8"));
const answers = messages.map(({ types, primaryType, domain, message }) => ({
  content: hashStruct({ data: message, primaryType, types }),
  signed: hashTypedData({ types, primaryType, domain, message }),
}));
process.stdout.write(JSON.stringify(answers));
