// SPDX-License-Identifier: MPL-2.0

import { fileURLToPath } from "node:url";
import * as ostd from "@aster/ostd";
import type { Kernel } from "@aster/ostd";
import { findBundle } from "../bundle.ts";
import { evaluateBundle } from "./evaluate.ts";

/**
 * The Linux-compatible kernel, evaluated in a compartment of this realm. Undefined where the build
 * left no bundle of it, or an old one: in a checkout that was not built whole.
 */
export async function confineLinuxKernel(): Promise<Kernel | undefined> {
  const bundle = findBundle("kernel");
  if (bundle === undefined) return undefined;
  const exported = await evaluateBundle(fileURLToPath(bundle), { "@aster/ostd": ostd });
  return exported["default"] as Kernel;
}
