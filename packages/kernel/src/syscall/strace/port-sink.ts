// SPDX-License-Identifier: MPL-2.0

import { VmReader, injectPoweroffHandler, printBytes } from "@aster/ostd";
import { AT_FDCWD, O } from "../../abi/fcntl.ts";
import type { OpenFile } from "../../fs/file.ts";
import type { Kernel } from "../../kernel.ts";
import type { Thread } from "../../process/thread.ts";
import type { StraceSink } from "./sink.ts";
import { Tracer } from "./tracer.ts";

/** The console port that takes the trace, where the machine has it. */
const PORT_PATH = "/dev/virtio-ports/aster.strace";
/** Bytes that wait for room in the port at most; what comes then is dropped, and counted. */
const BACKLOG_BYTES = 4 * 1024 * 1024;

/**
 * Starts the trace that `aster.strace` on the command line asks for: to the port of that name, or
 * to the early console where there is none. `init` opens the port, before its program runs.
 */
export function startTrace(kernel: Kernel, init: Thread): void {
  const flags = O.WRONLY | O.NONBLOCK | O.NOCTTY;
  const file = kernel.vfs.open(init, AT_FDCWD, PORT_PATH, flags, 0);
  const sink = typeof file === "number" ? new EarlyConsoleSink() : new PortSink(init, file);
  const tracer = new Tracer(sink);
  injectPoweroffHandler(() => tracer.interrupt());
  kernel.strace = tracer;
}

class EarlyConsoleSink implements StraceSink {
  writeLine(line: string): void {
    printBytes(`${line}\n`);
  }
}

class PortSink implements StraceSink {
  private readonly file: OpenFile;
  /** In whose name the kernel writes; init outlives all others. */
  private readonly writer: Thread;
  private backlog = "";
  private dropped = 0;

  constructor(writer: Thread, file: OpenFile) {
    this.writer = writer;
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
    const bytes = Uint8Array.from(this.backlog, (character) => character.charCodeAt(0) & 0xff);
    const written = this.file.write(this.writer, VmReader.from(bytes));
    if (written > 0) this.backlog = this.backlog.slice(written);
  }
}
