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
import { FIONREAD } from "../../abi/ioctl.ts";
import {
  MSG_DONTWAIT,
  MSG_NOSIGNAL,
  MSG_PEEK,
  SIOCATMARK,
  SOCK_DGRAM,
  SOCK_SEQPACKET,
  SOCK_STREAM,
} from "../../abi/socket.ts";
import { S } from "../../abi/stat.ts";
import { AnonymousFile } from "../../fs/anonymous-file.ts";
import { descriptorLimit } from "../../fs/descriptor.ts";
import type { OpenFile } from "../../fs/file.ts";
import type { Path } from "../../fs/path.ts";
import { PollQueue } from "../../fs/poll-queue.ts";
import type { Kernel } from "../../kernel.ts";
import type { Thread } from "../../process/thread.ts";
import { BLOCKED, fail } from "../../result.ts";
import type { Result } from "../../result.ts";
import { Capability } from "../../security/capabilities.ts";
import type { UnixName } from "./address.ts";
import { SenderIds } from "./envelope.ts";
import type { Delivery } from "./envelope.ts";
import type { Listener } from "./listener.ts";
import { PacketQueue } from "./packet-queue.ts";
import type { PassedFiles } from "./passed-files.ts";
import type { ReceiveQueue } from "./receive-queue.ts";
import type { SocketPlace } from "./socket-place.ts";
import { SocketOptions } from "./socket-options.ts";
import { StreamQueue } from "./stream-queue.ts";

/** What a message, and room for one, may have brought. */
const READ_KEY = POLL_READABLE | POLLPRI | POLLRDBAND;
const WRITE_KEY = POLL_WRITABLE | POLLWRBAND;

const NO_FILES: readonly never[] = [];
/** net.unix.max_dgram_qlen: messages that wait for who has not connected back to their sender. */
const DATAGRAMS_FROM_STRANGERS = 10;
/** What Linux counts for itself of a message's place in the buffer. */
const MESSAGE_OVERHEAD = 32;

/** What sendmsg(2) sends beside bytes. */
export interface SendRequest {
  readonly flags: number;
  /** They go with the first byte, and with no later part of the same call. */
  readonly files: readonly OpenFile[];
  /** SCM_CREDENTIALS: who the sender says that it is. */
  readonly ids?: SenderIds | undefined;
  /** Who gets a datagram that is addressed; undefined: the peer. */
  readonly target?: UnixSocket | undefined;
}

/** A socket of AF_UNIX (unix(7)). */
export class UnixSocket extends AnonymousFile {
  /** SOCK_STREAM, SOCK_DGRAM or SOCK_SEQPACKET. */
  readonly type: number;
  readonly incoming: ReceiveQueue;
  readonly options: SocketOptions = new SocketOptions();
  /** What write(2) asks for. */
  private readonly plain: SendRequest = { flags: 0, files: NO_FILES };
  readonly readQueue: PollQueue = new PollQueue();
  readonly writeQueue: PollQueue = new PollQueue();
  /** Where its attributes are, and its number: no path leads there. */
  override readonly location: Path;
  /** Its address; "" without one. */
  name: UnixName = "";
  /** The file that `name` names; undefined for a name that is in no file system. */
  place: SocketPlace | undefined = undefined;
  /** listen(2): who wants to be accepted. */
  listener: Listener | undefined = undefined;
  /** SO_PEERCRED. */
  peerIds: SenderIds = SenderIds.NOBODY;
  /** In whose queues messages hold this socket, and how often. */
  private readonly queued: Map<UnixSocket, number> = new Map();
  private timesQueued = 0;
  peer: UnixSocket | undefined = undefined;
  /** Datagram sockets that send here; a connection has its one peer. */
  private readonly senders: Set<UnixSocket> = new Set();
  /** There is, or was, a connection. */
  isEstablished = false;
  /** Of a connection's peer that has gone. */
  private lostPeerName: UnixName = "";
  private peerClosed = false;
  /** shutdown(2) of this side. */
  private readsShut = false;
  private writesShut = false;
  /** The peer went away without having read everything: the next receive fails, once. */
  private wasReset = false;

