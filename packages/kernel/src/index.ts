// SPDX-License-Identifier: MPL-2.0

import { main } from "@aster/ostd";
import type { Kernel as BootableKernel } from "@aster/ostd";
import { bootSystem } from "./boot.ts";

export { SYSCALLS } from "./syscall/table.ts";
export type { Syscall, Support } from "./syscall/define.ts";
export { scmlOf } from "./syscall/scml.ts";

/** The Linux-compatible kernel, ready to be booted by OSTD. */
const kernel: BootableKernel = main(() => {
  bootSystem();
});
export default kernel;
