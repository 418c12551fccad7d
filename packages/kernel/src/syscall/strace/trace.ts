// SPDX-License-Identifier: MPL-2.0

import { Reg } from "@aster/ostd";
import { signalName } from "../../abi/signal.ts";
import type { Thread } from "../../process/thread.ts";
import { exitCodeOf, termSignal } from "../../process/wait-status.ts";
import { REGISTERS_SET } from "../../result.ts";
import type { Result } from "../../result.ts";
import type { SignalInfo } from "../../signal/signal-info.ts";
import type { Syscall } from "../define.ts";
import { isOutArgument, renderArgument } from "./arguments.ts";
import { renderError } from "./errors.ts";
import { renderAddress } from "./numbers.ts";
import { quoteString } from "./quote.ts";
import { SPECIAL_CALLS } from "./special.ts";
import { renderSignalInfo } from "./signal-text.ts";

/** Of a list of strings, and of one string, as strace has it. */
const STRINGS_SHOWN = 32;
const CHARACTERS_SHOWN = 32;
/** Errnos are below it. */
const ERRNO_END = 4096;

/** The thread is about to make `call` for the first time. */
export function traceEnter(thread: Thread, call: Syscall): void {
  const special = SPECIAL_CALLS.get(call.name);
  if (special !== undefined) {
    thread.kernel.strace?.begin(thread, `${call.name}(${special.begin(thread, call)}`);
    return;
  }
  const { args } = call;
  let text = `${call.name}(`;
  let known = 0;
  for (const arg of args) {
    if (isOutArgument(arg)) break;
    if (known > 0 && arg.render.as !== "nothing") text += ", ";
    text += renderArgument(thread, call, known, undefined);
    known++;
  }
  if (known > 0 && known < args.length) text += ", ";
  thread.kernel.strace?.begin(thread, text);
}

/** The kernel itself has started a program for the host: what strace shows of a command that it starts. */
export function traceStart(
  thread: Thread,
  pathname: string,
  argv: readonly string[],
  variables: number,
): void {
  const { strace } = thread.kernel;
  if (strace === undefined) return;
  const shown = argv.slice(0, STRINGS_SHOWN).map(shortString);
  if (argv.length > STRINGS_SHOWN) shown.push("...");
  const counted = `${renderAddress(0)} /* ${variables} vars */`;
  strace.begin(thread, `execve(${quoteString(pathname)}, [${shown.join(", ")}], ${counted}`);
  strace.end(thread, "execve", ")", "0");
}

function shortString(text: string): string {
  if (text.length <= CHARACTERS_SHOWN) return quoteString(text);
  return `${quoteString(text.slice(0, CHARACTERS_SHOWN))}...`;
}

/** The call has ended with `result`, ERESTART* too. */
export function traceExit(thread: Thread, call: Syscall, result: Result): void {
  const { strace } = thread.kernel;
  // A call that began before the trace did has no line to end.
  if (strace === undefined || !thread.isTraced) return;
  const special = SPECIAL_CALLS.get(call.name);
  const text =
    special === undefined
      ? renderOutArguments(thread, call, result)
      : (special.end?.(thread, call, result) ?? "");
  const suffix = special?.suffix?.(thread, call, result) ?? "";
  strace.end(thread, call.name, `${text})`, renderResult(thread, call, result) + suffix);
  for (const info of thread.signals.ignoredForTrace.splice(0)) traceSignal(thread, info);
}

/** The arguments from the first one on that only the end of the call made known. */
function renderOutArguments(thread: Thread, call: Syscall, result: Result): string {
  const { args } = call;
  const first = args.findIndex(isOutArgument);
  let text = "";
  for (let index = first; first >= 0 && index < args.length; index++) {
    if (index > first) text += ", ";
    text += renderArgument(thread, call, index, result);
  }
  return text;
}

function renderResult(thread: Thread, call: Syscall, result: Result): string {
  if (call.returns === "none") return "?";
  if (result === REGISTERS_SET) {
    const restored = thread.context.regSigned(Reg.RAX);
    return restored < 0 && restored > -ERRNO_END ? renderError(restored) : `${restored}`;
  }
  if (result < 0) return renderError(result);
  if (call.returns !== "address") return `${result}`;
  return result === 0 ? "NULL" : `0x${result.toString(16)}`;
}

/** The program made a call that the kernel does not have. */
export function traceUnknown(thread: Thread, number: number): void {
  const name = thread.kernel.syscalls.nameOf(number);
  const { strace } = thread.kernel;
  if (strace === undefined) return;
  strace.begin(thread, `${name}(`);
  strace.end(thread, name, ")", "-1 ENOSYS (Function not implemented)");
}

/** A signal is delivered, or would have been but for its being ignored. */
export function traceSignal(thread: Thread, info: SignalInfo): void {
  const { strace } = thread.kernel;
  if (strace === undefined) return;
  strace.say(thread, `--- ${signalName(info.signo)} ${renderSignalInfo(info)} ---`);
}

/** A signal is ignored: strace shows it once the call in progress has ended. */
export function traceIgnoredSignal(thread: Thread, info: SignalInfo): void {
  if (thread.kernel.strace === undefined) return;
  if (thread.isTraced) thread.signals.ignoredForTrace.push(info);
  else traceSignal(thread, info);
}

/** The thread ends, with this status word. */
export function traceThreadEnd(thread: Thread, status: number): void {
  const { strace } = thread.kernel;
  if (strace === undefined) return;
  const killed = termSignal(status);
  strace.say(
    thread,
    killed === 0
      ? `+++ exited with ${exitCodeOf(status)} +++`
      : `+++ killed by ${signalName(killed)} +++`,
  );
}
