// SPDX-License-Identifier: MPL-2.0

import { Reg } from "@aster/ostd";
import type { UserContext } from "@aster/ostd";
import { DecodingCode } from "./args.ts";
import type { Thread } from "../process/thread.ts";
import type { Result } from "../result.ts";
import type { Syscall } from "./define.ts";

/** The registers of the arguments on x86-64 (syscall(2)). */
const ARGUMENT_REGISTERS = [Reg.RDI, Reg.RSI, Reg.RDX, Reg.R10, Reg.R8, Reg.R9] as const;

const { int: INT, uint: UINT, size: SIZE, offset: OFFSET } = DecodingCode;

/** Calls the handler of `call` with the arguments in the thread's registers. */
export function callHandler(thread: Thread, call: Syscall): Result {
  const { context } = thread;
  const { args } = call;
  switch (args.length) {
    case 0:
      return call.handler(thread, 0, 0, 0, 0, 0, 0);
    case 1:
      return call.handler(thread, argument(context, call, 0), 0, 0, 0, 0, 0);
    case 2:
      return call.handler(
        thread,
        argument(context, call, 0),
        argument(context, call, 1),
        0,
        0,
        0,
        0,
      );
    case 3:
      return call.handler(
        thread,
        argument(context, call, 0),
        argument(context, call, 1),
        argument(context, call, 2),
        0,
        0,
        0,
      );
    default:
      return call.handler(
        thread,
        argument(context, call, 0),
        argument(context, call, 1),
        argument(context, call, 2),
        argument(context, call, 3),
        argument(context, call, 4),
        argument(context, call, 5),
      );
  }
}

/** Argument `index` as the declaration decodes it; 0 where there is none. */
export function argument(context: UserContext, call: Syscall, index: number): number {
  const arg = call.args[index];
  const register = ARGUMENT_REGISTERS[index];
  if (arg === undefined || register === undefined) return 0;
  switch (arg.code) {
    case SIZE:
      return context.reg(register);
    case INT:
      return context.regInt(register);
    case UINT:
      return context.regLo(register);
    case OFFSET:
      return context.regSigned(register);
  }
}
