// SPDX-License-Identifier: MPL-2.0

import {
  type FunctionBuilder,
  type Helper,
  type Label,
  type Local,
  type Value,
  type ValueType,
  i32,
} from "../../wasm/index.ts";
import {
  CHARGE,
  ERROR_CODE,
  FLAG_CARRIES,
  FLAG_RESULT,
  MISS_RECORD,
  PAGE,
  REC_BASE,
  REC_DISPLACEMENT,
  REC_IMMEDIATE,
  REC_IMMEDIATE2,
  REC_INDEX,
  REC_LENGTH,
  REC_OFFSET,
  REC_R0,
  REC_R1,
  REC_SCALE,
  REGS,
  RIP,
  VECTOR,
} from "../layout.ts";
import { probeSlow } from "../mmu.ts";
import { Binding, type IntegerSize, type OperandSize, type Shape } from "./binding.ts";
import { zeroExtend } from "./flags.ts";
import { emitLookup } from "./lookup.ts";
import { type MemoryContext, finishWrite, hostForRead, hostForUpdate, storeTo } from "./memory.ts";
import { loadSized, storeSized } from "./sized-access.ts";

/** How a micro-op of tier 0 goes on; the loop and a function outside it do so differently. */
export interface RecordControl {
  readonly f: FunctionBuilder;
  /** The address of the record being executed. */
  readonly record: Local;
  /** Tables of the current address space. */
  readonly space: () => Value;
  /** Where a micro-op of the loop goes to be executed by its function instead, from the start. */
  readonly slow: Label | undefined;
  /** Emits a call. The loop keeps the record's address in memory meanwhile: see tier0/loop-control.ts. */
  callOut(emit: () => void): void;
  /** The fault is recorded: leave with rip at this instruction. */
  leaveFault(): void;
  /** Leave with rip behind this instruction. */
  leaveTrap(): void;
  /** Leave; this instruction is executed again. */
  leaveRestart(): void;
  /** On to the next record. */
  next(): void;
  /** Counts the instructions up to this direct jump; `jump` or `fallThrough` follows. */
  countJump(): void;
  /** On to the record that this direct jump leads to. */
  jump(): void;
  /** On to the record behind a conditional jump that is not taken. */
  fallThrough(): void;
  /** On to `record`, whose address in the guest is `rip`. */
  jumpTo(record: Value, rip: Value): void;
}

/** Tier 0: operands come from the record. */
export class RecordBinding extends Binding {
  readonly f: FunctionBuilder;
  shape: Shape;
  readonly #control: RecordControl;
  readonly #memory: MemoryContext;
  readonly #immediate: number;
  #jumped = false;

