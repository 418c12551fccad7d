// SPDX-License-Identifier: MPL-2.0

/**
 * SSE arithmetic on float32 and float64. In the common mode of MXCSR an instruction is one WebAssembly
 * operation and a check of operands and result; what the check stops, and every other
 * mode, goes to the exact routines of softfloat/.
 */

import type { Binding } from "../bind/binding.ts";
import {
  type FunctionBuilder,
  type Helper,
  type Local,
  type Value,
  apply,
  helper,
  i32,
  select,
  shuffle,
  v128of,
} from "../../wasm/index.ts";
import { asOrdinary, isOrdinary } from "../bind/ordinary.ts";
import { DOUBLE, SINGLE, denormalsAreZeros } from "../softfloat/ieee.ts";
import { type Instruction, type InstructionSet, instruction } from "./define.ts";
import { finishFlags, mxcsr, usualMode } from "./sse-exceptions.ts";
import {
  fastOrExact,
  type FloatOperation,
  isExact,
  isExactProduct,
  isExactSum,
  isOfInfinity,
} from "./sse-exact.ts";
import {
  bitsOf,
  F32,
  F64,
  finiteLanes,
  isZeroOrStrange,
  fromBits,
  mayHideUnderflow,
  isSpecial,
  isSubnormal,
  type Lane,
  literal,
  literalFloat,
  splat,
  narrow,
  normalLanes,
  subnormalLanes,
  widen,
} from "./sse-lane.ts";
import { vector } from "./vector.ts";

// --- The four operations and the square root

interface Operation {
  readonly name: FloatOperation;
  readonly opcode: string;
  /** A subnormal or zero result may hide an underflow (sums of this kind are exact). */
  readonly underflows: boolean;
  readonly unary: boolean;
}

const OPERATIONS: readonly Operation[] = [
  { name: "sqrt", opcode: "51", underflows: false, unary: true },
  { name: "add", opcode: "58", underflows: false, unary: false },
  { name: "mul", opcode: "59", underflows: true, unary: false },
  { name: "sub", opcode: "5C", underflows: false, unary: false },
  { name: "div", opcode: "5E", underflows: true, unary: false },
];

/**
 * While no result has been inexact, each comes here: programs that only ever add whole numbers shall not pay for it.
 * Returns the WebAssembly operation's result where it is exact and ordinary.
 */
function returnWhereExact(
  f: FunctionBuilder,
  t: Lane,
  name: "add" | "sub" | "mul",
  a: Value,
  c: Value,
): void {
  f.if(usualMode(), () => {
    const [low, high] = [f.let(narrow(t, a)), f.let(narrow(t, c))];
    const x = f.let(fromBits(t, low));
    const y = f.let(fromBits(t, high));
    const r = f.let(x.op(name, y));
    const bits = f.let(bitsOf(t, r));
    const exact =
      name === "mul"
        ? mayHideUnderflow(t, bits)
            .eqz()
            .and(isExactProduct(t, low, high))
        : isSpecial(t, bits)
            .eqz()
            .and(isExactSum(f, x, name === "add" ? y : f.let(y.op("neg")), r));
    f.if(isSubnormal(t, low).or(isSubnormal(t, high)).eqz().and(exact), () =>
      f.return(widen(t, bits), 1),
    );
  });
}

/** (a, b) → (result, ok) for one lane; `widened` bits. */
function scalarRoutine(t: Lane, op: Operation): Helper {
  const name = `sse.${op.name}.${t.scalar}`;
  return helper(name, ["i64", "i64"], ["i64", "i32"], (f, a, c) => {
    const result = f.local("i64");
    const flags = f.local("i32");
    if (op.name === "add" || op.name === "sub" || op.name === "mul") {
      returnWhereExact(f, t, op.name, a!, c!);
    }
    const operands = op.unary ? [c!, mxcsr()] : [a!, c!, mxcsr()];
    f.do(t.routines[op.name], operands, [result, flags]);
    f.return(result, f.call(finishFlags, flags));
    f.unreachable();
  });
}

/** Applies `each` to the lanes of vectors: (a, b) → (result, ok). */
export function vectorRoutine(
  name: string,
  t: Lane,
  each: (f: FunctionBuilder, a: Value, c: Value, result: Local, flags: Local, lane: number) => void,
): Helper {
  return helper(name, ["v128", "v128"], ["v128", "i32"], (f, a, c) => {
    const all = f.variable(i32(0));
    const out = f.variable(a!);
    const result = f.local("i64");
    const flags = f.local("i32");
    for (let i = 0; i < t.lanes; i++) {
      const x = f.let(widen(t, a!.lane(t.integerShape, i)));
      const y = f.let(widen(t, c!.lane(t.integerShape, i)));
      each(f, x, y, result, flags, i);
      f.set(all, all.or(flags));
      f.set(out, out.withLane(t.integerShape, i, narrow(t, result)));
    }
    f.return(out, f.call(finishFlags, all));
    f.unreachable();
  });
}

