// SPDX-License-Identifier: MPL-2.0

/**
 * Exit codes of OSDK, as docs/osdk.md lists them. `run` is an exception: it passes on the guest's
 * own code, and all its own failures are 125, so that the two can not be mixed up.
 */
export const ExitCode = {
  SUCCESS: 0,
  /** What was asked for was done, and found failures: tests, types, lint. */
  FAILURE: 1,
  /** The command line is wrong. */
  USAGE: 2,
  /** There is no project here, or its package.json can not be used. */
  PROJECT: 3,
  /** The manifest can not be read or is wrong. */
  MANIFEST: 5,
  /** A program that OSDK called failed. */
  EXECUTE: 6,
  /** The kernel can not be bundled. */
  BUILD: 7,
  /** The kernel can not be started. */
  BOOT: 8,
  /** The name of a new project can not be used. */
  BAD_NAME: 9,
  /** There is no kernel in this workspace. */
  NO_KERNEL: 10,
  /** There is more than one kernel in this workspace. */
  TOO_MANY_KERNELS: 11,
  /** A program that OSDK needs is not installed. */
  NOT_FOUND: 12,
  /** `run`: the kernel panicked in QEMU. */
  PANIC: 101,
  /** `run`: the guest took longer than `--timeout`. */
  TIMEOUT: 124,
  /** `run` failed before or beside the guest. */
  RUN: 125,
} as const;
export type ExitCode = (typeof ExitCode)[keyof typeof ExitCode];
