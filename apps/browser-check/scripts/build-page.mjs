// SPDX-License-Identifier: MPL-2.0

// Makes dist/page: the page, its worker, the CPU's tests for a browser, and the interpreter.

import { copyFileSync, mkdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const path = (relative) => fileURLToPath(new URL(relative, import.meta.url));
const OUT = path("../dist/page");
const CPU = path("../../../packages/machine/src/cpu");
const TESTS = [
  "cpu.test.ts",
  "memory.test.ts",
  "single-step.test.ts",
  "isa/floating-point.test.ts",
  "softfloat/softfloat.test.ts",
];

const options = {
  bundle: true,
  format: "esm",
  platform: "browser",
  target: "es2022",
  legalComments: "none",
  logLevel: "warning",
};

mkdirSync(OUT, { recursive: true });
copyFileSync(path("../src/page.html"), `${OUT}/index.html`);
copyFileSync(path("../../../packages/machine/dist/generated/tier0.wasm"), `${OUT}/tier0.wasm`);
await build({
  ...options,
  entryPoints: [path("../dist/js/worker.js")],
  outfile: `${OUT}/worker.js`,
  minify: true,
});
const runner = path("../dist/js/jest-in-browser.js");
await build({
  ...options,
  stdin: {
    contents: [
      ...TESTS.map((file) => `import ${JSON.stringify(`${CPU}/${file}`)};`),
      `export { runRegistered } from ${JSON.stringify(runner)};`,
    ].join("\n"),
    resolveDir: path("."),
  },
  alias: { "@jest/globals": runner },
  outfile: `${OUT}/cpu-tests.js`,
});
