// SPDX-License-Identifier: MPL-2.0

import type { VmReader, VmWriter } from "@aster/ostd";
import { Errno } from "../../abi/errno.ts";
import { O } from "../../abi/fcntl.ts";
import {
  POLLERR,
  POLLHUP,
  POLLPRI,
  POLLRDBAND,
  POLLRDHUP,
  POLLWRBAND,
  POLL_ALWAYS,
  POLL_READABLE,
  POLL_WRITABLE,
} from "../../abi/poll.ts";
import { SIGPIPE } from "../../abi/signal.ts";
import {
  MSG_DONTWAIT,
  MSG_NOSIGNAL,
  MSG_PEEK,
  SOCK_DGRAM,
  SOCK_SEQPACKET,
  SOCK_STREAM,
} from "../../abi/socket.ts";
import { S } from "../../abi/stat.ts";
import { AnonymousFile } from "../../fs/anonymous-file.ts";
import { descriptorLimit } from "../../fs/descriptor.ts";
import { PollQueue } from "../../fs/poll-queue.ts";
import type { Stat } from "../../fs/stat.ts";
import type { Kernel } from "../../kernel.ts";
import type { Thread } from "../../process/thread.ts";
import { fail } from "../../result.ts";
import type { Result } from "../../result.ts";
import type { OpenFile } from "../../fs/file.ts";
import { Capability } from "../../security/capabilities.ts";
import { PacketQueue } from "./packet-queue.ts";
import type { Delivery, PassedFiles } from "./passed-files.ts";
import { SOCKET_BUFFER_BYTES } from "./receive-queue.ts";
import type { ReceiveQueue } from "./receive-queue.ts";
import { StreamQueue } from "./stream-queue.ts";

/** What a message, and room for one, may have brought. */
const READ_KEY = POLL_READABLE | POLLPRI | POLLRDBAND;
const WRITE_KEY = POLL_WRITABLE | POLLWRBAND;

const NO_FILES: readonly never[] = [];

/** A socket of socketpair(2) with AF_UNIX (unix(7)): it has no name, and one peer from the start. */
export class UnixSocket extends AnonymousFile {
  /** SOCK_STREAM, SOCK_DGRAM or SOCK_SEQPACKET. */
  readonly type: number;
  readonly incoming: ReceiveQueue;
  readonly readQueue: PollQueue = new PollQueue();
  readonly writeQueue: PollQueue = new PollQueue();
  /** In whose queues messages hold this socket, and how often. */
  private readonly queued: Map<UnixSocket, number> = new Map();
  private timesQueued = 0;
  private readonly ino: number;
  private peer: UnixSocket | undefined = undefined;
  private peerClosed = false;
  /** A datagram socket has noticed by sending that the peer is gone. */
  private hasLostPeer = false;
  /** shutdown(2) of this side. */
  private readsShut = false;
  private writesShut = false;
  /** The peer went away without having read everything: the next receive fails, once. */
  private wasReset = false;

  private constructor(kernel: Kernel, type: number, ino: number, statusFlags: number) {
    super(kernel, O.RDWR | statusFlags, "[socket]");
    this.type = type;
    this.ino = ino;
    this.incoming =
      type === SOCK_STREAM
        ? new StreamQueue(kernel.memory, kernel.filesInFlight)
        : new PacketQueue(kernel.memory, kernel.filesInFlight, type === SOCK_SEQPACKET);
  }

  static createPair(kernel: Kernel, type: number, statusFlags: number): [UnixSocket, UnixSocket] {
    const first = new UnixSocket(kernel, type, kernel.takeSocketNumber(), statusFlags);
    const second = new UnixSocket(kernel, type, kernel.takeSocketNumber(), statusFlags);
    first.peer = second;
    second.peer = first;
    return [first, second];
  }

  // --- Sending and receiving

  read(thread: Thread, writer: VmWriter): Result {
    // read(2) of nothing takes no message, unlike recv(2).
    return writer.avail === 0 ? 0 : this.receive(thread, writer, 0, undefined);
  }

  write(thread: Thread, reader: VmReader): Result {
    return this.send(thread, reader, 0, NO_FILES);
  }

