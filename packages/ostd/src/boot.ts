// SPDX-License-Identifier: MPL-2.0

import type { Hardware } from "@aster/hardware";
import type { Kernel } from "./main.ts";
import { System } from "./system.unsafe.ts";
import { TaskOptions } from "./task/task.ts";

export { CLASSES } from "./generated/classes.ts";
export { takeKtests } from "./ktest/collection.unsafe.ts";
export type { Ktest } from "./ktest/collection.unsafe.ts";

/**
 * Boots `kernel` on `hardware` and runs it until it powers off; the exit code. For those who own
 * a machine (a sandbox, a command line, a boot image): kernels cannot reach this entry.
 */
export async function bootKernel(kernel: Kernel, hardware: Hardware): Promise<number> {
  const owner = new System(kernel, hardware);
  await owner.takeTurn();
  try {
    new TaskOptions(kernel.entry).spawn();
  } finally {
    owner.endTurn();
  }
  return owner.scheduling.loop();
}
