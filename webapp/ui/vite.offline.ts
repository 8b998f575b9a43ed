import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Plugin, Rollup } from "vite";

const WORKER = join(import.meta.dirname, "src/offline/worker.js");
const PAGE = "/src/pages/verify/index.tsx";
/** Files of public/ that the page asks for. */
const PUBLIC = ["theme.js", "troth.svg", "troth.webmanifest"];

/** Write sw.js: the worker that keeps the Verify page, with the list of all files that the page may load. */
export function offline(): Plugin {
  let base = "/";
  return {
    name: "troth-offline",
    apply: "build",
    configResolved(config) {
      base = config.base;
    },
    generateBundle(_options, bundle) {
      const files = [...PUBLIC, ...filesOf(bundle)].map((name) => base + name).sort();
      const worker = readFileSync(WORKER, "utf8");
      // Names hold hashes of what is in the files, so the list tells one build from another.
      const version = createHash("sha256").update(worker).update(files.join()).digest("hex").slice(0, 16);
      const source = worker
        .replace("__FILES__", JSON.stringify(files, null, 2))
        .replace("__VERSION__", JSON.stringify(version));
      this.emitFile({ type: "asset", fileName: "sw.js", source });
    },
  };
}

/** The entry and the page with all that they import; of the entry's lazy imports only that page. */
function filesOf(bundle: Rollup.OutputBundle): string[] {
  const chunks = Object.values(bundle).filter((each) => each.type === "chunk");
  const entry = chunks.find((each) => each.isEntry);
  const page = chunks.find((each) => each.facadeModuleId?.endsWith(PAGE));
  if (!entry || !page) throw new Error(`The build has no entry or no ${PAGE}.`);
  const found = new Set<string>();
  const take = (name: string) => {
    const chunk = bundle[name];
    if (found.has(name) || chunk?.type !== "chunk") return;
    found.add(name);
    const lazy = chunk === entry ? [] : chunk.dynamicImports;
    for (const each of [...chunk.imports, ...lazy]) take(each);
    const { importedCss = [], importedAssets = [] } = chunk.viteMetadata ?? {};
    for (const each of [...importedCss, ...importedAssets]) found.add(each);
  };
  take(entry.fileName);
  take(page.fileName);
  const fonts = Object.keys(bundle).filter((name) => /latin-wght-normal.*\.woff2$/.test(name));
  return [...new Set([...found, ...fonts])];
}
