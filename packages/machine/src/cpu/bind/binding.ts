// SPDX-License-Identifier: MPL-2.0

import {
  type FunctionBuilder,
  type Helper,
  type Label,
  type Value,
  type ValueType,
  i32,
  i64,
  select,
} from "../../wasm/index.ts";
import type { FloatFormat } from "./ordinary.ts";
import { type ShiftKind, shiftFlags } from "./shift-flags.ts";
import {
  type Comparison,
  type IntegerSize,
  carriesOf,
  carriesOfVector,
  carryBits,
  carryFlag,
  carryVector,
  compareCondition,
  condition,
  overflowFlag,
  parityFlag,
  signFlag,
  toI64Signed,
} from "./flags.ts";

export type { IntegerSize } from "./flags.ts";

/** Sizes of operands in bytes; 0 for a memory operand that is only an address. */
export type OperandSize = 0 | 1 | 2 | 4 | 8 | 10 | 16;

/** r general register, x xmm register, p mmx register, t x87 register, m memory, i immediate. */
export type OperandKind = "r" | "x" | "p" | "t" | "m" | "i";

export interface Operand {
  readonly kind: OperandKind;
  readonly size: OperandSize;
}

/** What distinguishes one micro-op from another: the instruction and its operands' kinds and sizes. */
export interface Shape {
  /** E.g. "add r4,m4". */
  readonly key: string;
  /** Operand size of the instruction. */
  readonly size: OperandSize;
  readonly operands: readonly Operand[];
  readonly unaligned: boolean;
}

/**
 * The operations in which instructions are described. A binding gives them a meaning: tier 0 takes
 * operands from a record at run time, a compiler knows them and keeps registers in locals.
 *
 * Rules for semantics:
 * - Every operation happens when it is called; values it returns are already computed (they are
 *   locals or constants), so that a register read before a write keeps its old value.
 * - Whatever can fault comes before the first write: read operands, `probe` or `rmw`, then commit.
 * - Values of 1, 2 and 4 bytes are i32, of 8 bytes i64, of 16 bytes v128. Values that are
 *   passed in may have anything above their size; values that come out are zero-extended.
 */
export abstract class Binding {
  abstract readonly f: FunctionBuilder;
  abstract readonly shape: Shape;
  /** A comparison whose flags the next condition may use directly. */
  #pending: Comparison | undefined;

  /** Operand size of the instruction, 1…8. */
  get n(): IntegerSize {
    return this.shape.size as IntegerSize;
  }

  /** The size of operand `i` in bytes. */
  sizeOf(i: number): OperandSize {
    const operand = this.shape.operands[i];
    if (operand === undefined) throw new Error(`${this.shape.key} has no operand ${i}`);
    return operand.size;
  }

  isMemory(i: number): boolean {
    return this.shape.operands[i]?.kind === "m";
  }

  // --- Operands

  /**
   * Reads operand `i`. `type` asks for another type than the size suggests: "f32", "f64",
   * or "i32" / "i64" for the low lane of an xmm register.
   */
  abstract rd(i: number, type?: ValueType): Value;
  /**
   * Writes operand `i`. A 4-byte write to a general register clears its upper half. A write of
   * fewer than 16 bytes to an xmm register keeps the rest of it.
   */
  abstract wr(i: number, value: Value): void;
  /** The whole xmm register of operand `i`, whatever size the operand is said to have. */
  abstract rdWhole(i: number): Value;
  abstract wrWhole(i: number, value: Value): void;
  /** Replaces operand `i` by `compute(old)`. A memory operand is checked for writing first. */
  abstract rmw(i: number, compute: (old: Value) => Value): void;
  /** Replaces the `n` bytes at `address` likewise. */
  abstract rmwAt(n: OperandSize, address: Value, compute: (old: Value) => Value): void;
  /** The linear address of memory operand `i`, or its offset when it is address-only. */
  abstract ea(i: number): Value;
  /** The same plus `offset`, which takes part in the wrapping of 32-bit addresses. */
  abstract eaPlus(i: number, offset: Value): Value;
  /** For an x87 register operand: its number relative to TOP, as i32. */
  abstract registerNumber(i: number): Value;
  /** The base of the segment that the instruction names, as i64: 0 unless fs or gs. */
  abstract segmentBase(): Value;
  /**
   * Where the register of operand `i` stands, in bytes from REGS; for an x87 operand (kind "t") the
   * number i of ST(i).
   */
  abstract registerOffset(i: number): Value;

  // --- General registers by number

  abstract reg(r: number, n: IntegerSize): Value;
  abstract setReg(r: number, n: IntegerSize, value: Value): void;

  // --- Memory

  abstract load(n: OperandSize, address: Value, type?: ValueType): Value;
  abstract store(n: OperandSize, address: Value, value: Value): void;
  /** Faults now if a store of `n` bytes at `address` would. */
  abstract probe(n: number, address: Value): void;

