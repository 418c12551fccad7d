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
import { FLAG_RESULT, FX_XMM, REGS, SLOT_ZERO } from "../layout.ts";
import type { IntegerSize, OperandSize, Shape } from "./binding.ts";
import { LocalAddresses } from "./local-addresses.ts";
import { LocalMemory } from "./local-memory.ts";
import { type LocalsControl, NotInline } from "./locals-control.ts";
import { LocalsFlagsBinding } from "./locals-flags.ts";
import { generalPart, vectorPart, withGeneralPart, withVectorPart } from "./operand-access.ts";
import type { Operands } from "./operands.ts";
import { type FloatFormat, ordinaryBits } from "./ordinary.ts";
import { loadSized, storeSized } from "./sized-access.ts";

const XMM = FX_XMM - REGS;
const XMM_END = XMM + 16 * 16;

/** Tier 1: operands are constants and registers are locals. What has no fast path goes to the interpreter. */
export class LocalsBinding extends LocalsFlagsBinding {
  readonly f: FunctionBuilder;
  readonly #control: LocalsControl;
  #operands: Operands;
  readonly #memory: LocalMemory;
  readonly #addresses: LocalAddresses;

  constructor(control: LocalsControl, operands: Operands) {
    super(control.flags);
    this.f = control.f;
    this.#control = control;
    this.#operands = operands;
    this.#memory = new LocalMemory(control);
    this.#addresses = new LocalAddresses(control);
  }

  /** Goes on to another instruction. `flagsWanted`: false where the flags are overwritten before anybody can see them. */
  next(operands: Operands, flagsWanted: boolean): void {
    this.#operands = operands;
    this.nextFlags(flagsWanted);
  }

  get shape(): Shape {
    return this.#operands.shape;
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

  ea(i: number): Value {
    return this.f.let(this.#linear(i));
  }

  #linear(i: number): Value {
    if (!this.isMemory(i)) throw new Error(`${this.shape.key}: operand ${i} is not in memory`);
    return this.#addresses.linear(this.#operands);
  }

  eaPlus(i: number, offset: Value): Value {
    if (this.#operands.addressFirst !== 4) return this.f.let(this.ea(i).add(offset));
    return this.f.let(this.#addresses.narrow(this.#operands, offset));
  }

  segmentBase(): Value {
    return this.f.let(this.#addresses.slot(this.#operands, this.#operands.base) ?? i64(0));
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

  override systemCall(): void {
    this.#control.systemCall();
  }

  restart(_charge: Value): void {
    throw new NotInline();
  }

  override elsewhere(): Label {
    return this.#control.interpret();
  }

  override wholeHost(address: Value, length: Value, write: boolean): Value {
    return this.#memory.whole(address, length, write);
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
    if (this.flagsWanted) this.lazy.settle();
    this.f.if(holds, () => {
      body();
      if (this.flagsWanted) this.lazy.settle();
    });
  }
}
