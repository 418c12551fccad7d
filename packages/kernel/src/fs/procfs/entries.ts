// SPDX-License-Identifier: MPL-2.0

import { DISK_FILES, HARDWARE_FILES, NAME_ENTRY, QUEUE_FILES } from "../sysfs/device-files.ts";
import type { DiskFiles } from "../sysfs/device-files.ts";
import { KERNEL_TREE, SYSTEM_TREE } from "../sysfs/machine-tree.ts";
import { SYSVIPC_TREE } from "./ipc-entries.ts";
import { MACHINE_ENTRIES, TTY_TREE } from "./machine-entries.ts";
import { FDINFO_ENTRY, PROCESS_ENTRIES } from "./process-entries.ts";
import { ATTRIBUTES } from "./attribute-entries.ts";
import { NET_TREE } from "./unix-entry.ts";
import type { ProcTree } from "./static-directory.ts";
import { SYS_TREE } from "./sys-entries.ts";
import { SYSTEM_ENTRIES } from "./system-entries.ts";
import type { ProcEntry } from "./text.ts";

/** Below /proc, this stands for the number of a process. */
export const OF_PROCESS = "PID/";
/** Below this are the files of /proc/PID/attr. */
export const ATTRIBUTE_KEY = "PID/attr/";
/** What /proc/PID/fdinfo has for each descriptor. */
export const FDINFO_KEY = "PID/fdinfo/N";

/** What /sys has for each disk, and for its queue. */
export const DISK_KEYS = {
  disk: "sysfs/disk/",
  queue: "sysfs/queue/",
  hardware: "sysfs/hardware/",
} as const;
/** Files of /sys that tell their inode's name. */
export const DEVICE_NAME_KEY = "sysfs/name";

/** Every file of procfs and sysfs with contents, by its path below /proc or of its own: inodes keep the path, and no code. */
const BY_KEY: ReadonlyMap<string, ProcEntry> = new Map([
  ...[...SYSTEM_ENTRIES, ...MACHINE_ENTRIES].map((entry): [string, ProcEntry] => [
    entry.name,
    entry,
  ]),
  ...[...PROCESS_ENTRIES.values()].map((entry): [string, ProcEntry] => [
    OF_PROCESS + entry.name,
    entry,
  ]),
  [FDINFO_KEY, FDINFO_ENTRY],
  ...ATTRIBUTES.map((entry): [string, ProcEntry] => [ATTRIBUTE_KEY + entry.name, entry]),
  ...entriesBelow(NET_TREE, "net/"),
  ...entriesBelow(SYS_TREE, "sys/"),
  ...entriesBelow(SYSVIPC_TREE, "sysvipc/"),
  ...entriesBelow(TTY_TREE, "tty/"),
  ...entriesBelow(SYSTEM_TREE, "sysfs/system/"),
  ...entriesBelow(KERNEL_TREE, "sysfs/kernel/"),
  ...entriesOf(DISK_FILES, DISK_KEYS.disk),
  ...entriesOf(QUEUE_FILES, DISK_KEYS.queue),
  ...entriesOf(HARDWARE_FILES, DISK_KEYS.hardware),
  [DEVICE_NAME_KEY, NAME_ENTRY],
]);

function entriesOf(files: DiskFiles, prefix: string): [string, ProcEntry][] {
  return [...files].map(([name, render]) => [prefix + name, { name, render }]);
}

function entriesBelow(tree: ProcTree, prefix: string): [string, ProcEntry][] {
  return [
    ...tree.files.map((entry): [string, ProcEntry] => [prefix + entry.name, entry]),
    ...Object.entries(tree.directories).flatMap(([name, below]) =>
      entriesBelow(below, `${prefix}${name}/`),
    ),
  ];
}

/** The entry of a path as in `BY_KEY`, which must be there. */
export function procEntry(key: string): ProcEntry {
  const entry = BY_KEY.get(key);
  if (entry === undefined) throw new Error(`procfs has no file ${key}`);
  return entry;
}
