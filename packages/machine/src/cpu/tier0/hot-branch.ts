// SPDX-License-Identifier: MPL-2.0

/** The branches of the loop: each executes one micro-op by its fast path. */

import { i32 } from "../../wasm/index.ts";
import { RecordBinding, type RecordControl } from "../bind/record.ts";
import type { MicroOp, Pseudo } from "../decode/op-table.ts";
import {
  REC_AFTER,
  REC_FALL_THROUGH,
  REC_IMMEDIATE2,
  REC_TARGET,
  RECORD_SIZE,
  RIP,
} from "../layout.ts";
import { callOut, type LoopControl, restart } from "./loop-control.ts";
import { emitPseudo } from "./pseudo.ts";

const state = i32(0);

/** The branch of a micro-op. */
export function emitHot(c: LoopControl, op: MicroOp): void {
  const { instruction, shape, jump, second } = op;
  const control = hotControl(c);
  if (instruction !== undefined && shape !== undefined && second !== undefined) {
    // The second record stands behind the first one: its code is that of any micro-op.
    const { f, record } = c;
    const next = (): void => f.set(record, record.add(RECORD_SIZE));
    new RecordBinding({ ...control, next }, shape).run(instruction.semantics);
    emitHot(c, second);
    return;
  }
  if (instruction === undefined || shape === undefined) {
    emitPseudo(c, op.key as Pseudo, control);
  } else if (jump === undefined) {
    new RecordBinding(control, shape).run(instruction.semantics);
  } else {
    new RecordBinding(control, shape, REC_IMMEDIATE2).runFused(
      instruction.semantics,
      jump.semantics,
    );
  }
}

function hotControl(c: LoopControl): RecordControl {
  const { f, record, tick } = c;
  return {
    f,
    record,
    space: () => c.spaceLocal,
    slow: c.slow,
    callOut: (emit) => callOut(c, emit),
    leaveFault: () => f.br(c.fault),
    leaveTrap: () => f.br(c.trapped),
    leaveRestart: () => restart(c),
    next: () => {
      f.set(record, record.add(RECORD_SIZE));
      f.br(c.top);
    },
    countJump: () => f.set(tick, tick.sub(record.load8u(REC_AFTER))),
    jump: () => {
      f.brIf(c.expired, tick.leS(0));
      f.set(record, record.load32(REC_TARGET));
      f.br(c.top);
    },
    fallThrough: () => {
      f.set(record, record.load32(REC_FALL_THROUGH));
      f.br(c.top);
    },
    jumpTo: (next, rip) => {
      f.set(tick, tick.sub(record.load8u(REC_AFTER)));
      f.set(record, next);
      f.if(tick.leS(0), () => {
        f.store(state, rip, RIP);
        f.br(c.expiredAtRip);
      });
      f.br(c.top);
    },
  };
}
