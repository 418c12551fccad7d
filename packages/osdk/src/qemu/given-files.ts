// SPDX-License-Identifier: MPL-2.0

import { closeSync, constants, fstatSync, openSync } from "node:fs";
import { describe, type RunOptions } from "@aster/sandbox/cli";
import { OsdkError } from "../errors.ts";
import { ExitCode } from "../exit-codes.ts";

/** As the built-in machine: with less no kernel gets as far as a message. */
const MIN_MEMORY_MIB = 16;

/**
 * Looks at what a run names, before anything is built: QEMU's own words for what it can not open
 * come late and name neither option nor remedy. Throws `OsdkError`.
 */
export function checkGiven({ memoryMiB, initramfs, disks = [] }: RunOptions): void {
  if (memoryMiB !== undefined && memoryMiB < MIN_MEMORY_MIB) {
    const message = `memory of ${memoryMiB} MiB: expected ${MIN_MEMORY_MIB} or more`;
    throw new OsdkError(ExitCode.USAGE, message);
  }
  checkInitramfs(initramfs);
  for (const disk of disks) {
    const isReadOnly = disk.endsWith(":ro");
    const file = isReadOnly ? disk.slice(0, -3) : disk;
    const why = whyNot(file, isReadOnly ? constants.O_RDONLY : constants.O_RDWR);
    if (why !== undefined) throw new OsdkError(ExitCode.EXECUTE, `the disk ${file}: ${why}`);
  }
}

/** Throws `OsdkError` where an initramfs is named that can not be read. */
export function checkInitramfs(file: string | undefined): void {
  const why = file === undefined ? undefined : whyNot(file, constants.O_RDONLY);
  if (why === undefined) return;
  throw new OsdkError(ExitCode.EXECUTE, `cannot read the initramfs ${file}: ${why}`);
}

/** Why a file can not be opened so; undefined when it can. */
function whyNot(file: string, flags: number): string | undefined {
  try {
    const opened = openSync(file, flags);
    const isFolder = fstatSync(opened).isDirectory();
    closeSync(opened);
    return isFolder ? "it is a folder" : undefined;
  } catch (error) {
    return describe(error);
  }
}