  // --- State that is neither a general register nor memory

  /** Reads the state word at an address of layout.ts. */
  abstract state(type: ValueType, address: number, suffix?: string): Value;
  abstract setState(address: number, value: Value, suffix?: string): void;

  // --- Calls and exceptions

  /** Calls a helper function with one result, now. */
  call(callee: Helper, ...operands: (Value | number)[]): Value {
    const value = this.f.call(callee, ...operands);
    const result = this.f.local(value.type);
    this.callOut(() => this.f.set(result, value));
    return result;
  }

  /** Emits a call by other means than `call` and `do`; what must survive it is put away around it. */
  abstract callOut(emit: () => void): void;

  /** Calls a helper function that reads or writes the registers in memory. */
  abstract callState(callee: Helper, ...operands: (Value | number)[]): Value;
  abstract doState(callee: Helper, ...operands: (Value | number)[]): void;

  /** Calls a helper function for its effect. */
  do(callee: Helper, ...operands: (Value | number)[]): void {
    this.callOut(() => this.f.do(callee, operands));
  }

  /** Leaves the instruction with the fault that a helper has recorded, where it returned 0. */
  abstract faultUnless(ok: Value): void;
  /** Raises exception `vector` with rip at this instruction, when `when` holds (or always). */
  abstract fault(vector: number, when?: Value, errorCode?: number): void;
  /** The same with the error code that stands in ERROR_CODE. */
  abstract faultWithCode(vector: number): void;
  /** Leaves user mode behind this instruction. */
  abstract trap(reason: number): void;
  /** A system call, as `raise` describes it; compiled code is left with all but that done. */
  systemCall(raise: () => void): void {
    raise();
  }
  /** Leaves the loop and executes this instruction again (a string instruction with work left). */
  abstract restart(charge: Value): void;

  /**
   * Where an instruction goes to be executed from its start by code that has all of its paths, or undefined where this
   * code has to have them.
   */
  elsewhere(): Label | undefined {
    return undefined;
  }

  /**
   * Goes `elsewhere` unless MXCSR is in the usual mode (round to nearest, no FTZ, no DAZ, all masked), and gives what tells
   * whether no result has been inexact so far (i32): then one that is inexact must go there too.
   */
  usualFloatMode(): () => Value {
    throw new Error("only code that can go elsewhere may ask for the mode of MXCSR");
  }

  /**
   * The host address - 1 of `length` bytes (i64, at most 4,096) at an address, which lie in one page that can be read, or written; or
   * it goes `elsewhere`.
   */
  wholeHost(_address: Value, _length: Value, _write: boolean): Value {
    throw new Error("only code that can go elsewhere may ask for a place of any length");
  }

  /** Notes that operand `i`, as it has been read, is not subnormal: who reads it again need not look. */
  noteOrdinary(_i: number, _t: FloatFormat): void {}

  /** Whether anything may look at the flags that this instruction leaves. */
  get flagsWanted(): boolean {
    return true;
  }

  // --- Control

  /** The address of the next instruction. */
  abstract nextRip(): Value;
  /** Goes to the direct target of the instruction. */
  abstract jump(): void;
  abstract jumpIf(taken: Value): void;
  /** Goes to a computed address: #GP if it is not canonical, else `commit` is emitted, then the jump. */
  abstract jumpTo(address: Value, commit?: () => void): void;
  /** Runs `body` when the condition holds. */
  when(holds: Value, body: () => void): void {
    if (holds.constant !== undefined) {
      if (holds.constant !== 0n) body();
      return;
    }
    this.f.if(holds, body);
  }

  // --- Flags

  protected abstract flagResult(): Value;
  protected abstract flagCarries(): Value;
  protected abstract setFlagResult(value: Value): void;
  protected abstract setFlagCarries(value: Value): void;

  /** Sets the carries from their vector. */
  protected setCarryVector(n: IntegerSize, vector: Value): void {
    this.setFlagCarries(carriesOfVector(n, this.f.let(vector)));
  }

  /** Forgets what is known about the last comparison; called between instructions. */
  protected forgetPending(): void {
    this.#pending = undefined;
  }

  /** All flags of r = a + b (+ carry). */
  flagsAdd(n: IntegerSize, a: Value, b: Value, r: Value): void {
    this.setFlagResult(toI64Signed(n, r));
    this.setCarryVector(n, carryVector(a, b, r));
    this.#pending = undefined;
  }

  /** All flags of r = a - b (- borrow). */
  flagsSub(n: IntegerSize, a: Value, b: Value, r: Value, borrowIn = false): void {
    this.setFlagResult(toI64Signed(n, r));
    this.setCarryVector(n, carryVector(r, b, a));
    this.#pending = borrowIn ? undefined : { kind: "sub", n, a, b, r };
  }

