// SPDX-License-Identifier: MPL-2.0

import { existsSync, realpathSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import * as ostd from "@aster/ostd";
import type { Kernel } from "@aster/ostd";
import * as ktest from "@aster/ostd/ktest";
import { evaluateBundle, mapStackTraces, type BundleExports } from "@aster/sandbox/compartment";
import { OsdkError } from "../errors.ts";
import { ExitCode } from "../exit-codes.ts";

/** Loads a bundle and gives the kernel that it exports. Throws `OsdkError`. */
export async function loadKernel(bundle: string, entry: string): Promise<Kernel> {
  const module = await loadBundle(bundle);
  const kernel = module["default"];
  if (!isKernel(kernel)) {
    throw new OsdkError(
      ExitCode.BOOT,
      `${entry}: expected \`export default main(…)\` with main of "@aster/ostd"`,
    );
  }
  return kernel;
}

function isKernel(value: unknown): value is Kernel {
  return typeof value === "object" && value !== null && "entry" in value && "policies" in value;
}

const OSTD = { "@aster/ostd": ostd };

/**
 * Evaluates a bundle on the OSTD that comes with this command, in a compartment: it gets OSTD's
 * public entry, tests also `ktest`, and nothing else. Throws `OsdkError`.
 */
export async function loadBundle(bundle: string, withKtest = false): Promise<BundleExports> {
  if (!/\.js$/.test(bundle) || !existsSync(bundle)) {
    const why = existsSync(bundle) ? "it does not end in .js" : "there is no such file";
    throw new OsdkError(
      ExitCode.BOOT,
      `${bundle}: expected a bundle that \`osdk build\` made, and ${why}`,
    );
  }
  checkOstd(bundle);
  // Traces of panics then name the TypeScript sources.
  mapStackTraces(pathToFileURL(`${dirname(resolve(bundle))}/`));
  const given = withKtest ? { ...OSTD, "@aster/ostd/ktest": ktest } : OSTD;
  try {
    return await evaluateBundle(resolve(bundle), given);
  } catch (error) {
    const trace = error instanceof Error ? (error.stack ?? error.message) : String(error);
    throw new OsdkError(ExitCode.BOOT, `the kernel's modules can not be evaluated\n${trace}`);
  }
}

/** The kernel must run on the very OSTD that boots it: there is one per process. */
function checkOstd(bundle: string): void {
  const ours = realpathSync(createRequire(import.meta.url).resolve("@aster/ostd"));
  let theirs: string;
  try {
    theirs = realpathSync(createRequire(bundle).resolve("@aster/ostd"));
  } catch {
    throw new OsdkError(
      ExitCode.PROJECT,
      "@aster/ostd is not installed for this project; run: pnpm install (or npm install)",
    );
  }
  if (theirs === ours) return;
  throw new OsdkError(
    ExitCode.PROJECT,
    `this project uses the @aster/ostd in ${theirs}, and this osdk boots kernels on ${ours}; ` +
      "give @aster/ostd and @aster/osdk the same version, and run the project's own osdk (pnpm osdk)",
  );
}
