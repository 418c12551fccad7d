// SPDX-License-Identifier: MPL-2.0

import type { CapabilitySet } from "../../security/capabilities.ts";
import { actionSets, stateOf } from "./process-state.ts";
import type { ProcContext } from "./text.ts";

function kib(bytes: number): string {
  return `${String(Math.floor(bytes / 1024)).padStart(8)} kB`;
}

function half(value: number): string {
  return (value >>> 0).toString(16).padStart(8, "0");
}

/** A set of 64 bits, such as of signals or capabilities. */
function set({ low, high }: Pick<CapabilitySet, "low" | "high">): string {
  return half(high) + half(low);
}

/** Control characters and backslashes of a name, as the kernel escapes them. */
function escapeName(name: string): string {
  return name.replaceAll("\\", "\\\\").replaceAll("\n", "\\n");
}

function renderMemory({ process }: ProcContext): string {
  const { vm } = process;
  if (vm === undefined) {
    return "";
  }
  const resident = vm.residentPages() * 4096;
  let stack = 0;
  let data = 0;
  let files = 0;
  for (const mapping of vm.mappings) {
    const bytes = mapping.end - mapping.start;
    if (mapping.growsDown) {
      stack += bytes;
    } else if (mapping.source === undefined) {
      data += bytes;
    } else {
      files += vm.residentPagesOf(mapping) * 4096;
    }
  }
  return (
    `VmPeak:\t${kib(vm.peakBytes)}\nVmSize:\t${kib(vm.totalBytes)}\nVmLck:\t${kib(vm.lockedBytes())}\n` +
    `VmPin:\t${kib(0)}\nVmHWM:\t${kib(vm.residentPeak() * 4096)}\nVmRSS:\t${kib(resident)}\n` +
    `RssAnon:\t${kib(Math.max(0, resident - files))}\nRssFile:\t${kib(files)}\nRssShmem:\t${kib(0)}\n` +
    `VmData:\t${kib(data)}\nVmStk:\t${kib(stack)}\nVmExe:\t${kib(vm.codeEnd - vm.codeStart)}\n` +
    `VmLib:\t${kib(0)}\nVmPTE:\t${kib(0)}\nVmSwap:\t${kib(0)}\n`
  );
}

/** /proc/PID/status (proc_pid_status(5)). */
export function renderStatus(context: ProcContext): string {
  const { process, target, isOfLeader } = context;
  const thread = target ?? process.leader;
  const pid = isOfLeader ? process.pid : (thread?.tid ?? process.pid);
  const credentials = thread?.credentials;
  const [letter, word] = stateOf(process, target, isOfLeader);
  const sets = actionSets(process);
  const usage = process.totalUsage();
  const ids = credentials;
  let text =
    `Name:\t${escapeName(isOfLeader ? process.name : (thread?.name ?? process.name))}\n` +
    `Umask:\t${(target?.fs.umask ?? 0).toString(8).padStart(4, "0")}\n` +
    `State:\t${letter} (${word})\nTgid:\t${process.pid}\nNgid:\t0\n` +
    `Pid:\t${pid}\nPPid:\t${process.parentPid}\nTracerPid:\t0\n`;
  if (ids !== undefined) {
    text +=
      `Uid:\t${ids.uid}\t${ids.euid}\t${ids.suid}\t${ids.fsuid}\n` +
      `Gid:\t${ids.gid}\t${ids.egid}\t${ids.sgid}\t${ids.fsgid}\n`;
  }
  text +=
    `FDSize:\t${Math.max(64, 2 ** Math.ceil(Math.log2(target?.files.length ?? 1)))}\n` +
    `Groups:\t${(ids?.groups ?? []).map((gid) => `${gid} `).join("")}\n` +
    `NStgid:\t${process.pid}\nNSpid:\t${pid}\n` +
    `NSpgid:\t${process.group.pgid}\nNSsid:\t${process.session.sid}\nKthread:\t0\n` +
    renderMemory(context) +
    `Threads:\t${Math.max(1, process.threads.size)}\n`;
  if (thread !== undefined) {
    text +=
      `SigQ:\t${thread.signals.pending.count + process.pending.count}/${process.limits.get(11)}\n` +
      `SigPnd:\t${set(thread.signals.pending.set)}\n` +
      `ShdPnd:\t${set(process.pending.set)}\n` +
      `SigBlk:\t${set(thread.signals.blockedNow())}\n` +
      `SigIgn:\t${set(sets.ignored)}\nSigCgt:\t${set(sets.caught)}\n`;
  }
  if (ids !== undefined) {
    text +=
      `CapInh:\t${set(ids.inheritable)}\nCapPrm:\t${set(ids.permitted)}\n` +
      `CapEff:\t${set(ids.effective)}\nCapBnd:\t${set(ids.bounding)}\n` +
      `CapAmb:\t${set(ids.ambient)}\nNoNewPrivs:\t${ids.noNewPrivileges ? 1 : 0}\n`;
  }
  return (
    `${text}Seccomp:\t0\nSeccomp_filters:\t0\nCpus_allowed:\t1\nCpus_allowed_list:\t0\n` +
    `Mems_allowed:\t1\nMems_allowed_list:\t0\n` +
    `voluntary_ctxt_switches:\t${usage.voluntarySwitches}\n` +
    `nonvoluntary_ctxt_switches:\t${usage.involuntarySwitches}\n`
  );
}
