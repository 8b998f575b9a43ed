// Builds a StandardMerkleTree of the entries on standard input; tells its root and how long that took,
// without starting Node and without reading the input.
import { readFileSync } from "node:fs";
import { StandardMerkleTree } from "@openzeppelin/merkle-tree";

const TYPES = ["uint64", "address", "uint64", "bytes32", "bytes16", "uint8", "bytes32", "bytes32"];

const entries = JSON.parse(readFileSync(0, "utf8"));
const start = performance.now();
const tree = StandardMerkleTree.of(entries, TYPES);
const seconds = (performance.now() - start) / 1000;
process.stdout.write(JSON.stringify({ root: tree.root, seconds }));