  /** SF, ZF, PF of r; CF = OF = AF = 0. */
  flagsLogic(n: IntegerSize, r: Value): void {
    this.setFlagResult(toI64Signed(n, r));
    this.setFlagCarries(i64(0));
    this.#pending = { kind: "logic", n, a: r, b: r, r };
  }

  /** SF, ZF, PF of r; CF and OF as given (i32, 0 or 1); AF = 0. */
  flagsResult(n: IntegerSize, r: Value, cf: Value, of: Value): void {
    this.setFlagResult(toI64Signed(n, r));
    this.setFlagCarries(carryBits(cf, of));
    this.#pending = undefined;
  }

  /** Flags of a shift of `old` by `count` (i32, masked): none change where it is 0. */
  flagsShift(kind: ShiftKind, n: IntegerSize, old: Value, count: Value, r: Value): void {
    const { cf, of } = shiftFlags(kind, n, old, count, r);
    const [carry, overflow] = [this.f.let(cf), this.f.let(of)];
    this.when(count, () => this.flagsResult(n, r, carry, overflow));
  }

  /** Flags of the truncated product r = a * b; `overflow` computes CF and OF, which are equal. */
  flagsProduct(n: IntegerSize, _a: Value, _b: Value, r: Value, overflow: () => Value): void {
    const cf = overflow();
    this.flagsResult(n, r, cf, cf);
  }

  /** Flags of inc and dec: those of the addition or subtraction, but CF stays. */
  flagsStep(n: IntegerSize, old: Value, r: Value, up: boolean): void {
    const one = n === 8 ? i64(1) : i32(1);
    const f = this.f;
    const c = f.let(up ? carriesOf(n, old, one, r) : carriesOf(n, r, one, old));
    const cf = f.let(this.cf());
    this.setFlagResult(toI64Signed(n, r));
    this.setFlagCarries(c.and((1n << 62n) - 1n).or(carryBits(cf, overflowFlag(c))));
    this.#pending = undefined;
  }

  /** Flags of comisd, fcomi and the like: ZF, PF and CF as given, SF = OF = AF = 0. */
  flagsCompare(zf: Value, pf: Value, cf: Value): void {
    const f = this.f;
    const zero = f.let(zf);
    this.setFlagResult(zero.eqz().extendU());
    this.setFlagCarries(carryBits(cf, i32(0)).or(zero.xor(pf).shl(2).extendU()));
    this.#pending = undefined;
  }

  /** CF, PF, ZF, SF and OF as given (i32, 0 or 1), AF = 0. */
  flagsGiven(cf: Value, pf: Value, zf: Value, sf: Value, of: Value): void {
    const zero = this.f.let(zf);
    const corrections = this.f.let(zero.xor(pf).shl(2).or(sf.shl(1)).extendU());
    const bits = this.f.let(carryBits(cf, of).or(corrections));
    this.setFlagResult(zero.eqz().extendU());
    this.setFlagCarries(bits);
    this.#pending = undefined;
  }

  /** Changes CF only. */
  setCf(cf: Value): void {
    this.setCfOf(cf, overflowFlag(this.flagCarries()));
  }

  /** Changes CF and OF only. */
  setCfOf(cf: Value, of: Value): void {
    const bits = this.f.let(carryBits(cf, of));
    this.setFlagCarries(
      this.flagCarries()
        .and((1n << 62n) - 1n)
        .or(bits),
    );
    this.#pending = undefined;
  }

  /** Changes ZF only. */
  setZf(zf: Value): void {
    const zero = this.f.let(zf);
    const result = this.f.let(this.flagResult());
    const carries = this.f.let(this.flagCarries());
    const sf = signFlag(result, carries).shl(1);
    const pf = parityFlag(result, carries).xor(zero).shl(2);
    const bits = this.f.let(carries.and(~6).or(sf.or(pf).extendU()));
    this.setFlagResult(zero.eqz().extendU());
    this.setFlagCarries(bits);
    this.#pending = undefined;
  }

  /** CF as i32, 0 or 1. */
  cf(): Value {
    return this.f.let(carryFlag(this.flagCarries()));
  }

  /** Condition code 0…15 (SDM vol. 2, appendix B) as i32, 0 or 1. */
  cond(cc: number): Value {
    const pending = this.#pending;
    const direct = pending === undefined ? undefined : compareCondition(pending, cc);
    if (direct !== undefined) return this.f.let(direct);
    const result = this.f.let(this.flagResult());
    const carries = this.f.let(this.flagCarries());
    return this.f.let(condition(cc, result, carries));
  }

  // --- Small things that many semantics share

  /** An integer constant of the type that holds `n` bytes. */
  constant(n: IntegerSize, value: number | bigint): Value {
    return n === 8 ? i64(value) : i32(Number(BigInt.asIntN(32, BigInt(value))));
  }

  let(value: Value): Value {
    return this.f.let(value);
  }

  select(c: Value, a: Value, b: Value): Value {
    return this.f.let(select(c, a, b));
  }
}
