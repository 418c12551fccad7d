// SPDX-License-Identifier: MPL-2.0

/**
 * Tier 0: generates the WebAssembly module that executes micro-ops from their records. Hot ones are
 * branches of one loop, the others functions in a table.
 */

import {
  type FunctionBuilder,
  type Helper,
  type Label,
  type Local,
  ModuleBuilder,
  type Value,
  helper,
  i32,
} from "../../wasm/index.ts";
import type { Shape } from "../bind/binding.ts";
import { getRflags, setRflags } from "../bind/flags.ts";
import { settleFlags } from "../bind/lazy-flags.ts";
import { RecordBinding, type RecordControl, emitLookup } from "../bind/record.ts";
import { MAX_LOOP_BYTES } from "./hot.ts";
import type { MicroOp, OpTable, Pseudo } from "../decode/op-table.ts";
import { cpuidHelper, rdtscHelper } from "../isa/system.ts";
import { loadFpuImage, saveFpuImage } from "../fpu-image.ts";
import { constants } from "../isa/index.ts";
import {
  CHARGE,
  CODE_ENTRIES,
  CURRENT,
  EXIT_LOOKUP,
  EXIT_RECROSS,
  EXIT_TICK,
  EXIT_TRAP,
  FS_BASE,
  GS_BASE,
  MAX_REGIONS,
  NEXT,
  PAGE,
  PROFILE,
  PROFILE_LAST,
  PROFILE_PAIRS,
  RAM_BASE,
  REC_AFTER,
  REC_BEFORE,
  REC_IMMEDIATE,
  REC_IMMEDIATE2,
  REC_LENGTH,
  REC_OFFSET,
  REC_OP,
  REC_TARGET,
  REC_FALL_THROUGH,
  RECORD_SIZE,
  REGION_CHAIN,
  REGION_TICK,
  REGS,
  RIP,
  SPACE,
  SPACE_CODE,
  TICK,
} from "../layout.ts";
import { ACCESS_FETCH, dropCodeHelper, walk } from "../mmu.ts";
import {
  COLD_CODES,
  COLD_DIRECT,
  COLD_FAULT,
  COLD_JUMP,
  COLD_NOT_TAKEN,
  COLD_RESTART,
  COLD_TRAP,
} from "./cold.ts";
import { ownOp, runRegions } from "./regions.ts";
import { emitAddress, exportStep } from "./step.ts";

const state = i32(0);

const NO_SHAPE: Shape = { key: "", size: 8, operands: [], unaligned: true };

export interface Tier0Options {
  /** Count executions of each micro-op in 32-bit words at PROFILE. */
  readonly profile?: boolean;
}

/** The module's bytes. Imports: env.memory, env.dropCode, env.cpuid, env.rdtsc. */
export function buildTier0(table: OpTable, options: Tier0Options = {}): Uint8Array {
  const m = new ModuleBuilder();
  m.importMemory("env", "memory", RAM_BASE / 65536);
  m.importHelper("env", dropCodeHelper);
  m.importHelper("env", cpuidHelper);
  m.importHelper("env", rdtscHelper);
  for (const { address, bytes } of constants) m.data(address, bytes);

  const run = m.declare("run", [], ["i32"]);
  // Every micro-op has a function: those of the loop come to it where their fast path does not apply.
  for (const op of table.ops) {
    const ref = m.function(op.key, ["i32"], ["i32"], (f, record) => {
      if (record !== undefined) emitCold(f, record, op);
    });
    m.addToTable(ref);
  }
  m.define(run, (f) => emitRun(f, table, options));
  m.exportFunction("run", run);

  const enter = m.function("enter", ["i32"], ["i32"], (f, frame) => {
    if (frame === undefined) return;
    loadFrame(f, frame);
    f.return(f.call(run));
    f.unreachable();
  });
  m.exportFunction("enter", enter);
  const leave = m.function("leave", ["i32"], [], (f, frame) => {
    if (frame !== undefined) storeFrame(f, frame);
  });
  m.exportFunction("leave", leave);
  exportStep(m, loadFrame);
  m.exportHelper(saveFpuImage);
  m.exportHelper(loadFpuImage);
  // TypeScript never passes 64-bit values: the addresses to walk are in RIP and TEMPORARY.
  m.exportFunction(
    "walkFetch",
    m.function("walkFetch", [], ["i32"], (f) => {
      f.return(f.call(walk, state.load64(RIP), ACCESS_FETCH));
      f.unreachable();
    }),
  );
  m.exportFunction(
    "walkFetchNext",
    m.function("walkFetchNext", [], ["i32"], (f) => {
      f.return(f.call(walk, state.load64(RIP).or(0xfff).add(1), ACCESS_FETCH));
      f.unreachable();
    }),
  );
  m.exportTable("functions", MAX_REGIONS);
  m.exportHelper(settleFlags);
  m.exportHelpers();
  return m.finish();
}

