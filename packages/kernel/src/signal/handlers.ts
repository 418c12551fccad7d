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

/** What no signal's action is set by. */
const UNSET: readonly undefined[] = Array.from({ length: SIGNAL_COUNT + 1 }, () => undefined);

/** The actions of a process; shared with CLONE_SIGHAND. Most processes set few, so the others have no object. */
export class SignalHandlers {
  private readonly actions: (SignalAction | undefined)[] = UNSET.slice();
  private users = 1;

  /** The action of signal 1…64, which may be changed. */
  of(signo: number): SignalAction {
    let action = this.actions[signo];
    if (action === undefined) {
      if (signo < 0 || signo > SIGNAL_COUNT) throw new RangeError(`signal ${signo}`);
      action = new SignalAction();
      this.actions[signo] = action;
    }
    return action;
  }

  /** SIG_DFL, SIG_IGN or the address of the handler of signal 1…64. */
  handlerOf(signo: number): number {
    return this.actions[signo]?.handler ?? SIG_DFL;
  }

  /** fork(2): a copy of its own. */
  clone(): SignalHandlers {
    const copy = new SignalHandlers();
    for (let signo = 1; signo <= SIGNAL_COUNT; signo++) {
      const action = this.actions[signo];
      if (action !== undefined) copy.of(signo).copyFrom(action);
    }
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
      const action = this.actions[signo];
      if (action === undefined) continue;
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
