// SPDX-License-Identifier: MPL-2.0

import { SIGCONT } from "../abi/signal.ts";
import type { Process } from "../process/process.ts";
import type { Thread } from "../process/thread.ts";
import { Capability } from "../security/capabilities.ts";

/** Whether `thread` may send `signo` to `target` (kill(2)). */
export function maySignal(thread: Thread, target: Process, signo: number): boolean {
  const { credentials: mine, process } = thread;
  const theirs = target.leader?.credentials;
  if (process === target || theirs === undefined) return true;
  if (mine.has(Capability.KILL)) return true;
  if (
    mine.euid === theirs.suid ||
    mine.euid === theirs.uid ||
    mine.uid === theirs.suid ||
    mine.uid === theirs.uid
  ) {
    return true;
  }
  return signo === SIGCONT && process.session === target.session;
}
