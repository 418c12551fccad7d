// SPDX-License-Identifier: MPL-2.0

/** How the interpreter runs compiled code: records whose micro-op is `$region` stand for a label of a region. */

import { type FunctionBuilder, type Helper, type Value, helper, i32 } from "../../wasm/index.ts";
import { KIND_VECTOR, settleFlags } from "../bind/lazy-flags.ts";
import { emitLookup } from "../bind/record.ts";
import type { OpTable } from "../decode/op-table.ts";
import {
  COLD_EXITS,
  COLD_EXITS_SHIFT,
  COLD_EXIT_RING,
  COLD_EXIT_RIPS,
  CURRENT,
  FLAG_CARRIES,
  FLAG_KIND,
  FLAG_NARROW_A,
  FLAG_NARROW_B,
  FLAG_RESULT,
  PAGE,
  RECORDS,
  REC_OFFSET,
  REC_OP,
  REGION_CHAIN,
  REGION_ENTRIES,
  REGION_ENTRY_SHIFT,
  REGION_EXITS,
  REGION_INSTRUCTIONS,
  REGION_INTERPRET,
  REGION_TICK,
  RIP,
  SPACE,
  TICK,
} from "../layout.ts";

const state = i32(0);

/** Where the entry of a record stands. */
function entryOf(record: Value): Value {
  return record.sub(RECORDS).shrU(REGION_ENTRY_SHIFT);
}

/** The micro-op that a record had before it came to stand for a region. */
export function ownOp(record: Value): Value {
  return entryOf(record).load16u(REGION_ENTRIES + 4);
}

const settleMemory: Helper = helper("settleMemory", [], [], (f) => {
  f.if(state.load32(FLAG_KIND).ne(KIND_VECTOR), () => {
    const [result, carries] = [f.local("i64"), f.local("i64")];
    const operands = [
      state.load32(FLAG_KIND),
      state.load64(FLAG_RESULT),
      state.load64(FLAG_CARRIES),
      state.load32(FLAG_NARROW_A),
      state.load32(FLAG_NARROW_B),
    ];
    f.do(settleFlags, operands, [result, carries]);
    f.store(state, result, FLAG_RESULT);
    f.store(state, carries, FLAG_CARRIES);
    f.store(state, i32(KIND_VECTOR), FLAG_KIND);
  });
});

/** Tells the sampler, now and then, where compiled code goes on to code that is not compiled. */
function noteColdExit(f: FunctionBuilder, rip: Value): void {
  const count = f.let(state.load32(COLD_EXITS).add(1));
  f.store(state, count, COLD_EXITS);
  f.if(count.and((1 << COLD_EXITS_SHIFT) - 1).eqz(), () => {
    const place = count.shrU(COLD_EXITS_SHIFT).and(COLD_EXIT_RING - 1);
    f.store(place.shl(3), rip, COLD_EXIT_RIPS);
  });
}

/**
 * (record) → the record to go on with, or REGION_*: runs regions one after the other, from that of a `$region` record.
 * After REGION_INTERPRET the record in CURRENT is to be executed by its own micro-op; REGION_CHAIN: no code is known at RIP.
 */
export function runRegions(table: OpTable): Helper {
  const region = table.byKey.get("$region") ?? -1;
  return helper("runRegions", ["i32"], ["i32"], (f: FunctionBuilder, record) => {
    if (record === undefined) return;
    const code = f.local("i32");
    const before = f.local("i32");
    // Only the interpreter wants the flags in one form.
    const leave = (result: Value | number): void => {
      f.do(settleMemory, []);
      f.return(result);
    };
    f.store(state, state.load64(PAGE).add(record.load16u(REC_OFFSET).extendU()), RIP);
    f.loop((again) => {
      const entry = f.let(entryOf(record));
      f.set(before, state.load32(TICK));
      f.set(
        code,
        f.callIndirect(
          ["i32", "i32"],
          "i32",
          entry.load16u(REGION_ENTRIES).add(table.ops.length),
          entry.load16u(REGION_ENTRIES + 2),
          entry.load16s(REGION_ENTRIES + 6),
        ),
      );
      const retired = before.sub(state.load32(TICK));
      f.store(state, state.load64(REGION_INSTRUCTIONS).add(retired.extendS()), REGION_INSTRUCTIONS);
      const exits = f.let(code.shl(3));
      f.store(exits, exits.load64(REGION_EXITS).add(1), REGION_EXITS);
      f.if(code.eq(REGION_TICK), () => leave(REGION_TICK));
      const rip = f.let(state.load64(RIP));
      f.block((found) => {
        emitLookup(f, f.let(state.load32(SPACE)), rip, record, found);
        leave(REGION_CHAIN);
      });
      f.store(state, rip.and(-4096), PAGE);
      f.if(record.load16u(REC_OP).ne(region), () => {
        f.if(code.eq(REGION_CHAIN), () => noteColdExit(f, rip));
        leave(record);
      });
      f.if(code.eq(REGION_INTERPRET), () => {
        f.store(state, record, CURRENT);
        leave(REGION_INTERPRET);
      });
      f.br(again);
    });
    f.unreachable();
  });
}
