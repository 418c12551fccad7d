// SPDX-License-Identifier: MPL-2.0

import type { ByteWriter } from "./byte-writer.ts";
import { type Late, type Offset, writeOffset } from "./late.ts";
import { LANE, LOAD, type Operation, operation, operationOf, type ValueType } from "./opcodes.ts";

/** How far a value may be from what it is known to be computed from. */
const MAX_DELTA = 2 ** 40;

/** A number, where an operand of the other operand's type is meant. */
export type Operand = Value | number | bigint;

/**
 * An expression: emitting it leaves one value of `type` on the WebAssembly stack.
 *
 * Building an expression emits nothing; a statement of `FunctionBuilder` that consumes it
 * does. An expression used twice is computed twice, and one that reads a local or
 * memory reads what is there when it is emitted. `FunctionBuilder.let` computes it once, now.
 */
export class Value {
  readonly type: ValueType;
  readonly emit: (out: ByteWriter) => void;
  /** The value of an integer constant, else undefined. */
  readonly constant: bigint | undefined;
  /** For an i64 of which that is known: the number of what it was computed from by adding `delta`; else 0. */
  root: number = 0;
  delta: number = 0;

  constructor(type: ValueType, emit: (out: ByteWriter) => void, constant?: bigint) {
    this.type = type;
    this.emit = emit;
    this.constant = constant;
  }

  /** Applies the operation of this value's type called `name`, e.g. `a.op("add", b)`. */
  op(name: string, b?: Operand): Value {
    const operation = operationOf(this.type, name);
    return b === undefined ? unary(operation, this) : binary(operation, this, coerce(this.type, b));
  }

  /** The operand, where this is an integer constant and it is one of the same type. */
  private otherConstant(b: Operand): bigint | undefined {
    if (this.constant === undefined) return undefined;
    if (!(b instanceof Value)) return BigInt(b);
    return b.type === this.type ? b.constant : undefined;
  }
  /** A constant of this type, an integer's, by its lowest bits. */
  private of(constant: bigint): Value {
    return this.type === "i64"
      ? i64(BigInt.asIntN(64, constant))
      : i32(Number(BigInt.asIntN(32, constant)));
  }

  /** Says that `value` is this one plus `by`, where that is a small constant. */
  private moved(value: Value, by: bigint | number | undefined): Value {
    if (this.root === 0 || by === undefined) return value;
    const delta = this.delta + Number(by);
    if (Math.abs(delta) > MAX_DELTA) return value;
    return value.from(this.root, delta);
  }

  /** This value, known to be what is numbered `root` plus `delta`. */
  from(root: number, delta: number): this {
    this.root = root;
    this.delta = delta;
    return this;
  }

  add(b: Operand): Value {
    const other = this.otherConstant(b);
    if (this.constant !== undefined && other !== undefined) return this.of(this.constant + other);
    if (isZero(b)) return this;
    const sum = this.op("add", b);
    if (this.root !== 0) return this.moved(sum, b instanceof Value ? b.constant : b);
    return b instanceof Value ? b.moved(sum, this.constant) : sum;
  }
  sub(b: Operand): Value {
    if (isZero(b)) return this;
    const difference = this.op("sub", b);
    if (this.root === 0) return difference;
    const by = b instanceof Value ? b.constant : b;
    return this.moved(difference, by === undefined ? undefined : -Number(by));
  }
  mul(b: Operand): Value {
    return this.op("mul", b);
  }
  divS(b: Operand): Value {
    return this.op("div_s", b);
  }
  divU(b: Operand): Value {
    return this.op("div_u", b);
  }
  remS(b: Operand): Value {
    return this.op("rem_s", b);
  }
  remU(b: Operand): Value {
    return this.op("rem_u", b);
  }
  /** Division of floats. */
  div(b: Operand): Value {
    return this.op("div", b);
  }
  and(b: Operand): Value {
    const other = this.otherConstant(b);
    if (this.constant !== undefined && other !== undefined) return this.of(this.constant & other);
    return this.op("and", b);
  }
  or(b: Operand): Value {
    return isZero(b) ? this : this.op("or", b);
  }
  xor(b: Operand): Value {
    return isZero(b) ? this : this.op("xor", b);
  }
  /** All bits inverted. */
  not(): Value {
    return this.type === "v128" ? this.op("not") : this.op("xor", -1);
  }
  /** Shifts take their count modulo the width, as WebAssembly does. */
  shl(b: Operand): Value {
    return isZero(b) ? this : this.op("shl", b);
  }
  shrS(b: Operand): Value {
    return isZero(b) ? this : this.op("shr_s", b);
  }
  shrU(b: Operand): Value {
    return isZero(b) ? this : this.op("shr_u", b);
  }
  rotl(b: Operand): Value {
    return this.op("rotl", b);
  }
  rotr(b: Operand): Value {
    return this.op("rotr", b);
  }
  clz(): Value {
    return this.op("clz");
  }
  ctz(): Value {
    return this.op("ctz");
  }
  popcnt(): Value {
    return this.op("popcnt");
  }

