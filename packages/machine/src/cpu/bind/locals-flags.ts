// SPDX-License-Identifier: MPL-2.0

import { type Value, i64 } from "../../wasm/index.ts";
import { Binding, type IntegerSize } from "./binding.ts";
import {
  KIND_ADD,
  KIND_DEC,
  KIND_INC,
  KIND_LOGIC,
  KIND_PRODUCT,
  KIND_SUB,
  SHIFT_KINDS,
} from "./lazy-flags.ts";
import type { LocalFlags } from "./local-flags.ts";
import type { ShiftKind } from "./shift-flags.ts";

/** The flags of an instruction in compiled code: what it did is noted, and computed from where somebody looks. */
export abstract class LocalsFlagsBinding extends Binding {
  protected readonly lazy: LocalFlags;
  #flagsWanted = true;
  #carryUsed = false;

  constructor(flags: LocalFlags) {
    super();
    this.lazy = flags;
  }

  /** Goes on to another instruction, see LocalsBinding.next. */
  protected nextFlags(flagsWanted: boolean): void {
    this.#flagsWanted = flagsWanted;
    this.#carryUsed = false;
    this.forgetPending();
  }

  override get flagsWanted(): boolean {
    return this.#flagsWanted;
  }

  #set(group: number, n: IntegerSize, a: Value, b?: Value, narrow?: Value): void {
    if (!this.flagsWanted) return;
    this.lazy.set(group, n, a, b, narrow);
  }

  protected flagResult(): Value {
    this.lazy.settle();
    return this.lazy.result;
  }
  protected flagCarries(): Value {
    this.lazy.settle();
    return this.lazy.carries;
  }
  protected setFlagResult(value: Value): void {
    if (!this.flagsWanted) return;
    const kept = this.f.let(value);
    const carries = this.lazy.kind === 0 ? this.lazy.carries : i64(0);
    this.lazy.setVector(kept, carries);
  }
  protected setFlagCarries(value: Value): void {
    if (!this.flagsWanted) return;
    const kept = this.f.let(value);
    this.lazy.settle();
    this.lazy.setVector(this.lazy.result, kept);
  }

  override flagsAdd(n: IntegerSize, a: Value, b: Value, r: Value): void {
    // With a carry the operands do not tell the result.
    if (this.#carryUsed) super.flagsAdd(n, a, b, r);
    else this.#set(KIND_ADD, n, a, b);
  }

  override flagsSub(n: IntegerSize, a: Value, b: Value, r: Value, borrowIn = false): void {
    if (borrowIn) super.flagsSub(n, a, b, r, true);
    else this.#set(KIND_SUB, n, a, b);
  }

  override flagsLogic(n: IntegerSize, r: Value): void {
    this.#set(KIND_LOGIC, n, r);
  }

  override flagsShift(kind: ShiftKind, n: IntegerSize, old: Value, count: Value, r: Value): void {
    if (!this.flagsWanted) return;
    if (count.constant === undefined) super.flagsShift(kind, n, old, count, r);
    else if (count.constant !== 0n) this.#set(SHIFT_KINDS[kind], n, old, undefined, count);
  }

  override flagsProduct(
    n: IntegerSize,
    _a: Value,
    _b: Value,
    r: Value,
    overflow: () => Value,
  ): void {
    if (this.flagsWanted) this.#set(KIND_PRODUCT, n, r, undefined, overflow());
  }

  override flagsStep(n: IntegerSize, _old: Value, r: Value, up: boolean): void {
    if (!this.flagsWanted) return;
    const cf = this.f.let(this.lazy.carry());
    this.#set(up ? KIND_INC : KIND_DEC, n, r, undefined, cf);
  }

  override setCfOf(cf: Value, of: Value): void {
    if (this.flagsWanted) super.setCfOf(cf, of);
  }

  override setCf(cf: Value): void {
    if (this.flagsWanted) super.setCf(this.f.let(cf));
  }

  override setZf(zf: Value): void {
    if (this.flagsWanted) super.setZf(zf);
  }

  override cf(): Value {
    this.#carryUsed = true;
    return this.f.let(this.lazy.carry());
  }

  override cond(cc: number): Value {
    return this.lazy.condition(cc);
  }
}
