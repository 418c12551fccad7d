// SPDX-License-Identifier: MPL-2.0

import { Timer } from "@aster/ostd";
import type { TimerHandler } from "@aster/ostd";
import { SIGEV_NONE, SIGEV_THREAD_ID } from "../abi/time.ts";
import { sendToProcess, sendToThread } from "../signal/send.ts";
import { SignalInfo } from "../signal/signal-info.ts";
import type { Process } from "./process.ts";

/** How a timer tells that it has expired (sigevent(3type)). */
export interface TimerNotification {
  /** SIGEV_*. */
  readonly kind: number;
  readonly signo: number;
  readonly valueLow: number;
  readonly valueHigh: number;
  /** SIGEV_THREAD_ID. */
  readonly tid: number;
}

/** A timer of timer_create(2). */
export class PosixTimer implements TimerHandler {
  readonly id: number;
  readonly isRealtime: boolean;
  private readonly process: Process;
  private readonly notification: TimerNotification;
  private readonly timer: Timer = new Timer(this);
  /** Monotonic; 0: disarmed. */
  deadlineNs = 0;
  intervalNs = 0;
  /** Expirations beyond the one that the signal tells of. */
  overrun = 0;
  /** The signal sent last, while it is pending. */
  private sent: SignalInfo | undefined = undefined;

  constructor(process: Process, id: number, isRealtime: boolean, notification: TimerNotification) {
    this.process = process;
    this.id = id;
    this.isRealtime = isRealtime;
    this.notification = notification;
  }

  /** Arms it to expire at `deadlineNs` (monotonic); 0 disarms it. */
  set(deadlineNs: number, intervalNs: number): void {
    this.timer.cancel();
    this.deadlineNs = deadlineNs;
    this.intervalNs = intervalNs;
    this.overrun = 0;
    if (deadlineNs !== 0) this.timer.set(deadlineNs);
  }

  cancel(): void {
    this.timer.cancel();
    this.deadlineNs = 0;
  }

  onTimer(): void {
    const now = this.process.kernel.clock.monotonicNs();
    let expirations = 1;
    if (this.intervalNs > 0) {
      const missed = Math.floor(Math.max(0, now - this.deadlineNs) / this.intervalNs);
      expirations += missed;
      this.deadlineNs += expirations * this.intervalNs;
      this.timer.set(this.deadlineNs);
    } else {
      this.deadlineNs = 0;
    }
    this.notify(expirations);
  }

  private notify(expirations: number): void {
    const { kind, signo, valueLow, valueHigh, tid } = this.notification;
    if (kind === SIGEV_NONE) return;
    if (this.sent !== undefined && this.isPending(this.sent)) {
      this.sent.overrun += expirations;
      this.overrun = this.sent.overrun;
      return;
    }
    const info = SignalInfo.timer(signo, this.id, valueLow, valueHigh);
    info.overrun = expirations - 1;
    this.overrun = info.overrun;
    this.sent = info;
    if (kind !== SIGEV_THREAD_ID) {
      sendToProcess(this.process, info);
      return;
    }
    const target = this.process.kernel.processes.getThread(tid);
    if (target !== undefined && target.process === this.process) sendToThread(target, info);
  }

  private isPending(info: SignalInfo): boolean {
    if (this.process.pending.infos().includes(info)) return true;
    for (const thread of this.process.threads) {
      if (thread.signals.pending.infos().includes(info)) return true;
    }
    return false;
  }
}

/** Most timers of one process. */
const TIMERS_MAX = 1024;

/** The timers of timer_create(2) of one process. */
export class PosixTimers {
  private readonly timers: Map<number, PosixTimer> = new Map();
  private nextId = 0;

  /** Makes a timer; undefined when there are too many. */
  create(
    process: Process,
    isRealtime: boolean,
    notification: TimerNotification | undefined,
    defaultSignal: number,
  ): PosixTimer | undefined {
    if (this.timers.size >= TIMERS_MAX) return undefined;
    const id = this.nextId++;
    const timer = new PosixTimer(
      process,
      id,
      isRealtime,
      notification ?? { kind: 0, signo: defaultSignal, valueLow: id, valueHigh: 0, tid: 0 },
    );
    this.timers.set(id, timer);
    return timer;
  }

  get(id: number): PosixTimer | undefined {
    return this.timers.get(id);
  }

  delete(id: number): boolean {
    this.timers.get(id)?.cancel();
    return this.timers.delete(id);
  }

  deleteAll(): void {
    for (const timer of this.timers.values()) timer.cancel();
    this.timers.clear();
  }
}