  /** Comparisons give an i32, 0 or 1. */
  eqz(): Value {
    return this.op("eqz");
  }
  eq(b: Operand): Value {
    return this.op("eq", b);
  }
  ne(b: Operand): Value {
    return this.op("ne", b);
  }
  ltS(b: Operand): Value {
    return this.op("lt_s", b);
  }
  ltU(b: Operand): Value {
    return this.op("lt_u", b);
  }
  gtS(b: Operand): Value {
    return this.op("gt_s", b);
  }
  gtU(b: Operand): Value {
    return this.op("gt_u", b);
  }
  leS(b: Operand): Value {
    return this.op("le_s", b);
  }
  leU(b: Operand): Value {
    return this.op("le_u", b);
  }
  geS(b: Operand): Value {
    return this.op("ge_s", b);
  }
  geU(b: Operand): Value {
    return this.op("ge_u", b);
  }
  /** Comparisons of floats. */
  lt(b: Operand): Value {
    return this.op("lt", b);
  }
  gt(b: Operand): Value {
    return this.op("gt", b);
  }
  le(b: Operand): Value {
    return this.op("le", b);
  }
  ge(b: Operand): Value {
    return this.op("ge", b);
  }

  /** The low 32 bits of an i64. */
  wrap(): Value {
    if (this.constant !== undefined) return i32(Number(BigInt.asIntN(32, this.constant)));
    return apply("i32.wrap_i64", this);
  }
  /** An i32 as an i64, unsigned. */
  extendU(): Value {
    return apply("i64.extend_i32_u", this);
  }
  /** An i32 as an i64, signed. */
  extendS(): Value {
    return apply("i64.extend_i32_s", this);
  }
  /** Sign extension inside the type, from the low 8, 16 or 32 bits. */
  extend8S(): Value {
    return this.op("extend8_s");
  }
  extend16S(): Value {
    return this.op("extend16_s");
  }
  extend32S(): Value {
    return this.op("extend32_s");
  }

  /** Loads from this i32 address. `name` is the part after "load" of the text format. */
  load(type: ValueType, suffix = "", offset: Offset = 0): Value {
    return loadFrom(`${type}.load${suffix}`, this, offset);
  }
  load8u(offset: Offset = 0): Value {
    return loadFrom("i32.load8_u", this, offset);
  }
  load8s(offset: Offset = 0): Value {
    return loadFrom("i32.load8_s", this, offset);
  }
  load16u(offset: Offset = 0): Value {
    return loadFrom("i32.load16_u", this, offset);
  }
  load16s(offset: Offset = 0): Value {
    return loadFrom("i32.load16_s", this, offset);
  }
  load32(offset: Offset = 0): Value {
    return loadFrom("i32.load", this, offset);
  }
  load64(offset: Offset = 0): Value {
    return loadFrom("i64.load", this, offset);
  }
  load128(offset: Offset = 0): Value {
    return loadFrom("v128.load", this, offset);
  }

  /** A lane of a v128, e.g. `x.lane("i32x4", 2)`; 8- and 16-bit lanes are zero-extended. */
  lane(shape: string, index: number): Value {
    const suffix = shape === "i8x16" || shape === "i16x8" ? "_u" : "";
    return laneOp(`${shape}.extract_lane${suffix}`, index, this);
  }
  laneS(shape: "i8x16" | "i16x8", index: number): Value {
    return laneOp(`${shape}.extract_lane_s`, index, this);
  }
  /** This v128 with one lane replaced. */
  withLane(shape: string, index: number, value: Value): Value {
    return laneOp(`${shape}.replace_lane`, index, this, value);
  }
}

function isZero(operand: Operand): boolean {
  return operand === 0 || operand === 0n || (operand instanceof Value && operand.constant === 0n);
}

function coerce(type: ValueType, operand: Operand): Value {
  if (operand instanceof Value) return operand;
  if (type === "i64") return i64(operand);
  if (type === "f64") return f64(Number(operand));
  if (type === "f32") return f32(Number(operand));
  return i32(Number(operand));
}

