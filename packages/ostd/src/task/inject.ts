// SPDX-License-Identifier: MPL-2.0

import { system } from "../current.unsafe.ts";
import type { Scheduler } from "./scheduler.ts";

/** Replaces the default scheduler; before any task but the first one is run. */
export function injectScheduler(scheduler: Scheduler): void {
  system().scheduling.inject(scheduler);
}

/** Calls `handler` whenever a task leaves the CPU, before the next one is chosen. */
export function injectPreScheduleHandler(handler: () => void): void {
  system().scheduling.preSchedule = handler;
}

/** Calls `handler` whenever a task has been given the CPU, before it goes on. */
export function injectPostScheduleHandler(handler: () => void): void {
  system().scheduling.postSchedule = handler;
}