  constructor(kernel: Kernel, type: number, statusFlags: number) {
    const { fsuid, fsgid } = kernel.currentThread?.credentials ?? { fsuid: 0, fsgid: 0 };
    const location = kernel.vfs.sockets.newFile("socket", S.IFSOCK | 0o777, fsuid, fsgid);
    super(kernel, O.RDWR | statusFlags, "[socket]", location);
    this.location = location;
    this.type = type;
    this.incoming =
      type === SOCK_STREAM
        ? new StreamQueue(kernel.memory, kernel.filesInFlight)
        : new PacketQueue(kernel.memory, kernel.filesInFlight, type === SOCK_SEQPACKET);
  }

  override get takesAsync(): boolean {
    return true;
  }

  /** Makes each the other's peer. */
  static connect(first: UnixSocket, second: UnixSocket): void {
    first.setPeer(second);
    second.setPeer(first);
    first.isEstablished = true;
    second.isEstablished = true;
  }

  /** Whom messages go to that are not addressed; undefined: nobody (connect(2) with AF_UNSPEC). */
  setPeer(peer: UnixSocket | undefined): void {
    this.peer?.senders.delete(this);
    this.peer = peer;
    this.peerClosed = false;
    peer?.senders.add(this);
    this.writeQueue.wakeAll();
  }

  /** A datagram socket has a peer that has gone until it sends to it, a connection for ever (getpeername(2)). */
  get isConnected(): boolean {
    return this.peer !== undefined || this.peerClosed;
  }
  get peerName(): UnixName {
    return this.peer?.name ?? this.lostPeerName;
  }

  /** Whether datagrams of `sender` are taken: not where the socket has another peer. */
  takesFrom(sender: UnixSocket): boolean {
    return this.peer === undefined || this.peer === sender;
  }

  get isConnectionType(): boolean {
    return this.type !== SOCK_DGRAM;
  }

  // --- Sending and receiving

  read(thread: Thread, writer: VmWriter): Result {
    // read(2) of nothing takes no message, unlike recv(2).
    return writer.avail === 0 ? 0 : this.receive(thread, writer, 0, undefined);
  }

  write(thread: Thread, reader: VmReader): Result {
    const checked = this.checkSender();
    return checked < 0 ? checked : this.send(thread, reader, this.plain);
  }

  /**
   * recv(2); of its flags, MSG_PEEK and MSG_DONTWAIT. Files that come with it go to `delivery`, for
   * the caller to release (when peeked at, they stay); without one they are given up.
   */
  receive(thread: Thread, writer: VmWriter, flags: number, delivery: Delivery | undefined): Result {
    const { incoming } = this;
    if (this.isConnectionType && !this.isEstablished) {
      const errno = this.type === SOCK_STREAM ? Errno.EINVAL : Errno.ENOTCONN;
      return fail(errno, "the socket is not connected");
    }
    if (this.type === SOCK_STREAM && !incoming.isEmpty && delivery !== undefined) {
      delivery.sender = this.peerName;
    }
    if (incoming instanceof PacketQueue) {
      incoming.lastLength = 0;
      if (this.wasReset) return this.tellReset();
    }
    if (!incoming.isEmpty) {
      const moved = incoming.take(writer, (flags & MSG_PEEK) !== 0, delivery);
      if (moved >= 0 && (flags & MSG_PEEK) === 0) this.tellRoom();
      return moved;
    }
    if (this.wasReset) return this.tellReset();
    const waits = !this.nonBlocking && (flags & MSG_DONTWAIT) === 0;
    // That a datagram socket was shut is told only to who would wait.
    if (this.inputEnded && (waits || this.isConnectionType)) return 0;
    return this.waitFor(thread, flags, this.readQueue, this.options.receiveTimeoutNs);
  }

  /** Sequenced packets need a connection, whatever else a call asks for. */
  checkConnected(): Result {
    if (this.type !== SOCK_SEQPACKET) return 0;
    return this.isEstablished ? 0 : fail(Errno.ENOTCONN, "the socket is not connected");
  }
  /** What sending them finds first. */
  checkSender(): Result {
    if (this.wasReset && this.type === SOCK_SEQPACKET) return this.tellReset();
    return this.checkConnected();
  }

  private tellReset(): Result {
    this.wasReset = false;
    return fail(Errno.ECONNRESET, "the peer closed without having read everything");
  }

