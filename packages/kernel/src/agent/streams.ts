// SPDX-License-Identifier: MPL-2.0

import { VmReader, VmWriter } from "@aster/ostd";
import { Errno } from "../abi/errno.ts";
import { POLLERR, POLL_READABLE, POLL_WRITABLE } from "../abi/poll.ts";
import type { Tty } from "../device/tty/tty.ts";
import type { OpenFile } from "../fs/file.ts";
import { PipeRing } from "../fs/pipe/ring.ts";
import type { KernelMemory } from "../kernel-memory.ts";
import type { Thread } from "../process/thread.ts";
import type { Outbox } from "./outbox.ts";
import { DATA_BYTES_MAX, GuestMessage, WINDOW_BYTES } from "./protocol.ts";
import { MessageWriter, START_BYTES, writeStart } from "./wire.ts";

/** The host hears of what a command has taken in parts of so many bytes: it can always send half a window. */
const CREDIT_BYTES: number = WINDOW_BYTES / 2;

/** The start of a message, and the stream's number. */
const OUTPUT_START_BYTES: number = START_BYTES + 4;

/** From the host to a command: the kernel's end of its standard input, or of its terminal. */
export class InputStream {
  private readonly id: number;
  private readonly terminal: Tty | undefined;
  private file: OpenFile | undefined;
  /** What the command has no room for yet. */
  private readonly waiting: PipeRing;
  /** Bytes that the command has taken, and the host does not know of. */
  private taken = 0;
  private isEnding = false;

  /**
   * Takes over the caller's reference to `file`, which does not block; without one, nothing of
   * the host's is the command's input.
   * `terminal`: where what is written to `file` is typed, if that is so.
   */
  constructor(id: number, file: OpenFile | undefined, memory: KernelMemory, terminal?: Tty) {
    this.id = id;
    this.file = file;
    this.waiting = new PipeRing(WINDOW_BYTES, memory);
    this.terminal = terminal;
  }

  /** `count` bytes of `reader`, from the host. What nobody will read is dropped, and so is what is beyond the window. */
  add(reader: VmReader, count: number): void {
    if (this.file === undefined || this.isEnding) return;
    // With no memory for it, the command's input ends here.
    if (this.waiting.fill(reader, count) < 0) this.close();
  }

  /** No more will come. */
  end(): void {
    this.isEnding = true;
  }

  /** Moves what the command has room for; whether anything moved. Else the thread is on its queue. */
  pump(thread: Thread, outbox: Outbox): boolean {
    const { file } = this;
    if (file === undefined) return false;
    const { waiting } = this;
    let moved = 0;
    const ready = file.poll(thread, waiting.length > 0 ? POLL_WRITABLE : 0);
    if ((ready & POLLERR) !== 0) {
      this.close();
      outbox.send(new MessageWriter(GuestMessage.INPUT_CLOSED, this.id));
      return true;
    }
    while (waiting.length > 0) {
      const count = file.write(thread, waiting.reader());
      if (count <= 0) {
        if (count === -Errno.EAGAIN) waitFor(thread, file);
        // With no memory for it, the command's input ends here; a terminal has no other side.
        else this.close();
        break;
      }
      moved += count;
      waiting.skip(count);
    }
    this.taken += moved;
    if (this.taken >= CREDIT_BYTES) {
      outbox.send(new MessageWriter(GuestMessage.INPUT_CREDIT, this.id).u32(this.taken));
      this.taken = 0;
    }
    if (this.isEnding && waiting.length === 0) this.finish();
    return moved > 0;
  }

  /** All that there was has been written. */
  private finish(): void {
    this.terminal?.endInput();
    this.close();
  }

  close(): void {
    this.file?.release();
    this.file = undefined;
    this.waiting.clear();
  }
}

/** The memory in which one OUTPUT after the other is put together. */
export class OutputMessage {
  private readonly bytes: Uint8Array = new Uint8Array(OUTPUT_START_BYTES + DATA_BYTES_MAX);
  private readonly view: DataView = new DataView(this.bytes.buffer);

  /** Where the data is to be written. */
  writer(length: number): VmWriter {
    return VmWriter.from(this.bytes, OUTPUT_START_BYTES, length);
  }

  /** The message with `count` bytes of data. */
  finish(id: number, stream: number, count: number): VmReader {
    writeStart(this.view, GuestMessage.OUTPUT, id, 4 + count);
    this.view.setUint32(START_BYTES, stream, true);
    return VmReader.from(this.bytes, 0, OUTPUT_START_BYTES + count);
  }
}

/** From a command to the host: the kernel's end of one of its output files. */
export class OutputStream {
  private readonly id: number;
  /** `STDOUT` or `STDERR`. */
  readonly stream: number;
  private file: OpenFile | undefined;
  private window: number = WINDOW_BYTES;
  /** Once the command has ended: so much more is read for the host. */
  private bytesLeft: number = Infinity;
  /** The host has had all that is its; what others write is read and thrown away. */
  private isDraining = false;

  /** Takes over the caller's reference to `file`, which does not block. */
  constructor(id: number, stream: number, file: OpenFile) {
    this.id = id;
    this.stream = stream;
    this.file = file;
  }

  /** Nobody can write any more, or nobody reads. */
  get hasEnded(): boolean {
    return this.file === undefined;
  }

  addCredit(bytes: number): void {
    this.window += bytes;
  }

  /** The command has ended; what others who have the file write from now on is not its output. */
  commandEnded(): void {
    this.bytesLeft = Math.max(0, this.file?.bytesReadable ?? 0);
  }

  /** Moves output to the outbox; whether anything moved. Else the thread is on its queue. */
  pump(thread: Thread, outbox: Outbox, message: OutputMessage): boolean {
    const { file } = this;
    if (file === undefined) return false;
    if (this.isDraining) return this.drain(thread, file, message);
    if (this.bytesLeft === 0) return this.endForHost(outbox);
    const wanted = Math.min(this.window, this.bytesLeft, DATA_BYTES_MAX);
    if (wanted === 0 || outbox.isFull) return false;
    if (file.poll(thread, POLL_READABLE) === 0) return false;
    const count = file.read(thread, message.writer(wanted));
    if (count === -Errno.EAGAIN) {
      waitFor(thread, file);
      return false;
    }
    // A pipe ends with 0, a terminal with EIO.
    if (count <= 0) return this.end(outbox);
    this.window -= count;
    this.bytesLeft -= count;
    outbox.sendBytes(message.finish(this.id, this.stream, count));
    return true;
  }

  private end(outbox: Outbox): boolean {
    this.close();
    outbox.send(new MessageWriter(GuestMessage.OUTPUT_END, this.id).u32(this.stream));
    return true;
  }

  /**
   * The host has all that the command wrote. What it left running may have the file yet, and
   * would die of a broken pipe, or wait for ever for room.
   */
  private endForHost(outbox: Outbox): boolean {
    this.isDraining = true;
    outbox.send(new MessageWriter(GuestMessage.OUTPUT_END, this.id).u32(this.stream));
    return true;
  }

  private drain(thread: Thread, file: OpenFile, message: OutputMessage): boolean {
    if (file.poll(thread, POLL_READABLE) === 0) return false;
    const count = file.read(thread, message.writer(DATA_BYTES_MAX));
    if (count === -Errno.EAGAIN) {
      waitFor(thread, file);
      return false;
    }
    if (count <= 0) this.close();
    return true;
  }

  close(): void {
    this.file?.release();
    this.file = undefined;
  }
}

function waitFor(thread: Thread, file: OpenFile): void {
  for (const queue of file.pollQueues()) thread.blockMore(queue);
}
