// SPDX-License-Identifier: MPL-2.0

import { ERESTART_RESTARTBLOCK } from "../result.ts";
import type { Result } from "../result.ts";
import type { OpenFile } from "../fs/file.ts";

/**
 * A call that waits where others find it, in a table of the kernel. When the call ends, however it does,
 * nobody is to find it any more: also when its handler is never asked again, because its thread is to end.
 */
export abstract class Waiting {
  /** Takes it out of where it is found. Nothing, when it is not there any more. */
  abstract forget(): void;
}

/**
 * What a system call remembers between the calls of its handler: the only thing a handler may
 * change before it returns BLOCKED. Cleared when the system call ends.
 */
export class RestartBlock {
  /** Whether the handler ran before in this system call. */
  entered = false;
  /** Bytes moved so far; an interrupted read or write returns them. */
  bytesDone = 0;
  /** Absolute deadline on the monotonic clock; Infinity without one. Set once, at the first call. */
  deadlineNs: number = Infinity;
  /** The deadline given to `block` has passed. */
  timedOut = false;
  /** Free for the handler: small numbers such as a cursor, a token, a stage. */
  stage = 0;
  value = 0;
  /** A file that open(2) made and waits for the other end of (fifo(7)); released when the call ends. */
  opening: OpenFile | undefined = undefined;
  /** Data of the handler (never a closure); a `Waiting` is forgotten when the call ends. */
  data: object | undefined = undefined;

  /** The call that restart_syscall(2) goes on with; 0 for none. */
  syscallNumber = 0;

  /** The call was interrupted: what it remembers stays for restart_syscall(2) alone. */
  keepForRestart(result: Result, syscallNumber: number): void {
    if (result !== ERESTART_RESTARTBLOCK) {
      this.clear();
      return;
    }
    if (this.syscallNumber === 0) this.syscallNumber = syscallNumber;
    this.timedOut = false;
  }

  clear(): void {
    this.syscallNumber = 0;
    this.entered = false;
    this.bytesDone = 0;
    this.deadlineNs = Infinity;
    this.timedOut = false;
    this.stage = 0;
    this.value = 0;
    const { data, opening } = this;
    if (data !== undefined) {
      this.data = undefined;
      if (data instanceof Waiting) data.forget();
    }
    if (opening !== undefined) {
      this.opening = undefined;
      opening.release();
    }
  }
}
