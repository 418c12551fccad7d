// SPDX-License-Identifier: MPL-2.0

import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import * as ostd from "@aster/ostd";
import type { Kernel } from "@aster/ostd";
import { findBundle } from "../bundle.ts";
import { evaluateBundle } from "./evaluate.ts";

/**
 * The file of the Linux-compatible kernel's bundle. Undefined where the build left none, or an old
 * one: in a checkout that was not built whole.
 */
export function linuxKernelBundle(): string | undefined {
  const bundle = findBundle("kernel");
  return bundle === undefined ? undefined : fileURLToPath(bundle);
}

/**
 * The Linux-compatible kernel, evaluated in a compartment of this realm. Undefined where there
 * is no bundle of it.
 */
export async function confineLinuxKernel(): Promise<Kernel | undefined> {
  const bundle = linuxKernelBundle();
  if (bundle === undefined) return undefined;
  const code = findBundle("kernelCode");
  // It fits one version of Node, so what is published has none.
  const codeCache = code && existsSync(code) ? readFileSync(code) : undefined;
  const exported = await evaluateBundle(bundle, { "@aster/ostd": ostd }, codeCache);
  return exported["default"] as Kernel;
}
