// SPDX-License-Identifier: MPL-2.0

import { system } from "../current.unsafe.ts";

/** Ticks per second. */
export const TIMER_FREQ = 1000;

const NS_PER_TICK = 1_000_000_000 / TIMER_FREQ;

/** Nanoseconds since power-on; never goes back. */
export function monotonicNs(): number {
  return system().hardware.monotonicNs();
}

/** Microseconds since 1970-01-01 UTC, as the machine's clock has it. */
export function wallClockUs(): number {
  return system().hardware.wallClockUs();
}

/** Ticks of `TIMER_FREQ` since power-on. */
export const Jiffies = {
  elapsed(): number {
    return Math.floor(system().hardware.monotonicNs() / NS_PER_TICK);
  },
  /** So many ticks in nanoseconds. */
  toNs(jiffies: number): number {
    return jiffies * NS_PER_TICK;
  },
  /** The ticks that `ns` nanoseconds need, rounded up: a wait is never shorter than asked. */
  fromNs(ns: number): number {
    return Math.ceil(ns / NS_PER_TICK);
  },
} as const;

/**
 * Calls `callback` at each timer tick, in interrupt context. Ticks come only while more than one
 * task is runnable, so measure time with the clocks, not by counting ticks.
 */
export function registerTickCallback(callback: () => void): void {
  system().scheduling.addTickCallback(callback);
}