  /**
   * recv(2); of its flags, MSG_PEEK and MSG_DONTWAIT. Files that come with it go to `delivery`, for
   * the caller to release (when peeked at, they stay); without one they are given up.
   */
  receive(thread: Thread, writer: VmWriter, flags: number, delivery: Delivery | undefined): Result {
    const { incoming } = this;
    if (this.type === SOCK_STREAM && writer.avail === 0 && !incoming.isEmpty) return 0;
    if (incoming instanceof PacketQueue) {
      incoming.lastLength = 0;
      if (this.wasReset) return this.tellReset();
    }
    if (!incoming.isEmpty) {
      const moved = incoming.take(writer, (flags & MSG_PEEK) !== 0, delivery);
      if (moved >= 0 && (flags & MSG_PEEK) === 0) this.peer?.writeQueue.wakeFor(WRITE_KEY);
      return moved;
    }
    if (this.wasReset) return this.tellReset();
    const waits = !this.nonBlocking && (flags & MSG_DONTWAIT) === 0;
    // That a datagram socket was shut is told only to who would wait.
    if (this.inputEnded && (waits || this.type !== SOCK_DGRAM)) return 0;
    return waits ? thread.block(this.readQueue) : fail(Errno.EAGAIN);
  }

  private tellReset(): Result {
    this.wasReset = false;
    return fail(Errno.ECONNRESET, "the peer closed without having read everything");
  }

  /**
   * send(2); of its flags, MSG_DONTWAIT and MSG_NOSIGNAL. `files` go with the first byte, and with
   * no later part of the same call.
   */
  send(thread: Thread, reader: VmReader, flags: number, files: readonly OpenFile[]): Result {
    const { peer } = this;
    const isStream = this.type === SOCK_STREAM;
    if (this.wasReset && this.type === SOCK_SEQPACKET) return this.tellReset();
    if (!isStream && reader.remain > SOCKET_BUFFER_BYTES) {
      return fail(Errno.EMSGSIZE, "the message is larger than the buffer");
    }
    if (this.hasLostPeer && !this.writesShut) {
      this.writeQueue.wakeFor(WRITE_KEY);
      return fail(Errno.ENOTCONN, "the peer has closed");
    }
    if (this.writesShut || peer === undefined || this.peerClosed || peer.readsShut) {
      return this.failToSend(thread, flags);
    }
    if (isStream && reader.remain === 0) return 0;
    const waits = !this.nonBlocking && (flags & MSG_DONTWAIT) === 0;
    let moved = 0;
    if (peer.incoming.hasRoom(reader.remain)) {
      moved = this.addTo(peer, thread, reader, files);
      if (moved < 0) return moved;
      peer.readQueue.wakeFor(READ_KEY);
      if (!isStream || reader.remain === 0 || peer.incoming.hasRoom(1)) return moved;
    }
    if (!waits) return moved > 0 ? moved : fail(Errno.EAGAIN);
    thread.restart.bytesDone += moved;
    return thread.block(this.writeQueue);
  }

  private addTo(
    peer: UnixSocket,
    thread: Thread,
    reader: VmReader,
    files: readonly OpenFile[],
  ): Result {
    if (files.length === 0) return peer.incoming.add(reader, undefined);
    const passed = this.pass(thread, files, peer);
    if (typeof passed === "number") return passed;
    const moved = peer.incoming.add(reader, passed);
    if (moved < 0) this.kernel.filesInFlight.drop(passed);
    return moved;
  }

  /** Who may not go over limits has as many files on their way as RLIMIT_NOFILE says. */
  private pass(
    thread: Thread,
    files: readonly OpenFile[],
    receiver: UnixSocket,
  ): PassedFiles | Result {
    const { filesInFlight } = this.kernel;
    const { credentials } = thread;
    const isLimited =
      !credentials.has(Capability.SYS_RESOURCE) && !credentials.has(Capability.SYS_ADMIN);
    if (isLimited && filesInFlight.countOf(credentials.uid) > descriptorLimit(thread)) {
      return fail(Errno.ETOOMANYREFS, "too many files are on their way");
    }
    return filesInFlight.depart(files, credentials.uid, receiver);
  }

