// SPDX-License-Identifier: MPL-2.0

import { build, type BuildResult } from "esbuild";
import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { BuildError } from "./build-error.ts";
import type { Program } from "./program.ts";

const GUEST_FOLDER = fileURLToPath(new URL("../guest", import.meta.url));

export interface Bundle {
  readonly code: Uint8Array;
  readonly map: Uint8Array;
}

/**
 * One script out of the kernel, OSTD and our implementation of `Hardware`. Newer syntax than
 * the engine's (ES2020 with class fields and private names) is lowered; what is missing of the
 * library is in guest/polyfill.ts.
 */
export async function bundleProgram(program: Program): Promise<Bundle> {
  const entry =
    "kernel" in program
      ? `import { start } from "./start"; import kernel from ${quote(program.kernel)}; start(kernel);`
      : `import ${quote(program.script)};`;
  const contents = `import "./polyfill"; ${entry}`;
  return bundle({ contents, resolveDir: GUEST_FOLDER, loader: "ts" });
}

function quote(path: string): string {
  return JSON.stringify(resolve(path));
}

async function bundle(stdin: {
  contents: string;
  resolveDir: string;
  loader: "ts";
}): Promise<Bundle> {
  let result: BuildResult<{ write: false }>;
  try {
    result = await build({
      stdin,
      bundle: true,
      write: false,
      outfile: "program.js",
      sourcemap: "external",
      format: "iife",
      platform: "neutral",
      mainFields: ["module", "main"],
      target: "es2022",
      // The engine takes a field named `get` or `set` for an accessor; fields that are assigned in
      // the constructor, as TypeScript's used to be, have no such trouble.
      loader: { ".js": "ts" },
      tsconfigRaw: { compilerOptions: { useDefineForClassFields: false } },
      // Static blocks and `#x in o` are later than the engine.
      supported: { "class-static-blocks": false, "class-private-brand-check": false },
      logLevel: "silent",
    });
  } catch (error) {
    throw new BuildError("bundle-failed", error instanceof Error ? error.message : String(error));
  }
  const file = (suffix: string): Uint8Array =>
    result.outputFiles.find(({ path }) => path.endsWith(suffix))?.contents ?? new Uint8Array();
  return { code: file(".js"), map: file(".js.map") };
}
