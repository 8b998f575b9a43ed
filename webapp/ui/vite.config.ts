/// <reference types="vitest/config" />
import { readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import react from "@vitejs/plugin-react";
import { defineConfig, type Plugin } from "vite";
import { offline } from "./vite.offline.ts";

const OUT = resolve(import.meta.dirname, "../../build/ui");
const API = process.env.TROTH_API ?? "http://127.0.0.1:8000";
const SMALL = 1024; // below a packet, compressing gains nothing

type Modules = { getModuleInfo(id: string): { isEntry: boolean; importers: readonly string[] } | null };

/** Whether a module comes with the first file: what needs it is needed at once, and not only on some page. */
function atStart(id: string, modules: Modules, seen = new Set<string>()): boolean {
  seen.add(id);
  const found = modules.getModuleInfo(id);
  if (found === null) return false;
  return found.isEntry || found.importers.some((one) => !seen.has(one) && atStart(one, modules, seen));
}

const SHARED = /ui\/src\/(components|queries|lib|session|wallet\/(device|records))\/|node_modules\/@tanstack/;

/** Few files instead of many small ones: each costs a request and 700 bytes of headers. */
const GROUPS = [
  { name: (id: string, modules: Modules) => (atStart(id, modules) ? "main" : null), debugName: "main" },
  { name: "shared", test: SHARED, minShareCount: 2 },
];

/** Write FILE.br and FILE.gz beside each built file, so that the server never compresses. */
function compressed(): Plugin {
  return {
    name: "troth-compressed",
    apply: "build",
    closeBundle() {
      for (const name of readdirSync(OUT, { recursive: true, encoding: "utf8" })) {
        const file = join(OUT, name);
        if (!/\.(js|css|svg|html|json|webmanifest)$/.test(name) || !statSync(file).isFile()) continue;
        const bytes = readFileSync(file);
        if (bytes.length < SMALL) continue;
        const quality = { [constants.BROTLI_PARAM_QUALITY]: 9 };
        writeFileSync(`${file}.br`, brotliCompressSync(bytes, { params: quality }));
        writeFileSync(`${file}.gz`, gzipSync(bytes, { level: 9 }));
      }
    },
  };
}

export default defineConfig({
  root: import.meta.dirname,
  base: "/ui/",
  plugins: [react(), offline(), compressed()],
  build: {
    outDir: OUT,
    emptyOutDir: true,
    target: "es2022",
    assetsInlineLimit: 0, // data: URLs are for nobody: the page's policy lets none in but pictures
    modulePreload: { polyfill: false },
    manifest: "manifest.json",
    reportCompressedSize: false,
    chunkSizeWarningLimit: 700,
    rolldownOptions: { output: { codeSplitting: { includeDependenciesRecursively: false, groups: GROUPS } } },
  },
  server: { proxy: { "/api": API, "/ui/config.json": API } },
  test: {
    environment: "happy-dom",
    include: ["src/**/*.test.{ts,tsx}"],
    setupFiles: ["src/testing/setup.ts"],
    pool: "threads",
    testTimeout: 60_000, // a busy machine fails nothing by being busy
    isolate: false, // a fresh page for each file costs more than its tests
  },
});
