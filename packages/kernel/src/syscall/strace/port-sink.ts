// SPDX-License-Identifier: MPL-2.0

import type { OpenFile } from "../../fs/file.ts";
import { VmReader, printBytes } from "@aster/ostd";
import type { Kernel } from "../../kernel.ts";
import type { StraceSink } from "./sink.ts";

/** The console port that takes the trace, where the machine has it. */
const PORT_NAME = "aster.strace";
/** Bytes that wait for room in the port at most; what comes then is dropped, and counted. */
const BACKLOG_BYTES = 4 * 1024 * 1024;

/** The sink that `aster.strace` on the command line asks for: the port, or the early console. */
export function openStraceSink(kernel: Kernel): StraceSink {
  const file = openPort(kernel);
  return file === undefined ? new EarlyConsoleSink() : new PortSink(kernel, file);
}

function openPort(kernel: Kernel): OpenFile | undefined {
  void kernel;
  return undefined;
}

class EarlyConsoleSink implements StraceSink {
  writeLine(line: string): void {
    printBytes(`${line}\n`);
  }
}

class PortSink implements StraceSink {
  private readonly kernel: Kernel;
  private readonly file: OpenFile;
  private backlog = "";
  private dropped = 0;

  constructor(kernel: Kernel, file: OpenFile) {
    this.kernel = kernel;
    this.file = file;
  }

  writeLine(line: string): void {
    if (this.backlog.length > BACKLOG_BYTES) {
      this.dropped++;
      return;
    }
    if (this.dropped > 0) this.backlog += `... ${this.dropped} lines were lost ...\n`;
    this.dropped = 0;
    this.backlog += `${line}\n`;
    this.flush();
  }

  private flush(): void {
    const thread = this.kernel.currentThread;
    if (thread === undefined) return;
    const bytes = Uint8Array.from(this.backlog, (character) => character.charCodeAt(0) & 0xff);
    const written = this.file.write(thread, VmReader.from(bytes));
    if (written > 0) this.backlog = this.backlog.slice(written);
  }
}
