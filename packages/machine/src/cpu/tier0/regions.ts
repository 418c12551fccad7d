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
import { x86_64 } from "@aster/hardware";
import { getRflags } from "../bind/flags.ts";
import { KIND_VECTOR, settleFlags } from "../bind/lazy-flags.ts";
import { emitLookup } from "../bind/lookup.ts";
import type { OpTable } from "../decode/op-table.ts";
import {
  COLD_EXITS,
  COLD_EXITS_SHIFT,
  COLD_EXIT_RING,
  COLD_EXIT_RIPS,
  CURRENT,
  ERROR_CODE,
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
  REGION_DEEP,
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
  REGION_ORIGINS,
  REGION_RETURN,
  REGION_SPLIT,
  REGION_SPLITS,
  REGION_SYSCALL,
  REGION_TICK,
  REGS,
  RIP,
  SPACE,
  TICK,
  TICK_LINK,
  VECTOR,
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

/** Runs the region that a way leads to, whose calls may nest so deep, until RIP is `until`; gives REGION_*. */
function runWay(
  f: FunctionBuilder,
  table: OpTable,
  way: Local,
  { depth, until }: { readonly depth: Value; readonly until: Value },
): Value {
  return f.callIndirect(
    REGION_PARAMETERS,
    "i32",
    way.wrap().and(0xffff).add(table.ops.length),
    way.wrap().shrU(LABEL_SHIFT),
    way.shrS(DISTANCE_SHIFT).wrap(),
    depth,
    until,
  );
}

/** Whether the region of a way may be entered at `rip` (i32): it was compiled for that address, or for any. */
function fits(f: FunctionBuilder, way: Local, rip: Value): Value {
  const origin = f.let(way.wrap().and(0xffff).shl(3).load64(REGION_ORIGINS));
  const page = rip.and(-4096).sub(way.shrS(DISTANCE_SHIFT).shl(12));
  return origin.eq(-1n).or(origin.eq(page));
}

/** A place that nothing goes on at. */
const NOWHERE: bigint = -1n;

/** How a region runs that no other has called. */
const OUTERMOST = { depth: i32(MAX_CALL_DEPTH), until: i64(NOWHERE) } as const;

/** Counts that a region is entered from another one. */
function countLink(f: FunctionBuilder): void {
  f.store(state, state.load64(REGION_LINKS).add(1), REGION_LINKS);
}

interface WayLocals {
  readonly rip: Local;
  readonly way: Local;
  readonly key: Local;
  readonly hop: Local;
  readonly record: Local;
}

/**
 * Sets `way` to that of the region at `rip`, whose key is `key`; returns REGION_LOST where none is known, and `moved` where it has been
 * compiled for another address.
 */
function findWay(
  f: FunctionBuilder,
  { rip, way, key, hop, record }: WayLocals,
  { region, moved }: { readonly region: number; readonly moved: number },
): void {
  f.set(hop, hopOf(rip));
  f.set(way, hop.load64(8));
  f.if(hop.load64().ne(key), () => {
    f.block((found) => {
      emitLookup(f, f.let(state.load32(SPACE)), rip, record, found);
      f.return(REGION_LOST);
    });
    f.if(record.load16u(REC_OP).ne(region), () => f.return(REGION_LOST));
    f.set(way, entryOf(record).load64(REGION_ENTRIES));
    f.if(fits(f, way, rip).eqz(), () => f.return(moved));
    f.store(hop, key);
    f.store(hop, way, 8);
  });
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
    f.if(code.ne(REGION_CHAIN).and(code.ne(REGION_DEEP)), () => f.return(code));
    const [rip, way, key] = [f.local("i64"), f.local("i64"), f.local("i64")];
    const [hop, record] = [f.local("i32"), f.local("i32")];
    // Does not change while regions run.
    const tag = f.variable(state.load64(LINK_TAG));
    f.loop((again) => {
      f.set(rip, state.load64(RIP));
      f.if(rip.eq(until), () => f.return(REGION_CHAIN));
      f.set(key, tag.or(rip));
      findWay(f, { rip, way, key, hop, record }, { region, moved: REGION_MOVED });
      countLink(f);
      f.set(code, runWay(f, table, way, { depth, until }));
      f.if(link, () => {
        f.store(link, key);
        f.store(link, way, 8);
        f.set(link, i32(0));
      });
      f.if(code.eq(REGION_RETURN), () => f.return(REGION_CHAIN));
      f.brIf(again, code.eqz());
      f.brIf(again, code.eq(REGION_DEEP));
    });
    f.return(code);
    f.unreachable();
  });
}

