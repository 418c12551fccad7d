// SPDX-License-Identifier: MPL-2.0

import type { VmReader, VmWriter } from "@aster/ostd";
import { Errno } from "../../abi/errno.ts";
import { O } from "../../abi/fcntl.ts";
import {
  EPOLLET,
  EPOLLEXCLUSIVE,
  EPOLLONESHOT,
  EPOLLWAKEUP,
  POLL_ALWAYS,
  POLL_READABLE,
} from "../../abi/poll.ts";
import { AnonymousFile } from "../../fs/anonymous-file.ts";
import type { CloseListener, OpenFile } from "../../fs/file.ts";
import { PollQueue } from "../../fs/poll-queue.ts";
import type { PollObserver } from "../../fs/poll-queue.ts";
import { ObjectCost } from "../../kernel-memory.ts";
import type { Kernel } from "../../kernel.ts";
import type { Thread } from "../../process/thread.ts";
import { fail } from "../../result.ts";
import type { Result } from "../../result.ts";
import { BusyPolling, busyPolling } from "./busy-polling.ts";

/** How deep epoll files may watch epoll files (EP_MAX_NESTS). */
const MAX_NESTING = 4;
/** Flags that are no events. */
const PRIVATE_FLAGS = EPOLLET + EPOLLONESHOT + EPOLLWAKEUP + EPOLLEXCLUSIVE;
const EVENT_MASK = 0xffff_ffff - PRIVATE_FLAGS;

/** One watched descriptor. */
export class EpollEntry implements PollObserver {
  readonly epoll: EpollFile;
  readonly file: OpenFile;
  readonly fd: number;
  /** EPOLL* bits, unsigned, flags included. */
  events: number;
  /** Opaque epoll_data, in two halves. */
  dataLow: number;
  dataHigh: number;
  /** EPOLLONESHOT has reported: nothing more until EPOLL_CTL_MOD. */
  disarmed = false;

  constructor(epoll: EpollFile, file: OpenFile, fd: number, request: EpollRequest) {
    this.epoll = epoll;
    this.file = file;
    this.fd = fd;
    this.events = request.events;
    this.dataLow = request.dataLow;
    this.dataHigh = request.dataHigh;
  }

  has(flag: number): boolean {
    return ((this.events >>> 0) & flag) !== 0;
  }

  /** The events that hold now, of those asked for; errors and hangups always count. */
  ready(): number {
    if (this.disarmed) return 0;
    const wanted = (this.events & EVENT_MASK) | POLL_ALWAYS;
    return this.file.poll(undefined, wanted) & wanted;
  }

  get isExclusive(): boolean {
    return this.has(EPOLLEXCLUSIVE);
  }

  queueWoken(key: number): boolean {
    // What was not asked for makes no edge.
    if (key !== 0 && (this.events & key) === 0) return false;
    return this.epoll.entryWoken(this);
  }
}

/** struct epoll_event. */
export interface EpollRequest {
  readonly events: number;
  readonly dataLow: number;
  readonly dataHigh: number;
}

/** Takes events from `EpollFile.collect`; false when it can take no more. */
export interface EpollSink {
  emit(events: number, dataLow: number, dataHigh: number): boolean;
}

/**
 * epoll(7). An entry hears of each wake-up of its file's queues and then stands in the list of
 * entries that may be ready; whether they are is looked at when somebody asks.
 */
export class EpollFile extends AnonymousFile implements CloseListener {
  /** Waiters, and epoll files that watch this one. */
  readonly queue: PollQueue = new PollQueue();
  private readonly entries = new Map<OpenFile, EpollEntry[]>();
  /** How long to poll network devices for: kept and told, as there are none. */
  private readonly busyPolling = new BusyPolling();
  /** Entries that may be ready, in the order in which they became so. */
  private readonly candidates = new Set<EpollEntry>();
  /** Epoll files that watch this one. */
  readonly watchers: Set<EpollFile> = new Set();

  constructor(kernel: Kernel) {
    super(kernel, O.RDWR, "[eventpoll]");
  }

  // --- epoll_ctl(2)

  add(file: OpenFile, fd: number, request: EpollRequest): Result {
    const queues = file.pollQueues();
    if (queues.length === 0) return fail(Errno.EPERM, "the file does not support epoll");
    if (this.find(file, fd) !== undefined) return fail(Errno.EEXIST);
    if (file instanceof EpollFile && levelsBelow(file, this) + levelsAbove(this) > MAX_NESTING) {
      return fail(Errno.ELOOP, "epoll files watch each other in a circle, or too deeply");
    }
    if (!this.kernel.memory.charge(ObjectCost.EPOLL_ENTRY)) {
      return fail(Errno.ENOSPC, "the kernel has no memory for another entry");
    }
    const entry = new EpollEntry(this, file, fd, request);
    const list = this.entries.get(file);
    if (list === undefined) {
      this.entries.set(file, [entry]);
      file.addCloseListener(this);
      if (file instanceof EpollFile) file.watchers.add(this);
    } else {
      list.push(entry);
    }
    for (const queue of queues) queue.observe(entry);
    if (entry.ready() !== 0) this.entryWoken(entry);
    return 0;
  }

