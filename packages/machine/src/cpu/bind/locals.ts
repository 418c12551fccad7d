// SPDX-License-Identifier: MPL-2.0

import {
  type FunctionBuilder,
  type Helper,
  type Label,
  type Value,
  type ValueType,
  i32,
  i64,
} from "../../wasm/index.ts";
import { FLAG_RESULT, FX_XMM, REGS, SLOT_PAGE, SLOT_TEMPORARY, SLOT_ZERO } from "../layout.ts";
import { Binding, type IntegerSize, type OperandSize, type Shape } from "./binding.ts";
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
import { generalPart, vectorPart, withGeneralPart, withVectorPart } from "./operand-access.ts";
import { type HostPlace, LocalMemory } from "./local-memory.ts";
import { type FloatFormat, ordinaryBits } from "./ordinary.ts";
import type { Operands } from "./operands.ts";
import { loadSized, storeSized } from "./sized-access.ts";
import type { ShiftKind } from "./shift-flags.ts";

const XMM = FX_XMM - REGS;
const XMM_END = XMM + 16 * 16;

/** What the compiler of a region gives to the instructions in it. */
export interface LocalsControl {
  readonly f: FunctionBuilder;
  readonly flags: LocalFlags;
  /** A general register, and an xmm register. */
  gpr(r: number): Value;
  setGpr(r: number, value: Value): void;
  xmm(r: number): Value;
  setXmm(r: number, value: Value): void;
  /** Notes what has been found of an xmm register, see Value.facts. */
  noteXmm(r: number, facts: number): void;
  /** Tables of the current address space (i32). */
  space(): Value;
  /** The virtual address of the page (i64). */
  page(): Value;
  /** Where the instruction goes to be executed by the interpreter from its start. */
  interpret(): Label;
  /** See MemoryControl. */
  shared(n: number, address: Value, write: boolean): HostPlace | undefined;
  /** The number of base + (index << scale), see Value.root. */
  sumRoot(base: number, index: number, scale: number): number;
  /** See Binding.usualFloatMode. */
  usualFloatMode(): () => Value;
  jump(): void;
  jumpIf(taken: Value): void;
  /** To a computed address, which is canonical. */
  jumpTo(rip: Value): void;
}

/** Thrown where an instruction works on registers in memory: the interpreter has to execute it. */
export class NotInline extends Error {}

/** Tier 1: operands are constants and registers are locals. What has no fast path goes to the interpreter. */
export class LocalsBinding extends Binding {
  readonly f: FunctionBuilder;
  readonly #control: LocalsControl;
  #operands: Operands;
  readonly #flags: LocalFlags;
  #flagsWanted = true;
  readonly #memory: LocalMemory;
  #carryUsed = false;

  constructor(control: LocalsControl, operands: Operands) {
    super();
    this.f = control.f;
    this.#control = control;
    this.#operands = operands;
    this.#flags = control.flags;
    this.#memory = new LocalMemory(control);
  }

  /** Goes on to another instruction. `flagsWanted`: false where the flags are overwritten before anybody can see them. */
  next(operands: Operands, flagsWanted: boolean): void {
    this.#operands = operands;
    this.#flagsWanted = flagsWanted;
    this.#carryUsed = false;
    this.forgetPending();
  }

  get shape(): Shape {
    return this.#operands.shape;
  }

  override get flagsWanted(): boolean {
    return this.#flagsWanted;
  }

  // --- Operands

