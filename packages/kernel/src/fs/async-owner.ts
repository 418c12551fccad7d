// SPDX-License-Identifier: MPL-2.0

import { Errno } from "../abi/errno.ts";
import { POLLERR, POLLHUP, POLLIN, POLLOUT, POLLPRI } from "../abi/poll.ts";
import { SIGIO } from "../abi/signal.ts";
import type { Credentials } from "../process/credentials.ts";
import type { Thread } from "../process/thread.ts";
import { fail } from "../result.ts";
import type { Result } from "../result.ts";
import { SignalInfo } from "../signal/signal-info.ts";
import type { OpenFile } from "./file.ts";
import type { PollObserver } from "./poll-queue.ts";

/** Whose the signals of a descriptor are (fcntl(2), F_SETOWN_EX). */
export const OwnerKind = { THREAD: 0, PROCESS: 1, GROUP: 2 } as const;

/** Why a signal is sent: si_code, and si_band as poll(2) has it. */
const POLL_IN = 1;
const POLL_OUT = 2;
const BAND_IN = 0x41;
const BAND_OUT = 0x304;

/** Signal-driven input and output of one open file: its owner, and the signal that is sent. */
export class AsyncOwner implements PollObserver {
  private readonly file: OpenFile;
  private readonly setter: Thread;
  kind: number = OwnerKind.PROCESS;
  /** A thread, process or group; 0: nobody. */
  id = 0;
  /** Of whoever has set the owner: judged when a signal is sent, as for kill(2). */
  private credentials: Credentials | undefined = undefined;
  get setterUid(): number {
    return this.credentials?.uid ?? 0;
  }
  get setterEuid(): number {
    return this.credentials?.euid ?? 0;
  }
  /** F_SETSIG; 0: SIGIO without details. */
  signal = 0;
  /** The descriptor with which O_ASYNC was set. */
  private descriptor = -1;
  private isWatching = false;

  constructor(file: OpenFile, setter: Thread) {
    this.file = file;
    this.setter = setter;
  }

  /** F_SETOWN and F_SETOWN_EX: 0, or ESRCH where the number is nobody's, of whatever kind. */
  setOwner(thread: Thread, kind: number, id: number): Result {
    const { processes } = thread.kernel;
    const isKnown =
      id === 0 ||
      processes.getGroup(id) !== undefined ||
      processes.get(id) !== undefined ||
      processes.getThread(id) !== undefined;
    if (!isKnown) return fail(Errno.ESRCH);
    this.kind = kind;
    this.id = id;
    this.credentials = thread.credentials;
    return 0;
  }

  /** Nobody is told any more, and not with a signal of his choice. */
  forget(): void {
    this.id = 0;
    this.signal = 0;
  }

  /** F_GETOWN: a group stands as a negative number. */
  get asNumber(): number {
    return this.kind === OwnerKind.GROUP ? -this.id : this.id;
  }

  /** O_ASYNC was set or cleared, through `descriptor`. */
  watch(isOn: boolean, descriptor: number): void {
    if (isOn) this.descriptor = descriptor;
    if (isOn === this.isWatching) return;
    this.isWatching = isOn;
    for (const queue of this.file.pollQueues()) {
      if (isOn) queue.observe(this);
      else queue.unobserve(this);
    }
  }

  readonly isExclusive: boolean = false;

  queueWoken(): boolean {
    if (this.id === 0) return false;
    const ready = this.file.poll(undefined, POLLIN | POLLPRI | POLLOUT);
    const isIn = (ready & (POLLIN | POLLPRI)) !== 0 || (this.file.readable && ready !== 0);
    if (isIn) this.send(POLL_IN, BAND_IN);
    else if ((ready & (POLLOUT | POLLERR | POLLHUP)) !== 0) this.send(POLL_OUT, BAND_OUT);
    return false;
  }

  private send(code: number, band: number): void {
    this.tell(code, band, this.descriptor);
  }

  /** Sends the signal, with details where one was chosen with F_SETSIG. */
  tell(code: number, band: number, descriptor: number): void {
    const { processes } = this.setter.kernel;
    const info =
      this.signal === 0
        ? SignalInfo.kernel(SIGIO)
        : SignalInfo.ready(this.signal, code, band, descriptor);
    if (this.kind === OwnerKind.THREAD) {
      const thread = processes.getThread(this.id);
      if (thread !== undefined && this.mayTell(thread)) thread.signal(info);
      return;
    }
    if (this.kind === OwnerKind.PROCESS) {
      const process = processes.get(this.id);
      const target = process?.anyThread;
      if (target !== undefined && this.mayTell(target)) process?.signal(info);
      return;
    }
    for (const member of processes.getGroup(this.id)?.members ?? []) {
      const target = member.anyThread;
      if (target !== undefined && this.mayTell(target)) member.signal(info);
    }
  }

  /** sigio_perm of Linux: by the ids that the owner was set with. */
  private mayTell({ credentials: theirs }: Thread): boolean {
    const mine = this.credentials;
    if (mine === undefined) return false;
    return (
      mine.euid === 0 ||
      mine.euid === theirs.suid ||
      mine.euid === theirs.uid ||
      mine.uid === theirs.suid ||
      mine.uid === theirs.uid
    );
  }
}
