// SPDX-License-Identifier: MPL-2.0

import type { Thread } from "../../process/thread.ts";
import type { Result } from "../../result.ts";
import type { SignalInfo } from "../../signal/signal-info.ts";
import type { Syscall } from "../define.ts";

/** The thread is about to make `call` for the first time. */
export function traceEnter(_thread: Thread, _call: Syscall): void {}
/** The call has ended with `result`, ERESTART* too. */
export function traceExit(_thread: Thread, _call: Syscall, _result: Result): void {}
export function traceUnknown(_thread: Thread, _number: number): void {}
export function traceSignal(_thread: Thread, _info: SignalInfo): void {}
/** The thread ends, with this status word. */
export function traceThreadEnd(_thread: Thread, _status: number): void {}
