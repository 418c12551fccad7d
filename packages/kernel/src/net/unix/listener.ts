// SPDX-License-Identifier: MPL-2.0

import { POLLHUP, POLLRDHUP, POLL_READABLE } from "../../abi/poll.ts";
import { PollQueue } from "../../fs/poll-queue.ts";
import type { SenderIds } from "./envelope.ts";
import type { UnixSocket } from "./socket.ts";

/** net.core.somaxconn. */
const BACKLOG_MAX = 4096;

/** A socket's queue of connections that wait to be accepted (listen(2)). */
export class Listener {
  readonly socket: UnixSocket;
  /** Who listens: SO_PEERCRED of those who connect. */
  ids: SenderIds;
  private backlog = 0;
  /** This side's ends of the connections; each holds one reference. */
  private readonly pending: UnixSocket[] = [];
  /** Those who connect wait here for room. */
  readonly roomQueue: PollQueue = new PollQueue();

  constructor(socket: UnixSocket, ids: SenderIds) {
    this.socket = socket;
    this.ids = ids;
  }

  setBacklog(backlog: number): void {
    this.backlog = Math.min(backlog >>> 0, BACKLOG_MAX);
    this.roomQueue.wakeAll();
  }

  get isFull(): boolean {
    return this.pending.length > this.backlog;
  }

  add(end: UnixSocket): void {
    this.pending.push(end);
    this.socket.readQueue.wakeAll();
  }

  /** The connection that has waited longest; undefined where none does. */
  get first(): UnixSocket | undefined {
    return this.pending[0];
  }
  /** It has been accepted. */
  take(): void {
    this.pending.shift();
    this.roomQueue.wakeAll();
  }

  /** What poll(2) says of it: nothing can be sent. */
  readiness(): number {
    const isOver = this.socket.hasShutReads;
    const ready = this.pending.length > 0 || isOver ? POLL_READABLE : 0;
    const ended = isOver ? ready | POLLRDHUP : ready;
    return this.socket.hasShutBoth ? ended | POLLHUP : ended;
  }

  close(): void {
    for (const end of this.pending.splice(0)) end.refuse();
    this.roomQueue.wakeAll();
  }
}
