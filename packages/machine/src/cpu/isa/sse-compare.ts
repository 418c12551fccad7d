// SPDX-License-Identifier: MPL-2.0

/** SSE comparisons: to a mask by predicate, and to the flags. */

import type { Binding } from "../bind/binding.ts";
import {
  type FunctionBuilder,
  type Helper,
  type Local,
  type Value,
  apply,
  helper,
  i32,
  i64,
  select,
} from "../../wasm/index.ts";
import { EQUAL, LESS, UNORDERED } from "../softfloat/sse-arithmetic.ts";
import { type Instruction, type InstructionSet, instruction } from "./define.ts";
import { finishFlags, mxcsr } from "./sse-exceptions.ts";
import { fastOrExact } from "./sse-exact.ts";
import {
  bitsOf,
  F32,
  F64,
  isSignaling,
  isSubnormal,
  type Lane,
  narrow,
  subnormalLanes,
  widen,
} from "./sse-lane.ts";
import { vector } from "./vector.ts";

const set: Instruction[] = [];

/**
 * For each predicate of cmpps a nibble: bit r says that relation r (unordered, less, equal, greater)
 * fulfils it. eq lt le unord neq nlt nle ord.
 */
const FULFILLED = 0xe9db1624;
/** Predicates for which a quiet NaN is no invalid operand: eq, unord, neq, ord. */
const QUIET = 0b10011001;

const relationsOf = (predicate: Value): Value =>
  i32(FULFILLED | 0)
    .shrU(predicate.shl(2))
    .and(15);

/** (a, b, predicate) of one lane → (mask, flags). */
function compareLane(t: Lane): Helper {
  return helper(
    `sse.cmp.${t.scalar}`,
    ["i64", "i64", "i32"],
    ["i64", "i32"],
    (f, a, c, predicate) => {
      const relation = f.local("i32");
      const flags = f.local("i32");
      const quiet = i32(QUIET).shrU(predicate!).and(1);
      f.do(t.routines.compare, [a!, c!, mxcsr(), quiet], [relation, flags]);
      const holds = relationsOf(predicate!).shrU(relation).and(1);
      f.return(i64(0).sub(holds.extendU()), flags);
      f.unreachable();
    },
  );
}

function compareVectors(t: Lane, lane: Helper): Helper {
  return helper(
    `sse.cmp.${t.shape}`,
    ["v128", "v128", "i32"],
    ["v128", "i32"],
    (f, a, c, predicate) => {
      const all = f.variable(i32(0));
      const out = f.variable(a!);
      const result = f.local("i64");
      const flags = f.local("i32");
      for (let i = 0; i < t.lanes; i++) {
        const x = widen(t, a!.lane(t.integerShape, i));
        const y = widen(t, c!.lane(t.integerShape, i));
        f.do(lane, [x, y, predicate!], [result, flags]);
        f.set(all, all.or(flags));
        f.set(out, out.withLane(t.integerShape, i, narrow(t, result)));
      }
      f.return(out, f.call(finishFlags, all));
      f.unreachable();
    },
  );
}

/** The mask of relation bit `bit`: all ones where it is set. */
const spread = (t: Lane, relations: Value, bit: number): Value => {
  const ones = i32(0).sub(relations.shrU(bit).and(1));
  return apply(`${t.integerShape}.splat`, t === F32 ? ones : ones.extendS());
};

