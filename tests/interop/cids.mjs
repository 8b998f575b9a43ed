// Names files by ipfs-unixfs-importer, the reference in JavaScript, as kubo does with --cid-version=1:
// cids.mjs FILE… prints one CID a line.
import { readFile } from "node:fs/promises";
import { MemoryBlockstore } from "blockstore-core/memory";
import { importer } from "ipfs-unixfs-importer";
import { fixedSize } from "ipfs-unixfs-importer/chunker";
import { balanced } from "ipfs-unixfs-importer/layout";

const options = {
  cidVersion: 1,
  rawLeaves: true,
  reduceSingleLeafToSelf: true,
  chunker: fixedSize({ chunkSize: 262144 }),
  layout: balanced({ maxChildrenPerNode: 174 }),
};

for (const name of process.argv.slice(2)) {
  const content = await readFile(name);
  for await (const entry of importer([{ content }], new MemoryBlockstore(), options)) {
    console.log(entry.cid.toString());
  }
}