  /** There is room: whoever sends here goes on. */
  private tellRoom(): void {
    for (const sender of this.senders) sender.writeQueue.wakeFor(WRITE_KEY);
    // Datagrams come from anybody.
    if (!this.isConnectionType) this.strangersQueue.wakeAll();
  }
  /** Senders of addressed datagrams wait here for room. */
  private readonly strangersQueue: PollQueue = new PollQueue();

  private waitFor(thread: Thread, flags: number, queue: PollQueue, timeoutNs: number): Result {
    if (this.nonBlocking || (flags & MSG_DONTWAIT) !== 0) return fail(Errno.EAGAIN);
    if (timeoutNs === Infinity) return thread.block(queue);
    const { restart } = thread;
    if (restart.timedOut) return fail(Errno.EAGAIN, "the socket's timeout has passed");
    if (!restart.entered) restart.deadlineNs = this.kernel.clock.monotonicNs() + timeoutNs;
    return thread.block(queue, restart.deadlineNs, -Errno.EINTR);
  }

  /** send(2); of the flags, MSG_DONTWAIT and MSG_NOSIGNAL. */
  send(thread: Thread, reader: VmReader, request: SendRequest): Result {
    const isStream = this.type === SOCK_STREAM;
    const { flags, target } = request;
    const peer = target ?? this.peer;
    if (!isStream && this.options.passesIds && peer !== undefined && !this.writesShut) {
      // Who wants to know senders is to have a name itself.
      const bound = this.kernel.socketNames.bindAutomatically(this);
      if (bound < 0) return bound;
    }
    if (!isStream && reader.remain > this.options.sendBufferBytes - MESSAGE_OVERHEAD) {
      return fail(Errno.EMSGSIZE, "the message is larger than the buffer");
    }
    const isLost = peer === undefined && !this.peerClosed;
    if (isLost && (isStream || !this.writesShut)) {
      if (!this.isConnectionType) this.writeQueue.wakeFor(WRITE_KEY);
      return fail(Errno.ENOTCONN, "the socket is not connected, or its peer has closed");
    }
    const isPeerGone = target === undefined && this.peerClosed;
    if (this.writesShut || peer === undefined || isPeerGone) return this.failToSend(thread, flags);
    if (isStream && reader.remain === 0) return 0;
    if (peer.readsShut) return this.failToSend(thread, flags);
    let moved = 0;
    if (this.hasRoomAt(peer, reader.remain)) {
      moved = this.addTo(peer, thread, reader, request);
      if (moved < 0) return moved;
      peer.readQueue.wakeFor(READ_KEY);
      if (!isStream || reader.remain === 0 || this.hasRoomAt(peer, 1)) return moved;
    }
    const queue = target === undefined ? this.writeQueue : peer.strangersQueue;
    thread.restart.bytesDone += moved;
    const waits = this.waitFor(thread, flags, queue, this.options.sendTimeoutNs);
    if (waits === BLOCKED) return BLOCKED;
    thread.restart.bytesDone -= moved;
    return moved > 0 ? moved : waits;
  }

  private hasRoomAt(peer: UnixSocket, count: number): boolean {
    const { incoming } = peer;
    const isStranger = peer.peer !== this && !this.isConnectionType;
    if (isStranger && incoming.messageCount > DATAGRAMS_FROM_STRANGERS) return false;
    return incoming.hasRoom(count, this.options.sendBufferBytes);
  }

  private addTo(
    peer: UnixSocket,
    thread: Thread,
    reader: VmReader,
    { files, ids }: SendRequest,
  ): Result {
    const tellsIds = this.options.passesIds || peer.options.passesIds;
    const passed = files.length === 0 ? undefined : this.pass(thread, files, peer);
    if (typeof passed === "number") return passed;
    const envelope = {
      passed,
      ids: ids ?? (tellsIds ? SenderIds.sending(thread) : undefined),
      sender: this,
    };
    const moved = peer.incoming.add(reader, envelope, this.options.sendBufferBytes);
    if (moved < 0 && passed !== undefined) this.kernel.filesInFlight.drop(passed);
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
    if (!this.isConnectionType && !this.writesShut && this.peerClosed) {
      // From now on it is connected to nobody, and what the peer had sent is gone.
      this.peerClosed = false;
      this.incoming.clear();
      return fail(Errno.ECONNREFUSED, "the peer has closed");
    }
    if (this.type === SOCK_STREAM && (flags & MSG_NOSIGNAL) === 0) thread.sendPipeSignal();
    return fail(Errno.EPIPE, "nobody will receive it");
  }