function compareByPredicate(t: Lane, packedPrefix: string, scalarPrefix: string): void {
  const letter = t === F32 ? "s" : "d";
  const size = t === F32 ? "d" : "q";
  const lane = compareLane(t);
  const vectors = compareVectors(t, lane);
  const predicateOf = (b: Binding): Value => b.let(b.rd(2).and(7));
  set.push(
    instruction(`cmpp${letter}`, [`${packedPrefix} 0F C2 Vx,Wx,Ib`], (b) => {
      const { f } = b;
      const predicate = predicateOf(b);
      const c = vector(b, 1);
      const a = vector(b, 0);
      fastOrExact(
        b,
        (slowIf) => {
          const nan = apply("v128.or", apply(`${t.shape}.ne`, a, a), apply(`${t.shape}.ne`, c, c));
          const strange = apply("v128.or", subnormalLanes(t, a), subnormalLanes(t, c));
          slowIf(apply("v128.any_true", apply("v128.or", nan, strange)));
          const relations = f.let(relationsOf(predicate));
          const masked = (comparison: string, bit: number): Value =>
            apply("v128.and", apply(`${t.shape}.${comparison}`, a, c), spread(t, relations, bit));
          const less = masked("lt", 1);
          const equal = masked("eq", 2);
          const greater = masked("gt", 3);
          b.wr(0, apply("v128.or", apply("v128.or", less, equal), greater));
        },
        () => {
          const result = f.local("v128");
          const ok = f.local("i32");
          f.do(vectors, [a, c, predicate], [result, ok]);
          b.faultUnless(ok);
          b.wr(0, result);
        },
        "never",
      );
    }),
    instruction(`cmps${letter}`, [`${scalarPrefix} 0F C2 V${size},W${size},Ib`], (b) => {
      const { f } = b;
      const predicate = predicateOf(b);
      const c = b.rd(1, t.scalar);
      const a = b.rd(0, t.scalar);
      const mask = f.local("i64");
      fastOrExact(
        b,
        (slowIf) => {
          slowIf(isSubnormal(t, f.let(bitsOf(t, c))));
          slowIf(isSubnormal(t, f.let(bitsOf(t, a))));
          slowIf(a.op("ne", a).or(c.op("ne", c)));
          const relation = select(a.op("lt", c), i32(1), select(a.op("eq", c), i32(2), i32(3)));
          const holds = relationsOf(predicate).shrU(relation).and(1);
          f.set(mask, i64(0).sub(holds.extendU()));
        },
        () => {
          const flags = f.local("i32");
          f.do(lane, [widen(t, bitsOf(t, a)), widen(t, bitsOf(t, c)), predicate], [mask, flags]);
          b.faultUnless(f.call(finishFlags, flags));
        },
        "never",
      );
      b.wr(0, narrow(t, mask));
    }),
  );
}

compareByPredicate(F32, "NP", "F3");
compareByPredicate(F64, "66", "F2");

/** ucomiss and its kind: ZF, PF and CF by the relation. */
function compareToFlags(t: Lane, prefix: string): void {
  const letter = t === F32 ? "s" : "d";
  const size = t === F32 ? "d" : "q";
  for (const [name, opcode, quiet] of [
    ["ucomi", "2E", 1],
    ["comi", "2F", 0],
  ] as const) {
    set.push(
      instruction(`${name}s${letter}`, [`${prefix} 0F ${opcode} V${size},W${size}`], (b) => {
        const { f } = b;
        const c = b.rd(1, t.scalar);
        const a = b.rd(0, t.scalar);
        const equal = f.local("i32");
        const less = f.local("i32");
        const unordered = f.variable(i32(0));
        fastOrExact(
          b,
          (slowIf) => {
            slowIf(isSubnormal(t, f.let(bitsOf(t, c))));
            slowIf(isSubnormal(t, f.let(bitsOf(t, a))));
            const isUnordered = a.op("ne", a).or(c.op("ne", c));
            const relate = (): void => {
              f.set(equal, a.op("eq", c));
              f.set(less, a.op("lt", c));
            };
            if (quiet === 0 || b.elsewhere() === undefined) {
              slowIf(isUnordered);
              relate();
              return;
            }
            const notANumber = (): void => {
              slowIf(isSignaling(t, f.let(bitsOf(t, a))).or(isSignaling(t, f.let(bitsOf(t, c)))));
              for (const flag of [equal, less, unordered]) f.set(flag, i32(1));
            };
            f.if(isUnordered, notANumber, relate);
          },
          () => exactFlags(f, b, t, a, c, quiet, equal, less, unordered),
          "never",
        );
        b.flagsCompare(equal, unordered, less);
      }),
    );
  }
}

function exactFlags(
  f: FunctionBuilder,
  b: Binding,
  t: Lane,
  a: Value,
  c: Value,
  quiet: number,
  equal: Local,
  less: Local,
  unordered: Local,
): void {
  const relation = f.local("i32");
  const flags = f.local("i32");
  const operands = [widen(t, bitsOf(t, a)), widen(t, bitsOf(t, c)), mxcsr(), i32(quiet)];
  f.do(t.routines.compare, operands, [relation, flags]);
  b.faultUnless(f.call(finishFlags, flags));
  f.set(unordered, relation.eq(UNORDERED));
  f.set(equal, relation.eq(EQUAL).or(unordered));
  f.set(less, relation.eq(LESS).or(unordered));
}

compareToFlags(F32, "NP");
compareToFlags(F64, "66");

export const sseCompares: InstructionSet = { instructions: set };
