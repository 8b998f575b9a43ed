#!/usr/bin/env node
// npm's solc behind the command line of the native compiler, as far as py-solc-x, forge and slither use it:
// `--version` answers in the native format, `--standard-json` reads its input from standard input and writes
// nothing but the answer to standard output (npm's own `solcjs` prints a stray line before it).
"use strict";

const fs = require("node:fs");

const args = process.argv.slice(2);

let compiler;
const log = console.log;
console.log = console.error; // whatever the compiler's loader says must not mix with the answer
try {
  compiler = require("solc");
} catch (error) {
  process.stderr.write(`The solc package is not installed (${error.code}); run \`make install\`.\n`);
  process.exit(127);
}
console.log = log;

if (args.includes("--version")) {
  process.stdout.write(`solc, the solidity compiler commandline interface\nVersion: ${compiler.version()}\n`);
} else if (args.includes("--standard-json")) {
  process.stdout.write(compiler.compile(fs.readFileSync(0, "utf8")) + "\n");
} else {
  process.stderr.write("This shim answers --version and --standard-json only.\n");
  process.exit(2);
}
