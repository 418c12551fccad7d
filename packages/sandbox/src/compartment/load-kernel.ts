// SPDX-License-Identifier: MPL-2.0

import { dirname, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import * as ostd from "@aster/ostd";
import type { Kernel } from "@aster/ostd";
import { SandboxError } from "../errors.ts";
import { describe } from "../host-error.ts";
import { mapStackTraces } from "../source-maps.ts";
import { evaluateBundle } from "./evaluate.ts";

/** Whether a bundle's default export is what `main(…)` of @aster/ostd gives. */
export function isKernel(value: unknown): value is Kernel {
  return typeof value === "object" && value !== null && "entry" in value && "policies" in value;
}

/** The kernel of a bundle that `osdk build` made, in a compartment. Throws `SandboxError`. */
export async function loadKernel(file: string): Promise<Kernel> {
  const path = resolve(file);
  let kernel: unknown;
  mapStackTraces(pathToFileURL(`${dirname(path)}/`));
  try {
    kernel = (await evaluateBundle(path, { "@aster/ostd": ostd }))["default"];
  } catch (cause) {
    throw new SandboxError("kernel-unusable", `the kernel ${file}: ${describe(cause)}`, { cause });
  }
  if (isKernel(kernel)) return kernel;
  throw new SandboxError(
    "kernel-unusable",
    `the kernel ${file}: expected a default export that main(…) of @aster/ostd gave`,
  );
}
