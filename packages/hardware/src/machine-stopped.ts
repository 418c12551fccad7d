// SPDX-License-Identifier: MPL-2.0

export type StopReason = "power-off" | "restart";

/**
 * What a machine in software throws to leave the kernel for good, from
 * `powerOff` and `restart`, and from `idle` and `yieldToHost` once its host has
 * stopped it. It is no `Error`: nothing went wrong, and no stack is wanted.
 * Only whoever started the kernel may catch it.
 */
export class MachineStopped {
  readonly reason: StopReason;
  /** What the host sees, 0…255. */
  readonly code: number;

  constructor(reason: StopReason, code: number) {
    this.reason = reason;
    this.code = code & 0xff;
  }
}
