// SPDX-License-Identifier: MPL-2.0

/** The loop that executes records. */

import {
  type FunctionBuilder,
  type Helper,
  i32,
  type Label,
  type Local,
} from "../../wasm/index.ts";
import { emitLookup } from "../bind/lookup.ts";
import type { MicroOp, OpTable } from "../decode/op-table.ts";
import {
  CURRENT,
  EXIT_LOOKUP,
  EXIT_TICK,
  EXIT_TRAP,
  NEXT,
  PAGE,
  PROFILE,
  PROFILE_LAST,
  PROFILE_PAIRS,
  REC_AFTER,
  REC_BEFORE,
  REC_FALL_THROUGH,
  REC_LENGTH,
  REC_OP,
  REC_TARGET,
  REGION_CHAIN,
  REGION_SYSCALL,
  REGION_TICK,
  RIP,
  RUN_OWN,
  SPACE,
  TICK,
} from "../layout.ts";
import {
  COLD_CODES,
  COLD_DIRECT,
  COLD_FAULT,
  COLD_NOT_TAKEN,
  COLD_RESTART,
  COLD_TRAP,
} from "./cold.ts";
import { emitExpired, mayExpire } from "./expiry.ts";
import { emitHot } from "./hot-branch.ts";
import { MAX_LOOP_BYTES } from "./hot.ts";
import { callOut, type LoopControl, type LoopFrame, restart, ripOf } from "./loop-control.ts";
import { ownOp } from "./regions.ts";

const state = i32(0);

export interface Tier0Options {
  /** Count executions of each micro-op in 32-bit words at PROFILE. */
  readonly profile?: boolean;
}

/** The body of `run`: executes from RIP on; returns EXIT_*. */
export function emitRun(
  f: FunctionBuilder,
  table: OpTable,
  regions: Helper,
  options: Tier0Options,
): void {
  const record = f.local("i32");
  const tick = f.local("i32");
  const space = f.local("i32");
  const wide = f.local("i64");
  f.set(tick, state.load32(TICK));
  f.set(space, state.load32(SPACE));

  const leave = (reason: number): void => {
    f.store(state, tick, TICK);
    f.return(reason);
  };

  f.scope(() => {
    f.block((found) => {
      f.set(wide, state.load64(RIP));
      emitLookup(f, space, wide, record, found);
      leave(EXIT_LOOKUP);
    });
    f.store(state, wide.and(-4096), PAGE);
  });

  f.block((expiredAtRip) => {
    f.block((expiredDirect) => {
      f.block((restart) => {
        f.block((trapped) => {
          f.block((fault) => {
            f.loop((top) => {
              const control = {
                f,
                record,
                tick,
                spaceLocal: space,
                top,
                fault,
                trapped,
                restart,
                expiredDirect,
                expiredAtRip,
                mayExpire: mayExpire(table),
                runRegions: regions,
                region: table.byKey.get("$region") ?? -1,
                goto: table.byKey.get("$goto") ?? -1,
                leave,
              };
              if (options.profile === true) {
                const counter = f.let(record.load16u(REC_OP).shl(2));
                f.store(counter, counter.load32(PROFILE).add(1), PROFILE);
                const pair = f.let(state.load32(PROFILE_LAST).shl(11).add(counter));
                f.store(pair, pair.load32(PROFILE_PAIRS).add(1), PROFILE_PAIRS);
                f.store(state, record.load16u(REC_OP), PROFILE_LAST);
              }
              emitDispatch(control, table);
            });
          });
          // A fault: rip at the instruction, which does not count.
          f.set(tick, tick.sub(record.load8u(REC_BEFORE)));
          f.store(state, ripOf(record), RIP);
          leave(EXIT_TRAP);
        });
        f.set(tick, tick.sub(record.load8u(REC_AFTER)));
        f.store(state, ripOf(record).add(record.load8u(REC_LENGTH).extendU()), RIP);
        leave(EXIT_TRAP);
      });
      f.set(tick, tick.sub(record.load8u(REC_BEFORE)));
      f.store(state, ripOf(record), RIP);
      leave(EXIT_TICK);
    });
    // The tick ran out at a direct jump whose target is in this page.
    f.store(state, ripOf(record.load32(REC_TARGET)), RIP);
    leave(EXIT_TICK);
  });
  leave(EXIT_TICK);
  f.unreachable();
  if (options.profile !== true && f.codeLength > MAX_LOOP_BYTES) {
    throw new Error(`the interpreter's loop has ${f.codeLength} bytes, at most ${MAX_LOOP_BYTES}`);
  }
}

function emitDispatch(c: LoopFrame, table: OpTable): void {
  const { f, record } = c;
  const hot = table.ops.slice(0, table.hotCount);
  const labels: Label[] = [];
  f.block((slow) => {
    f.block((expired) => {
      const control: LoopControl = { ...c, slow, expired };
      const nest = (i: number): void => {
        if (i < 0) {
          f.brTable(record.load16u(REC_OP), labels, slow);
          return;
        }
        f.block((label) => {
          labels[i] = label;
          nest(i - 1);
        });
        f.scope(() => emitHot(control, hot[i] as MicroOp));
      };
      nest(hot.length - 1);
    });
    emitExpired(c);
  });
  emitColdCall(c);
}

function emitColdCall(c: LoopFrame): void {
  const { f, record, tick } = c;
  f.scope(() => {
    const next = f.local("i32");
    const op = f.variable(record.load16u(REC_OP));
    f.if(op.eq(c.region), () => emitRegions(c, next, op));
    callOut(c, () => {
      f.set(next, f.callIndirect(["i32"], "i32", op, record));
    });
    f.if(next.geU(COLD_CODES), () => {
      f.set(record, next);
      f.br(c.top);
    });
    f.brIf(c.fault, next.eq(COLD_FAULT));
    f.brIf(c.trapped, next.eq(COLD_TRAP));
    f.if(next.eq(COLD_RESTART), () => restart(c));
    f.set(tick, tick.sub(record.load8u(REC_AFTER)));
    f.if(next.eq(COLD_DIRECT), () => {
      f.if(tick.leS(0), () => emitExpired(c));
      f.set(record, record.load32(REC_TARGET));
      f.br(c.top);
    });
    f.if(next.eq(COLD_NOT_TAKEN), () => {
      f.set(record, record.load32(REC_FALL_THROUGH));
      f.br(c.top);
    });
    f.set(record, state.load32(NEXT));
    f.brIf(c.expiredAtRip, tick.leS(0));
    f.br(c.top);
  });
}

/** Runs compiled code; falls through with `record` and `op` to be executed by its function. */
function emitRegions(c: LoopFrame, next: Local, op: Local): void {
  const { f, record, tick } = c;
  f.if(
    state.load32(RUN_OWN),
    () => f.store(state, i32(0), RUN_OWN),
    () => {
      f.store(state, tick, TICK);
      f.set(next, f.call(c.runRegions, record));
      f.set(tick, state.load32(TICK));
      f.if(next.geU(COLD_CODES), () => {
        f.set(record, next);
        f.br(c.top);
      });
      f.if(next.eq(REGION_TICK), () => c.leave(EXIT_TICK));
      f.if(next.eq(REGION_CHAIN), () => c.leave(EXIT_LOOKUP));
      f.if(next.eq(REGION_SYSCALL), () => c.leave(EXIT_TRAP));
      f.set(record, state.load32(CURRENT));
    },
  );
  f.set(op, ownOp(record));
  f.if(op.eq(c.goto), () => {
    f.set(record, record.load32(REC_TARGET));
    f.br(c.top);
  });
}
