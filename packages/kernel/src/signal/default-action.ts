// SPDX-License-Identifier: MPL-2.0

import {
  SIGABRT,
  SIGBUS,
  SIGCHLD,
  SIGCONT,
  SIGFPE,
  SIGILL,
  SIGQUIT,
  SIGSEGV,
  SIGSTOP,
  SIGSYS,
  SIGTRAP,
  SIGTSTP,
  SIGTTIN,
  SIGTTOU,
  SIGURG,
  SIGWINCH,
  SIGXCPU,
  SIGXFSZ,
  SIG_DFL,
  SIG_IGN,
} from "../abi/signal.ts";
import type { SignalAction } from "./handlers.ts";

/** What a signal does where nothing was asked for (signal(7)). */
export type DefaultAction = "terminate" | "core" | "ignore" | "stop" | "continue";

export function defaultAction(signo: number): DefaultAction {
  switch (signo) {
    case SIGCHLD:
    case SIGURG:
    case SIGWINCH:
      return "ignore";
    case SIGCONT:
      return "continue";
    case SIGSTOP:
    case SIGTSTP:
    case SIGTTIN:
    case SIGTTOU:
      return "stop";
    case SIGQUIT:
    case SIGILL:
    case SIGTRAP:
    case SIGABRT:
    case SIGBUS:
    case SIGFPE:
    case SIGSEGV:
    case SIGXCPU:
    case SIGXFSZ:
    case SIGSYS:
      return "core";
    default:
      return "terminate";
  }
}

/** Whether a signal with this action goes away unseen. */
export function actionIgnores(action: SignalAction, signo: number): boolean {
  if (action.handler === SIG_IGN) return true;
  if (action.handler !== SIG_DFL) return false;
  const byDefault = defaultAction(signo);
  return byDefault === "ignore" || byDefault === "continue";
}

export function isStopSignal(signo: number): boolean {
  return signo >= SIGSTOP && signo <= SIGTTOU;
}
