// SPDX-License-Identifier: MPL-2.0

import { type FunctionBuilder, type Local, type Value, i32 } from "../../wasm/index.ts";
import {
  type IntegerSize,
  carryFlag,
  compareCondition,
  condition,
  signExtend,
  zeroExtend,
} from "./flags.ts";
import {
  type FlagOperands,
  KIND_ADD,
  KIND_DEC,
  KIND_INC,
  KIND_LOGIC,
  KIND_PRODUCT,
  KIND_SUB,
  KIND_VECTOR,
  flagOperands,
  groupOfKind,
  resultOf,
  settleFlags,
  sizeLog,
  sizeOfKind,
  vectorOf,
} from "./lazy-flags.ts";

/** The locals of one function that hold the flags. `kind` says what the others mean. */
export interface FlagLocals {
  readonly kind: Local;
  /** Operands of less than 8 bytes stand in their low halves. */
  readonly a: Local;
  readonly b: Local;
}

/**
 * The flags while a function is compiled. Setting them stores operands in locals, which costs nothing where nobody
 * reads them: the engine drops what is dead. `kind` is known to the compiler within a block.
 */
export class LocalFlags {
  readonly #f: FunctionBuilder;
  readonly #locals: FlagLocals;
  /** The kind where it is known at this point, else undefined. */
  kind: number | undefined = undefined;

  constructor(f: FunctionBuilder, locals: FlagLocals) {
    this.#f = f;
    this.#locals = locals;
  }

  set(group: number, n: IntegerSize, a: Value, b?: Value, narrow?: Value): void {
    const locals = this.#locals;
    const f = this.#f;
    const wide = (value: Value): Value => (value.type === "i64" ? value : value.extendU());
    f.set(locals.a, wide(a));
    const second = b ?? narrow;
    if (second !== undefined) f.set(locals.b, wide(second));
    this.kind = group + sizeLog(n);
    f.set(locals.kind, i32(this.kind));
  }

  setVector(result: Value, carries: Value): void {
    const { a, b, kind } = this.#locals;
    const [r, c] = [this.#f.let(result), this.#f.let(carries)];
    this.#f.set(a, r);
    this.#f.set(b, c);
    this.kind = KIND_VECTOR;
    this.#f.set(kind, i32(KIND_VECTOR));
  }

  #operands(kind: number): FlagOperands {
    const { a, b } = this.#locals;
    return flagOperands(kind, a, b);
  }

  /** Brings the locals into vector form. */
  settle(): void {
    if (this.kind === KIND_VECTOR) return;
    const { a, b, kind } = this.#locals;
    if (this.kind === undefined) {
      this.#f.do(settleFlags, [kind, a, b], [a, b]);
      this.kind = KIND_VECTOR;
      this.#f.set(kind, i32(KIND_VECTOR));
      return;
    }
    const { result, carries } = vectorOf(this.#f, this.kind, this.#operands(this.kind));
    this.setVector(result, carries);
  }

  get result(): Value {
    return this.#locals.a;
  }
  get carries(): Value {
    return this.#locals.b;
  }

  carry(): Value {
    const { kind } = this;
    if (kind !== undefined && kind !== KIND_VECTOR) {
      const { a, b, narrow } = this.#operands(kind);
      const n = sizeOfKind(kind);
      switch (groupOfKind(kind)) {
        case KIND_ADD:
          return zeroExtend(n, a.add(b)).ltU(zeroExtend(n, a));
        case KIND_SUB:
          return zeroExtend(n, a).ltU(zeroExtend(n, b));
        case KIND_LOGIC:
          return i32(0);
        case KIND_INC:
        case KIND_DEC:
        case KIND_PRODUCT:
          return narrow;
        default:
      }
    }
    this.settle();
    return carryFlag(this.carries);
  }

  condition(cc: number): Value {
    return this.#f.let(this.#simple(cc) ?? this.#general(cc));
  }

  #general(cc: number): Value {
    this.settle();
    return condition(cc, this.result, this.carries);
  }

  #simple(cc: number): Value | undefined {
    const { kind } = this;
    if (kind === undefined || kind === KIND_VECTOR) return undefined;
    const n = sizeOfKind(kind);
    const operands = this.#operands(kind);
    const { a, b } = operands;
    const r = resultOf(kind, operands);
    const group = groupOfKind(kind);
    if (group === KIND_SUB) {
      const found = compareCondition({ kind: "sub", n, a, b, r }, cc);
      if (found !== undefined) return found;
    } else if (group === KIND_LOGIC) {
      const found = compareCondition({ kind: "logic", n, a: r, b: r, r }, cc);
      if (found !== undefined) return found;
    }
    const invert = (v: Value): Value => ((cc & 1) === 0 ? v : v.eqz());
    switch (cc >> 1) {
      case 1:
        return group === KIND_ADD || group === KIND_INC || group === KIND_DEC
          ? invert(this.carry())
          : undefined;
      case 2:
        return invert(zeroExtend(n, r).eqz());
      case 4:
        return invert(signExtend(n, r).ltS(0));
      default:
        return undefined;
    }
  }
}
