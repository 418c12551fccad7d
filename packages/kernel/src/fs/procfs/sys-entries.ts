// SPDX-License-Identifier: MPL-2.0

import { memoryStatistics } from "@aster/ostd";
import { Errno } from "../../abi/errno.ts";
import { MAX_OPEN_FILES } from "../../process/limits.ts";
import { PID_MAX } from "../../process/process-table.ts";
import { SYSTEM_NAME, KERNEL_RELEASE, KERNEL_VERSION } from "../../version.ts";
import { fail } from "../../result.ts";
import type { Result } from "../../result.ts";
import { Capability, LAST_CAPABILITY } from "../../security/capabilities.ts";
import { MAX_MAPPINGS } from "../../vm/mapping-list.ts";
import { MAX_CAPACITY } from "../pipe/pipe.ts";
import { makeUuid } from "../uuid.ts";
import { IPC_LIMITS } from "./ipc-entries.ts";
import type { ProcTree } from "./static-directory.ts";
import type { ProcContext, ProcEntry } from "./text.ts";

/** NGROUPS_MAX. */
const MAX_GROUPS = 65_536;
const HOST_NAME_MAX = 64;
/** Stands for ids that do not fit (proc_sys_fs(5)). */
const OVERFLOW_ID = 65_534;
/** What Linux tells once its generator is ready. */
const ENTROPY_BITS = 256;
const MAX_INT = 0x7fff_ffff;

function constant(name: string, value: number | string): ProcEntry {
  return { name, render: () => `${value}\n` };
}

/** The first line of what was written. */
function firstLine(text: string): string {
  return text.replace(/[\0\n].*$/s, "");
}

function storeHostname({ reader }: ProcContext, text: string): Result {
  const name = firstLine(text);
  if (name.length > HOST_NAME_MAX) {
    return fail(Errno.EINVAL, "the name is longer than 64 bytes");
  }
  reader.kernel.hostname = name;
  return 0;
}

function storeDomainname({ reader }: ProcContext, text: string): Result {
  const name = firstLine(text);
  if (name.length > HOST_NAME_MAX) {
    return fail(Errno.EINVAL, "the name is longer than 64 bytes");
  }
  reader.kernel.domainname = name;
  return 0;
}

/** /proc/sys/kernel/dmesg_restrict. */
function storeLogRestricted({ reader }: ProcContext, text: string): Result {
  const value = firstLine(text).trim();
  if (value !== "0" && value !== "1") return fail(Errno.EINVAL, "the value is neither 0 nor 1");
  if (!reader.credentials.has(Capability.SYS_ADMIN)) return fail(Errno.EPERM);
  reader.kernel.log.isRestricted = value === "1";
  return 0;
}

function storeProtectedHardLinks({ reader }: ProcContext, text: string): Result {
  const value = firstLine(text).trim();
  if (value !== "0" && value !== "1") return fail(Errno.EINVAL, "the value is neither 0 nor 1");
  reader.kernel.vfs.protectsHardLinks = value === "1";
  return 0;
}

/** A number as Linux reads it for a switch: decimal, octal or hexadecimal; -1 for anything else. */
function numberIn(text: string): number {
  const found = /^[ \t\n]*(0[xX][0-9a-fA-F]+|[0-9]+)(?:[ \t\n\0]|$)/.exec(text);
  const digits = found?.[1] ?? "";
  if (digits === "") return -1;
  const value = /^0[0-7]+$/.test(digits) ? parseInt(digits, 8) : Number(digits);
  return value <= MAX_INT ? value : -1;
}

/** /proc/sys/vm/drop_caches: any number but 0 asks for it; which caches makes no difference here. */
function storeDropCaches({ reader }: ProcContext, text: string): Result {
  if (text !== "" && numberIn(text) < 1)
    return fail(Errno.EINVAL, "the value is no number above 0");
  const { vfs, rootImage } = reader.kernel;
  for (const fs of new Set(vfs.mounts.list().map((mount) => mount.fs))) fs.dropCaches();
  rootImage?.reclaim(Infinity);
  return 0;
}

/** /proc/sys (proc_sys(5)). */
export const SYS_TREE: ProcTree = {
  files: [],
  directories: {
    fs: {
      directories: {},
      files: [
        { name: "file-max", render: () => `${memoryStatistics().total}\n` },
        {
          name: "file-nr",
          render: ({ reader }) =>
            `${reader.kernel.memory.openFiles}\t0\t${memoryStatistics().total}\n`,
        },
        constant("lease-break-time", 45),
        constant("nr_open", MAX_OPEN_FILES),
        constant("overflowgid", OVERFLOW_ID),
        constant("overflowuid", OVERFLOW_ID),
        constant("pipe-max-size", MAX_CAPACITY),
        constant("protected_fifos", 0),
        {
          name: "protected_hardlinks",
          mode: 0o644,
          render: ({ reader }) => `${reader.kernel.vfs.protectsHardLinks ? 1 : 0}\n`,
          store: storeProtectedHardLinks,
        },
        constant("protected_regular", 0),
        constant("protected_symlinks", 0),
      ],
    },
    kernel: {
      directories: {
        random: {
          directories: {},
          files: [
            constant("entropy_avail", ENTROPY_BITS),
            constant("poolsize", ENTROPY_BITS),
            { name: "boot_id", render: ({ reader }) => `${reader.kernel.vfs.bootId}\n` },
            { name: "uuid", render: () => `${makeUuid()}\n` },
          ],
        },
      },
      files: [
        constant("cap_last_cap", LAST_CAPABILITY),
        {
          name: "dmesg_restrict",
          mode: 0o644,
          render: ({ reader }) => `${reader.kernel.log.isRestricted ? 1 : 0}\n`,
          store: storeLogRestricted,
        },
        {
          name: "domainname",
          mode: 0o644,
          render: ({ reader }) => `${reader.kernel.domainname}\n`,
          store: storeDomainname,
        },
        {
          name: "hostname",
          mode: 0o644,
          render: ({ reader }) => `${reader.kernel.hostname}\n`,
          store: storeHostname,
        },
        ...IPC_LIMITS,
        constant("ngroups_max", MAX_GROUPS),
        constant("osrelease", KERNEL_RELEASE),
        constant("ostype", SYSTEM_NAME),
        constant("overflowgid", OVERFLOW_ID),
        constant("overflowuid", OVERFLOW_ID),
        constant("panic", 0),
        constant("pid_max", PID_MAX),
        constant("randomize_va_space", 0),
        constant("sched_autogroup_enabled", 0),
        constant("tainted", 0),
        { name: "threads-max", render: ({ reader }) => `${reader.kernel.processes.maxThreads}\n` },
        constant("version", KERNEL_VERSION),
      ],
    },
    vm: {
      directories: {},
      files: [
        {
          name: "drop_caches",
          mode: 0o200,
          isForWriting: true,
          render: () => "",
          store: storeDropCaches,
        },
        constant("max_map_count", MAX_MAPPINGS),
        constant("mmap_min_addr", 65_536),
        constant("nr_hugepages", 0),
        constant("overcommit_memory", 0),
        constant("overcommit_ratio", 50),
        constant("swappiness", 60),
      ],
    },
  },
};
