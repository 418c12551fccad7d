// SPDX-License-Identifier: MPL-2.0

import { build, type BuildResult } from "esbuild";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { BuildError } from "./build-error.ts";

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
export async function bundleProgram(kernel: string): Promise<Bundle> {
  const entry = `
    import "./polyfill";
    import { start } from "./start";
    import kernel from ${JSON.stringify(kernel)};
    start(kernel);
  `;
  return bundle({ contents: entry, resolveDir: GUEST_FOLDER, loader: "ts" }, dirname(kernel));
}

async function bundle(
  stdin: { contents: string; resolveDir: string; loader: "ts" },
  workingFolder: string,
): Promise<Bundle> {
  let result: BuildResult<{ write: false }>;
  try {
    result = await build({
      stdin,
      absWorkingDir: workingFolder,
      bundle: true,
      write: false,
      outfile: "program.js",
      sourcemap: "external",
      format: "iife",
      platform: "neutral",
      mainFields: ["module", "main"],
      target: "es2022",
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