const set: Instruction[] = [];

function arithmetic(
  t: Lane,
  op: Operation,
  prefixes: readonly [packed: string, scalar: string],
): void {
  const letter = t === F32 ? "s" : "d";
  const size = t === F32 ? "d" : "q";
  const one = scalarRoutine(t, op);
  set.push(
    instruction(`${op.name}s${letter}`, [`${prefixes[1]} 0F ${op.opcode} V${size},W${size}`], (b) =>
      scalarOperation(b, t, op, one),
    ),
  );
  const many = vectorRoutine(`sse.${op.name}.${t.shape}`, t, (f, a, c, result, flags) => {
    const operands = op.unary ? [c, mxcsr()] : [a, c, mxcsr()];
    f.do(t.routines[op.name], operands, [result, flags]);
  });
  set.push(
    instruction(`${op.name}p${letter}`, [`${prefixes[0]} 0F ${op.opcode} Vx,Wx`], (b) => {
      const c = vector(b, 1);
      const a = op.unary ? c : vector(b, 0);
      const compute = (x: Value, y: Value): Value =>
        op.unary ? apply(`${t.shape}.sqrt`, y) : apply(`${t.shape}.${op.name}`, x, y);
      packedOperation(b, t, op, compute, many, a, c);
    }),
  );
}

/** Leaves the fast path where operand `i`, read as x, is subnormal, unless that is known. */
function slowIfSubnormal(
  b: Binding,
  t: Lane,
  i: number,
  x: Value,
  slowIf: (condition: Value) => void,
): void {
  if (isOrdinary(x, t.scalar)) return;
  slowIf(isSubnormal(t, b.f.let(bitsOf(t, x))));
  b.noteOrdinary(i, t.scalar);
}

function scalarOperation(b: Binding, t: Lane, op: Operation, routine: Helper): void {
  const { f } = b;
  const c = b.rd(1, t.scalar);
  const a = op.unary ? c : b.rd(0, t.scalar);
  fastOrExact(
    b,
    (slowIf, slowIfInexact) => {
      slowIfSubnormal(b, t, 1, c, slowIf);
      if (!op.unary) slowIfSubnormal(b, t, 0, a, slowIf);
      const r = f.let(op.unary ? c.op("sqrt") : a.op(op.name, c));
      const bits = f.let(bitsOf(t, r));
      if (b.elsewhere() !== undefined && !op.underflows) {
        f.if(
          isZeroOrStrange(t, bits),
          () => f.if(bits.shl(1).ne(literal(t, 0n)), () => slowIf(isOfInfinity(t, a, c, r).eqz())),
          () => slowIfInexact(() => isExact(f, t, op.name, a, c, r).eqz()),
        );
      } else if (!op.underflows) {
        slowIf(isSpecial(t, bits));
        slowIfInexact(() => isExact(f, t, op.name, a, c, r).eqz());
      } else if (b.elsewhere() === undefined) {
        slowIf(mayHideUnderflow(t, bits));
      } else {
        // Zero times or over any number is exact.
        const zero = literalFloat(t, 0);
        const ofZero = op.name === "mul" ? a.op("eq", zero).or(c.op("eq", zero)) : a.op("eq", zero);
        f.if(
          mayHideUnderflow(t, bits),
          () => {
            const isZero = r.op("eq", zero).and(ofZero);
            f.if(isZero.eqz(), () => slowIf(isOfInfinity(t, a, c, r).eqz()));
          },
          () => slowIfInexact(() => isExact(f, t, op.name, a, c, r).eqz()),
        );
      }
      b.wr(0, b.elsewhere() === undefined ? r : asOrdinary(r, t.scalar));
    },
    () => {
      const result = f.local("i64");
      const ok = f.local("i32");
      f.do(routine, [widen(t, bitsOf(t, a)), widen(t, bitsOf(t, c))], [result, ok]);
      b.faultUnless(ok);
      b.wr(0, narrow(t, result));
    },
    "told",
  );
}

