// SPDX-License-Identifier: MPL-2.0

import { policyThrew } from "./failure.ts";
import { currentSystemOrNone, system } from "./current.unsafe.ts";

/** The levels of syslog(3). */
export const LogLevel = {
  EMERG: 0,
  ALERT: 1,
  CRIT: 2,
  ERR: 3,
  WARNING: 4,
  NOTICE: 5,
  INFO: 6,
  DEBUG: 7,
} as const;

/** One message. */
export interface LogRecord {
  /** One of `LogLevel`. */
  readonly level: number;
  /** The part of the kernel it comes from. */
  readonly target: string;
  readonly message: string;
  /** Monotonic time. */
  readonly timeNs: number;
}

/** Where messages go. Called in any context: it must not wait, and should not fail. */
export interface Log {
  log(record: LogRecord): void;
}

/** Sends messages to `sink` instead of the early console; one per system, else false. */
export function injectLogger(sink: Log): boolean {
  const owner = system();
  if (owner.logger !== undefined) {
    return false;
  }
  owner.logger = sink;
  return true;
}

/** Drops messages above `level` (0: all but emergencies; -1: all). */
export function setMaxLogLevel(level: number): void {
  system().maxLogLevel = +level;
}

/** The highest level that is not dropped. */
export function maxLogLevel(): number {
  return system().maxLogLevel;
}

/** Whether messages of `level` go anywhere: ask before building a costly one. */
export function logEnabled(level: number): boolean {
  const owner = currentSystemOrNone();
  return owner !== undefined && level <= owner.maxLogLevel;
}

function write(level: number, target: string, message: string): void {
  const owner = currentSystemOrNone();
  if (owner === undefined || level > owner.maxLogLevel) {
    return;
  }
  const record = { level, target, message, timeNs: owner.hardware.monotonicNs() };
  if (owner.logger === undefined) {
    owner.earlyPrint(`${formatRecord(record)}\n`);
  } else {
    try {
      owner.logger.log(record);
    } catch (error) {
      policyThrew("the logger", error);
    }
  }
}

/** A record as the early console prints it: `[   1.234567] WARNING: vm: message`. */
export function formatRecord(record: LogRecord): string {
  const seconds = (record.timeNs / 1e9).toFixed(6).padStart(12);
  const name = LEVEL_NAMES[record.level] ?? "?";
  return `[${seconds}] ${name}: ${record.target}: ${record.message}`;
}

const LEVEL_NAMES: readonly string[] = [
  "EMERG",
  "ALERT",
  "CRIT",
  "ERR",
  "WARNING",
  "NOTICE",
  "INFO",
  "DEBUG",
];

/** Messages of one part of the kernel. Has no state, so that it may stand at module level. */
export class Logger {
  readonly target: string;

  constructor(target: string) {
    this.target = target;
  }

  emerg(message: string): void {
    write(LogLevel.EMERG, this.target, message);
  }

  alert(message: string): void {
    write(LogLevel.ALERT, this.target, message);
  }

  crit(message: string): void {
    write(LogLevel.CRIT, this.target, message);
  }

  error(message: string): void {
    write(LogLevel.ERR, this.target, message);
  }

  warn(message: string): void {
    write(LogLevel.WARNING, this.target, message);
  }

  notice(message: string): void {
    write(LogLevel.NOTICE, this.target, message);
  }

  info(message: string): void {
    write(LogLevel.INFO, this.target, message);
  }

  debug(message: string): void {
    write(LogLevel.DEBUG, this.target, message);
  }
}