/** Byte offsets in a user frame, as @aster/hardware's arch/x86_64.ts lays it out. */
const FRAME_RIP = 128;
const FRAME_RFLAGS = 136;
const FRAME_FS_BASE = 144;
const FRAME_GS_BASE = 152;

function loadFrame(f: FunctionBuilder, frame: Value): void {
  for (let i = 0; i < 128; i += 16) f.store(state, frame.load128(i), REGS + i);
  f.store(state, frame.load64(FRAME_RIP), RIP);
  f.store(state, frame.load64(FRAME_FS_BASE), FS_BASE);
  f.store(state, frame.load64(FRAME_GS_BASE), GS_BASE);
  f.do(setRflags, [frame.load64(FRAME_RFLAGS)]);
}

function storeFrame(f: FunctionBuilder, frame: Value): void {
  for (let i = 0; i < 128; i += 16) f.store(frame, state.load128(REGS + i), i);
  f.store(frame, state.load64(RIP), FRAME_RIP);
  f.store(frame, state.load64(FS_BASE), FRAME_FS_BASE);
  f.store(frame, state.load64(GS_BASE), FRAME_GS_BASE);
  f.store(frame, f.call(getRflags), FRAME_RFLAGS);
}

function emitRun(f: FunctionBuilder, table: OpTable, options: Tier0Options): void {
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
                runRegions: runRegions(table),
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

function ripOf(record: Value): Value {
  return state.load64(PAGE).add(record.load16u(REC_OFFSET).extendU());
}

interface LoopControl {
  readonly f: FunctionBuilder;
  readonly record: Local;
  readonly tick: Local;
  readonly spaceLocal: Local;
  readonly top: Label;
  readonly fault: Label;
  readonly trapped: Label;
  readonly restart: Label;
  readonly expiredDirect: Label;
  readonly expiredAtRip: Label;
  readonly mayExpire: Helper;
  readonly runRegions: Helper;
  /** Numbers of pseudo micro-ops. */
  readonly region: number;
  readonly goto: number;
  /** Executes the record by its function. */
  readonly slow: Label;
  /** A direct jump whose instructions are counted, with the tick run out. */
  readonly expired: Label;
  readonly leave: (reason: number) => void;
}

function emitDispatch(c: Omit<LoopControl, "slow" | "expired">, table: OpTable): void {
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

/** The tick has run out at a direct jump: leave, unless this is not a place to be interrupted at. */
function emitExpired(c: Omit<LoopControl, "slow" | "expired">): void {
  const { f, record } = c;
  const expired = f.local("i32");
  callOut(c, () => f.set(expired, f.call(c.mayExpire, record)));
  f.brIf(c.expiredDirect, expired);
  f.set(record, record.load32(REC_TARGET));
  f.br(c.top);
}

function emitColdCall(c: Omit<LoopControl, "slow" | "expired">): void {
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
function emitRegions(c: Omit<LoopControl, "slow" | "expired">, next: Local, op: Local): void {
  const { f, record, tick } = c;
  f.store(state, tick, TICK);
  f.set(next, f.call(c.runRegions, record));
  f.set(tick, state.load32(TICK));
  f.if(next.geU(COLD_CODES), () => {
    f.set(record, next);
    f.br(c.top);
  });
  f.if(next.eq(REGION_TICK), () => c.leave(EXIT_TICK));
  f.if(next.eq(REGION_CHAIN), () => c.leave(EXIT_LOOKUP));
  f.set(record, state.load32(CURRENT));
  f.set(op, ownOp(record));
  f.if(op.eq(c.goto), () => {
    f.set(record, record.load32(REC_TARGET));
    f.br(c.top);
  });
}

/**
 * V8's register allocator stores a value that lives across a call where it is defined. For the record's address that is
 * once for each micro-op, so it is kept in memory across calls, which are rare.
 */
function callOut(c: Pick<LoopControl, "f" | "record">, emit: () => void): void {
  const { f, record } = c;
  f.store(state, record, CURRENT);
  emit();
  f.set(record, state.load32(CURRENT));
}

/**
 * Whether the direct jump of a record may be interrupted: calls and backward jumps may, unless they lead
 * to another page, where the $far record asks.
 */
function mayExpire(table: OpTable): Helper {
  const calls = table.ops.filter(({ key }) => /(^| ; )call /.test(key));
  return helper("mayExpire", ["i32"], ["i32"], (f, record) => {
    if (record === undefined) return;
    const target = f.let(record.load32(REC_TARGET));
    const end = record.load16u(REC_OFFSET).add(record.load8u(REC_LENGTH));
    const op = f.variable(record.load16u(REC_OP));
    // Compiled code may have left it to the interpreter.
    f.if(op.eq(table.byKey.get("$region") ?? -1), () => f.set(op, ownOp(record)));
    f.if(target.load16u(REC_OP).eq(table.byKey.get("$far") ?? -1), () => f.return(0));
    for (const { number } of calls) f.if(op.eq(number), () => f.return(1));
    f.return(target.load16u(REC_OFFSET).ltU(end));
    f.unreachable();
  });
}

/** Executes the record again, unless the tick has run out: what it did so far is charged. */
function restart(c: Omit<LoopControl, "slow" | "expired">): void {
  const { f, record, tick } = c;
  f.set(tick, tick.sub(state.load32(CHARGE)));
  f.brIf(c.restart, tick.leS(record.load8u(REC_BEFORE)));
  f.br(c.top);
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

function emitCold(f: FunctionBuilder, record: Local, op: MicroOp): void {
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

function emitHot(c: LoopControl, op: MicroOp): void {
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

function emitPseudo(c: LoopControl, key: Pseudo, control: RecordControl): void {
  const { f, record, tick } = c;
  const binding = new RecordBinding(control, NO_SHAPE);
  const countBefore = (): void => f.set(tick, tick.sub(record.load8u(REC_BEFORE)));
  switch (key) {
    case "$miss":
      c.leave(EXIT_LOOKUP);
      break;
    case "$stub":
      countBefore();
      f.store(state, ripOf(record), RIP);
      c.leave(EXIT_LOOKUP);
      break;
    case "$goto":
      countBefore();
      f.set(record, record.load32(REC_TARGET));
      f.br(c.top);
      break;
    case "$far": {
      countBefore();
      const rip = f.let(state.load64(PAGE).add(record.load64(REC_IMMEDIATE)));
      f.if(tick.leS(0), () => {
        f.store(state, rip, RIP);
        f.br(c.expiredAtRip);
      });
      const target = f.local("i32");
      f.block((found) => {
        emitLookup(f, c.spaceLocal, rip, target, found);
        // A direct jump cannot fault before it has happened: the fetch at its target does.
        f.store(state, rip, RIP);
        c.leave(EXIT_LOOKUP);
      });
      f.store(state, rip.and(-4096), PAGE);
      f.set(record, target);
      f.br(c.top);
      break;
    }
    case "$cross": {
      // Both pages must still be the ones whose bytes were decoded together.
      const page = f.let(state.load64(PAGE).shrU(12).add(1));
      const entry = f.let(
        page
          .wrap()
          .and(CODE_ENTRIES - 1)
          .shl(4)
          .add(c.spaceLocal),
      );
      const good = entry
        .load64(SPACE_CODE)
        .eq(page.add(1))
        .and(entry.load32(SPACE_CODE + 8).eq(record.load32(REC_IMMEDIATE)));
      f.if(good, () => {
        f.set(record, record.add(RECORD_SIZE));
        f.br(c.top);
      });
      countBefore();
      f.store(state, ripOf(record), RIP);
      c.leave(EXIT_RECROSS);
      break;
    }
    case "$region":
      f.br(c.slow);
      break;
    case "$invalid":
      binding.fault(6);
      break;
    case "$too-long":
      binding.fault(13);
      break;
    case "$address":
    case "$address32":
      emitAddress(f, record, key === "$address32");
      control.next();
      break;
  }
}