/** (link, rip, depth) → REGION_*: calls what is at RIP, by a link if that holds, until RIP is `rip`, see `goOn`. A depth below 0 is too deep. */
function callOut(table: OpTable, next: Helper): Helper {
  return helper(CALL_OUT.name, CALL_OUT.parameters, CALL_OUT.results, (f, link, until, depth) => {
    if (!link || !until || !depth) return;
    const code = f.local("i32");
    f.if(state.load32(TICK).leS(0), () => {
      // The caller says which region that is.
      f.store(state, i32(0), REGION_LAST);
      f.store(state, link, TICK_LINK);
      f.return(REGION_TICK);
    });
    f.if(depth.ltS(0), () => f.return(REGION_DEEP));
    f.scope(() => {
      const rip = f.let(state.load64(RIP));
      f.if(link.load64().eq(state.load64(LINK_TAG).or(rip)), () => {
        const way = f.variable(link.load64(8));
        countLink(f);
        f.set(code, runWay(f, table, way, { depth, until }));
        f.if(code.eq(REGION_RETURN), () => f.return(REGION_CHAIN));
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
  readonly enterRegions: Helper;
  readonly callOut: Helper;
}

export function regionHelpers(table: OpTable): RegionHelpers {
  const next = goOn(table);
  return {
    runRegions: runRegions(table, next),
    enterRegions: enterRegions(table, next),
    callOut: callOut(table, next),
  };
}

/** What the system call leaves that compiled code has been left for; RIP and TICK are as it has to leave them. */
const takeSystemCall: Helper = helper("takeSystemCall", [], [], (f) => {
  f.do(settleMemory, []);
  f.store(state, state.load64(RIP), REGS + 8 * x86_64.RCX);
  f.store(state, f.call(getRflags), REGS + 8 * x86_64.R11);
  f.store(state, i32(x86_64.TRAP_SYSCALL), VECTOR);
  f.store(state, i32(0), ERROR_CODE);
});

/**
 * Returns the record to go on with, or REGION_*, after compiled code has ended with `code`; `before` is TICK as it was.
 * After REGION_INTERPRET the record in CURRENT is to be executed by its own micro-op; REGION_CHAIN: no code is known at RIP.
 */
function finish(f: FunctionBuilder, region: number, code: Local, before: Local): void {
  const leave = (result: Value | number): void => {
    // Only the interpreter wants the flags in one form.
    f.do(settleMemory, []);
    f.return(result);
  };
  const retired = before.sub(state.load32(TICK));
  f.store(state, state.load64(REGION_INSTRUCTIONS).add(retired.extendS()), REGION_INSTRUCTIONS);
  const counter = f.let(code.shl(3));
  f.store(counter, counter.load64(REGION_EXITS).add(1), REGION_EXITS);
  f.if(code.eq(REGION_SYSCALL), () => {
    f.do(takeSystemCall, []);
    f.return(REGION_SYSCALL);
  });
  f.if(code.eq(REGION_SPLIT), () => {
    f.store(state, state.load32(REGION_SPLITS).add(1), REGION_SPLITS);
    f.store(state, state.load32(REGION_LAST), REGION_LAST_SPLIT);
  });
  f.if(code.eq(REGION_TICK), () => {
    f.store(state, state.load32(REGION_LAST), REGION_LAST_TICK);
    leave(REGION_TICK);
  });
  const [rip, record] = [f.variable(state.load64(RIP)), f.local("i32")];
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
}

/** (record) → as `finish` says: runs regions one after the other, from that of a `$region` record. */
function runRegions(table: OpTable, next: Helper): Helper {
  const region = table.byKey.get("$region") ?? -1;
  return helper("runRegions", ["i32"], ["i32"], (f: FunctionBuilder, record) => {
    if (record === undefined) return;
    const code = f.local("i32");
    const way = f.variable(entryOf(record).load64(REGION_ENTRIES));
    const before = f.variable(state.load32(TICK));
    f.store(state, state.load64(PAGE).add(record.load16u(REC_OFFSET).extendU()), RIP);
    f.set(code, i32(REGION_MOVED));
    f.if(fits(f, way, state.load64(RIP)), () => {
      f.set(code, runWay(f, table, way, OUTERMOST));
    });
    f.set(code, f.call(next, code, 0, i64(NOWHERE), MAX_CALL_DEPTH));
    finish(f, region, code, before);
  });
}

/** () → the same from RIP on; REGION_LOST, with nothing done, where no compiled code is known there. */
function enterRegions(table: OpTable, next: Helper): Helper {
  const region = table.byKey.get("$region") ?? -1;
  return helper("enterRegions", [], ["i32"], (f: FunctionBuilder) => {
    const [code, hop, record] = [f.local("i32"), f.local("i32"), f.local("i32")];
    const rip = f.variable(state.load64(RIP));
    const key = f.variable(state.load64(LINK_TAG).or(rip));
    const way = f.local("i64");
    const before = f.variable(state.load32(TICK));
    findWay(f, { rip, way, key, hop, record }, { region, moved: REGION_LOST });
    f.set(code, runWay(f, table, way, OUTERMOST));
    f.set(code, f.call(next, code, 0, i64(NOWHERE), MAX_CALL_DEPTH));
    finish(f, region, code, before);
  });
}
