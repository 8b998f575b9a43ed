// Every question of a verifier, asked of a real node and compared with what the Python reader was answered there.
// tests/chain/test_typescript_reader.py starts the node, and says where the questions are.
import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { NodeReader } from "./nodeReader";
import type { Hex } from "./shapes";

interface Asked {
  rpc: string;
  questions: { name: string; ask: [method: string, ...arguments: unknown[]]; answer: unknown }[];
}

const file = process.env.TROTH_READER_QUESTIONS;

it.skipIf(!file)("answers as the Python reader does", async () => {
  const { rpc, questions } = JSON.parse(readFileSync(file ?? "", "utf8")) as Asked;
  const reader = new NodeReader(rpc);
  const found: unknown[] = [];
  for (const { ask } of questions) found.push(await answerOf(reader, ask));
  const named = (answers: unknown[]) => questions.map(({ name }, index) => [name, answers[index]]);
  expect(named(found)).toEqual(named(questions.map(({ answer }) => answer)));
  expect(questions.length).toBeGreaterThan(25);
});

async function answerOf(reader: NodeReader, [method, ...given]: [string, ...unknown[]]): Promise<unknown> {
  const [one, two, three, four] = given as [Hex, Hex, Hex, number];
  switch (method) {
    case "chain_id":
      return reader.chainId();
    case "genesis":
      return reader.genesis();
    case "head":
      return reader.head();
    case "block":
      return reader.block(given[0] as number);
    case "anchor_of": {
      const record = await reader.anchorOf(one, two, three);
      return record && Object.values(record);
    }
    case "claim_of": {
      const key = { issuer: two, subject: three, schema: given[3] as Hex, digest: given[4] as Hex };
      const record = await reader.claimOf(one, key, given[5] as number);
      return record && Object.values(record);
    }
    case "next_sequence":
      return reader.nextSequence(one, two);
    case "transaction_block": {
      const place = await reader.transactionBlock(one);
      return place && [place.number, place.hash];
    }
    case "is_valid_signature":
      return reader.isValidSignature(one, two, three, four);
    default:
      throw new Error(`No reader answers ${method}.`);
  }
}
