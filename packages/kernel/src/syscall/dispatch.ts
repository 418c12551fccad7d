// SPDX-License-Identifier: MPL-2.0

import { Reg } from "@aster/ostd";
import type { UserContext } from "@aster/ostd";
import type { Thread } from "../process/thread.ts";
import type { Result } from "../result.ts";
import type { Syscall } from "./define.ts";

/** The registers of the arguments on x86-64 (syscall(2)). */
const ARGUMENT_REGISTERS = [Reg.RDI, Reg.RSI, Reg.RDX, Reg.R10, Reg.R8, Reg.R9] as const;
const { RDI, RSI, RDX, R10, R8, R9 } = Reg;

/** Calls the handler of `call` with the arguments in the thread's registers. */
export function callHandler(thread: Thread, call: Syscall): Result {
  const { handler, argumentCount } = call;
  if (argumentCount === 0) return handler(thread, 0, 0, 0, 0, 0, 0);
  const { context } = thread;
  const a0 = context.decode(RDI, call.code0);
  if (argumentCount === 1) return handler(thread, a0, 0, 0, 0, 0, 0);
  const a1 = context.decode(RSI, call.code1);
  if (argumentCount === 2) return handler(thread, a0, a1, 0, 0, 0, 0);
  const a2 = context.decode(RDX, call.code2);
  if (argumentCount === 3) return handler(thread, a0, a1, a2, 0, 0, 0);
  const a3 = context.decode(R10, call.code3);
  if (argumentCount === 4) return handler(thread, a0, a1, a2, a3, 0, 0);
  const a4 = context.decode(R8, call.code4);
  if (argumentCount === 5) return handler(thread, a0, a1, a2, a3, a4, 0);
  return handler(thread, a0, a1, a2, a3, a4, context.decode(R9, call.code5));
}

/** Argument `index` as the declaration decodes it; 0 where there is none. */
export function argument(context: UserContext, call: Syscall, index: number): number {
  const arg = call.args[index];
  const register = ARGUMENT_REGISTERS[index];
  return arg === undefined || register === undefined ? 0 : context.decode(register, arg.code);
}
