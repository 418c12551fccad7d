// SPDX-License-Identifier: MPL-2.0

import type { ByteWriter } from "./byte-writer.ts";
import { type Offset, writeOffset } from "./late.ts";
import {
  LANE,
  type LoadOperation,
  type Operation,
  type ValueType,
  loadOf,
  operation,
  operationOf,
} from "./opcodes.ts";

/** How far a value may be from what it is known to be computed from. */
const MAX_DELTA = 2 ** 40;

/** A number, where an operand of the other operand's type is meant. */
export type Operand = Value | number | bigint;

/** What an expression is made of, for `Value.emit`. */
const OPERATION = 0;
const LOCAL = 1;
const I32 = 2;
const I64 = 3;
const LOAD_FROM = 4;
const LANE_OF = 5;
const OTHER = 6;

/** An operation's number, with its prefix above bit 16. */
function codeOf(prefix: number, code: number): number {
  return prefix < 0 ? code : (prefix << 16) | code;
}

/**
 * An expression: emitting it leaves one value of `type` on the WebAssembly stack.
 *
 * Building an expression emits nothing; a statement of `FunctionBuilder` that consumes it
 * does. An expression used twice is computed twice, and one that reads a local or
 * memory reads what is there when it is emitted. `FunctionBuilder.let` computes it once, now.
 *
 * Compiling a guest instruction makes some fifty of these, so they are plain nodes: a closure for each costs twice as much.
 */
export class Value {
  // Declared only: as fields they would be defined first and then set, for each node.
  declare readonly type: ValueType;
  declare private readonly node: number;
  /** An operation's code, a local's index. */
  declare private readonly code: number;
  declare private readonly a: Value | undefined;
  declare private readonly b: Value | undefined;
  /** A load's offset, a lane, or what emits something else. */
  declare private readonly extra: Offset | ((out: ByteWriter) => void) | undefined;
  /** An integer constant's value: a number where that is exact. */
  declare readonly literal: number | bigint | undefined;
  /** For an i64 of which that is known: the number of what it was computed from by adding `delta`; else 0. */
  declare root: number;
  declare delta: number;
  /** What is known of floating-point numbers in it, as bits whose meaning is the reader's. */
  declare facts: number;

  constructor(
    type: ValueType,
    node: number,
    code: number,
    a?: Value,
    b?: Value,
    extra?: Offset | ((out: ByteWriter) => void),
    literal?: number | bigint,
  ) {
    this.type = type;
    this.node = node;
    this.code = code;
    this.a = a;
    this.b = b;
    this.extra = extra;
    this.literal = literal;
    this.root = 0;
    this.delta = 0;
    this.facts = 0;
  }

  /** The value of an integer constant, else undefined. */
  get constant(): bigint | undefined {
    return this.literal === undefined ? undefined : BigInt(this.literal);
  }

  emit(out: ByteWriter): void {
    switch (this.node) {
      case LOCAL:
        out.u8(0x20);
        out.u32(this.code);
        return;
      case I32:
        out.u8(0x41);
        out.s32(this.literal as number);
        return;
      case I64:
        out.u8(0x42);
        out.s64(this.literal as number | bigint);
        return;
      case OTHER:
        (this.extra as (out: ByteWriter) => void)(out);
        return;
      default:
    }
    this.a?.emit(out);
    this.b?.emit(out);
    const code = this.code;
    if (code < 0x10000) {
      out.u8(code & 0xff);
    } else {
      out.u8(code >> 16);
      out.u32(code & 0xffff);
    }
    if (this.node === LOAD_FROM) {
      out.u8(0); // no alignment promised
      writeOffset(out, this.extra as Offset);
    } else if (this.node === LANE_OF) {
      out.u8(this.extra as number);
    }
  }

  /** Applies the operation of this value's type called `name`, e.g. `a.op("add", b)`. */
  op(name: string, b?: Operand): Value {
    const found = operationOf(this.type, name);
    return b === undefined ? unary(found, this) : binary(found, this, coerce(this.type, b));
  }

