// SPDX-License-Identifier: MPL-2.0

/** How the interpreter runs compiled code: records whose micro-op is `$region` stand for a label of a region. */

import {
  type FunctionBuilder,
  type Helper,
  type Local,
  type Value,
  type ValueType,
  helper,
  i32,
  i64,
} from "../../wasm/index.ts";
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
  LINK_TAG,
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
  REGION_LAST,
  REGION_LAST_SPLIT,
  REGION_LAST_TICK,
  REGION_LINKS,
  REGION_LOST,
  REGION_MOVED,
  REGION_SPLIT,
  REGION_SPLITS,
  REGION_TICK,
  RIP,
  SPACE,
  TICK,
} from "../layout.ts";

import { CALL_OUT, REGION_PARAMETERS } from "./region-calls.ts";

const state = i32(0);

/** How deep regions may call each other. */
const MAX_CALL_DEPTH = 48;

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

/** Where the way to `rip` is kept. */
function hopOf(rip: Value): Value {
  const low = rip.wrap();
  return low
    .xor(low.shrU(11))
    .and(HOP_ENTRIES - 1)
    .shl(4)
    .add(HOPS);
}

/** Bits of the second word of a way. */
const LABEL_SHIFT = 16;
const DISTANCE_SHIFT = 48;

/** Runs the region that a way leads to, whose calls may nest so deep; gives REGION_*. */
function runWay(f: FunctionBuilder, table: OpTable, way: Local, depth: Value): Value {
  return f.callIndirect(
    REGION_PARAMETERS,
    "i32",
    way.wrap().and(0xffff).add(table.ops.length),
    way.wrap().shrU(LABEL_SHIFT),
    way.shrS(DISTANCE_SHIFT).wrap(),
    depth,
  );
}

/** A place that nothing goes on at. */
const NOWHERE: bigint = -1n;

/** Before a region is entered at `rip`. */
function enterPage(f: FunctionBuilder, rip: Value): void {
  f.store(state, rip.and(-4096), PAGE);
  f.store(state, state.load64(REGION_LINKS).add(1), REGION_LINKS);
}

/**
 * (code, link, rip, depth) → REGION_*. Where `code` is REGION_CHAIN it goes on at RIP, one region behind the other, until RIP is `rip`
 * (REGION_CHAIN), no region is known there (REGION_LOST), or one ends otherwise. What it begins with is noted in `link`, unless that
 * is 0. From one region to the next it goes by the table of ways; what is not in it is looked up as the interpreter does.
 */
function goOn(table: OpTable): Helper {
  const region = table.byKey.get("$region") ?? -1;
  const parameters: readonly ValueType[] = ["i32", "i32", "i64", "i32"];
  return helper("goOn", parameters, ["i32"], (f, code, link, until, depth) => {
    if (!code || !link || !until || !depth) return;
    f.if(code, () => f.return(code));
    const [rip, way, key] = [f.local("i64"), f.local("i64"), f.local("i64")];
    const [hop, record] = [f.local("i32"), f.local("i32")];
    // Does not change while regions run.
    const tag = f.variable(state.load64(LINK_TAG));
    f.loop((again) => {
      f.set(rip, state.load64(RIP));
      f.if(rip.eq(until), () => f.return(REGION_CHAIN));
      f.set(key, tag.or(rip));
      f.set(hop, hopOf(rip));
      f.set(way, hop.load64(8));
      f.if(hop.load64().ne(key), () => {
        f.block((found) => {
          emitLookup(f, f.let(state.load32(SPACE)), rip, record, found);
          f.return(REGION_LOST);
        });
        f.if(record.load16u(REC_OP).ne(region), () => f.return(REGION_LOST));
        f.set(way, entryOf(record).load64(REGION_ENTRIES));
        f.store(hop, key);
        f.store(hop, way, 8);
      });
      enterPage(f, rip);
      f.set(code, runWay(f, table, way, depth));
      f.if(link, () => {
        // A region that was compiled for another address is not entered.
        f.if(code.ne(REGION_MOVED), () => {
          f.store(link, key);
          f.store(link, way, 8);
        });
        f.set(link, i32(0));
      });
      f.brIf(again, code.eqz());
    });
    f.return(code);
    f.unreachable();
  });
}

