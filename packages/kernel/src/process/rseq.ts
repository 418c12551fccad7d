// SPDX-License-Identifier: MPL-2.0

import { SIGSEGV, SIG_DFL } from "../abi/signal.ts";
import { forceSignal } from "../signal/send.ts";
import { SignalInfo } from "../signal/signal-info.ts";
import { TASK_SIZE } from "../vm/layout.ts";
import type { Thread } from "./thread.ts";

/** struct rseq (include/uapi/linux/rseq.h). */
export const RseqLayout = {
  cpuIdStart: 0,
  cpuId: 4,
  criticalSection: 8,
  flags: 16,
  nodeId: 20,
  concurrencyId: 24,
} as const;
/** What this kernel knows of struct rseq: AT_RSEQ_FEATURE_SIZE and AT_RSEQ_ALIGN. */
export const RSEQ_FEATURE_SIZE = 28;
export const RSEQ_ALIGN = 32;
/** The size of the first version of the structure, which is always accepted. */
export const RSEQ_ORIGINAL_SIZE = 32;
export const RSEQ_CPU_ID_UNINITIALIZED = 0xffff_ffff;

/** struct rseq_cs: version, flags, start_ip, post_commit_offset, abort_ip. */
const CS_FLAGS = 4;
const CS_START = 8;
const CS_LENGTH = 16;
const CS_ABORT = 24;

/** The area that a thread has registered with rseq(2). */
export interface RseqArea {
  readonly address: number;
  readonly length: number;
  /** Stands right before each abort handler. */
  readonly signature: number;
}

/**
 * The thread was interrupted (preempted, or a signal's handler is to run): a restartable sequence
 * in progress is aborted (rseq(2)). A descriptor that is no good is SIGSEGV.
 */
export function abortSequence(thread: Thread): void {
  const { rseq, memory } = thread;
  if (rseq === undefined) return;
  const pointer = memory.readU64(rseq.address + RseqLayout.criticalSection);
  if (pointer === 0) return;
  if (pointer < 0 || !abortAt(thread, rseq, pointer)) forceDeadly(thread);
}

function abortAt(thread: Thread, rseq: RseqArea, pointer: number): boolean {
  const { memory, context } = thread;
  if (pointer >= TASK_SIZE) return false;
  const version = memory.readU32(pointer);
  const sequenceFlags = memory.readU32(pointer + CS_FLAGS);
  const start = memory.readU64(pointer + CS_START);
  const length = memory.readU64(pointer + CS_LENGTH);
  const abort = memory.readU64(pointer + CS_ABORT);
  if (version !== 0 || sequenceFlags < 0 || start < 0 || length < 0 || abort < 0) return false;
  if (start >= TASK_SIZE || start + length >= TASK_SIZE || abort >= TASK_SIZE) return false;
  if (abort >= start && abort < start + length) return false;
  if (memory.readU32(abort - 4) !== rseq.signature) return false;
  const { rip } = context;
  const isInside = rip >= start && rip < start + length;
  // Flags that asked for no restart are not supported any more.
  const areaFlags = memory.readU32(rseq.address + RseqLayout.flags);
  if (isInside && (sequenceFlags !== 0 || areaFlags !== 0)) return false;
  if (!memory.writeNumber64(rseq.address + RseqLayout.criticalSection, 0)) return false;
  if (isInside) context.rip = abort;
  return true;
}

/** force_sigsegv of Linux: blocked, ignored or handled, the signal is delivered. */
function forceDeadly(thread: Thread): void {
  thread.process.handlers.of(SIGSEGV).handler = SIG_DFL;
  forceSignal(thread, SignalInfo.kernel(SIGSEGV));
}
