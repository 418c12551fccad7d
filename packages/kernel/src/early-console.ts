// SPDX-License-Identifier: MPL-2.0

import { printBytes } from "@aster/ostd";
import { formatLogTime } from "./log.ts";
import type { KernelLog, LogListener, LogRecord } from "./log.ts";

/** Prints the log on the machine's early console, which is not the terminal of any program. */
export class EarlyConsole implements LogListener {
  private readonly log: KernelLog;

  constructor(log: KernelLog) {
    this.log = log;
  }

  logged(record: LogRecord): void {
    if (record.level >= this.log.consoleLevel) return;
    printBytes(`${formatLogTime(record.timeNs)} ${record.text}\n`);
  }
}
