// SPDX-License-Identifier: MPL-2.0

import { TaskState } from "@aster/ostd";
import type { Process } from "../../process/process.ts";
import type { Thread } from "../../process/thread.ts";
import { SIGNAL_COUNT, SIG_DFL, SIG_IGN } from "../../abi/signal.ts";
import { SignalSet } from "../../signal/signal-set.ts";

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

/** Which signals have a handler, and which are ignored. */
export function actionSets(process: Process): {
  readonly ignored: SignalSet;
  readonly caught: SignalSet;
} {
  const ignored = new SignalSet();
  const caught = new SignalSet();
  for (let signo = 1; signo <= SIGNAL_COUNT; signo++) {
    const handler = process.handlers.handlerOf(signo);
    if (handler === SIG_IGN) ignored.add(signo);
    else if (handler !== SIG_DFL) caught.add(signo);
  }
  return { ignored, caught };
}
