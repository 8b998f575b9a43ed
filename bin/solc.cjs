#!/usr/bin/env node
// npm's solc behind the command line of the native compiler, as far as py-solc-x, forge and slither use it:
// `--version` answers in the native format, `--standard-json` reads its input from standard input and writes
// nothing but the answer to standard output (npm's own `solcjs` prints a stray line before it).
"use strict";

const fs = require("node:fs");
const path = require("node:path");

const args = process.argv.slice(2);

function compiler() {
  const log = console.log;
  console.log = console.error; // whatever the compiler's loader says must not mix with the answer
  try {
    return require("solc");
  } catch (error) {
    process.stderr.write(`The solc package is not installed (${error.code}); run \`make install\`.\n`);
    process.exit(127);
  } finally {
    console.log = log;
  }
}

// Loading the compiler takes a second, and py-solc-x asks for the version twice before it compiles: so that is
// kept beside the packages, by the package's version and its code's size.
function version() {
  const packages = path.join(__dirname, "..", "node_modules");
  const code = fs.statSync(path.join(packages, "solc", "soljson.js"), { throwIfNoEntry: false });
  if (code === undefined) return compiler().version();
  const released = require(path.join(packages, "solc", "package.json")).version;
  const file = path.join(packages, ".cache", `solc-${released}-${code.size}`);
  if (fs.existsSync(file)) return fs.readFileSync(file, "utf8");
  const found = compiler().version();
  try {
    fs.mkdirSync(path.dirname(file), { recursive: true });
    fs.writeFileSync(`${file}.${process.pid}`, found);
    fs.renameSync(`${file}.${process.pid}`, file); // nobody ever reads half of it
  } catch {
    // Packages that cannot be written to: the next one asks as well.
  }
  return found;
}

if (args.includes("--version")) {
  process.stdout.write(`solc, the solidity compiler commandline interface\nVersion: ${version()}\n`);
} else if (args.includes("--standard-json")) {
  process.stdout.write(compiler().compile(fs.readFileSync(0, "utf8")) + "\n");
} else {
  process.stderr.write("This shim answers --version and --standard-json only.\n");
  process.exit(2);
}
