// SPDX-License-Identifier: MPL-2.0

import type { VmReader, VmWriter } from "@aster/ostd";
import { Errno } from "../../../abi/errno.ts";
import { CREATION_FLAGS } from "../../../abi/fcntl.ts";
import { POLLHUP, POLL_READABLE, POLL_WRITABLE } from "../../../abi/poll.ts";
import { Device } from "../../../device/device.ts";
import type { DeviceOpen } from "../../../device/device.ts";
import { OpenFile } from "../../../fs/file.ts";
import type { Path } from "../../../fs/path.ts";
import { PollQueue } from "../../../fs/poll-queue.ts";
import type { Thread } from "../../../process/thread.ts";
import { fail } from "../../../result.ts";
import type { Result } from "../../../result.ts";
import type { ConsolePort, PortListener } from "./port.ts";

/** From the range that Linux gives out dynamically, where these ports get theirs. */
const VPORT_MAJOR = 243;
const PORTS_PER_DEVICE = 512;

/**
 * A generic port of a console device: a pair of byte streams, /dev/vportNpM. Linux lets one
 * process open a port at a time; here any number may, so that /dev/stdout can be opened again.
 */
export class VirtioPort extends Device implements PortListener {
  /** What the host calls it: /dev/virtio-ports/NAME. */
  portName: string | undefined = undefined;
  readonly port: ConsolePort;
  readonly readQueue: PollQueue = new PollQueue();
  readonly writeQueue: PollQueue = new PollQueue();
  private openFiles = 0;

  constructor(port: ConsolePort) {
    const minor = port.console.index * PORTS_PER_DEVICE + port.id;
    super("char", VPORT_MAJOR, minor, `vport${port.console.index}p${port.id}`, 0o600);
    this.port = port;
    port.listener = this;
  }

  open({ flags, location }: DeviceOpen): OpenFile | Result {
    if (this.port.dead) return fail(Errno.ENXIO, "the port has gone");
    this.openFiles++;
    if (this.openFiles === 1) this.port.console.announceOpen(this.port, true);
    return new VirtioPortFile(this, flags & ~CREATION_FLAGS, location);
  }

  closed(): void {
    this.openFiles--;
    if (this.openFiles === 0) {
      this.port.discardInput();
      this.port.console.announceOpen(this.port, false);
    }
  }

  portReadable(): void {
    this.readQueue.wakeAll();
  }
  portWritable(): void {
    this.writeQueue.wakeAll();
  }
  portConnectionChanged(): void {
    this.readQueue.wakeAll();
    this.writeQueue.wakeAll();
  }
}

/** An open port. Reading ends when the host has closed its end and everything is read. */
export class VirtioPortFile extends OpenFile {
  private readonly device: VirtioPort;

  constructor(device: VirtioPort, statusFlags: number, location: Path | undefined) {
    super(statusFlags, location);
    this.device = device;
  }

  read(thread: Thread, writer: VmWriter): Result {
    const { port, readQueue } = this.device;
    if (writer.avail === 0) return 0;
    if (!port.hasInput) {
      if (!port.hostConnected) return 0;
      return this.nonBlocking ? fail(Errno.EAGAIN) : thread.block(readQueue);
    }
    const moved = port.readInto(writer);
    return moved > 0 ? moved : fail(Errno.EFAULT);
  }

  write(thread: Thread, reader: VmReader): Result {
    const { port, writeQueue } = this.device;
    if (reader.remain === 0) return 0;
    if (!port.hostConnected) {
      thread.sendPipeSignal();
      return fail(Errno.EPIPE, "the host has closed its end");
    }
    const hadRoom = port.outputRoom > 0;
    const moved = port.writeFrom(reader);
    if (reader.remain === 0) return moved;
    if (hadRoom && moved === 0) return fail(Errno.EFAULT);
    // Room that is left means that memory ended, not the port.
    if (port.outputRoom > 0) return moved;
    if (this.nonBlocking) return moved > 0 ? moved : fail(Errno.EAGAIN);
    thread.restart.bytesDone += moved;
    return thread.block(writeQueue);
  }

  override poll(thread: Thread | undefined, events: number): number {
    const { port, readQueue, writeQueue } = this.device;
    let ready = 0;
    if (port.hasInput || !port.hostConnected) ready |= POLL_READABLE;
    if (port.outputRoom > 0 || !port.hostConnected) ready |= POLL_WRITABLE;
    if (!port.hostConnected) ready |= POLLHUP;
    ready &= events | POLLHUP;
    if (ready === 0 && thread !== undefined) {
      thread.blockMore(readQueue);
      thread.blockMore(writeQueue);
    }
    return ready;
  }

  override pollQueues(): readonly PollQueue[] {
    return [this.device.readQueue, this.device.writeQueue];
  }

  protected override onLastClose(): void {
    this.device.closed();
  }
}
