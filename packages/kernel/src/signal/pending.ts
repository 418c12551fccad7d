// SPDX-License-Identifier: MPL-2.0

import { SIGRTMIN, SI_USER } from "../abi/signal.ts";
import type { SignalInfo } from "./signal-info.ts";
import { SignalSet } from "./signal-set.ts";

/** Signals sent and not yet delivered, of a thread or shared by a process. */
export class PendingSignals {
  /** Which signals are pending. */
  readonly set: SignalSet = new SignalSet();
  /** In order of arrival; a standard signal at most once, a real-time signal any number of times. */
  private queue: SignalInfo[] = [];

  get count(): number {
    return this.queue.length;
  }

  /** Adds one; a standard signal that is pending already is dropped, as Linux does. False: dropped. */
  add(info: SignalInfo): boolean {
    // Each timer of timer_create(2) has a signal of its own.
    const isSingle = info.signo < SIGRTMIN && info.kind !== "timer";
    if (isSingle && this.set.has(info.signo)) return false;
    this.set.add(info.signo);
    this.queue.push(info);
    return true;
  }

  /** Takes the oldest occurrence of `signo`; undefined where all were of timers that have been set anew. */
  take(signo: number): SignalInfo | undefined {
    for (;;) {
      const info = this.takeAny(signo);
      if (info === undefined || info.source === undefined || info.source.signalTaken(info)) {
        return info;
      }
    }
  }

  /** Takes the oldest occurrence of the lowest signal among these (bits as of SignalSet). */
  takeLowest(low: number, high: number): SignalInfo | undefined {
    for (;;) {
      const signo = SignalSet.lowest(this.set.low & low, this.set.high & high);
      if (signo === 0) return undefined;
      const info = this.take(signo);
      if (info !== undefined) return info;
    }
  }

  private takeAny(signo: number): SignalInfo | undefined {
    let taken: SignalInfo | undefined;
    let more = false;
    for (let index = 0; index < this.queue.length; index++) {
      const info = this.queue[index];
      if (info === undefined || info.signo !== signo) continue;
      if (taken === undefined) {
        taken = info;
        this.queue.splice(index, 1);
        index--;
      } else {
        more = true;
        break;
      }
    }
    if (!more) this.set.remove(signo);
    return taken;
  }

  /** Takes the oldest signal of the kernel's own in `low`, such as a fault raises. */
  takeFault(low: number): SignalInfo | undefined {
    if ((this.set.low & low) === 0) return undefined;
    for (const info of this.queue) {
      if (info.signo <= 32 && (low & (1 << (info.signo - 1))) !== 0 && info.code > SI_USER) {
        return this.take(info.signo);
      }
    }
    return undefined;
  }

  /** Forgets every occurrence of the signals in `set`. */
  discard(low: number, high: number): void {
    if ((this.set.low & low) === 0 && (this.set.high & high) === 0) return;
    const gone = new SignalSet(low, high);
    this.queue = this.queue.filter((info) => !gone.has(info.signo));
    this.set.removeAll(gone);
  }

  clear(): void {
    this.queue = [];
    this.set.set(0, 0);
  }

  infos(): readonly SignalInfo[] {
    return this.queue;
  }
}
