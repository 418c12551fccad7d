// SPDX-License-Identifier: MPL-2.0

// Makes one file each of what is loaded at every start (see src/bundle.ts): reading some five
// hundred modules one by one takes longer than the boot. Source maps lead to the TypeScript.
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import * as ostd from "@aster/ostd";
import { BUNDLE_OPTIONS, endowedModule } from "@aster/ostd/bundle";
import { build } from "esbuild";
import { buildOpTable } from "../../machine/dist/cpu/decode/op-table.js";
import { buildTier0 } from "../../machine/dist/cpu/tier0/build.js";
import { LATE_MODULES } from "./late-modules.mjs";

const dist = fileURLToPath(new URL("../dist/", import.meta.url));
const directory = `${dist}bundle/`;

/** Each bundle, and the compiled module that it starts from. */
const ENTRIES = { run: "cli/run.js", worker: "link/worker-main.js" };
/** The packages in the bundles; the folders of their compiled modules, seen from the bundles. */
const PACKAGES = [
  "..",
  ...["hardware", "machine", "ostd", "kernel"].map((n) => `../../../${n}/dist`),
];

/** The interpreter stands beside the bundle, which is as fresh as it: it need not look. */
const TIER0 = `
import { readFileSync } from "node:fs";
let module;
export function loadTier0() {
  return (module ??= new WebAssembly.Module(readFileSync(new URL("tier0.wasm", import.meta.url))));
}
`;

/** The kernel stands by itself: it is evaluated in a compartment, on the bundles' OSTD. */
const KERNEL = {
  name: "kernel",
  setup: (pluginBuild) => {
    pluginBuild.onResolve({ filter: /^@aster\/ostd$/ }, ({ path }) => ({
      path,
      namespace: "endowed",
    }));
    pluginBuild.onLoad({ filter: /.*/, namespace: "endowed" }, ({ path }) => ({
      contents: endowedModule(path, Object.keys(ostd)),
    }));
  },
};

/**
 * What needs the kernel outside of its compartment runs from the modules. What a host says to the kernel's agent is another
 * entry of the same package, and is in the bundle.
 */
const KERNEL_OUTSIDE = {
  name: "kernel-outside",
  setup: (pluginBuild) => {
    pluginBuild.onResolve({ filter: /^@aster\/kernel$/ }, ({ path }) => ({
      path,
      external: true,
    }));
  },
};

/** What is ASCII need not be decoded at each start; with its white space, esbuild takes the comments out. */
function checkAscii(file) {
  const lines = readFileSync(file, "utf8").split("\n");
  const strange = lines.findIndex((line) => /[^\0-\x7f]/.test(line));
  if (strange !== -1) throw new Error(`${file}:${strange + 1}: not ASCII: ${lines[strange]}`);
}

// Taken before the modules are read: what is compiled meanwhile makes the bundles old.
const records = {};
for (const folder of PACKAGES) {
  const path = `${folder}/.tsbuildinfo`;
  records[path] = createHash("sha256")
    .update(readFileSync(join(directory, path)))
    .digest("hex");
}

const OPTIONS = {
  bundle: true,
  platform: "node",
  target: "node20",
  sourcemap: "linked",
  sourcesContent: false,
  legalComments: "none",
  logLevel: "warning",
  plugins: [
    {
      name: "tier0",
      setup: (pluginBuild) => {
        pluginBuild.onLoad({ filter: /[/\\]host[/\\]node[/\\]tier0\.js$/ }, () => ({
          contents: TIER0,
          loader: "js",
        }));
      },
    },
  ],
};

/** Of what is read whole at each start: less text, and lines that a person can still look at where there is no map. */
const SHORT = { minifyWhitespace: true, lineLimit: 120 };

rmSync(directory, { recursive: true, force: true });
await build({
  ...OPTIONS,
  entryPoints: Object.fromEntries(
    Object.entries(ENTRIES).map(([name, module]) => [name, `${dist}${module}`]),
  ),
  outdir: directory,
  outExtension: { ".js": ".mjs" },
  splitting: true,
  format: "esm",
});
// The command once more, as one script: V8 keeps no code of modules. See src/code-cache.ts.
await build({
  ...OPTIONS,
  entryPoints: [`${dist}cli/kept-run.js`],
  outfile: `${directory}kept-run.js`,
  format: "cjs",
  banner: { js: "(function (require, module, bundleUrl) {" },
  footer: { js: "})" },
  define: { "import.meta.url": "bundleUrl" },
  plugins: [...OPTIONS.plugins, KERNEL_OUTSIDE, LATE_MODULES],
  ...SHORT,
});
await build({
  ...BUNDLE_OPTIONS,
  entryPoints: [fileURLToPath(new URL("../../kernel/dist/index.js", import.meta.url))],
  outfile: `${directory}kernel.js`,
  sourcemap: "linked",
  sourcesContent: false,
  logLevel: "warning",
  plugins: [KERNEL],
  ...SHORT,
});
for (const name of ["kept-run.js", "kernel.js"]) checkAscii(`${directory}${name}`);
// Not machine/dist/generated/tier0.wasm, which may be older than the decoder in this bundle.
writeFileSync(`${directory}tier0.wasm`, buildTier0(buildOpTable()));
writeFileSync(`${directory}stamp.json`, JSON.stringify({ records }));
execFileSync(process.execPath, [fileURLToPath(new URL("keep-code.mjs", import.meta.url))], {
  input: Buffer.alloc(1 << 20),
});
const files = readdirSync(directory).filter((name) => name.endsWith(".mjs")).length;
console.log(`bundled ${Object.keys(ENTRIES).join(", ")} into ${files} files`);