  /** shutdown(2). */
  shutDown(reads: boolean, writes: boolean): void {
    if (reads) this.readsShut = true;
    if (writes) this.writesShut = true;
    // The other side of a connection knows that nobody will read.
    if (reads && this.isConnectionType && this.peer !== undefined) this.peer.writesShut = true;
    for (const socket of [this, this.peer]) {
      socket?.readQueue.wakeAll();
      socket?.writeQueue.wakeAll();
    }
  }

  /** Nobody can be accepted any more. */
  get hasShutReads(): boolean {
    return this.readsShut;
  }
  get hasShutWrites(): boolean {
    return this.writesShut;
  }
  get hasShutBoth(): boolean {
    return this.readsShut && this.writesShut;
  }

  /** SO_ERROR: what the next receive would fail with, which it then does not. */
  takeError(): number {
    const errno = this.wasReset ? Errno.ECONNRESET : 0;
    this.wasReset = false;
    return errno;
  }

  private get inputEnded(): boolean {
    if (this.readsShut) return true;
    // Datagram sockets are not connections: whatever the peer does ends nothing.
    return this.isConnectionType && (this.peerClosed || this.peer?.writesShut === true);
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
    return this.listener === undefined ? this.incoming.readableBytes : -1;
  }

  override ioctl(thread: Thread, request: number, argument: number): Result {
    if (request === FIONREAD) return fail(Errno.EINVAL, "the socket listens");
    if (request !== SIOCATMARK) return super.ioctl(thread, request, argument);
    if (this.type !== SOCK_STREAM) return fail(Errno.EOPNOTSUPP, "only streams have marks");
    // As Linux, who waits to be accepted counts as a mark.
    const isAtMark = this.listener !== undefined && this.listener.first !== undefined;
    return thread.memory.writeU32(argument, isAtMark ? 1 : 0) ? 0 : fail(Errno.EFAULT);
  }

  override poll(thread: Thread | undefined, events: number): number {
    let ready = this.listener === undefined ? this.readiness() : this.listener.readiness();
    ready &= events | POLL_ALWAYS;
    if (ready === 0 && thread !== undefined) {
      thread.blockMore(this.readQueue);
      thread.blockMore(this.writeQueue);
    }
    return ready;
  }

  private readiness(): number {
    const { peer } = this;
    let ready = 0;
    if (!this.incoming.isEmpty || this.inputEnded) ready |= POLL_READABLE;
    if (this.inputEnded) ready |= POLLRDHUP;
    if (this.wasReset) ready |= POLLERR;
    const isHungUp = this.inputEnded && this.outputEnded;
    if (isHungUp || (this.isConnectionType && !this.isEstablished)) ready |= POLLHUP;
    const canSend = peer === undefined || this.peerClosed || this.hasRoomAt(peer, 1);
    return canSend ? ready | POLL_WRITABLE | POLLWRBAND : ready;
  }

  override pollQueues(): readonly PollQueue[] {
    return [this.readQueue, this.writeQueue];
  }

  override path(): string {
    return this.location.dentry.name;
  }

  override seek(_offset: number, _whence: number): Result {
    return fail(Errno.ESPIPE);
  }

  /** Who made the connection was never accepted: it is told so. */
  refuse(): void {
    const { peer } = this;
    this.release();
    if (peer !== undefined) peer.wasReset = true;
  }

  protected override onLastClose(): void {
    const { peer } = this;
    // A first message that is empty does not count.
    const isPackets = this.type !== SOCK_STREAM;
    const hadInput =
      this.incoming.readableBytes > 0 || (isPackets && this.incoming.messageCount > 1);
    this.incoming.clear();
    super.onLastClose();
    this.kernel.socketNames.leave(this);
    this.listener?.close();
    this.listener = undefined;
    this.setPeer(undefined);
    for (const sender of [...this.senders]) sender.losePeer(hadInput);
    this.strangersQueue.wakeAll();
    peer?.readQueue.wakeAll();
    peer?.writeQueue.wakeAll();
  }

  private losePeer(hadInput: boolean): void {
    if (hadInput && this.isConnectionType) this.wasReset = true;
    this.lostPeerName = this.peerName;
    this.setPeer(undefined);
    this.peerClosed = true;
    this.readQueue.wakeAll();
    this.writeQueue.wakeAll();
  }
}
