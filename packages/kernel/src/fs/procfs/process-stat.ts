// SPDX-License-Identifier: MPL-2.0

import { RLIM_INFINITY, RLIMIT_RSS } from "../../process/limits.ts";
import { mayInspect } from "./symlink.ts";
import { actionSets, stateOf, toTicks } from "./process-state.ts";
import type { ProcContext } from "./text.ts";

const PAGE_SIZE = 4096;
/** RLIM_INFINITY as it is printed. */
const NO_LIMIT = "18446744073709551615";
/** Signals 1…31, which the old fields tell of. */
const OLD_SIGNALS = 0x7fff_ffff;

/** /proc/PID/stat: the 52 fields of proc_pid_stat(5). */
export function renderStat(context: ProcContext): string {
  const { process, target, reader, isOfLeader } = context;
  const { vm } = process;
  const isThread = target !== undefined && context.target !== process.anyThread;
  const usage = isThread ? target.usage : process.totalUsage();
  const children = process.childrenUsage;
  const nice = target?.nice ?? 0;
  const priority = target?.schedulingPriority ?? 0;
  const tty = process.session.controllingTty;
  const rssLimit = process.limits.get(RLIMIT_RSS);
  const sets = actionSets(process);
  const pending = target === undefined ? 0 : target.signals.pending.set.low;
  const blocked = target === undefined ? 0 : target.signals.blockedNow().low;
  // Addresses are for who may look into the process (proc(5)).
  const seen = mayInspect(reader, process) ? vm : undefined;
  const fields: (number | string)[] = [
    isOfLeader ? process.pid : (target?.tid ?? process.pid),
    `(${isOfLeader ? process.name : (target?.name ?? process.name)})`,
    stateOf(process, target, isOfLeader)[0],
    process.parentPid,
    process.group.pgid,
    process.session.sid,
    tty?.deviceNumber ?? 0,
    tty === undefined ? -1 : (tty.foregroundGroup?.pgid ?? 0),
    0x40_0000,
    usage.minorFaults,
    children.minorFaults,
    usage.majorFaults,
    children.majorFaults,
    toTicks(usage.userNs),
    toTicks(usage.systemNs),
    toTicks(children.userNs),
    toTicks(children.systemNs),
    priority > 0 ? -1 - priority : 20 + nice,
    nice,
    Math.max(1, process.threads.size),
    0,
    toTicks(process.startTimeNs),
    vm?.totalBytes ?? 0,
    vm?.residentPages() ?? 0,
    rssLimit === RLIM_INFINITY ? NO_LIMIT : rssLimit,
    seen?.codeStart ?? 0,
    seen?.codeEnd ?? 0,
    seen?.stackStart ?? 0,
    0,
    0,
    pending & OLD_SIGNALS,
    blocked & OLD_SIGNALS,
    sets.ignored.low & OLD_SIGNALS,
    sets.caught.low & OLD_SIGNALS,
    0,
    0,
    0,
    process.exitSignal,
    0,
    priority,
    target?.schedulingPolicy ?? 0,
    0,
    0,
    0,
    seen?.dataStart ?? 0,
    seen?.dataEnd ?? 0,
    seen?.heapStart ?? 0,
    seen?.argStart ?? 0,
    seen?.argEnd ?? 0,
    seen?.envStart ?? 0,
    seen?.envEnd ?? 0,
    seen === undefined ? 0 : process.exitStatus,
  ];
  return `${fields.join(" ")}\n`;
}

/** /proc/PID/statm: pages in all, resident, shared, of code, 0, of data and stack, 0. */
export function renderStatm({ process }: ProcContext): string {
  const { vm } = process;
  if (vm === undefined) {
    return "0 0 0 0 0 0 0\n";
  }
  let shared = 0;
  let data = 0;
  for (const mapping of vm.mappings) {
    if (mapping.source === undefined) {
      data += mapping.pages;
    } else {
      shared += vm.residentPagesOf(mapping);
    }
  }
  const code = Math.ceil((vm.codeEnd - vm.codeStart) / PAGE_SIZE);
  const total = vm.totalBytes / PAGE_SIZE;
  return `${total} ${vm.residentPages()} ${shared} ${code} 0 ${data} 0\n`;
}
