// SPDX-License-Identifier: MPL-2.0

import { Errno } from "../../abi/errno.ts";
import { O } from "../../abi/fcntl.ts";
import { RLIM_INFINITY } from "../../process/limits.ts";
import { oomScore } from "../../process/oom.ts";
import { THREAD_NAME_MAX } from "../../process/thread.ts";
import { fail } from "../../result.ts";
import type { Result } from "../../result.ts";
import { Capability } from "../../security/capabilities.ts";
import { byteString } from "../byte-string.ts";
import { INNER_ENTRIES } from "./inner-entries.ts";
import { renderMaps } from "./maps.ts";
import { renderMountInfo, renderMounts } from "./mounts.ts";
import { renderStat, renderStatm } from "./process-stat.ts";
import { renderStatus } from "./process-status.ts";
import { renderSmaps, renderSmapsRollup } from "./smaps.ts";
import type { ProcContext, ProcEntry } from "./text.ts";

/** The longest argument list or environment that is shown. */
const SHOWN_MAX = 6 * 1024 * 1024;

/** User memory of the process, as far as it is there. */
function memoryText({ process }: ProcContext, start: number, end: number): string {
  const { vm } = process;
  if (vm === undefined || end <= start) {
    return "";
  }
  const bytes = new Uint8Array(Math.min(end - start, SHOWN_MAX));
  const count = vm.space.readBytes(start, bytes, 0, bytes.length);
  return byteString(bytes, 0, count);
}

function renderCommandLine(context: ProcContext): string {
  const { vm } = context.process;
  return vm === undefined ? "" : memoryText(context, vm.argStart, vm.argEnd);
}

function renderEnvironment(context: ProcContext): string {
  const { vm } = context.process;
  return vm === undefined ? "" : memoryText(context, vm.envStart, vm.envEnd);
}

function renderAuxiliary({ process }: ProcContext): string {
  const values = process.vm?.auxiliary ?? [];
  const bytes = new Uint8Array(values.length * 8);
  const view = new DataView(bytes.buffer);
  values.forEach((value, i) => {
    view.setUint32(i * 8, value % 0x1_0000_0000, true);
    view.setUint32(i * 8 + 4, Math.floor(value / 0x1_0000_0000), true);
  });
  return byteString(bytes);
}

function renderName({ process, target }: ProcContext): string {
  return `${target?.name ?? process.name}\n`;
}

function storeName({ reader, process, target }: ProcContext, text: string): Result {
  if (target === undefined || target.process !== reader.process || process !== reader.process) {
    return fail(Errno.EINVAL, "only a process's own threads can be named");
  }
  target.name = text.replace(/[\0\n].*$/s, "").slice(0, THREAD_NAME_MAX);
  return 0;
}

/** Time on the CPU, time waiting for it (which is not counted), and how often it was given. */
function renderSchedStat({ process, target }: ProcContext): string {
  const usage = target?.usage ?? process.totalUsage();
  const turns = usage.voluntarySwitches + usage.involuntarySwitches;
  return `${Math.round(usage.totalNs)} 0 ${turns}\n`;
}

const LIMITS: readonly (readonly [string, string])[] = [
  ["Max cpu time", "seconds"],
  ["Max file size", "bytes"],
  ["Max data size", "bytes"],
  ["Max stack size", "bytes"],
  ["Max core file size", "bytes"],
  ["Max resident set", "bytes"],
  ["Max processes", "processes"],
  ["Max open files", "files"],
  ["Max locked memory", "bytes"],
  ["Max address space", "bytes"],
  ["Max file locks", "locks"],
  ["Max pending signals", "signals"],
  ["Max msgqueue size", "bytes"],
  ["Max nice priority", ""],
  ["Max realtime priority", ""],
  ["Max realtime timeout", "us"],
];