  #operand(i: number): Shape["operands"][number] {
    const operand = this.shape.operands[i];
    if (operand === undefined) throw new Error(`${this.shape.key} has no operand ${i}`);
    return operand;
  }

  #place(i: number): number {
    if (i > 1) throw new Error(`${this.shape.key}: operand ${i} cannot be a register`);
    return i === 0 ? this.#operands.r0 : this.#operands.r1;
  }

  #immediate(n: OperandSize): Value {
    const { immediateLow, immediateHigh } = this.#operands;
    if (n === 8) return i64((BigInt(immediateHigh) << 32n) | BigInt(immediateLow >>> 0));
    return i32(n === 1 ? immediateLow & 0xff : n === 2 ? immediateLow & 0xffff : immediateLow);
  }

  /** The address of operand `i`, to be used before any register changes. */
  #address(i: number): Value {
    const address = this.#linear(i);
    if (this.#operand(i).size === 16 && !this.shape.unaligned) {
      this.fault(13, address.wrap().and(15));
    }
    return address;
  }

  rd(i: number, type?: ValueType): Value {
    const { kind, size } = this.#operand(i);
    switch (kind) {
      case "i":
        return this.#immediate(size);
      case "m":
        return this.#memory.load(size, this.#address(i), type);
      case "r": {
        const at = this.#place(i);
        const register = this.#control.gpr(at >> 3);
        return this.f.let(generalPart(register, size, (at & 1) !== 0, type));
      }
      case "x":
        return this.f.let(vectorPart(this.#xmm(i), size, type));
      default:
        return this.f.let(loadSized(i32(REGS + this.#place(i)), size, 0, type));
    }
  }

  wr(i: number, value: Value): void {
    const { kind, size } = this.#operand(i);
    if (kind === "m") {
      this.#memory.store(size, this.#address(i), value);
    } else if (kind === "r") {
      const at = this.#place(i);
      this.#setGeneral(at >> 3, size as IntegerSize, (at & 1) !== 0, value);
    } else if (kind === "x") {
      this.#setXmm(i, size === 16 ? value : withVectorPart(this.#xmm(i), size, value));
    } else {
      storeSized(this.f, i32(REGS + this.#place(i)), size, value, 0);
    }
  }

  #xmm(i: number): Value {
    return this.#control.xmm((this.#place(i) - XMM) >> 4);
  }

  #setXmm(i: number, value: Value): void {
    this.#control.setXmm((this.#place(i) - XMM) >> 4, value);
  }

  #setGeneral(r: number, n: IntegerSize, high: boolean, value: Value): void {
    const old = n < 4 ? this.#control.gpr(r) : i64(0);
    this.#control.setGpr(r, withGeneralPart(old, n, high, value));
  }

  override noteOrdinary(i: number, t: FloatFormat): void {
    if (this.#operand(i).kind !== "x") return;
    this.#control.noteXmm((this.#place(i) - XMM) >> 4, ordinaryBits(t));
  }

  rdWhole(i: number): Value {
    return this.f.let(this.#xmm(i));
  }

  wrWhole(i: number, value: Value): void {
    if (this.#operand(i).kind !== "x") throw new NotInline();
    this.#setXmm(i, value);
  }

  rmw(i: number, compute: (old: Value) => Value): void {
    const { kind, size } = this.#operand(i);
    if (kind !== "m") this.wr(i, compute(this.rd(i)));
    else this.#memory.update(size, this.#linear(i), compute);
  }

  rmwAt(n: OperandSize, address: Value, compute: (old: Value) => Value): void {
    this.#memory.update(n, address, compute);
  }

  // --- Addresses

  #slot(at: number): Value | undefined {
    const slot = at >> 3;
    if (slot < SLOT_ZERO) return this.#control.gpr(slot);
    if (slot === SLOT_ZERO) return undefined;
    if (slot === SLOT_PAGE) return this.#control.page();
    if (slot === SLOT_TEMPORARY) return this.#firstAddress(undefined);
    return i32(0).load64(REGS + at);
  }

  #sum(
    base: Value | undefined,
    index: Value | undefined,
    scale: number,
    displacement: bigint,
  ): Value {
    const scaled = index?.shl(scale);
    if (base === undefined && scaled === undefined) return i64(displacement);
    if (scaled === undefined || index === undefined) return (base as Value).add(displacement);
    const sum = base === undefined ? scaled : base.add(scaled);
    if (sum !== index && index.root !== 0 && (base === undefined || base.root !== 0)) {
      const root = this.#control.sumRoot(base?.root ?? 0, index.root, scale);
      const delta = (base?.delta ?? 0) + index.delta * 2 ** scale;
      return sum.from(root, delta).add(displacement);
    }
    return sum.add(displacement);
  }

  /** The address that is computed before the rest, with `offset` in it. */
  #firstAddress(offset: Value | undefined): Value {
    const o = this.#operands;
    const constant =
      BigInt(o.firstDisplacement) +
      ((BigInt(o.firstImmediateHigh) << 32n) | BigInt(o.firstImmediateLow >>> 0));
    let sum = this.#sum(this.#slot(o.firstBase), this.#slot(o.firstIndex), o.firstScale, constant);
    if (offset !== undefined) sum = sum.add(offset);
    return o.addressFirst === 4 ? sum.and(0xffff_ffffn) : sum;
  }

  ea(i: number): Value {
    return this.f.let(this.#linear(i));
  }

  #linear(i: number): Value {
    if (!this.isMemory(i)) throw new Error(`${this.shape.key}: operand ${i} is not in memory`);
    const { base, index, scale, displacement } = this.#operands;
    return this.#sum(this.#slot(base), this.#slot(index), scale, BigInt(displacement));
  }

  eaPlus(i: number, offset: Value): Value {
    const { addressFirst, index } = this.#operands;
    if (addressFirst !== 4) return this.f.let(this.ea(i).add(offset));
    return this.f.let(this.#sum(this.#firstAddress(offset), this.#slot(index), 0, 0n));
  }

  segmentBase(): Value {
    return this.f.let(this.#slot(this.#operands.base) ?? i64(0));
  }

  registerOffset(i: number): Value {
    const { kind } = this.#operand(i);
    if (kind === "r" || kind === "x") throw new NotInline();
    return i32(this.#place(i));
  }

  registerNumber(i: number): Value {
    return i32(this.#place(i));
  }

  // --- Registers, memory, state

  reg(r: number, n: IntegerSize): Value {
    return this.f.let(generalPart(this.#control.gpr(r), n, false));
  }

  setReg(r: number, n: IntegerSize, value: Value): void {
    this.#setGeneral(r, n, false, value);
  }

  load(n: OperandSize, address: Value, type?: ValueType): Value {
    return this.#memory.load(n, address, type);
  }

  store(n: OperandSize, address: Value, value: Value): void {
    this.#memory.store(n, address, value);
  }

  probe(n: number, address: Value): void {
    this.#memory.probe(n, address);
  }

  #stateRegister(address: number): number | undefined {
    const at = address - REGS;
    if (at >= XMM && at < XMM_END) return (at - XMM) >> 4;
    if (at < 8 * SLOT_ZERO || (at >= FLAG_RESULT - REGS && at < FLAG_RESULT - REGS + 16)) {
      throw new NotInline();
    }
    return undefined;
  }

  state(type: ValueType, address: number, suffix = ""): Value {
    const xmm = this.#stateRegister(address);
    if (xmm === undefined) return this.f.let(i32(0).load(type, suffix, address));
    if (type !== "v128") throw new NotInline();
    return this.f.let(this.#control.xmm(xmm));
  }

  setState(address: number, value: Value, suffix = ""): void {
    const xmm = this.#stateRegister(address);
    if (xmm === undefined) this.f.store(i32(0), value, address, suffix);
    else if (value.type === "v128") this.#control.setXmm(xmm, value);
    else throw new NotInline();
  }

  callOut(emit: () => void): void {
    emit();
  }

  callState(_callee: Helper, ..._operands: (Value | number)[]): Value {
    throw new NotInline();
  }

  doState(_callee: Helper, ..._operands: (Value | number)[]): void {
    throw new NotInline();
  }

  // --- Exceptions: the interpreter raises them

  faultUnless(ok: Value): void {
    this.f.brIf(this.#control.interpret(), ok.eqz());
  }

  fault(_vector: number, when?: Value, _errorCode = 0): void {
    const to = this.#control.interpret();
    if (when === undefined) throw new NotInline();
    this.f.brIf(to, when.type === "i64" ? when.ne(0) : when);
  }

  faultWithCode(_vector: number): void {
    this.f.br(this.#control.interpret());
  }

  trap(_reason: number): void {
    throw new NotInline();
  }

  restart(_charge: Value): void {
    throw new NotInline();
  }

  override elsewhere(): Label {
    return this.#control.interpret();
  }

  override usualFloatMode(): () => Value {
    return this.#control.usualFloatMode();
  }

  // --- Control

  nextRip(): Value {
    const { offset, length } = this.#operands;
    return this.f.let(this.#control.page().add(offset + length));
  }

  jump(): void {
    this.#control.jump();
  }

  jumpIf(taken: Value): void {
    this.#control.jumpIf(this.f.let(taken));
  }

  jumpTo(address: Value, commit?: () => void): void {
    const rip = this.f.let(address);
    // User mode executes nothing in the upper half; the interpreter says how it fails.
    this.f.brIf(this.#control.interpret(), rip.shrU(47).ne(0));
    commit?.();
    this.#control.jumpTo(rip);
  }

  override when(holds: Value, body: () => void): void {
    if (holds.constant !== undefined) {
      if (holds.constant !== 0n) body();
      return;
    }
    if (this.flagsWanted) this.#flags.settle();
    this.f.if(holds, () => {
      body();
      if (this.flagsWanted) this.#flags.settle();
    });
  }

  // --- Flags

  #set(group: number, n: IntegerSize, a: Value, b?: Value, narrow?: Value): void {
    if (!this.flagsWanted) return;
    this.#flags.set(group, n, a, b, narrow);
  }

  protected flagResult(): Value {
    this.#flags.settle();
    return this.#flags.result;
  }
  protected flagCarries(): Value {
    this.#flags.settle();
    return this.#flags.carries;
  }
  protected setFlagResult(value: Value): void {
    if (!this.flagsWanted) return;
    const kept = this.f.let(value);
    const carries = this.#flags.kind === 0 ? this.#flags.carries : i64(0);
    this.#flags.setVector(kept, carries);
  }
  protected setFlagCarries(value: Value): void {
    if (!this.flagsWanted) return;
    const kept = this.f.let(value);
    this.#flags.settle();
    this.#flags.setVector(this.#flags.result, kept);
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
    const cf = this.f.let(this.#flags.carry());
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
    return this.f.let(this.#flags.carry());
  }

  override cond(cc: number): Value {
    return this.#flags.condition(cc);
  }
}
