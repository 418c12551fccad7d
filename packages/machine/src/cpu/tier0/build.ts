// SPDX-License-Identifier: MPL-2.0

/**
 * Tier 0: generates the WebAssembly module that executes micro-ops from their records. Hot ones are
 * branches of one loop, the others functions in a table.
 */

import { i32, ModuleBuilder } from "../../wasm/index.ts";
import { settleFlags } from "../bind/lazy-flags.ts";
import type { OpTable } from "../decode/op-table.ts";
import { loadFpuImage, saveFpuImage } from "../fpu-image.ts";
import { constants } from "../isa/index.ts";
import { cpuidHelper, rdtscHelper } from "../isa/system.ts";
import {
  EXIT_LOOKUP,
  EXIT_SYSCALL,
  EXIT_TICK,
  MAX_REGIONS,
  RAM_BASE,
  REGION_CHAIN,
  REGION_INTERPRET,
  REGION_SYSCALL,
  REGION_TICK,
  RIP,
  RUN_OWN,
} from "../layout.ts";
import { ACCESS_FETCH, dropCodeHelper, walk } from "../mmu.ts";
import { emitCold } from "./cold-function.ts";
import { loadFrame, storeFrame, storeSystemCall } from "./frame.ts";
import { emitRun, type Tier0Options } from "./loop.ts";
import { regionHelpers } from "./regions.ts";
import { exportStep } from "./step.ts";

const state = i32(0);

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
  const regions = regionHelpers(table);
  m.define(run, (f) => emitRun(f, table, regions.runRegions, options));
  m.exportFunction("run", run);

  const enter = m.function("enter", ["i32"], ["i32"], (f, frame) => {
    if (frame === undefined) return;
    loadFrame(f, frame);
    const exit = f.local("i32");
    const code = f.let(f.call(regions.enterRegions));
    f.if(code.eq(REGION_SYSCALL), () => {
      storeSystemCall(f, frame);
      f.return(EXIT_SYSCALL);
    });
    f.block((left) => {
      f.set(exit, i32(EXIT_TICK));
      f.brIf(left, code.eq(REGION_TICK));
      f.set(exit, i32(EXIT_LOOKUP));
      f.brIf(left, code.eq(REGION_CHAIN));
      f.store(state, code.eq(REGION_INTERPRET), RUN_OWN);
      f.set(exit, f.call(run));
    });
    // Nearly always this was a trap, and the caller need not call `leave`.
    storeFrame(f, frame);
    f.return(exit);
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
  m.exportHelper(regions.callOut);
  m.exportHelpers();
  return m.finish();
}