function renderLimits({ process }: ProcContext): string {
  const shown = (value: number): string => (value === RLIM_INFINITY ? "unlimited" : String(value));
  let text = `${"Limit".padEnd(25)} ${"Soft Limit".padEnd(20)} ${"Hard Limit".padEnd(20)} Units     \n`;
  LIMITS.forEach(([name, unit], resource) => {
    const soft = shown(process.limits.get(resource)).padEnd(20);
    const hard = shown(process.limits.getHard(resource)).padEnd(20);
    text += `${name.padEnd(25)} ${soft} ${hard} ${unit === "" ? "" : unit.padEnd(10)}\n`;
  });
  return text;
}

function storeOomScoreAdjust({ reader, process }: ProcContext, text: string): Result {
  const value = /^-?\d+$/.test(text.trim()) ? Number(text.trim()) : NaN;
  if (!(value >= -1000 && value <= 1000)) {
    return fail(Errno.EINVAL, "the adjustment is not in -1000…1000");
  }
  const isPrivileged = reader.credentials.has(Capability.SYS_RESOURCE);
  if (value < process.oomScoreAdjustFloor && !isPrivileged) {
    return fail(Errno.EACCES, "CAP_SYS_RESOURCE is needed to be killed later than was allowed");
  }
  process.oomScoreAdjust = value;
  if (isPrivileged) process.oomScoreAdjustFloor = value;
  return 0;
}

function renderFdinfo({ target }: ProcContext, name: string): string | Result {
  const fd = Number(name);
  const file = target?.files.get(fd);
  if (file === undefined || target === undefined) {
    return fail(Errno.ENOENT, "the descriptor was closed");
  }
  const closeOnExec = target.files.isCloseOnExec(fd) ? O.CLOEXEC : 0;
  const flags = (file.statusFlags | closeOnExec).toString(8);
  const mount = file.location?.mount.id ?? 0;
  const ino = file.inode?.ino ?? 0;
  return (
    `pos:\t${file.offset}\nflags:\t0${flags}\nmnt_id:\t${mount}\nino:\t${ino}\n` + file.fdinfo()
  );
}

/** /proc/PID/fdinfo/N; the name is the descriptor. */
export const FDINFO_ENTRY: ProcEntry = { name: "0", render: renderFdinfo };

/** user_namespaces(7): all ids are their own, as there is one namespace for them. */
const OWN_IDS = "         0          0 4294967295\n";

const ENTRIES: readonly ProcEntry[] = [
  ...INNER_ENTRIES,
  { name: "auxv", mode: 0o400, isPrivate: true, render: renderAuxiliary },
  { name: "cgroup", render: () => "0::/\n" },
  { name: "cmdline", render: renderCommandLine },
  { name: "comm", mode: 0o644, render: renderName, store: storeName },
  { name: "coredump_filter", level: "process", render: () => "00000033\n" },
  { name: "environ", mode: 0o400, isPrivate: true, render: renderEnvironment },
  { name: "gid_map", render: () => OWN_IDS },
  { name: "limits", render: renderLimits },
  { name: "maps", isPrivate: true, render: renderMaps },
  { name: "mountinfo", render: renderMountInfo },
  { name: "mounts", render: renderMounts },
  {
    name: "oom_score_adj",
    mode: 0o644,
    render: ({ process }) => `${process.oomScoreAdjust}\n`,
    store: storeOomScoreAdjust,
  },
  { name: "oom_score", render: ({ process }) => `${oomScore(process)}\n` },
  {
    name: "personality",
    mode: 0o400,
    isPrivate: true,
    render: ({ process }) => `${process.personality.toString(16).padStart(8, "0")}\n`,
  },
  { name: "projid_map", render: () => OWN_IDS },
  { name: "schedstat", render: renderSchedStat },
  { name: "setgroups", render: () => "allow\n" },
  { name: "smaps", isPrivate: true, render: renderSmaps },
  { name: "smaps_rollup", isPrivate: true, render: renderSmapsRollup },
  { name: "stat", render: renderStat },
  { name: "statm", render: renderStatm },
  { name: "status", render: renderStatus },
  { name: "uid_map", render: () => OWN_IDS },
  { name: "wchan", render: () => "0" },
];

/** The files of /proc/PID by name. */
export const PROCESS_ENTRIES: ReadonlyMap<string, ProcEntry> = new Map(
  ENTRIES.map((entry) => [entry.name, entry]),
);
