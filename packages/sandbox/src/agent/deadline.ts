// SPDX-License-Identifier: MPL-2.0

import { LimitError, SandboxError } from "../errors.ts";

export interface DeadlineOptions {
  /** Ends the command and all that it started. */
  readonly signal?: AbortSignal | undefined;
  /** Milliseconds of real time; the command and all that it started are killed after it. */
  readonly timeout?: number | undefined;
}

/** Calls `expire` when time is up or the caller aborts; once at most, and not after `clear`. */
export class Deadline {
  private readonly signal: AbortSignal | undefined;
  private readonly expire: (error: SandboxError) => void;
  private readonly timer: ReturnType<typeof setTimeout> | undefined;
  private readonly onAbort = (): void => this.end(abortError(this.signal));

  /** Throws where the signal is aborted already, or the time is none. */
  constructor(what: string, options: DeadlineOptions, expire: (error: SandboxError) => void) {
    const { signal, timeout } = options;
    if (signal?.aborted === true) throw abortError(signal);
    this.signal = signal;
    this.expire = expire;
    signal?.addEventListener("abort", this.onAbort, { once: true });
    if (timeout === undefined || timeout === Infinity) return;
    this.timer = setTimeout(
      () => this.end(new LimitError("time", `${what} did not end within ${timeout} ms`)),
      timeout,
    );
  }

  clear(): void {
    clearTimeout(this.timer);
    this.signal?.removeEventListener("abort", this.onAbort);
  }

  private end(error: SandboxError): void {
    this.clear();
    this.expire(error);
  }
}

function abortError(signal: AbortSignal | undefined): SandboxError {
  return new SandboxError("aborted", "aborted by the caller", { cause: signal?.reason });
}