function check(operation: Operation, operand: Value, i: number): void {
  const want = i === 0 ? operation.first : operation.rest;
  if (operand.type !== want) {
    throw new Error(`${operation.name}: operand ${i} must be ${want}, not ${operand.type}`);
  }
}

function emitOperation({ prefix, code }: Operation, out: ByteWriter): void {
  if (prefix < 0) {
    out.u8(code);
  } else {
    out.u8(prefix);
    out.u32(code);
  }
}

function unary(operation: Operation, a: Value): Value {
  check(operation, a, 0);
  return new Value(operation.result, (out) => {
    a.emit(out);
    emitOperation(operation, out);
  });
}

function binary(operation: Operation, a: Value, b: Value): Value {
  check(operation, a, 0);
  check(operation, b, 1);
  return new Value(operation.result, (out) => {
    a.emit(out);
    b.emit(out);
    emitOperation(operation, out);
  });
}

/** Applies any operation without immediates by its text-format name. */
export function apply(name: string, ...operands: Value[]): Value {
  const found = operation(name);
  const [a, b] = operands;
  if (a !== undefined && operands.length === 1) return unary(found, a);
  if (a !== undefined && b !== undefined && operands.length === 2) return binary(found, a, b);
  operands.forEach((operand, i) => check(found, operand, i));
  return new Value(found.result, (out) => {
    for (const operand of operands) operand.emit(out);
    emitOperation(found, out);
  });
}

function laneOp(name: string, index: number, ...operands: Value[]): Value {
  const found = LANE[name];
  if (found === undefined) throw new Error(`WebAssembly has no operation "${name}"`);
  const [code, result] = found;
  return new Value(result, (out) => {
    for (const operand of operands) operand.emit(out);
    out.u8(0xfd);
    out.u32(code);
    out.u8(index);
  });
}

/** `i8x16.shuffle` with constant lane numbers 0…31. */
export function shuffle(a: Value, b: Value, lanes: readonly number[]): Value {
  if (lanes.length !== 16) throw new Error("i8x16.shuffle takes 16 lane numbers");
  return new Value("v128", (out) => {
    a.emit(out);
    b.emit(out);
    out.u8(0xfd);
    out.u32(13);
    out.bytes(lanes);
  });
}

function loadFrom(name: string, address: Value, offset: Offset): Value {
  const found = LOAD[name];
  if (found === undefined) throw new Error(`WebAssembly has no operation "${name}"`);
  if (address.type !== "i32") throw new Error(`${name}: the address must be i32`);
  const [prefix, code, result] = found;
  return new Value(result, (out) => {
    address.emit(out);
    if (prefix >= 0) out.u8(prefix);
    out.u8(code);
    out.u8(0); // no alignment promised
    writeOffset(out, offset);
  });
}

export function i32(value: number): Value {
  return new Value(
    "i32",
    (out) => {
      out.u8(0x41);
      out.s32(value);
    },
    BigInt(value | 0),
  );
}

export function i64(value: number | bigint): Value {
  const wide = BigInt.asIntN(64, BigInt(value));
  return new Value(
    "i64",
    (out) => {
      out.u8(0x42);
      out.s64(wide);
    },
    wide,
  );
}

/** An i64 constant that is known later. */
export function lateI64(value: Late): Value {
  return new Value("i64", (out) => {
    out.u8(0x42);
    value.emit(out);
  });
}

export function f32(value: number): Value {
  return new Value("f32", (out) => {
    out.u8(0x43);
    out.f32(value);
  });
}

export function f64(value: number): Value {
  return new Value("f64", (out) => {
    out.u8(0x44);
    out.f64(value);
  });
}

/** A v128 constant from its sixteen bytes, lowest address first. */
export function v128(bytes: ArrayLike<number>): Value {
  if (bytes.length !== 16) throw new Error("a v128 constant has 16 bytes");
  return new Value("v128", (out) => {
    out.u8(0xfd);
    out.u32(12);
    out.bytes(bytes);
  });
}

/** A v128 constant from two 64-bit halves. */
export function v128of(low: bigint, high: bigint): Value {
  return v128(new Uint8Array(new BigUint64Array([low, high]).buffer));
}

/** `condition ? a : b`; both are computed. */
export function select(condition: Value, a: Value, b: Value): Value {
  if (a.type !== b.type) throw new Error(`select: ${a.type} and ${b.type} differ`);
  return new Value(a.type, (out) => {
    a.emit(out);
    b.emit(out);
    condition.emit(out);
    if (a.type === "v128") {
      out.bytes([0x1c, 1, 0x7b]);
    } else {
      out.u8(0x1b);
    }
  });
}
