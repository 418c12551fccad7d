// SPDX-License-Identifier: MPL-2.0

import { TaskState } from "@aster/ostd";
import type { Process } from "../../process/process.ts";
import type { Thread } from "../../process/thread.ts";

/** Ticks of the clock that procfs counts in: 100 a second (sysconf(_SC_CLK_TCK)). */
const NS_PER_TICK = 10_000_000;

export function toTicks(ns: number): number {
  return Math.floor(ns / NS_PER_TICK);
}

/** The state letter of ps(1), and its word in /proc/PID/status. */
export function stateOf(
  process: Process,
  target: Thread | undefined,
  isOfLeader = false,
): readonly [string, string] {
  const hasLeft = isOfLeader && process.leader?.hasExited === true;
  if (process.isZombie || target === undefined || hasLeft) {
    return ["Z", "zombie"];
  }
  if (process.isStopped) {
    return ["T", "stopped"];
  }
  if (process.kernel.currentThread === target) {
    return ["R", "running"];
  }
  const state = target.task?.state;
  return state === TaskState.PARKED ? ["S", "sleeping"] : ["R", "running"];
}

/** Which signals have a handler, and which are ignored, as hexadecimal sets of 64 bits. */
export function actionSets(process: Process): {
  readonly ignored: bigint;
  readonly caught: bigint;
} {
  let ignored = 0n;
  let caught = 0n;
  for (let signo = 1; signo <= 64; signo++) {
    const { handler } = process.handlers.of(signo);
    if (handler === 1) {
      ignored |= 1n << BigInt(signo - 1);
    } else if (handler !== 0) {
      caught |= 1n << BigInt(signo - 1);
    }
  }
  return { ignored, caught };
}

/** A set in two 32-bit halves as one number of 64 bits. */
export function wholeSet(set: { readonly low: number; readonly high: number }): bigint {
  return (BigInt(set.high >>> 0) << 32n) | BigInt(set.low >>> 0);
}
