// SPDX-License-Identifier: MPL-2.0

// Makes one script of what a plain `run` reads (src/plain-run.ts), which bin/aster-osdk.cjs looks for.
import { createHash } from "node:crypto";
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { LATE_MODULES } from "../../sandbox/scripts/late-modules.mjs";

const dist = fileURLToPath(new URL("../dist/", import.meta.url));
const directory = join(dist, "bundle");
const sandbox = dirname(createRequire(import.meta.url).resolve("@aster/sandbox"));

/** Of what modules import when they need it, a plain run needs these; the others stay beside the bundle. */
const INSIDE = /\/manifest\/(?:cache|command-line|resolve)\.js$/;

/** What `import.meta.url` is to the sandbox's modules, which look from there for bundles; ours do not ask. */
const SANDBOX_URL = `require("node:url").pathToFileURL(require.resolve("@aster/sandbox")).href`;

// Taken before the modules are read: what is compiled meanwhile makes the bundle old.
const records = {};
for (const folder of [dist, sandbox]) {
  const record = join(folder, ".tsbuildinfo");
  const hash = createHash("sha256").update(readFileSync(record)).digest("hex");
  records[relative(directory, record)] = hash;
}
rmSync(directory, { recursive: true, force: true });
await build({
  entryPoints: [join(dist, "plain-run.js")],
  outfile: join(directory, "plain-run.cjs"),
  bundle: true,
  format: "cjs",
  platform: "node",
  target: "node20",
  minifyWhitespace: true,
  lineLimit: 120,
  sourcemap: "linked",
  sourcesContent: false,
  legalComments: "none",
  logLevel: "warning",
  define: { "import.meta.url": "sandboxUrl" },
  banner: { js: `const sandboxUrl = ${SANDBOX_URL};` },
  plugins: [
    LATE_MODULES,
    {
      name: "beside",
      setup: (pluginBuild) => {
        pluginBuild.onResolve({ filter: /^\./ }, ({ path, kind, resolveDir }) => {
          if (kind !== "dynamic-import" || INSIDE.test(path)) return undefined;
          const file = join(resolveDir, path);
          if (!existsSync(file)) throw new Error(`${file} is not there`);
          return { path: relative(directory, file), external: true };
        });
      },
    },
  ],
});
writeFileSync(join(directory, "stamp.json"), JSON.stringify({ records }));