  /** The operand, where this is an integer constant and it is one of the same type. */
  private otherConstant(b: Operand): bigint | undefined {
    if (this.literal === undefined) return undefined;
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
    if (this.root !== 0) return this.moved(sum, b instanceof Value ? b.literal : b);
    return b instanceof Value ? b.moved(sum, this.literal) : sum;
  }
  sub(b: Operand): Value {
    if (isZero(b)) return this;
    const difference = this.op("sub", b);
    if (this.root === 0) return difference;
    const by = b instanceof Value ? b.literal : b;
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
    const { constant } = this;
    if (constant !== undefined) return i32(Number(BigInt.asIntN(32, constant)));
    return unary(WRAP, this);
  }
  /** An i32 as an i64, unsigned. */
  extendU(): Value {
    return unary(EXTEND_U, this);
  }
  /** An i32 as an i64, signed. */
  extendS(): Value {
    return unary(EXTEND_S, this);
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
    return loadFrom(loadOf(type, suffix), this, offset);
  }
  load8u(offset: Offset = 0): Value {
    return loadFrom(LOAD_8U, this, offset);
  }
  load8s(offset: Offset = 0): Value {
    return loadFrom(LOAD_8S, this, offset);
  }
  load16u(offset: Offset = 0): Value {
    return loadFrom(LOAD_16U, this, offset);
  }
  load16s(offset: Offset = 0): Value {
    return loadFrom(LOAD_16S, this, offset);
  }
  load32(offset: Offset = 0): Value {
    return loadFrom(LOAD_32, this, offset);
  }
  load64(offset: Offset = 0): Value {
    return loadFrom(LOAD_64, this, offset);
  }
  load128(offset: Offset = 0): Value {
    return loadFrom(LOAD_128, this, offset);
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
  return operand === 0 || operand === 0n || (operand instanceof Value && operand.literal === 0);
}

function coerce(type: ValueType, operand: Operand): Value {
  if (operand instanceof Value) return operand;
  if (type === "i64") return i64(operand);
  if (type === "f64") return f64(Number(operand));
  if (type === "f32") return f32(Number(operand));
  return i32(Number(operand));
}

/** Throws unless the operand has the type that the operation wants. */
export function check(found: Operation, operand: Value, i: number): void {
  const want = i === 0 ? found.first : found.rest;
  if (operand.type !== want) {
    throw new Error(`${found.name}: operand ${i} must be ${want}, not ${operand.type}`);
  }
}

const WRAP = operation("i32.wrap_i64");
const EXTEND_U = operation("i64.extend_i32_u");
const EXTEND_S = operation("i64.extend_i32_s");
const LOAD_8U = loadOf("i32", "8_u");
const LOAD_8S = loadOf("i32", "8_s");
const LOAD_16U = loadOf("i32", "16_u");
const LOAD_16S = loadOf("i32", "16_s");
const LOAD_32 = loadOf("i32", "");
const LOAD_64 = loadOf("i64", "");
const LOAD_128 = loadOf("v128", "");

/** An operation of one operand. */
export function unary(found: Operation, a: Value): Value {
  check(found, a, 0);
  return new Value(found.result, OPERATION, codeOf(found.prefix, found.code), a);
}

/** An operation of two operands. */
export function binary(found: Operation, a: Value, b: Value): Value {
  check(found, a, 0);
  check(found, b, 1);
  return new Value(found.result, OPERATION, codeOf(found.prefix, found.code), a, b);
}

/** An expression that is not made of others. */
export function emitted(type: ValueType, emit: (out: ByteWriter) => void): Value {
  return new Value(type, OTHER, 0, undefined, undefined, emit);
}

/** A local variable; reading it is using it as a value. */
export class Local extends Value {
  declare readonly index: number;

  /** The same local as another object, of which something is known. */
  known(root: number, delta: number, facts: number): Local {
    const view = new Local(this.type, this.index);
    view.root = root;
    view.delta = delta;
    view.facts = facts;
    return view;
  }

  constructor(type: ValueType, index: number) {
    super(type, LOCAL, index);
    this.index = index;
  }
}

function laneOp(name: string, index: number, a: Value, b?: Value): Value {
  const found = LANE[name];
  if (found === undefined) throw new Error(`WebAssembly has no operation "${name}"`);
  const [code, result] = found;
  return new Value(result, LANE_OF, codeOf(0xfd, code), a, b, index);
}

function loadFrom(found: LoadOperation, address: Value, offset: Offset): Value {
  if (address.type !== "i32") throw new Error(`${found.name}: the address must be i32`);
  return new Value(
    found.result,
    LOAD_FROM,
    codeOf(found.prefix, found.code),
    address,
    undefined,
    offset,
  );
}

export function i32(value: number): Value {
  return new Value("i32", I32, 0, undefined, undefined, undefined, value | 0);
}

export function i64(value: number | bigint): Value {
  let literal = value;
  if (typeof literal === "bigint") {
    const wide = BigInt.asIntN(64, literal);
    const small = Number(wide);
    literal = Number.isSafeInteger(small) ? small : wide;
  } else if (!Number.isSafeInteger(literal)) {
    literal = BigInt.asIntN(64, BigInt(literal));
  }
  // -0 is no integer's value.
  return new Value("i64", I64, 0, undefined, undefined, undefined, literal === 0 ? 0 : literal);
}

export function f32(value: number): Value {
  return emitted("f32", (out) => {
    out.u8(0x43);
    out.f32(value);
  });
}

export function f64(value: number): Value {
  return emitted("f64", (out) => {
    out.u8(0x44);
    out.f64(value);
  });
}