/** Operand 0 = compute(a, c) lane by lane, or what `routine` gives; `op` is undefined for sums of some other kind. */
function packedOperation(
  b: Binding,
  t: Lane,
  op: Operation | undefined,
  compute: (a: Value, c: Value) => Value,
  routine: Helper,
  a: Value,
  c: Value,
): void {
  const { f } = b;
  fastOrExact(
    b,
    (slowIf, slowIfInexact) => {
      const r = f.let(compute(a, c));
      const doubtful = (a === c ? [c] : [a, c]).filter((x) => !isOrdinary(x, t.shape));
      const [first, second] = doubtful.map((x) => subnormalLanes(t, x));
      const strange =
        first === undefined || second === undefined ? first : apply("v128.or", first, second);
      const known = strange === undefined ? undefined : f.let(strange);
      const isCompiled = b.elsewhere() !== undefined && op !== undefined;
      const good = f.let(
        isCompiled || op?.underflows === true ? normalLanes(t, r) : finiteLanes(t, r),
      );
      const notAll = (lanes: Value): Value => {
        const all = known === undefined ? lanes : apply("v128.andnot", lanes, known);
        return apply(`${t.integerShape}.all_true`, all).eqz();
      };
      if (isCompiled) {
        f.if(notAll(good), () => slowIf(notAll(apply("v128.or", good, zeroLanes(t, op, a, c, r)))));
        b.noteOrdinary(0, t.shape);
        b.noteOrdinary(1, t.shape);
      } else {
        slowIf(notAll(good));
      }
      if (op !== undefined) slowIfInexact(() => inexactLane(f, t, op, a, c, r));
      b.wr(0, isCompiled ? asOrdinary(r, t.shape) : r);
    },
    () => exactVector(b, routine, a, c),
    op === undefined ? "unknown" : "told",
  );
}

/**
 * All ones in lanes of r that are zero and exact: those of sums, and of products and quotients where zero was multiplied
 * or divided.
 */
function zeroLanes(t: Lane, op: Operation, a: Value, c: Value, r: Value): Value {
  const isZero = (x: Value): Value => apply(`${t.shape}.eq`, x, splat(t, 0));
  if (!op.underflows) return isZero(r);
  const ofZero = op.name === "mul" ? apply("v128.or", isZero(a), isZero(c)) : isZero(a);
  return apply("v128.and", isZero(r), ofZero);
}

/** Whether some lane of r, all of which are normal numbers or exact zeros, has been rounded. */
function inexactLane(
  f: FunctionBuilder,
  t: Lane,
  op: Operation,
  a: Value,
  c: Value,
  r: Value,
): Value {
  const lane = (x: Value, i: number): Value => f.let(x.lane(t.shape, i));
  let all = i32(1);
  for (let i = 0; i < t.lanes; i++) {
    const result = lane(r, i);
    const exact = isExact(f, t, op.name, lane(a, i), lane(c, i), result);
    all = f.let(all.and(op.underflows ? exact.or(result.op("eq", literalFloat(t, 0))) : exact));
  }
  return all.eqz();
}

/** Operand 0 = routine(a, c), or #XM. */
export function exactVector(b: Binding, routine: Helper, a: Value, c: Value): void {
  const { f } = b;
  const result = f.local("v128");
  const ok = f.local("i32");
  f.do(routine, [a, c], [result, ok]);
  b.faultUnless(ok);
  b.wr(0, result);
}

for (const op of OPERATIONS) {
  arithmetic(F32, op, ["NP", "F3"]);
  arithmetic(F64, op, ["66", "F2"]);
}

// --- Minimum and maximum: the second operand where either is a NaN or both are zero

