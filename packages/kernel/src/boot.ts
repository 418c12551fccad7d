// SPDX-License-Identifier: MPL-2.0

import {
  ExitCode,
  bootInfo,
  injectLogger,
  injectScheduler,
  injectUserPageFaultHandler,
  memoryStatistics,
  monotonicNs,
  poweroff,
  readInitramfs,
  releaseInitramfs,
  wallClockUs,
} from "@aster/ostd";
import type { Log, LogRecord, Scheduler, UserMemory } from "@aster/ostd";
import { startAgent } from "./agent/start.ts";
import { KernelCommandLine } from "./command-line.ts";
import { EarlyConsole } from "./early-console.ts";
import { registerDevices } from "./device/devices.ts";
import { mountHostFolders } from "./fs/ninep/mount-folders.ts";
import { probeDrivers } from "./drivers/probe.ts";
import { mountDevices, registerFileSystems, unpackRoot } from "./fs/boot.ts";
import { loadImageRoot } from "./fs/image/image-root.ts";
import { Kernel } from "./kernel.ts";
import type { LogLevel } from "./log.ts";
import { startInit } from "./process/init.ts";
import { RLIMIT_STACK } from "./process/limits.ts";
import { killForMemory } from "./process/oom.ts";
import { PID_MAX } from "./process/process-table.ts";
import { ExploringScheduler } from "./sched/exploring-scheduler.ts";
import { KernelScheduler } from "./sched/scheduler.ts";
import type { TimeSource } from "./time/clock.ts";
import { KERNEL_RELEASE, KERNEL_VERSION, SYSTEM_NAME } from "./version.ts";
import { createZeroFrame } from "./vm/address-space.ts";
import { Access, Fault, handleFault } from "./vm/fault.ts";

const PAGE_BYTES = 4096;
/** Memory that is set aside for each possible thread, in bytes: Linux's 8 kernel stacks. */
const BYTES_PER_THREAD = 8 * 16_384;
const MIN_THREADS = 64;

/** The machine's clocks. */
class HardwareTime implements TimeSource {
  monotonicNs(): number {
    return monotonicNs();
  }
  wallClockUs(): number {
    return wallClockUs();
  }
}

/**
 * Brings the system up: log, command line, memory policy, drivers, file systems, init. Returns
 * its root once init is ready to run; the system lives until it powers off.
 */
export function bootSystem(): Kernel {
  const commandLine = new KernelCommandLine(bootInfo().kernelCommandLine);
  const scheduler = new KernelScheduler();
  injectScheduler(exploring(commandLine, scheduler));
  const zeroFrame = createZeroFrame();
  if (zeroFrame === undefined) poweroff(ExitCode.FAILURE);
  const { total } = memoryStatistics();
  const threadsByMemory = Math.floor((total * PAGE_BYTES) / BYTES_PER_THREAD);
  const maxThreads = Math.min(
    Math.max(MIN_THREADS, Math.min(PID_MAX, threadsByMemory)),
    requestedThreads(commandLine),
  );

  const kernel = new Kernel(commandLine, new HardwareTime(), maxThreads, scheduler, zeroFrame);
  startLog(kernel);
  const hostname = commandLine.get("hostname");
  if (hostname !== undefined) kernel.hostname = hostname;
  injectUserPageFaultHandler((address, isWrite, memory) =>
    resolveKernelFault(kernel, address, isWrite, memory),
  );

  probeDrivers(kernel);
  registerDevices(kernel);
  registerFileSystems(kernel);
  loadImageRoot(kernel);
  unpackRoot(kernel, readInitramfs());
  releaseInitramfs();
  mountDevices(kernel);
  mountHostFolders(kernel);
  if (commandLine.has("aster.agent")) startAgent(kernel);
  else startInit(kernel);
  return kernel;
}

/** `aster.schedule=SEED`: the scheduler with chance in it, to find errors that few schedules show. */
function exploring(commandLine: KernelCommandLine, scheduler: Scheduler): Scheduler {
  const seed = commandLine.get("aster.schedule") ?? "";
  return /^\d{1,10}$/.test(seed) ? new ExploringScheduler(scheduler, Number(seed)) : scheduler;
}

/** `aster.max_processes=N`: the most threads and zombies at a time, init and the host's included. */
function requestedThreads(commandLine: KernelCommandLine): number {
  const value = commandLine.get("aster.max_processes") ?? "";
  return /^[1-9]\d{0,5}$/.test(value) ? Number(value) : Infinity;
}

function startLog(kernel: Kernel): void {
  const { log, commandLine } = kernel;
  log.consoleLevel = consoleLevel(commandLine);
  log.subscribe(new EarlyConsole(log));
  injectLogger(new OstdLog(kernel));
  log.notice(`${SYSTEM_NAME} version ${KERNEL_RELEASE} ${KERNEL_VERSION}`);
  log.info(`Command line: ${commandLine.text}`);
}

/** Names of levels that `loglevel=` takes beside numbers (the Book, "Kernel parameters"). */
const LEVEL_NAMES: ReadonlyMap<string, number> = new Map([
  ["off", 0],
  ["emerg", 1],
  ["alert", 2],
  ["crit", 3],
  ["error", 4],
  ["err", 4],
  ["warning", 5],
  ["warn", 5],
  ["notice", 6],
  ["info", 7],
  ["debug", 8],
  ["trace", 8],
]);
const DEFAULT_LEVEL = 7;
const QUIET_LEVEL = 4;
const DEBUG_LEVEL = 8;

/** Messages below this level are printed. */
function consoleLevel(commandLine: KernelCommandLine): number {
  const value = commandLine.get("loglevel") ?? commandLine.get("ostd.log_level");
  if (value !== undefined) {
    const level = /^[0-8]$/.test(value) ? Number(value) : LEVEL_NAMES.get(value);
    if (level !== undefined) return level;
  }
  if (commandLine.has("debug")) return DEBUG_LEVEL;
  return commandLine.has("quiet") ? QUIET_LEVEL : DEFAULT_LEVEL;
}

/** Takes OSTD's messages into the kernel's log. */
class OstdLog implements Log {
  private readonly kernel: Kernel;

  constructor(kernel: Kernel) {
    this.kernel = kernel;
  }

  log(record: LogRecord): void {
    this.kernel.log.write(toLevel(record.level), `${record.target}: ${record.message}`);
  }
}

function toLevel(level: number): LogLevel {
  switch (level) {
    case 0:
    case 1:
    case 2:
    case 3:
    case 4:
    case 5:
    case 6:
      return level;
    default:
      return 7;
  }
}

/** The kernel's own access to user memory met a page that is not there: whether it is now. */
function resolveKernelFault(
  kernel: Kernel,
  address: number,
  isWrite: boolean,
  memory: UserMemory,
): boolean {
  const vm = kernel.vmOf(memory);
  const thread = kernel.currentThread;
  if (vm === undefined || thread === undefined) return false;
  const access = isWrite ? Access.WRITE : Access.READ;
  const outcome = handleFault(vm, address, access, thread.process.limits.get(RLIMIT_STACK));
  if (outcome === Fault.OUT_OF_MEMORY) killForMemory(thread);
  if (outcome === Fault.RESOLVED) thread.usage.minorFaults += vm.takeFaults();
  return outcome === Fault.RESOLVED;
}