  modify(file: OpenFile, fd: number, request: EpollRequest): Result {
    const entry = this.find(file, fd);
    if (entry === undefined) return fail(Errno.ENOENT);
    if (entry.has(EPOLLEXCLUSIVE)) return fail(Errno.EINVAL, "an exclusive entry is not changed");
    entry.events = request.events;
    entry.dataLow = request.dataLow;
    entry.dataHigh = request.dataHigh;
    entry.disarmed = false;
    if (entry.ready() !== 0) this.entryWoken(entry);
    return 0;
  }

  remove(file: OpenFile, fd: number): Result {
    const entry = this.find(file, fd);
    if (entry === undefined) return fail(Errno.ENOENT);
    const rest = (this.entries.get(file) ?? []).filter((other) => other !== entry);
    if (rest.length > 0) this.entries.set(file, rest);
    else {
      this.entries.delete(file);
      file.removeCloseListener(this);
      if (file instanceof EpollFile) file.watchers.delete(this);
    }
    this.forget(entry);
    return 0;
  }

  /** The last descriptor of a watched file was closed: its entries go (epoll(7), Q6). */
  fileClosed(file: OpenFile): void {
    for (const entry of this.entries.get(file) ?? []) this.forget(entry);
    this.entries.delete(file);
    if (file instanceof EpollFile) file.watchers.delete(this);
  }

  private find(file: OpenFile, fd: number): EpollEntry | undefined {
    return this.entries.get(file)?.find((entry) => entry.fd === fd);
  }

  private forget(entry: EpollEntry): void {
    this.candidates.delete(entry);
    this.kernel.memory.release(ObjectCost.EPOLL_ENTRY);
    for (const queue of entry.file.pollQueues()) queue.unobserve(entry);
  }

  // --- Events

  entryWoken(entry: EpollEntry): boolean {
    if (entry.disarmed) return false;
    this.candidates.add(entry);
    return this.queue.wakeAll() > 0;
  }

  /**
   * Gives ready entries to `sink`, at most `most`; how many. Level-triggered entries stay in the
   * list, behind the others, so that all get their turn.
   */
  collect(sink: EpollSink, most: number): number {
    let count = 0;
    for (const entry of [...this.candidates]) {
      if (count === most) break;
      const events = entry.ready();
      if (events === 0) {
        this.candidates.delete(entry);
        continue;
      }
      if (!sink.emit(events, entry.dataLow, entry.dataHigh)) break;
      count++;
      this.candidates.delete(entry);
      if (entry.has(EPOLLONESHOT)) entry.disarmed = true;
      else if (!entry.has(EPOLLET)) this.candidates.add(entry);
    }
    return count;
  }

  /** Whether `collect` would give anything. */
  get hasReady(): boolean {
    for (const entry of this.candidates) {
      if (entry.ready() !== 0) return true;
      this.candidates.delete(entry);
    }
    return false;
  }

  /** Files that this one watches. */
  watched(): Iterable<OpenFile> {
    return this.entries.keys();
  }

  // --- As a file

  read(_thread: Thread, _writer: VmWriter): Result {
    return fail(Errno.EINVAL);
  }
  write(_thread: Thread, _reader: VmReader): Result {
    return fail(Errno.EINVAL);
  }

  /** Unlike other files, it says of unknown requests that they are invalid. */
  override ioctl(thread: Thread, request: number, argument: number): Result {
    return busyPolling(thread, this.busyPolling, request, argument);
  }

  override poll(thread: Thread | undefined, events: number): number {
    const ready = (this.hasReady ? POLL_READABLE : 0) & events;
    if (ready === 0 && thread !== undefined) thread.blockMore(this.queue);
    return ready;
  }

  override pollQueues(): readonly PollQueue[] {
    return [this.queue];
  }

  override fdinfo(): string {
    let text = "";
    for (const list of this.entries.values()) {
      for (const { fd, events, dataHigh, dataLow } of list) {
        const high = (dataHigh >>> 0).toString(16);
        const low = (dataLow >>> 0).toString(16);
        const data = high === "0" ? low : high + low.padStart(8, "0");
        const bits = (events >>> 0).toString(16);
        text += `tfd: ${String(fd).padStart(8)} events: ${bits.padStart(8)} data: ${data.padStart(16)}\n`;
      }
    }
    return text;
  }

  protected override onLastClose(): void {
    for (const [file, list] of this.entries) {
      file.removeCloseListener(this);
      if (file instanceof EpollFile) file.watchers.delete(this);
      for (const entry of list) this.forget(entry);
    }
    this.entries.clear();
    super.onLastClose();
  }
}

/** Levels of epoll files at and below `file`; endless where `watcher` is among them. */
function levelsBelow(
  file: EpollFile,
  watcher: EpollFile,
  seen: Map<EpollFile, number> = new Map(),
): number {
  if (file === watcher) return Infinity;
  const known = seen.get(file);
  if (known !== undefined) return known;
  let deepest = 0;
  for (const watched of file.watched()) {
    if (watched instanceof EpollFile)
      deepest = Math.max(deepest, levelsBelow(watched, watcher, seen));
  }
  seen.set(file, deepest + 1);
  return deepest + 1;
}

/** Levels of epoll files above `file`, which is watched by them. */
function levelsAbove(file: EpollFile, seen: Map<EpollFile, number> = new Map()): number {
  const known = seen.get(file);
  if (known !== undefined) return known;
  let most = 0;
  for (const watcher of file.watchers) most = Math.max(most, levelsAbove(watcher, seen) + 1);
  seen.set(file, most);
  return most;
}
