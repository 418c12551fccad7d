// SPDX-License-Identifier: MPL-2.0

/** What happens when the tick runs out at a direct jump. */

import { helper, type Helper } from "../../wasm/index.ts";
import type { OpTable } from "../decode/op-table.ts";
import { REC_LENGTH, REC_OFFSET, REC_OP, REC_TARGET } from "../layout.ts";
import { callOut, type LoopFrame } from "./loop-control.ts";
import { ownOp } from "./regions.ts";

/** The tick has run out at a direct jump: leave, unless this is not a place to be interrupted at. */
export function emitExpired(c: LoopFrame): void {
  const { f, record } = c;
  const expired = f.local("i32");
  callOut(c, () => f.set(expired, f.call(c.mayExpire, record)));
  f.brIf(c.expiredDirect, expired);
  f.set(record, record.load32(REC_TARGET));
  f.br(c.top);
}

/**
 * Whether the direct jump of a record may be interrupted: calls and backward jumps may, unless they lead
 * to another page, where the $far record asks.
 */
export function mayExpire(table: OpTable): Helper {
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
