// SPDX-License-Identifier: MPL-2.0

/** For tests that look into a running kernel; no part of the package that is published. */
export { observedKernel } from "./observed-kernel.ts";
export type { KernelObserver } from "./observed-kernel.ts";
export { leaksOf, tearDown } from "./teardown.ts";
export type { Remains } from "./teardown.ts";
export { SYSCALLS } from "../syscall/table.ts";
