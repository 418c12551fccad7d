// SPDX-License-Identifier: MPL-2.0

// Boot, console, log, power
export type { BootInfo, MemoryRegion, MemoryRegionType, ProcessorIdentity } from "@aster/hardware";
export { bootInfo, fillRandom, main, readInitramfs, releaseInitramfs } from "./main.ts";
export type { EarlyPolicies, Kernel } from "./main.ts";
export { parseEarlyCommandLine } from "./early-command-line.ts";
export type { EarlyCommandLine, EarlyCommandLineParser } from "./early-command-line.ts";
export { earlyPrint, earlyPrintln, printBytes, println } from "./console.ts";
export {
  LogLevel,
  Logger,
  formatRecord,
  injectLogger,
  logEnabled,
  maxLogLevel,
  setMaxLogLevel,
} from "./log.ts";
export type { Log, LogRecord } from "./log.ts";
export {
  ExitCode,
  injectPoweroffHandler,
  injectRestartHandler,
  poweroff,
  restart,
} from "./power.ts";
export { KernelPanic, abort, panic, printStackTrace } from "./panic.ts";
export { assert, isOstdError } from "./predicates.unsafe.ts";
export type { OstdError } from "./error.ts";
export { SystemLocal } from "./system-local.unsafe.ts";

// Memory
export {
  MAX_USERSPACE_VADDR,
  PAGE_SIZE,
  alignDown,
  alignUp,
  isAligned,
  pageIndex,
  pageOffset,
  pagesFor,
} from "./mm/page.ts";
export type { Daddr, Paddr, UserAddr } from "./mm/page.ts";
export { userAddr } from "./mm/address.unsafe.ts";
export { PageFlags, PageProperty } from "./mm/page-prop.ts";
export type { CachePolicy } from "./mm/page-prop.ts";
export type { FrameAllocator } from "./mm/frame-allocator.ts";
export { BuddyAllocator } from "./mm/buddy-allocator.ts";
export { FrameAllocOptions, UFrame, USegment, memoryStatistics } from "./mm/frame.ts";
export type { UntypedMemory } from "./mm/untyped-memory.ts";
export type { MemoryStatistics } from "./mm/frames.unsafe.ts";
export { Frame, UniqueFrame } from "./mm/typed-frame.ts";
export type { FrameMetadata } from "./mm/frame-metadata.unsafe.ts";
export { FrameList } from "./mm/frame-list.ts";
export { HeapBytes, SlabHeapAllocator, slotSizeFor } from "./mm/heap.ts";
export type { HeapAllocator } from "./mm/heap.ts";
export { HeapSlot, SLOT_SIZES, Slab } from "./mm/slab.ts";
export { FrameTable } from "./mm/frame-table.ts";
export { CopyOnWrite, VmSpace } from "./mm/vm-space.ts";
export type { Cursor, CursorMut, MappedPage } from "./mm/cursor.ts";
export { USER_FAULT } from "./mm/user-memory.ts";
export type { CStringFailure, UserMemory } from "./mm/user-memory.ts";
export { VmReader, VmWriter } from "./mm/vm-io.ts";
export { injectUserPageFaultHandler } from "./mm/fault.ts";
export type { UserPageFaultHandler } from "./mm/fault.ts";
export { DmaCoherent, DmaStream } from "./mm/dma.ts";
export type { DmaDirection } from "./mm/dma-space.ts";

// User mode
export {
  Decode,
  FPU_STATE_SIZE,
  PageFaultCode,
  Reg,
  UserContext,
  Vector,
} from "./arch/x86_64/user-context.ts";
export { ReturnReason, UserMode } from "./user/user-mode.ts";
export type { UserModeHooks } from "./user/user-mode.ts";

// Tasks
export { BSP, CpuSet, allCpus, currentCpu, numCpus } from "./cpu/cpu.ts";
export { CpuLocal, CpuLocalCell } from "./cpu/cpu-local.ts";
export { interProcessorCall, registerApEntry } from "./cpu/smp.ts";
export type { PendingCalls } from "./cpu/smp.ts";
export type { CpuId } from "./cpu/cpu.ts";
export { Task, TaskOptions, TaskState } from "./task/task.ts";
export type { TaskFunction } from "./task/task.ts";
export type { EnqueueFlags, LocalRunQueue, Scheduler, UpdateFlags } from "./task/scheduler.ts";
export { FifoScheduler } from "./task/fifo-scheduler.ts";
export {
  injectPostScheduleHandler,
  injectPreScheduleHandler,
  injectScheduler,
} from "./task/inject.ts";
export { disableLocalIrq, disablePreempt, mightSleep, requireGuard } from "./task/atomic-mode.ts";
export type { DisabledLocalIrqGuard, DisabledPreemptGuard } from "./task/atomic-mode.ts";

// Synchronization
export { WaitQueue } from "./sync/wait-queue.ts";
export type { WaitOptions } from "./sync/wait-queue.ts";
export { WaitResult, Waiter } from "./sync/waiter.ts";
export type { Waker } from "./sync/waiter.ts";
export { SpinLock } from "./sync/spin-lock.ts";
export type { SpinLockGuard } from "./sync/spin-lock.ts";
export { Mutex } from "./sync/mutex.ts";
export type { MutexGuard } from "./sync/mutex.ts";
export { RwLock } from "./sync/rw-lock.ts";
export { RwMutex } from "./sync/rw-mutex.ts";
export type { LockGuard } from "./sync/lock-guard.ts";
export type { LockOptions } from "./sync/lock-order.ts";
export { Rcu, rcuDrop } from "./sync/rcu.ts";
export type { Droppable, RcuReadGuard } from "./sync/rcu.ts";

// Interrupts and time
export {
  InterruptLevel,
  IrqLine,
  interruptLevel,
  registerBottomHalfHandlerL1,
  registerBottomHalfHandlerL2,
} from "./irq/irq-line.ts";
export type { IrqCallbackHandle } from "./irq/irq-line.ts";
export type { IrqCallback, IrqMessage } from "./irq/interrupts.ts";
export { Timer } from "./timer/timer.ts";
export type { TimerHandler } from "./timer/timer.ts";
export {
  Jiffies,
  TIMER_FREQ,
  monotonicNs,
  registerTickCallback,
  wallClockUs,
} from "./timer/clock.ts";

// Devices
export { IoMem } from "./io/io-mem.ts";
export { IoPort } from "./io/io-port.ts";
export { deviceFaults, isDmaGuarded, pciConfigWindows } from "./io/platform.ts";
export type { DeviceFault } from "./arch/x86_64/iommu/faults.ts";
export type { PciWindow } from "@aster/hardware";
