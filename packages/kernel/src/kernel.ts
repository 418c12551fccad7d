// SPDX-License-Identifier: MPL-2.0

import { ExitCode, memoryStatistics, PAGE_SIZE } from "@aster/ostd";
import type { UFrame, UserMemory } from "@aster/ostd";
import type { ConsolePort } from "./drivers/virtio/console/port.ts";
import { DeviceRegistry } from "./device/registry.ts";
import type { ImageMedium } from "./fs/image/image-medium.ts";
import type { HostFolder } from "./fs/ninep/host-folder.ts";
import { Vfs } from "./fs/vfs.ts";
import { LimitHits } from "./process/limit-hits.ts";
import type { KernelCommandLine } from "./command-line.ts";
import { FutexTable } from "./ipc/futex.ts";
import { PiLockTable } from "./ipc/pi-lock.ts";
import { SysvIpc } from "./ipc/sysv/sysv-ipc.ts";
import { KernelMemory } from "./kernel-memory.ts";
import { KernelLog } from "./log.ts";
import { FilesInFlight } from "./net/unix/files-in-flight.ts";
import { SocketNames } from "./net/unix/socket-names.ts";
import { ProcessTable } from "./process/process-table.ts";
import type { Thread } from "./process/thread.ts";
import { CpuWatch } from "./sched/cpu-watch.ts";
import type { KernelScheduler } from "./sched/scheduler.ts";
import { SystemCallTable } from "./syscall/table.ts";
import type { Tracer } from "./syscall/strace/tracer.ts";
import { Clock } from "./time/clock.ts";
import type { TimeSource } from "./time/clock.ts";
import { ClockListeners } from "./time/clock-listeners.ts";
import { InterruptCounts } from "./drivers/interrupt-counts.ts";
import { LoadAverage } from "./time/load-average.ts";
import { VdsoObject } from "./vm/vdso-object.ts";
import type { AddressSpace } from "./vm/address-space.ts";

/** The root of one running system: everything that the kernel knows hangs off it. */
export class Kernel {
  readonly commandLine: KernelCommandLine;
  /** For objects of the kernel itself: as much again as half of the RAM. */
  readonly memory: KernelMemory = new KernelMemory((memoryStatistics().total * PAGE_SIZE) / 2);
  readonly filesInFlight: FilesInFlight = new FilesInFlight(this.memory);
  readonly socketNames: SocketNames = new SocketNames();
  readonly clock: Clock;
  /** What goes by the real-time clock. */
  readonly clockListeners: ClockListeners = new ClockListeners();
  readonly log: KernelLog;
  readonly processes: ProcessTable;
  readonly devices: DeviceRegistry;
  readonly vfs: Vfs;
  readonly futexes: FutexTable = new FutexTable();
  readonly piLocks: PiLockTable = new PiLockTable();
  readonly sysvIpc: SysvIpc = new SysvIpc();
  readonly syscalls: SystemCallTable = new SystemCallTable();
  readonly scheduler: KernelScheduler;
  readonly limitHits: LimitHits = new LimitHits();
  readonly interrupts: InterruptCounts = new InterruptCounts();
  readonly loadAverage: LoadAverage = new LoadAverage();
  /** Shown by every private page that was read and never written. */
  readonly zeroFrame: UFrame;
  /** What programs map beside themselves (vdso(7)). */
  readonly vdso: VdsoObject | undefined = VdsoObject.create();
  /** sethostname(2), setdomainname(2): byte strings. */
  hostname = "(none)";
  domainname = "(none)";
  /** The time zone of settimeofday(2), which the kernel only keeps. */
  minutesWest = 0;
  daylightSaving = 0;
  /** What the host sees when user space powers the machine off. */
  powerOffCode: number = ExitCode.SUCCESS;
  /** Where --strace writes; undefined while it is off. */
  strace: Tracer | undefined = undefined;
  /** The disk that files of the root are read from; undefined where all of it is in memory. */
  rootImage: ImageMedium | undefined = undefined;
  /** Folders of the host by their tags: mount(2) with the type "9p". */
  readonly hostFolders: Map<string, HostFolder> = new Map();
  private readonly cpuWatch: CpuWatch = new CpuWatch(this);
  /** The console port of the agent, where the machine has it; no program can open it. */
  agentPort: ConsolePort | undefined = undefined;
  /** The thread that runs. */
  currentThread: Thread | undefined = undefined;
  /** The address space that the kernel works on besides the current thread's, during fork. */
  foreignVm: AddressSpace | undefined = undefined;

  constructor(
    commandLine: KernelCommandLine,
    time: TimeSource,
    maxThreads: number,
    scheduler: KernelScheduler,
    zeroFrame: UFrame,
  ) {
    this.zeroFrame = zeroFrame;
    this.commandLine = commandLine;
    this.clock = new Clock(time);
    this.log = new KernelLog(this.clock);
    this.processes = new ProcessTable(maxThreads);
    this.scheduler = scheduler;
    this.devices = new DeviceRegistry();
    this.vfs = new Vfs(this);
  }

  /** The running thread's process has got a timer or a limit on its CPU time. */
  watchCpuTime(thread: Thread): void {
    this.cpuWatch.start(thread);
  }

  /** clock_settime(2), settimeofday(2): absolute timers and sleeps follow. */
  setRealtimeUs(us: number): void {
    this.clock.setRealtimeUs(us);
    this.clockListeners.tellAll();
  }

  /** Whether the timer for that is set. */
  get watchesCpuTime(): boolean {
    return this.cpuWatch.isSet;
  }

  /** The address space behind `memory`: the current thread's, or the one that fork fills. */
  vmOf(memory: UserMemory): AddressSpace | undefined {
    const current = this.currentThread?.process.vm;
    if (current !== undefined && current.space === memory) return current;
    const foreign = this.foreignVm;
    return foreign !== undefined && foreign.space === memory ? foreign : undefined;
  }
}
