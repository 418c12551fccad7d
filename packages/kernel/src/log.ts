// SPDX-License-Identifier: MPL-2.0

import { WaitQueue } from "@aster/ostd";

/** Levels of syslog(2). */
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
export type LogLevel = (typeof LogLevel)[keyof typeof LogLevel];

/** One message of the kernel. */
export interface LogRecord {
  readonly level: LogLevel;
  /** Since boot. */
  readonly timeNs: number;
  /** Counts up from 0. */
  readonly sequence: number;
  /** Without a newline at the end. */
  readonly text: string;
}

/** Told of each record as it is written: the console, /dev/kmsg's readers. */
export interface LogListener {
  logged(record: LogRecord): void;
}

/** The bytes of text kept (log_buf_len). */
const BUFFER_BYTES = 128 * 1024;

/** Emergencies are printed in any case (minimum_console_loglevel). */
const CONSOLE_LEVEL_MIN = 1;

interface TimeSource {
  monotonicNs(): number;
}

/** The kernel's log: a ring of the latest records, and listeners that print them. */
export class KernelLog {
  private readonly clock: TimeSource;
  private readonly listeners: LogListener[] = [];
  private recordList: LogRecord[] = [];
  private bytes = 0;
  private nextSequence = 0;

  /** /proc/sys/kernel/dmesg_restrict: only CAP_SYSLOG reads. */
  isRestricted = false;
  /** Records above this level are kept, and not printed on the console (console_loglevel). */
  consoleLevel = 7;
  /** The first record that syslog(2) has not cleared. */
  private clearedBefore = 0;

  constructor(clock: TimeSource) {
    this.clock = clock;
  }

  /** The records kept, oldest first. */
  get records(): readonly LogRecord[] {
    return this.recordList;
  }

  subscribe(listener: LogListener): void {
    this.listeners.push(listener);
  }

  write(level: LogLevel, text: string): void {
    const record: LogRecord = {
      level,
      timeNs: this.clock.monotonicNs(),
      sequence: this.nextSequence++,
      text,
    };
    this.recordList.push(record);
    this.bytes += text.length;
    while (this.bytes > BUFFER_BYTES) {
      const oldest = this.recordList.shift();
      if (oldest === undefined) break;
      this.bytes -= oldest.text.length;
    }
    for (const listener of this.listeners) listener.logged(record);
    this.readQueue.wakeAll();
  }

  error(text: string): void {
    this.write(LogLevel.ERR, text);
  }
  warn(text: string): void {
    this.write(LogLevel.WARNING, text);
  }
  notice(text: string): void {
    this.write(LogLevel.NOTICE, text);
  }
  info(text: string): void {
    this.write(LogLevel.INFO, text);
  }
  debug(text: string): void {
    this.write(LogLevel.DEBUG, text);
  }

  /** Bytes of text kept at most. */
  get capacity(): number {
    return BUFFER_BYTES;
  }

  /** SYSLOG_ACTION_CLEAR: readers of syslog(2) see later records only. */
  clear(): void {
    this.clearedBefore = this.nextSequence;
  }

  /** The records since the last clear as syslog(2) shows them: "<level>[seconds] text\n". */
  linesSinceClear(): string[] {
    const lines: string[] = [];
    for (const record of this.recordList) {
      if (record.sequence >= this.clearedBefore) lines.push(formatSyslog(record));
    }
    return lines;
  }

  /** What SYSLOG_ACTION_READ gives next: a record, and how much of its line was read. */
  private readSequence = 0;
  private readBytes = 0;
  /** Readers of syslog(2) wait here. */
  readonly readQueue: WaitQueue = new WaitQueue();
  /** The level before SYSLOG_ACTION_CONSOLE_OFF; 0: it is on. */
  private levelBeforeOff = 0;

  /** Lines, from where SYSLOG_ACTION_READ has come to, as it gives them. */
  unread(): string {
    let text = "";
    for (const record of this.recordList) {
      if (record.sequence < this.readSequence) continue;
      const line = formatSyslog(record);
      text += record.sequence === this.readSequence ? line.slice(this.readBytes) : line;
    }
    return text;
  }

  /** `count` bytes of `unread` have been given. */
  consume(count: number): void {
    let left = count;
    for (const record of this.recordList) {
      if (record.sequence < this.readSequence) continue;
      const start = record.sequence === this.readSequence ? this.readBytes : 0;
      const rest = formatSyslog(record).length - start;
      if (left < rest) {
        this.readSequence = record.sequence;
        this.readBytes = start + left;
        return;
      }
      left -= rest;
      this.readSequence = record.sequence + 1;
      this.readBytes = 0;
    }
  }

  /** SYSLOG_ACTION_CONSOLE_OFF and _ON. */
  switchConsole(isOn: boolean): void {
    if (isOn && this.levelBeforeOff !== 0) {
      this.consoleLevel = this.levelBeforeOff;
      this.levelBeforeOff = 0;
    } else if (!isOn && this.levelBeforeOff === 0) {
      this.levelBeforeOff = this.consoleLevel;
      this.consoleLevel = CONSOLE_LEVEL_MIN;
    }
  }
  /** SYSLOG_ACTION_CONSOLE_LEVEL. */
  setConsoleLevel(level: number): void {
    this.consoleLevel = level;
    this.levelBeforeOff = 0;
  }

  /** The first sequence number not yet given. */
  get end(): number {
    return this.nextSequence;
  }
}

/** "[    1.234567]", as Linux prints times. */
export function formatLogTime(timeNs: number): string {
  const us = Math.floor(timeNs / 1000);
  const seconds = String(Math.floor(us / 1_000_000)).padStart(5);
  return `[${seconds}.${String(us % 1_000_000).padStart(6, "0")}]`;
}

function formatSyslog(record: LogRecord): string {
  return `<${record.level}>${formatLogTime(record.timeNs)} ${record.text}\n`;
}
