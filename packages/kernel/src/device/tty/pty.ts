// SPDX-License-Identifier: MPL-2.0

import { makeDevice } from "../../abi/stat.ts";
import { B38400, CREAD, CS8, CSIZE, PARENB } from "../../abi/termios.ts";
import { PollQueue } from "../../fs/poll-queue.ts";
import { ObjectCost } from "../../kernel-memory.ts";
import type { KernelMemory } from "../../kernel-memory.ts";
import { ByteRing } from "../byte-ring.ts";
import { Termios } from "./termios.ts";
import { TtyDriver } from "./tty-driver.ts";
import { Tty } from "./tty.ts";

/** Major number of Unix98 pty slaves (Linux, devices.txt). */
export const PTS_MAJOR = 136;
/** What the slave has written and the master has not read. */
const OUTPUT_BYTES = 8192;
/** How much of it waits on the master's own side (N_TTY_BUF_SIZE, less one). */
const MASTER_INPUT_BYTES = 4095;

/** The slave's driver: output goes to the master. */
class PtySlaveDriver extends TtyDriver {
  private readonly pty: Pty;

  constructor(pty: Pty) {
    super();
    this.pty = pty;
  }

  writeRoom(): number {
    return this.pty.output.room;
  }

  write(bytes: Uint8Array, count: number): void {
    this.pty.output.push(bytes, 0, count);
    this.pty.readQueue.wakeAll();
  }

  /** Whole bytes always pass, without parity, as if there were a line. */
  override adjust(settings: Termios): void {
    settings.cflag = (settings.cflag & ~(CSIZE | PARENB)) | CS8 | CREAD;
  }

  override settle(): void {
    this.pty.settle();
  }

  override discard(): void {
    this.pty.output.keepFirst(this.pty.arrived);
  }

  override inputDrained(): void {
    this.pty.writeQueue.wakeAll();
  }

  override opened(): void {
    this.pty.slaveClosed = false;
  }

  /** The last file of the slave was closed. */
  override closed(): void {
    this.pty.slaveClosed = true;
    this.pty.readQueue.wakeAll();
    this.pty.writeQueue.wakeAll();
  }
}

/** A pseudo-terminal (pty(7)): the slave is a terminal, the master plays its user. */
export class Pty {
  readonly index: number;
  readonly slave: Tty;
  /** From the slave to the master. */
  readonly output: ByteRing = new ByteRing(OUTPUT_BYTES);
  private settled = 0;
  /** tcflow(3) of the master: it takes nothing from its writers. */
  masterStopped = false;
  /** Where the master's readers and writers wait. */
  readonly readQueue: PollQueue = new PollQueue();
  readonly writeQueue: PollQueue = new PollQueue();
  /** TIOCSPTLCK: the slave can not be opened; so it begins. */
  locked = true;
  /** The slave was open and is not any more: the master reads EIO. */
  slaveClosed = false;
  /** Who opened the master owns the node of the slave. */
  readonly uid: number;
  readonly gid: number;

  /** Where its memory is counted. */
  readonly memory: KernelMemory;

  constructor(index: number, uid: number, gid: number, memory: KernelMemory) {
    this.memory = memory;
    this.index = index;
    this.uid = uid;
    this.gid = gid;
    const termios = new Termios();
    termios.cflag = B38400 | CS8 | CREAD;
    const driver = new PtySlaveDriver(this);
    this.slave = new Tty(`pts/${index}`, makeDevice(PTS_MAJOR, index), driver, termios, true);
    this.slave.packet.queue = this.readQueue;
  }

  /** Of `output`, how many bytes have come to the master: nothing takes them back but itself. */
  get arrived(): number {
    return Math.min(this.settled, this.output.length);
  }
  /** Whatever the slave wrote before this moment comes to the master now. */
  settle(): void {
    this.settled = Math.min(this.output.length, MASTER_INPUT_BYTES);
  }

  /** The master was closed: the slave's users are hung up and can do nothing more. */
  masterClosed(): void {
    this.slave.hangup();
    this.slave.otherClosed = true;
    this.slave.wakeEveryone();
  }
}

/** All ptys of one system, by index. */
export class PtyTable {
  private readonly ptys: (Pty | undefined)[] = [];

  /** The pty with the lowest free index, whose memory is counted already; undefined when `limit` are open. */
  allocate(uid: number, gid: number, limit: number, memory: KernelMemory): Pty | undefined {
    let index = 0;
    while (this.ptys[index] !== undefined) index++;
    if (index >= limit) return undefined;
    const pty = new Pty(index, uid, gid, memory);
    this.ptys[index] = pty;
    return pty;
  }

  get(index: number): Pty | undefined {
    return this.ptys[index];
  }

  /** One past the highest index ever used. */
  get length(): number {
    return this.ptys.length;
  }

  free(pty: Pty): void {
    this.ptys[pty.index] = undefined;
    pty.memory.release(ObjectCost.PTY);
  }
}
