// SPDX-License-Identifier: MPL-2.0

import { SIGKILL } from "../abi/signal.ts";
import { SignalInfo } from "../signal/signal-info.ts";
import { memoryStatistics } from "@aster/ostd";
import { LimitHit } from "./limit-hits.ts";
import type { Process } from "./process.ts";
import type { Thread } from "./thread.ts";

const OOM_SCORE_ADJUST_MIN = -1000;

/** Pages of files that are given back at once before anybody is killed. */
const RECLAIM_PAGES = 256;

/**
 * Memory is out, and `thread` can not go on without a page: the process that has most of it is
 * killed, as by Linux's OOM killer. The thread tries again once that one has gone.
 */
export function killForMemory(thread: Thread): void {
  const { kernel } = thread;
  if ((kernel.rootImage?.reclaim(RECLAIM_PAGES) ?? 0) > 0) return;
  const victim = chooseVictim(thread);
  if (victim === undefined) {
    // Nobody may be killed but the one that asks.
    kernel.limitHits.record(thread.process, LimitHit.MEMORY);
    thread.process.signal(SignalInfo.kernel(SIGKILL));
    return;
  }
  if (victim.isExiting || victim.pending.set.has(SIGKILL)) {
    thread.giveWay();
    return;
  }
  const kib = (victim.vm?.residentPages() ?? 0) * 4;
  kernel.log.error(
    `Out of memory: Killed process ${victim.pid} (${victim.name}) ` +
      `total-vm:${Math.floor((victim.vm?.totalBytes ?? 0) / 1024)}kB, anon-rss:${kib}kB`,
  );
  kernel.limitHits.record(victim, LimitHit.MEMORY);
  victim.signal(SignalInfo.kernel(SIGKILL));
  if (victim !== thread.process) thread.giveWay();
}

/** The process with the highest badness: its pages, plus a share of all memory by oom_score_adj. */
function chooseVictim(thread: Thread): Process | undefined {
  let worst: Process | undefined;
  let worstPoints = 0;
  for (const process of thread.kernel.processes.processes.values()) {
    if (process.isInit || process.vm === undefined) continue;
    if (process.oomScoreAdjust === OOM_SCORE_ADJUST_MIN) continue;
    const points = badness(process);
    if (points > worstPoints) {
      worst = process;
      worstPoints = points;
    }
  }
  return worst;
}

/** /proc/PID/oom_score: 0 for who can not be chosen, above 1000 for who has all memory. */
export function oomScore(process: Process): number {
  if (process.isInit || process.vm === undefined) return 0;
  if (process.oomScoreAdjust === OOM_SCORE_ADJUST_MIN) return 0;
  const share = (badness(process) * 1000) / memoryStatistics().total;
  return Math.max(0, Math.floor(((1000 + share) * 2) / 3));
}

function badness(process: Process): number {
  const pages = process.vm?.residentPages() ?? 0;
  const adjustment = (process.oomScoreAdjust * memoryStatistics().total) / 1000;
  return Math.max(1, pages + adjustment);
}
