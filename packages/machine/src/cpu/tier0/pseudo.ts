// SPDX-License-Identifier: MPL-2.0

/** The micro-ops that are no instructions: jumps between blocks, faults of the decoder, addresses. */

import { i32 } from "../../wasm/index.ts";
import type { Shape } from "../bind/binding.ts";
import { emitLookup } from "../bind/lookup.ts";
import { RecordBinding, type RecordControl } from "../bind/record.ts";
import type { Pseudo } from "../decode/op-table.ts";
import {
  CODE_ENTRIES,
  EXIT_LOOKUP,
  EXIT_RECROSS,
  PAGE,
  REC_BEFORE,
  REC_IMMEDIATE,
  REC_TARGET,
  RECORD_SIZE,
  RIP,
  SPACE_CODE,
} from "../layout.ts";
import { type LoopControl, ripOf } from "./loop-control.ts";
import { emitAddress } from "./step.ts";

const state = i32(0);

const NO_SHAPE: Shape = { key: "", size: 8, operands: [], unaligned: true };

/** Emits the branch of a pseudo micro-op. */
export function emitPseudo(c: LoopControl, key: Pseudo, control: RecordControl): void {
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