  /** `immediateAt` is where the record keeps the immediate: fused comparisons have a second place. */
  constructor(control: RecordControl, shape: Shape, immediateAt: number = REC_IMMEDIATE) {
    super();
    this.f = control.f;
    this.shape = shape;
    this.#control = control;
    this.#immediate = immediateAt;
    this.#memory = {
      f: control.f,
      space: control.space,
      leaveFault: () => control.leaveFault(),
      callOut: (call) => control.callOut(call),
      slow: control.slow,
    };
  }

  /** Emits one instruction, and what follows it when it does not jump. */
  run(semantics: (b: Binding) => void): void {
    this.f.scope(() => {
      semantics(this);
      if (!this.#jumped) this.#control.next();
    });
  }

  /** Emits a comparison and the jump that uses it as one micro-op. */
  runFused(first: (b: Binding) => void, jump: (b: Binding) => void): void {
    this.f.scope(() => {
      first(this);
      jump(this);
      if (!this.#jumped) this.#control.next();
    });
  }

  // --- Fields of the record

  #field16(at: number): Value {
    return this.#control.record.load16u(at);
  }

  #registerField(i: number): Value {
    if (i > 1) throw new Error(`${this.shape.key}: operand ${i} cannot be a register`);
    return this.#field16(i === 0 ? REC_R0 : REC_R1);
  }

  /** The immediate as i64 or i32. */
  #immediateValue(n: OperandSize): Value {
    const { record } = this.#control;
    if (this.#immediate === REC_IMMEDIATE2) {
      const narrow = record.load32(REC_IMMEDIATE2);
      return n === 8 ? narrow.extendS() : zeroExtend(n as IntegerSize, narrow);
    }
    if (n === 8) return record.load64(this.#immediate);
    return zeroExtend(n as IntegerSize, record.load32(this.#immediate));
  }

  // --- Operands

  rd(i: number, type?: ValueType): Value {
    const operand = this.shape.operands[i];
    if (operand === undefined) throw new Error(`${this.shape.key} has no operand ${i}`);
    switch (operand.kind) {
      case "i":
        return this.f.let(this.#immediateValue(operand.size));
      case "m":
        if (operand.size === 16 && !this.shape.unaligned) {
          const address = this.ea(i);
          this.fault(13, address.wrap().and(15));
          return this.load(16, address, type);
        }
        return this.load(operand.size, this.ea(i), type);
      default:
        return this.f.let(loadSized(this.#registerField(i), operand.size, REGS, type));
    }
  }

  wr(i: number, value: Value): void {
    const operand = this.shape.operands[i];
    if (operand === undefined) throw new Error(`${this.shape.key} has no operand ${i}`);
    if (operand.kind === "m") {
      const address = this.ea(i);
      if (operand.size === 16 && !this.shape.unaligned) this.fault(13, address.wrap().and(15));
      this.store(operand.size, address, value);
    } else {
      this.#writeRegister(i, operand.kind === "r", operand.size, value);
    }
  }

  rdWhole(i: number): Value {
    return this.f.let(this.#registerField(i).load128(REGS));
  }

  wrWhole(i: number, value: Value): void {
    this.f.store(this.#registerField(i), value, REGS);
  }

  #writeRegister(i: number, general: boolean, n: OperandSize, value: Value): void {
    const at = this.#registerField(i);
    if (general && n === 4) this.f.store(at, value.extendU(), REGS);
    else storeSized(this.f, at, n, value, REGS);
  }

  rmw(i: number, compute: (old: Value) => Value): void {
    const operand = this.shape.operands[i];
    if (operand === undefined) throw new Error(`${this.shape.key} has no operand ${i}`);
    if (operand.kind !== "m") {
      this.wr(i, compute(this.rd(i)));
      return;
    }
    this.rmwAt(operand.size, this.ea(i), compute);
  }

  rmwAt(n: OperandSize, address: Value, compute: (old: Value) => Value): void {
    const host = hostForUpdate(this.#memory, n, this.f.let(address));
    const old = this.f.let(loadSized(host, n, 1));
    storeSized(this.f, host, n, compute(old), 1);
    finishWrite(this.#memory, host);
  }

  ea(i: number): Value {
    if (!this.isMemory(i)) throw new Error(`${this.shape.key}: operand ${i} is not in memory`);
    const { record } = this.#control;
    return this.f.let(
      this.#field16(REC_BASE)
        .load64(REGS)
        .add(
          this.#field16(REC_INDEX)
            .load64(REGS)
            .shl(record.load("i64", "8_u", REC_SCALE)),
        )
        .add(record.load("i64", "32_s", REC_DISPLACEMENT)),
    );
  }

  eaPlus(i: number, offset: Value): Value {
    const { f } = this;
    const sum = f.variable(this.ea(i).add(offset));
    // The code cache marks records whose address was computed modulo 2^32: the base is that, the
    // index at most a segment's base.
    f.if(this.#control.record.load32(REC_IMMEDIATE2), () => {
      const inner = this.#field16(REC_BASE).load64(REGS).add(offset).and(0xffff_ffffn);
      f.set(sum, inner.add(this.#field16(REC_INDEX).load64(REGS)));
    });
    return sum;
  }

  segmentBase(): Value {
    return this.f.let(this.#field16(REC_BASE).load64(REGS));
  }

  registerOffset(i: number): Value {
    return this.f.let(this.#registerField(i));
  }

  // --- Registers, memory, state

  reg(r: number, n: IntegerSize): Value {
    return this.f.let(loadSized(i32(0), n, REGS + 8 * r));
  }

  setReg(r: number, n: IntegerSize, value: Value): void {
    if (n === 4) this.f.store(i32(0), value.extendU(), REGS + 8 * r);
    else storeSized(this.f, i32(0), n, value, REGS + 8 * r);
  }

  load(n: OperandSize, address: Value, type?: ValueType): Value {
    const host = hostForRead(this.#memory, n, this.f.let(address));
    return this.f.let(loadSized(host, n, 1, type));
  }

  store(n: OperandSize, address: Value, value: Value): void {
    const kept = this.f.let(value);
    storeTo(this.#memory, n, this.f.let(address), (host) => storeSized(this.f, host, n, kept, 1));
  }

  probe(n: number, address: Value): void {
    this.faultUnless(this.call(probeSlow, address, n));
  }

  state(type: ValueType, address: number, suffix = ""): Value {
    return this.f.let(i32(0).load(type, suffix, address));
  }

  setState(address: number, value: Value, suffix = ""): void {
    this.f.store(i32(0), value, address, suffix);
  }

  callOut(emit: () => void): void {
    this.#control.callOut(emit);
  }

  callState(callee: Helper, ...operands: (Value | number)[]): Value {
    return this.call(callee, ...operands);
  }

  doState(callee: Helper, ...operands: (Value | number)[]): void {
    this.do(callee, ...operands);
  }

  // --- Exceptions

  faultUnless(ok: Value): void {
    this.f.if(ok.eqz(), () => this.#control.leaveFault());
  }

  fault(vector: number, when?: Value, errorCode = 0): void {
    const raise = (): void => {
      this.f.store(i32(0), i32(vector), VECTOR);
      this.f.store(i32(0), i32(errorCode), ERROR_CODE);
      this.#control.leaveFault();
    };
    if (when === undefined) {
      raise();
      this.#jumped = true;
    } else {
      this.f.if(when.type === "i64" ? when.ne(0) : when, raise);
    }
  }

  faultWithCode(vector: number): void {
    this.f.store(i32(0), i32(vector), VECTOR);
    this.#control.leaveFault();
  }

  trap(reason: number): void {
    this.f.store(i32(0), i32(reason), VECTOR);
    this.f.store(i32(0), i32(0), ERROR_CODE);
    this.#control.leaveTrap();
    this.#jumped = true;
  }

  registerNumber(i: number): Value {
    return this.f.let(this.#registerField(i));
  }

  restart(charge: Value): void {
    this.f.store(i32(0), charge, CHARGE);
    this.#control.leaveRestart();
  }

  // --- Control

  nextRip(): Value {
    return this.f.let(
      i32(0)
        .load64(PAGE)
        .add(this.#field16(REC_OFFSET).add(this.#control.record.load8u(REC_LENGTH)).extendU()),
    );
  }

  jump(): void {
    this.#control.countJump();
    this.#control.jump();
    this.#jumped = true;
  }

  jumpIf(taken: Value): void {
    const kept = this.f.let(taken);
    this.#control.countJump();
    this.f.if(kept, () => this.#control.jump());
    this.#control.fallThrough();
    this.#jumped = true;
  }

  jumpTo(address: Value, commit?: () => void): void {
    const { f } = this;
    const rip = f.let(address);
    const target = f.local("i32");
    const { slow } = this.#control;
    f.block((found) => {
      emitLookup(f, this.#control.space(), rip, target, found);
      if (slow !== undefined) {
        f.br(slow);
        return;
      }
      this.fault(
        13,
        rip
          .add(1n << 47n)
          .shrU(48)
          .ne(0),
      );
      f.store(i32(0), rip, RIP);
      f.set(target, i32(MISS_RECORD));
    });
    commit?.();
    f.store(i32(0), rip.and(-4096), PAGE);
    this.#control.jumpTo(target, rip);
    this.#jumped = true;
  }

  // --- Flags

  protected flagResult(): Value {
    return i32(0).load64(FLAG_RESULT);
  }
  protected flagCarries(): Value {
    return i32(0).load64(FLAG_CARRIES);
  }
  protected setFlagResult(value: Value): void {
    this.f.store(i32(0), value, FLAG_RESULT);
  }
  protected override setCarryVector(n: IntegerSize, vector: Value): void {
    if (n !== 4) {
      super.setCarryVector(n, vector);
      return;
    }
    // Both halves by themselves: fewer operations than to put them together.
    const kept = this.f.let(vector);
    this.f.store(i32(0), kept, FLAG_CARRIES + 4);
    this.f.store(i32(0), kept.and(8), FLAG_CARRIES);
  }
  protected setFlagCarries(value: Value): void {
    this.f.store(i32(0), value, FLAG_CARRIES);
  }
}
