// SPDX-License-Identifier: MPL-2.0

import { Timer } from "@aster/ostd";
import type { TimerHandler } from "@aster/ostd";
import { SIGEV_NONE, SIGEV_THREAD_ID } from "../abi/time.ts";
import { sendToProcess, sendToThread } from "../signal/send.ts";
import { SignalInfo } from "../signal/signal-info.ts";
import type { SignalSource } from "../signal/signal-info.ts";
import type { ClockListener } from "../time/clock-listeners.ts";
import type { ClockRef } from "../time/read-clock.ts";
import { rearmAt } from "../time/rearm.ts";
import { RLIMIT_SIGPENDING } from "./limits.ts";
import type { Process } from "./process.ts";

/** An overrun is an int (DELAYTIMER_MAX). */
const OVERRUN_MAX = 0x7fff_ffff;

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
export class PosixTimer implements TimerHandler, ClockListener, SignalSource {
  readonly id: number;
  /** What it goes by; a CPU-time clock may be another process's. */
  readonly clock: ClockRef;
  private readonly process: Process;
  readonly notification: TimerNotification;
  /** The clock's number, as timer_create(2) got it. */
  readonly clockId: number;
  private readonly timer: Timer = new Timer(this);
  /** On the monotonic clock, or on the CPU-time clock that it goes by; 0: disarmed. */
  deadlineNs = 0;
  /** The same on the real-time clock, in microseconds; 0: it does not follow that clock. */
  private realtimeUs = 0;
  intervalNs = 0;
  /** Expirations beyond the one that the signal taken last told of. */
  overrun = 0;
  /** The signal sent last, while it is pending. */
  private sent: SignalInfo | undefined = undefined;

  constructor(
    process: Process,
    id: number,
    clock: ClockRef,
    clockId: number,
    notification: TimerNotification,
  ) {
    this.process = process;
    this.id = id;
    this.clock = clock;
    this.clockId = clockId;
    this.notification = notification;
  }

  /** The process whose CPU time it goes by; undefined for other clocks. */
  private get watched(): Process | undefined {
    return this.clock.process ?? this.clock.thread?.process;
  }

  /** What its clock shows, in nanoseconds. */
  nowNs(): number {
    const { clock, process } = this;
    const now = process.kernel.clock.monotonicNs();
    if (this.watched === undefined) return now;
    process.kernel.currentThread?.accountRun(now);
    return clock.process?.totalUsage().totalNs ?? clock.thread?.usage.totalNs ?? 0;
  }

  /** Arms it to expire when its clock shows `deadlineNs` (monotonic for the real-time clock); 0 disarms it. */
  set(deadlineNs: number, intervalNs: number): void {
    this.cancel();
    this.sent = undefined;
    this.deadlineNs = deadlineNs;
    this.intervalNs = intervalNs;
    this.overrun = 0;
    if (deadlineNs === 0) return;
    const { watched } = this;
    if (watched === undefined) {
      this.timer.set(deadlineNs);
      return;
    }
    watched.timers.cpuTimers.add(this);
    const { currentThread } = this.process.kernel;
    if (currentThread !== undefined) this.process.kernel.watchCpuTime(currentThread);
    this.checkCpuTime();
  }

  /** Arms it to expire when the real-time clock shows `us`, wherever that is set. */
  setRealtime(us: number, intervalNs: number): void {
    const { kernel } = this.process;
    this.set(Math.max(1, kernel.clock.monotonicOfRealtimeUs(us)), intervalNs);
    this.realtimeUs = us;
    kernel.clockListeners.add(this);
  }

  clockWasSet(): void {
    if (this.deadlineNs === 0) return;
    this.timer.cancel();
    this.deadlineNs = Math.max(1, this.process.kernel.clock.monotonicOfRealtimeUs(this.realtimeUs));
    this.timer.set(this.deadlineNs);
  }

  /** CPU time has passed. */
  checkCpuTime(): void {
    if (this.deadlineNs !== 0 && this.nowNs() >= this.deadlineNs) this.onTimer();
  }

  /**
   * Its signal is taken: only now timer_getoverrun(2) tells of it. One that was sent before the timer was
   * set anew, or deleted, stays pending, and nobody gets it.
   */
  signalTaken(info: SignalInfo): boolean {
    if (this.sent !== info) return false;
    this.sent = undefined;
    this.overrun = info.overrun;
    return true;
  }

  /** Nobody gets a signal of it any more. */
  forgetSignal(): void {
    this.sent = undefined;
  }

  cancel(): void {
    this.timer.cancel();
    this.deadlineNs = 0;
    this.realtimeUs = 0;
    this.process.kernel.clockListeners.remove(this);
    this.watched?.timers.cpuTimers.delete(this);
  }

  onTimer(): void {
    const now = this.nowNs();
    let expirations = 1;
    if (this.intervalNs > 0) {
      const missed = Math.floor(Math.max(0, now - this.deadlineNs) / this.intervalNs);
      expirations += missed;
      this.deadlineNs += expirations * this.intervalNs;
      if (this.realtimeUs !== 0) this.realtimeUs += (expirations * this.intervalNs) / 1000;
      if (this.watched === undefined) {
        this.timer.set(rearmAt(this.deadlineNs, this.intervalNs, now));
      }
    } else {
      this.cancel();
    }
    this.notify(expirations);
  }

  private notify(expirations: number): void {
    const { kind, signo, valueLow, valueHigh, tid } = this.notification;
    if (kind === SIGEV_NONE) return;
    if (this.sent !== undefined && this.isPending(this.sent)) {
      this.sent.overrun = Math.min(OVERRUN_MAX, this.sent.overrun + expirations);
      return;
    }
    const info = SignalInfo.timer(signo, this.id, valueLow, valueHigh);
    info.overrun = Math.min(OVERRUN_MAX, expirations - 1);
    info.source = this;
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
    clock: ClockRef,
    clockId: number,
    notification: TimerNotification | undefined,
    defaultSignal: number,
  ): PosixTimer | undefined {
    // Each has room for its signal, whether or not that will be sent.
    const most = Math.min(TIMERS_MAX, process.limits.get(RLIMIT_SIGPENDING));
    if (this.timers.size >= most) return undefined;
    const id = this.nextId++;
    const timer = new PosixTimer(
      process,
      id,
      clock,
      clockId,
      notification ?? { kind: 0, signo: defaultSignal, valueLow: id, valueHigh: 0, tid: 0 },
    );
    this.timers.set(id, timer);
    return timer;
  }

  get(id: number): PosixTimer | undefined {
    return this.timers.get(id);
  }

  newestFirst(): readonly PosixTimer[] {
    return [...this.timers.values()].toReversed();
  }

  delete(id: number): boolean {
    const timer = this.timers.get(id);
    timer?.cancel();
    timer?.forgetSignal();
    return this.timers.delete(id);
  }

  deleteAll(): void {
    for (const timer of this.timers.values()) timer.cancel();
    this.timers.clear();
  }
}