  private failToSend(thread: Thread, flags: number): Result {
    // The message that was made ready for it has gone, which makes room anew.
    if (this.type !== SOCK_STREAM && !this.outputEnded) this.writeQueue.wakeFor(WRITE_KEY);
    if (this.type === SOCK_DGRAM && !this.writesShut && this.peerClosed) {
      // From now on it is connected to nobody, and what the peer had sent is gone.
      this.hasLostPeer = true;
      this.incoming.clear();
      return fail(Errno.ECONNREFUSED, "the peer has closed");
    }
    if (this.type === SOCK_STREAM && (flags & MSG_NOSIGNAL) === 0) thread.sendSignal(SIGPIPE);
    return fail(Errno.EPIPE, "nobody will receive it");
  }

  /** shutdown(2). */
  shutDown(reads: boolean, writes: boolean): void {
    if (reads) this.readsShut = true;
    if (writes) this.writesShut = true;
    for (const socket of [this, this.peer]) {
      socket?.readQueue.wakeAll();
      socket?.writeQueue.wakeAll();
    }
  }

  /** A datagram socket loses its peer with the peer's end; a connection keeps it (getpeername(2)). */
  get isConnected(): boolean {
    return this.peer !== undefined || this.type !== SOCK_DGRAM;
  }

  private get inputEnded(): boolean {
    if (this.readsShut) return true;
    // Datagram sockets are not connections: whatever the peer does ends nothing.
    return this.type !== SOCK_DGRAM && (this.peerClosed || this.peer?.writesShut === true);
  }

  private get outputEnded(): boolean {
    if (this.writesShut) return true;
    return this.type !== SOCK_DGRAM && (this.peerClosed || this.peer?.readsShut === true);
  }

  // --- On its way to others (SCM_RIGHTS)

  /** A message that holds the socket has got into the queue of `receiver`. */
  enterQueue(receiver: UnixSocket): void {
    this.queued.set(receiver, (this.queued.get(receiver) ?? 0) + 1);
    this.timesQueued++;
  }
  leaveQueue(receiver: UnixSocket): void {
    const left = (this.queued.get(receiver) ?? 0) - 1;
    if (left === 0) this.queued.delete(receiver);
    else this.queued.set(receiver, left);
    this.timesQueued--;
  }

  /** Who could receive the socket. */
  get receivers(): Iterable<UnixSocket> {
    return this.queued.keys();
  }
  /** Whether no descriptor, mapping or call holds the socket: only messages do. */
  get isHeldByMessagesOnly(): boolean {
    return this.timesQueued > 0 && this.referenceCount === this.timesQueued;
  }

  override release(): void {
    super.release();
    if (this.isHeldByMessagesOnly) this.kernel.filesInFlight.endIfLost(this);
  }

  // --- As a file

  override get bytesReadable(): number {
    return this.incoming.readableBytes;
  }

  override poll(thread: Thread | undefined, events: number): number {
    const { peer } = this;
    let ready = 0;
    if (!this.incoming.isEmpty || this.inputEnded) ready |= POLL_READABLE;
    if (this.inputEnded) ready |= POLLRDHUP;
    if (this.wasReset) ready |= POLLERR;
    if (this.inputEnded && this.outputEnded) ready |= POLLHUP;
    const canSend = peer === undefined || this.peerClosed || peer.incoming.hasRoom(1);
    if (canSend) ready |= POLL_WRITABLE | POLLWRBAND;
    ready &= events | POLL_ALWAYS;
    if (ready === 0 && thread !== undefined) {
      thread.blockMore(this.readQueue);
      thread.blockMore(this.writeQueue);
    }
    return ready;
  }

  override pollQueues(): readonly PollQueue[] {
    return [this.readQueue, this.writeQueue];
  }

  override path(): string {
    return `socket:[${this.ino}]`;
  }

  override stat(out: Stat): Result {
    const result = super.stat(out);
    out.ino = this.ino;
    out.mode = S.IFSOCK | 0o777;
    return result;
  }

  override seek(_offset: number, _whence: number): Result {
    return fail(Errno.ESPIPE);
  }

  protected override onLastClose(): void {
    const { peer } = this;
    // Empty messages do not count.
    const hadInput = this.incoming.readableBytes > 0;
    this.incoming.clear();
    super.onLastClose();
    if (peer === undefined) return;
    peer.peerClosed = true;
    if (hadInput && this.type !== SOCK_DGRAM) peer.wasReset = true;
    peer.peer = undefined;
    this.peer = undefined;
    peer.readQueue.wakeAll();
    peer.writeQueue.wakeAll();
  }
}
