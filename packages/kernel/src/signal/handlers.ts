// SPDX-License-Identifier: MPL-2.0

import { SIGKILL, SIGNAL_COUNT, SIGSTOP, SIG_DFL, SIG_IGN } from "../abi/signal.ts";
import { SignalSet } from "./signal-set.ts";

/** What rt_sigaction(2) sets for one signal. */
export class SignalAction {
  /** SIG_DFL, SIG_IGN or the address of the handler. */
  handler: number = SIG_DFL;
  /** SA_* bits, unsigned. */
  flags = 0;
  restorer = 0;
  /** Blocked while the handler runs. */
  readonly mask: SignalSet = new SignalSet();

  copyFrom(other: SignalAction): void {
    this.handler = other.handler;
    this.flags = other.flags;
    this.restorer = other.restorer;
    this.mask.copyFrom(other.mask);
  }

  reset(): void {
    this.handler = SIG_DFL;
    this.flags = 0;
    this.restorer = 0;
    this.mask.set(0, 0);
  }
}

/** The actions of a process; shared with CLONE_SIGHAND. */
export class SignalHandlers {
  private readonly actions: SignalAction[] = [];
  private users = 1;

  constructor() {
    for (let signo = 0; signo <= SIGNAL_COUNT; signo++) this.actions.push(new SignalAction());
  }

  /** The action of signal 1…64. */
  of(signo: number): SignalAction {
    const action = this.actions[signo];
    if (action === undefined) throw new RangeError(`signal ${signo}`);
    return action;
  }

  /** fork(2): a copy of its own. */
  clone(): SignalHandlers {
    const copy = new SignalHandlers();
    for (let signo = 1; signo <= SIGNAL_COUNT; signo++) copy.of(signo).copyFrom(this.of(signo));
    return copy;
  }
  share(): this {
    this.users++;
    return this;
  }
  release(): void {
    this.users--;
  }
  get isShared(): boolean {
    return this.users > 1;
  }

  /** execve(2): handlers become defaults; ignored signals stay ignored. */
  resetForExec(): void {
    for (let signo = 1; signo <= SIGNAL_COUNT; signo++) {
      const action = this.of(signo);
      const ignored = action.handler === SIG_IGN;
      action.reset();
      if (ignored) action.handler = SIG_IGN;
    }
  }

  /** CLONE_CLEAR_SIGHAND: as exec, for a fresh copy. */
  clearHandlers(): void {
    this.resetForExec();
  }

  /** SIGKILL and SIGSTOP can not be caught, blocked or ignored. */
  static isUnblockable(signo: number): boolean {
    return signo === SIGKILL || signo === SIGSTOP;
  }
}
