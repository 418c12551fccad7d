// SPDX-License-Identifier: MPL-2.0

/** The functions of the table: each executes one micro-op, with its slow paths. */

import { type FunctionBuilder, i32, type Local } from "../../wasm/index.ts";
import { RecordBinding, type RecordControl } from "../bind/record.ts";
import type { MicroOp } from "../decode/op-table.ts";
import { NEXT, REC_IMMEDIATE2, RECORD_SIZE, RIP, SPACE } from "../layout.ts";
import {
  COLD_DIRECT,
  COLD_FAULT,
  COLD_JUMP,
  COLD_NOT_TAKEN,
  COLD_RESTART,
  COLD_TRAP,
} from "./cold.ts";

const state = i32(0);

/** The function of a micro-op: from a record to the next one or COLD_*. */
export function emitCold(f: FunctionBuilder, record: Local, op: MicroOp): void {
  const { instruction, shape, jump, second } = op;
  // The pseudo ones have no slow path.
  if (instruction !== undefined && shape !== undefined) {
    const control = coldControl(f, record);
    // Of a pair, the function executes the first part; the second has a record of its own.
    if (jump === undefined || second !== undefined) {
      new RecordBinding(control, shape).run(instruction.semantics);
    } else {
      const binding = new RecordBinding(control, shape, REC_IMMEDIATE2);
      binding.runFused(instruction.semantics, jump.semantics);
    }
  }
  f.unreachable();
}

function coldControl(f: FunctionBuilder, record: Local): RecordControl {
  return {
    f,
    record,
    space: () => state.load32(SPACE),
    slow: undefined,
    callOut: (emit) => emit(),
    leaveFault: () => f.return(COLD_FAULT),
    leaveTrap: () => f.return(COLD_TRAP),
    leaveRestart: () => f.return(COLD_RESTART),
    next: () => f.return(record.add(RECORD_SIZE)),
    // The loop counts.
    countJump: () => {},
    fallThrough: () => f.return(COLD_NOT_TAKEN),
    jump: () => f.return(COLD_DIRECT),
    jumpTo: (next, rip) => {
      f.store(state, next, NEXT);
      f.store(state, rip, RIP);
      f.return(COLD_JUMP);
    },
  };
}