/** (link, rip, depth) → REGION_*: calls what is at RIP, by a link if that holds, until RIP is `rip`, see `goOn`. */
function callOut(table: OpTable, next: Helper): Helper {
  return helper(CALL_OUT.name, CALL_OUT.parameters, CALL_OUT.results, (f, link, until, depth) => {
    if (!link || !until || !depth) return;
    const code = f.local("i32");
    f.scope(() => {
      const rip = f.let(state.load64(RIP));
      f.if(link.load64().eq(state.load64(LINK_TAG).or(rip)), () => {
        const way = f.variable(link.load64(8));
        enterPage(f, rip);
        f.set(code, runWay(f, table, way, depth));
        f.if(code.or(state.load64(RIP).ne(until)).eqz(), () => f.return(REGION_CHAIN));
        f.set(link, i32(0));
      });
    });
    f.return(f.call(next, code, link, until, depth));
    f.unreachable();
  });
}

/** The helpers that run compiled code, for the interpreter and for compiled code. */
export interface RegionHelpers {
  readonly runRegions: Helper;
  readonly callOut: Helper;
}

export function regionHelpers(table: OpTable): RegionHelpers {
  const next = goOn(table);
  return { runRegions: runRegions(table, next), callOut: callOut(table, next) };
}

/**
 * (record) → the record to go on with, or REGION_*: runs regions one after the other, from that of a `$region` record.
 * After REGION_INTERPRET the record in CURRENT is to be executed by its own micro-op; REGION_CHAIN: no code is known at RIP.
 */
function runRegions(table: OpTable, next: Helper): Helper {
  const region = table.byKey.get("$region") ?? -1;
  return helper("runRegions", ["i32"], ["i32"], (f: FunctionBuilder, record) => {
    if (record === undefined) return;
    const code = f.local("i32");
    const way = f.variable(entryOf(record).load64(REGION_ENTRIES));
    const before = f.variable(state.load32(TICK));
    const leave = (result: Value | number): void => {
      const retired = before.sub(state.load32(TICK));
      f.store(state, state.load64(REGION_INSTRUCTIONS).add(retired.extendS()), REGION_INSTRUCTIONS);
      // Only the interpreter wants the flags in one form.
      f.do(settleMemory, []);
      f.return(result);
    };
    f.store(state, state.load64(PAGE).add(record.load16u(REC_OFFSET).extendU()), RIP);
    f.set(code, runWay(f, table, way, i32(MAX_CALL_DEPTH)));
    f.set(code, f.call(next, code, 0, i64(NOWHERE), MAX_CALL_DEPTH));
    const counter = f.let(code.shl(3));
    f.store(counter, counter.load64(REGION_EXITS).add(1), REGION_EXITS);
    f.if(code.eq(REGION_SPLIT), () => {
      f.store(state, state.load32(REGION_SPLITS).add(1), REGION_SPLITS);
      f.store(state, state.load32(REGION_LAST), REGION_LAST_SPLIT);
    });
    f.if(code.eq(REGION_TICK), () => {
      f.store(state, state.load32(REGION_LAST), REGION_LAST_TICK);
      leave(REGION_TICK);
    });
    const rip = f.variable(state.load64(RIP));
    f.block((found) => {
      emitLookup(f, f.let(state.load32(SPACE)), rip, record, found);
      leave(REGION_CHAIN);
    });
    f.store(state, rip.and(-4096), PAGE);
    f.if(record.load16u(REC_OP).ne(region), () => {
      f.if(code.eq(REGION_LOST), () => noteColdExit(f, rip));
      leave(record);
    });
    f.if(code.eq(REGION_MOVED), () => noteColdExit(f, rip));
    f.store(state, record, CURRENT);
    leave(REGION_INTERPRET);
    f.unreachable();
  });
}
