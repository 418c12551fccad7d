// SPDX-License-Identifier: MPL-2.0

/** SSE: dot products, the approximations rcp and rsqrt, MXCSR. */

import type { Binding } from "../bind/binding.ts";
import { FX_MXCSR } from "../layout.ts";
import { type Helper, type Value, apply, f32, helper, i32, i64, v128of } from "../../wasm/index.ts";
import { type Instruction, type InstructionSet, instruction } from "./define.ts";
import { MXCSR_BITS, finishFlags, mxcsr } from "./sse-exceptions.ts";
import { F32, F64, type Lane, narrow, subnormalLanes, widen } from "./sse-lane.ts";
import { vector } from "./vector.ts";

const set: Instruction[] = [];
const VECTOR_GENERAL_PROTECTION = 13;

function add(name: string, encodings: string, semantics: (b: Binding) => void): void {
  set.push(instruction(name, encodings.split("; "), semantics));
}

// --- Dot products: always by the exact routines, whose order of additions matters

/** (a, b, immediate) → (result, ok). */
function dotProduct(t: Lane): Helper {
  return helper(
    `sse.dot.${t.shape}`,
    ["v128", "v128", "i32"],
    ["v128", "i32"],
    (f, a, c, control) => {
      const all = f.variable(i32(0));
      const result = f.local("i64");
      const flags = f.local("i32");
      const compute = (name: "add" | "mul", x: Value, y: Value): void => {
        f.do(t.routines[name], [x, y, mxcsr()], [result, flags]);
        f.set(all, all.or(flags));
      };
      const products = Array.from({ length: t.lanes }, (_, i) => {
        const product = f.variable(i64(0));
        f.if(control!.and(0x10 << i), () => {
          compute(
            "mul",
            widen(t, a!.lane(t.integerShape, i)),
            widen(t, c!.lane(t.integerShape, i)),
          );
          f.set(product, result);
        });
        return product;
      });
      // An unmasked exception of the products comes before the sums.
      const ok = f.variable(f.call(finishFlags, all));
      f.if(ok.eqz(), () => f.return(a!, ok));
      const sums: Value[] = [...products];
      while (sums.length > 1) {
        const [x, y] = [sums.shift() as Value, sums.shift() as Value];
        compute("add", x, y);
        sums.push(f.let(result));
      }
      f.set(ok, f.call(finishFlags, all));
      const sum = narrow(t, sums[0] as Value);
      const out = f.variable(apply("i64x2.splat", i64(0)));
      for (let i = 0; i < t.lanes; i++) {
        f.if(control!.and(1 << i), () => f.set(out, out.withLane(t.integerShape, i, sum)));
      }
      f.return(out, ok);
      f.unreachable();
    },
  );
}

for (const [t, name, opcode] of [
  [F32, "dpps", "40"],
  [F64, "dppd", "41"],
] as const) {
  const routine = dotProduct(t);
  add(name, `66 0F 3A ${opcode} Vx,Wx,Ib`, (b) => {
    const control = b.rd(2);
    const c = vector(b, 1);
    const a = vector(b, 0);
    const result = b.f.local("v128");
    const ok = b.f.local("i32");
    b.f.do(routine, [a, c, control], [result, ok]);
    b.faultUnless(ok);
    b.wr(0, result);
  });
}

// --- Approximations (at least 12 bits; ours are rounded quotients). No flags, MXCSR does not matter.

const ONES = apply("f32x4.splat", f32(1));
const SIGNS = v128of(0x8000000080000000n, 0x8000000080000000n);

/** Subnormal lanes become zeros of their sign. */
const flush = (x: Value): Value =>
  apply("v128.andnot", x, apply("v128.andnot", subnormalLanes(F32, x), SIGNS));

/** NaN operands made quiet take the place of the lanes of r; a NaN of the operation is the default one. */
function withNans(b: Binding, x: Value, r: Value): Value {
  const quiet = v128of(0x0040000000400000n, 0x0040000000400000n);
  const defaultNan = v128of(0xffc00000ffc00000n, 0xffc00000ffc00000n);
  const made = apply("v128.bitselect", defaultNan, r, apply("f32x4.ne", r, r));
  return b.let(apply("v128.bitselect", apply("v128.or", x, quiet), made, apply("f32x4.ne", x, x)));
}

const reciprocal = (b: Binding, x: Value): Value =>
  withNans(b, x, b.let(flush(b.let(apply("f32x4.div", ONES, flush(x))))));
const reciprocalRoot = (b: Binding, x: Value): Value =>
  withNans(b, x, b.let(apply("f32x4.div", ONES, apply("f32x4.sqrt", b.let(flush(x))))));

for (const [name, opcode, compute] of [
  ["rsqrt", "52", reciprocalRoot],
  ["rcp", "53", reciprocal],
] as const) {
  add(`${name}ps`, `NP 0F ${opcode} Vx,Wx`, (b) => b.wr(0, compute(b, vector(b, 1))));
  add(`${name}ss`, `F3 0F ${opcode} Vd,Wd`, (b) =>
    b.wr(0, b.let(compute(b, vector(b, 1)).lane("i32x4", 0))),
  );
}

// --- MXCSR

add("ldmxcsr", "NP 0F AE/2 Md", (b) => {
  const value = b.rd(0);
  b.fault(VECTOR_GENERAL_PROTECTION, value.and(~MXCSR_BITS));
  b.setState(FX_MXCSR, value);
});
add("stmxcsr", "NP 0F AE/3 Md", (b) => b.wr(0, b.state("i32", FX_MXCSR)));

export const sseMisc: InstructionSet = { instructions: set };