function extremes(
  t: Lane,
  name: "min" | "max",
  opcode: string,
  prefixes: readonly [string, string],
): void {
  const letter = t === F32 ? "s" : "d";
  const size = t === F32 ? "d" : "q";
  const compare = name === "min" ? "lt" : "gt";
  const relation = name === "min" ? 1 : 3;
  const each = (f: FunctionBuilder, a: Value, c: Value, result: Local, flags: Local): void => {
    const found = f.local("i32");
    const control = f.let(mxcsr());
    f.do(t.routines.compare, [a, c, control, i32(0)], [found, flags]);
    f.set(result, select(found.eq(relation), a, c));
    flushResult(f, t, control, result);
  };
  const one = helper(`sse.${name}.${t.scalar}`, ["i64", "i64"], ["i64", "i32"], (f, a, c) => {
    const result = f.local("i64");
    const flags = f.local("i32");
    each(f, a!, c!, result, flags);
    f.return(result, f.call(finishFlags, flags));
    f.unreachable();
  });
  const many = vectorRoutine(`sse.${name}.${t.shape}`, t, each);
  set.push(
    instruction(`${name}s${letter}`, [`${prefixes[1]} 0F ${opcode} V${size},W${size}`], (b) => {
      const { f } = b;
      const c = b.rd(1, t.scalar);
      const a = b.rd(0, t.scalar);
      fastOrExact(
        b,
        (slowIf) => {
          slowIf(isSubnormal(t, f.let(bitsOf(t, c))));
          slowIf(isSubnormal(t, f.let(bitsOf(t, a))));
          slowIf(a.op("ne", a).or(c.op("ne", c)));
          b.wr(0, f.let(select(a.op(compare, c), a, c)));
        },
        () => {
          const result = f.local("i64");
          const ok = f.local("i32");
          f.do(one, [widen(t, bitsOf(t, a)), widen(t, bitsOf(t, c))], [result, ok]);
          b.faultUnless(ok);
          b.wr(0, narrow(t, result));
        },
        "never",
      );
    }),
    instruction(`${name}p${letter}`, [`${prefixes[0]} 0F ${opcode} Vx,Wx`], (b) => {
      const c = vector(b, 1);
      const a = vector(b, 0);
      fastOrExact(
        b,
        (slowIf) => {
          const nan = apply("v128.or", apply(`${t.shape}.ne`, a, a), apply(`${t.shape}.ne`, c, c));
          const strange = apply("v128.or", subnormalLanes(t, a), subnormalLanes(t, c));
          slowIf(apply("v128.any_true", apply("v128.or", nan, strange)));
          const chosen = apply(`${t.shape}.${compare}`, a, c);
          b.wr(0, apply("v128.bitselect", a, c, chosen));
        },
        () => exactVector(b, many, a, c),
        "never",
      );
    }),
  );
}

/** With DAZ, a subnormal that was chosen is a zero. */
function flushResult(f: FunctionBuilder, t: Lane, control: Value, result: Local): void {
  denormalsAreZeros(f, t === F32 ? SINGLE : DOUBLE, result, control);
}

for (const [name, opcode] of [
  ["min", "5D"],
  ["max", "5F"],
] as const) {
  extremes(F32, name, opcode, ["NP", "F3"]);
  extremes(F64, name, opcode, ["66", "F2"]);
}

// --- Horizontal operations (SSE3)

function horizontal(t: Lane, name: "add" | "sub", opcode: string, prefix: string): void {
  const letter = t === F32 ? "s" : "d";
  const many = vectorRoutine(`sse.h${name}.${t.shape}`, t, (f, a, c, result, flags) =>
    f.do(t.routines[name], [a, c, mxcsr()], [result, flags]),
  );
  const lanes = (odd: number): number[] =>
    Array.from({ length: 16 }, (_, i) => {
      const element = Math.floor(i / t.bytes);
      const half = t.lanes / 2;
      const source = element < half ? 0 : 16;
      return source + ((element % half) * 2 + odd) * t.bytes + (i % t.bytes);
    });
  set.push(
    instruction(`h${name}p${letter}`, [`${prefix} 0F ${opcode} Vx,Wx`], (b) => {
      const second = vector(b, 1);
      const first = vector(b, 0);
      const a = b.let(shuffle(first, second, lanes(0)));
      const c = b.let(shuffle(first, second, lanes(1)));
      const compute = (x: Value, y: Value): Value => apply(`${t.shape}.${name}`, x, y);
      packedOperation(b, t, undefined, compute, many, a, c);
    }),
  );
}

/** Subtracts in even lanes, adds in odd ones. */
function addSub(t: Lane, prefix: string): void {
  const letter = t === F32 ? "s" : "d";
  const many = vectorRoutine(`sse.addsub.${t.shape}`, t, (f, a, c, result, flags, lane) =>
    f.do(lane % 2 === 0 ? t.routines.sub : t.routines.add, [a, c, mxcsr()], [result, flags]),
  );
  const signs = v128of(t === F32 ? 0x80000000n : 1n << 63n, t === F32 ? 0x80000000n : 0n);
  set.push(
    instruction(`addsubp${letter}`, [`${prefix} 0F D0 Vx,Wx`], (b) => {
      const c = vector(b, 1);
      const a = vector(b, 0);
      const compute = (x: Value, y: Value): Value =>
        apply(`${t.shape}.add`, x, apply("v128.xor", y, signs));
      packedOperation(b, t, undefined, compute, many, a, c);
    }),
  );
}

for (const [t, prefix] of [
  [F32, "F2"],
  [F64, "66"],
] as const) {
  horizontal(t, "add", "7C", prefix);
  horizontal(t, "sub", "7D", prefix);
  addSub(t, prefix);
}

export const sseFloats: InstructionSet = { instructions: set };
