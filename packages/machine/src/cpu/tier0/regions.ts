// SPDX-License-Identifier: MPL-2.0

/** How the interpreter runs compiled code: records whose micro-op is `$region` stand for a label of a region. */

import { type FunctionBuilder, type Helper, type Value, helper, i32 } from "../../wasm/index.ts";
import { KIND_VECTOR, settleFlags } from "../bind/lazy-flags.ts";
import { emitLookup } from "../bind/lookup.ts";
import type { OpTable } from "../decode/op-table.ts";
import {
  COLD_EXITS,
  COLD_EXITS_SHIFT,
  COLD_EXIT_RING,
  COLD_EXIT_RIPS,
  CURRENT,
  FLAG_CARRIES,
  FLAG_KIND,
  FLAG_RESULT,
  HOPS,
  HOP_ENTRIES,
  HOP_GENERATION,
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
  REGION_LAST_SPLIT,
  REGION_LAST_TICK,
  REGION_MOVED,
  REGION_SPLIT,
  REGION_SPLITS,
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

/** What the tags of ways in the current address space have above rip, see HOPS. */
function spaceTag(): Value {
  return state.load32(SPACE).shrU(16).extendU().shl(47);
}

/** Where the way to `rip` is kept. */
function hopOf(rip: Value): Value {
  const low = rip.wrap();
  return low
    .xor(low.shrU(11))
    .and(HOP_ENTRIES - 1)
    .shl(4);
}

/** Bits of the second word of a way. */
const LABEL_SHIFT = 16;
const GENERATION_SHIFT = 32;
const DISTANCE_SHIFT = 48;

/**
 * (record) → the record to go on with, or REGION_*: runs regions one after the other, from that of a `$region` record.
 * After REGION_INTERPRET the record in CURRENT is to be executed by its own micro-op; REGION_CHAIN: no code is known at RIP.
 *
 * From one region to the next it goes by the table of ways; what is not in it is looked up as the interpreter does.
 */
export function runRegions(table: OpTable): Helper {
  const region = table.byKey.get("$region") ?? -1;
  return helper("runRegions", ["i32"], ["i32"], (f: FunctionBuilder, record) => {
    if (record === undefined) return;
    const code = f.local("i32");
    const rip = f.local("i64");
    const hop = f.local("i32");
    const way = f.variable(entryOf(record).load64(REGION_ENTRIES));
    const goneOn = f.variable(i32(0));
    const before = f.variable(state.load32(TICK));
    // Neither changes while regions run.
    const tag = f.variable(spaceTag());
    const generation = f.variable(state.load32(HOP_GENERATION));
    const count = (exit: Value | number, times: Value | number): void => {
      const at = typeof exit === "number" ? i32(8 * exit) : f.let(exit.shl(3));
      f.store(
        at,
        at.load64(REGION_EXITS).add(typeof times === "number" ? times : times.extendU()),
        REGION_EXITS,
      );
    };
    const leave = (result: Value | number): void => {
      const retired = before.sub(state.load32(TICK));
      f.store(state, state.load64(REGION_INSTRUCTIONS).add(retired.extendS()), REGION_INSTRUCTIONS);
      count(REGION_CHAIN, goneOn);
      // Only the interpreter wants the flags in one form.
      f.do(settleMemory, []);
      f.return(result);
    };
    f.store(state, state.load64(PAGE).add(record.load16u(REC_OFFSET).extendU()), RIP);
    f.loop((again) => {
      f.set(
        code,
        f.callIndirect(
          ["i32", "i32"],
          "i32",
          way.wrap().and(0xffff).add(table.ops.length),
          way.wrap().shrU(LABEL_SHIFT),
          way.shrS(DISTANCE_SHIFT).wrap(),
        ),
      );
      f.set(rip, state.load64(RIP));
      f.set(hop, hopOf(rip));
      f.if(
        code.eqz(),
        () => {
          f.set(goneOn, goneOn.add(1));
          f.set(way, hop.load64(HOPS + 8));
          const right = hop
            .load64(HOPS)
            .eq(tag.or(rip))
            .and(way.shrU(GENERATION_SHIFT).wrap().and(0xffff).eq(generation));
          f.if(right, () => {
            f.store(state, rip.and(-4096), PAGE);
            f.br(again);
          });
        },
        () => {
          count(code, 1);
          f.if(code.eq(REGION_SPLIT), () => {
            f.store(state, state.load32(REGION_SPLITS).add(1), REGION_SPLITS);
            f.store(state, way.wrap().and(0xffff), REGION_LAST_SPLIT);
          });
        },
      );
      f.if(code.eq(REGION_TICK), () => {
        f.store(state, way.wrap().and(0xffff), REGION_LAST_TICK);
        leave(REGION_TICK);
      });
      f.block((found) => {
        emitLookup(f, f.let(state.load32(SPACE)), rip, record, found);
        leave(REGION_CHAIN);
      });
      f.store(state, rip.and(-4096), PAGE);
      f.if(record.load16u(REC_OP).ne(region), () => {
        f.if(code.eq(REGION_CHAIN), () => noteColdExit(f, rip));
        leave(record);
      });
      f.if(code.eq(REGION_CHAIN).eqz(), () => {
        f.if(code.eq(REGION_MOVED), () => noteColdExit(f, rip));
        f.store(state, record, CURRENT);
        leave(REGION_INTERPRET);
      });
      f.set(way, entryOf(record).load64(REGION_ENTRIES));
      f.store(hop, tag.or(rip), HOPS);
      f.store(hop, way, HOPS + 8);
      f.store(hop, generation, HOPS + 8 + GENERATION_SHIFT / 8, "16");
      f.br(again);
    });
    f.unreachable();
  });
}
