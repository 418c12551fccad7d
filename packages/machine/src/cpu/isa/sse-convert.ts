// SPDX-License-Identifier: MPL-2.0

/** SSE conversions between integers, float32 and float64, and rounding to integral values. */

import type { Binding } from "../bind/binding.ts";
import {
  type FunctionBuilder,
  type Helper,
  type Local,
  type Value,
  apply,
  f32,
  f64,
  helper,
  i32,
  select,
  shuffle,
  v128,
} from "../../wasm/index.ts";
import {
  doubleToInt32,
  doubleToInt64,
  doubleToSingle,
  intToDouble,
  intToSingle,
  roundDouble,
  roundSingle,
  singleToDouble,
  singleToInt32,
  singleToInt64,
} from "../softfloat/sse-convert.ts";
import { type Instruction, type InstructionSet, instruction } from "./define.ts";
import { finishFlags, mxcsr } from "./sse-exceptions.ts";
import { fastOrExact, type Leave } from "./sse-exact.ts";
import { vectorRoutine } from "./sse-float.ts";
import {
  bitsOf,
  F32,
  F64,
  isSubnormal,
  type Lane,
  narrow,
  subnormalLanes,
  widen,
} from "./sse-lane.ts";
import { commitMmx, enterMmx, vector, writeVector, zero } from "./vector.ts";

const set: Instruction[] = [];

function add(name: string, encodings: string, semantics: (b: Binding) => void): void {
  set.push(instruction(name, encodings.split("; "), semantics));
}

const literal = (t: Lane, x: number): Value => (t === F32 ? f32(x) : f64(x));
const splat = (t: Lane, x: number): Value => {
  const values = t === F32 ? new Float32Array(4).fill(x) : new Float64Array(2).fill(x);
  return v128(new Uint8Array(values.buffer));
};
/** The rounding of MXCSR, or toward zero for the cvtt forms. */
const roundingOf = (truncate: boolean): Value => (truncate ? i32(3) : mxcsr().shrU(13).and(3));

/** Calls an exact routine (operands) → (i64, flags), raises or keeps the flags, and gives the result. */
function exact(b: Binding, routine: Helper, operands: readonly Value[]): Value {
  const { f } = b;
  const result = f.local("i64");
  const flags = f.local("i32");
  f.do(routine, operands, [result, flags]);
  b.faultUnless(f.call(finishFlags, flags));
  return result;
}

// --- Scalars

for (const [t, name, prefix, routine] of [
  [F32, "cvtsi2ss", "F3", intToSingle],
  [F64, "cvtsi2sd", "F2", intToDouble],
] as const) {
  const size = t === F32 ? "d" : "q";
  add(name, `${prefix} 0F 2A V${size},Ey`, (b) => {
    const n = b.rd(1);
    const source = b.sizeOf(1) === 8 ? "i64" : "i32";
    const convert = (): void => b.wr(0, b.let(apply(`${t.scalar}.convert_${source}_s`, n)));
    // 32 bits always fit in a double.
    if (t === F64 && source === "i32") {
      convert();
      return;
    }
    const fast = (_: unknown, slowIfInexact: Leave["slowIfInexact"]): void => {
      slowIfInexact(() => {
        // Significant bits lie between the topmost bit of the magnitude and its lowest one.
        const magnitude = b.let(b.select(n.ltS(0), b.constant(b.sizeOf(1) as 4 | 8, 0).sub(n), n));
        const bits = source === "i64" ? 64 : 32;
        return magnitude
          .clz()
          .add(magnitude.ctz())
          .ltU(bits - (t === F32 ? 24 : 53))
          .and(magnitude.ne(0));
      });
      convert();
    };
    const slow = (): void => {
      const wide = source === "i64" ? n : n.extendS();
      b.wr(0, narrow(t, exact(b, routine, [wide, mxcsr()])));
    };
    fastOrExact(b, fast, slow, "told");
  });
}

for (const [t, prefix, letter, to32, to64] of [
  [F32, "F3", "s", singleToInt32, singleToInt64],
  [F64, "F2", "d", doubleToInt32, doubleToInt64],
] as const) {
  const size = t === F32 ? "d" : "q";
  for (const truncate of [true, false]) {
    const opcode = truncate ? "2C" : "2D";
    add(`cvt${truncate ? "t" : ""}s${letter}2si`, `${prefix} 0F ${opcode} Gy,W${size}`, (b) => {
      const { f } = b;
      const x = b.rd(1, t.scalar);
      const wide = b.sizeOf(0) === 8;
      const integer = wide ? "i64" : "i32";
      fastOrExact(
        b,
        (slowIf, slowIfInexact) => {
          const rounded = truncate ? x : f.let(x.op("nearest"));
          const limit = literal(t, wide ? 2 ** 63 : 2 ** 31);
          slowIf(rounded.op("abs").op("lt", limit).eqz());
          slowIfInexact(() => x.op("trunc").op("ne", x));
          b.wr(0, b.let(apply(`${integer}.trunc_sat_${t.scalar}_s`, rounded)));
        },
        () => {
          const bits = widen(t, bitsOf(t, x));
          const n = exact(b, wide ? to64 : to32, [bits, mxcsr(), roundingOf(truncate)]);
          b.wr(0, wide ? n : n.wrap());
        },
        "told",
      );
    });
  }
}

add("cvtss2sd", "F3 0F 5A Vq,Wd", (b) => {
  const x = b.rd(1, "f32");
  fastOrExact(
    b,
    (slowIf) => {
      slowIf(isSubnormal(F32, b.let(bitsOf(F32, x))).or(x.op("ne", x)));
      b.wr(0, b.let(apply("f64.promote_f32", x)));
    },
    () => b.wr(0, exact(b, singleToDouble, [widen(F32, bitsOf(F32, x)), mxcsr()])),
    "never",
  );
});

add("cvtsd2ss", "F2 0F 5A Vd,Wq", (b) => {
  const x = b.rd(1, "f64");
  fastOrExact(
    b,
    (slowIf, slowIfInexact) => {
      const magnitude = b.let(x.op("abs"));
      const inside = magnitude
        .op("ge", f64(F32.smallestNormal))
        .and(magnitude.op("le", f64(F32.largest)));
      slowIf(inside.or(magnitude.op("eq", f64(0))).eqz());
      const r = b.let(apply("f32.demote_f64", x));
      slowIfInexact(() => apply("f64.promote_f32", r).op("ne", x));
      b.wr(0, r);
    },
    () => b.wr(0, exact(b, doubleToSingle, [bitsOf(F64, x), mxcsr()]).wrap()),
    "told",
  );
});

// --- Vectors

interface VectorConversion {
  readonly name: string;
  readonly encoding: string;
  readonly from: "i32x4" | "f32x4" | "f64x2";
  readonly to: "i32x4" | "f32x4" | "f64x2";
  readonly lanes: 2 | 4;
  readonly truncate: boolean;
  /** In the common mode: computes, after asking for the slow path where that is needed. */
  readonly fast?: (x: Value, b: Binding, slowIf: (condition: Value) => void) => Value;
}

/** The routine that converts one lane: (f, bits) → result and flags. */
function convertLane(
  c: VectorConversion,
  f: FunctionBuilder,
  x: Value,
  result: Local,
  flags: Local,
): void {
  if (c.from === "i32x4") {
    const routine = c.to === "f32x4" ? intToSingle : intToDouble;
    f.do(routine, [x.extend32S(), mxcsr()], [result, flags]);
  } else if (c.to === "i32x4") {
    const routine = c.from === "f32x4" ? singleToInt32 : doubleToInt32;
    f.do(routine, [x, mxcsr(), roundingOf(c.truncate)], [result, flags]);
  } else {
    const routine = c.from === "f32x4" ? singleToDouble : doubleToSingle;
    f.do(routine, [x, mxcsr()], [result, flags]);
  }
}

function vectorConversion(c: VectorConversion): void {
  const routine = helper(`sse.${c.name}`, ["v128"], ["v128", "i32"], (f, x) => {
    const all = f.variable(i32(0));
    const out = f.variable(zero);
    const result = f.local("i64");
    const flags = f.local("i32");
    const source = c.from === "f64x2" ? "i64x2" : "i32x4";
    const target = c.to === "f64x2" ? "i64x2" : "i32x4";
    for (let i = 0; i < c.lanes; i++) {
      const lane = x!.lane(source, i);
      convertLane(c, f, f.let(source === "i64x2" ? lane : lane.extendU()), result, flags);
      f.set(all, all.or(flags));
      f.set(out, out.withLane(target, i, target === "i64x2" ? result : result.wrap()));
    }
    f.return(out, f.call(finishFlags, all));
    f.unreachable();
  });
  add(c.name, c.encoding, (b) => {
    const { f } = b;
    const kinds = b.shape.operands.map((o) => o.kind);
    // cvtpi2pd from memory does not touch the MMX state (SDM vol. 2).
    const mmx = kinds.includes("p");
    if (mmx) enterMmx(b);
    const x = vector(b, 1);
    // Processors change the MMX state even where #XM follows.
    if (mmx) commitMmx(b);
    const result = f.local("v128");
    const whole = (): void => {
      const ok = f.local("i32");
      f.do(routine, [x], [result, ok]);
      b.faultUnless(ok);
    };
    const { fast } = c;
    if (fast === undefined) whole();
    else
      fastOrExact(
        b,
        (slowIf) => f.set(result, fast(x, b, slowIf)),
        whole,
        c.to === "f64x2" ? "never" : "unknown",
      );
    writeVector(b, 0, result);
  });
}

const lowTwice = (x: Value): Value =>
  shuffle(x, x, [0, 1, 2, 3, 4, 5, 6, 7, 0, 1, 2, 3, 4, 5, 6, 7]);

/** Rounds and checks that all lanes fit in 32 bits. */
function integralLanes(
  t: Lane,
  truncate: boolean,
): (x: Value, b: Binding, slowIf: (condition: Value) => void) => Value {
  return (x, b, slowIf) => {
    const rounded = truncate ? x : b.let(apply(`${t.shape}.nearest`, x));
    const fits = apply(`${t.shape}.lt`, apply(`${t.shape}.abs`, rounded), splat(t, 2 ** 31));
    slowIf(apply(`${t.integerShape}.all_true`, fits).eqz());
    return apply(t === F32 ? "i32x4.trunc_sat_f32x4_s" : "i32x4.trunc_sat_f64x2_s_zero", rounded);
  };
}

const conversions: readonly VectorConversion[] = [
  {
    name: "cvtdq2ps",
    encoding: "NP 0F 5B Vx,Wx",
    from: "i32x4",
    to: "f32x4",
    lanes: 4,
    truncate: false,
    fast: (x) => apply("f32x4.convert_i32x4_s", x),
  },
  {
    name: "cvtps2dq",
    encoding: "66 0F 5B Vx,Wx",
    from: "f32x4",
    to: "i32x4",
    lanes: 4,
    truncate: false,
    fast: integralLanes(F32, false),
  },
  {
    name: "cvttps2dq",
    encoding: "F3 0F 5B Vx,Wx",
    from: "f32x4",
    to: "i32x4",
    lanes: 4,
    truncate: true,
    fast: integralLanes(F32, true),
  },
  {
    name: "cvtpd2dq",
    encoding: "F2 0F E6 Vx,Wx",
    from: "f64x2",
    to: "i32x4",
    lanes: 2,
    truncate: false,
    fast: integralLanes(F64, false),
  },
  {
    name: "cvttpd2dq",
    encoding: "66 0F E6 Vx,Wx",
    from: "f64x2",
    to: "i32x4",
    lanes: 2,
    truncate: true,
    fast: integralLanes(F64, true),
  },
  {
    name: "cvtps2pd",
    encoding: "NP 0F 5A Vx,Wq",
    from: "f32x4",
    to: "f64x2",
    lanes: 2,
    truncate: false,
    fast: (x, b, slowIf) => {
      const low = b.let(lowTwice(x));
      const nan = apply("f32x4.ne", low, low);
      slowIf(apply("v128.any_true", apply("v128.or", nan, subnormalLanes(F32, low))));
      return apply("f64x2.promote_low_f32x4", x);
    },
  },
  {
    name: "cvtpd2ps",
    encoding: "66 0F 5A Vx,Wx",
    from: "f64x2",
    to: "f32x4",
    lanes: 2,
    truncate: false,
    fast: (x, b, slowIf) => {
      const magnitude = b.let(apply("f64x2.abs", x));
      const inside = apply(
        "v128.and",
        apply("f64x2.ge", magnitude, splat(F64, F32.smallestNormal)),
        apply("f64x2.le", magnitude, splat(F64, F32.largest)),
      );
      const good = apply("v128.or", inside, apply("f64x2.eq", x, splat(F64, 0)));
      slowIf(apply("i64x2.all_true", good).eqz());
      return apply("f32x4.demote_f64x2_zero", x);
    },
  },
  // The MMX forms are rare: always by the exact routine.
  {
    name: "cvtpi2pd",
    encoding: "66 0F 2A Vx,Qq",
    from: "i32x4",
    to: "f64x2",
    lanes: 2,
    truncate: false,
  },
  {
    name: "cvtpi2ps",
    encoding: "NP 0F 2A Vq,Qq",
    from: "i32x4",
    to: "f32x4",
    lanes: 2,
    truncate: false,
  },
  {
    name: "cvtps2pi",
    encoding: "NP 0F 2D Pq,Wq",
    from: "f32x4",
    to: "i32x4",
    lanes: 2,
    truncate: false,
  },
  {
    name: "cvttps2pi",
    encoding: "NP 0F 2C Pq,Wq",
    from: "f32x4",
    to: "i32x4",
    lanes: 2,
    truncate: true,
  },
  {
    name: "cvtpd2pi",
    encoding: "66 0F 2D Pq,Wx",
    from: "f64x2",
    to: "i32x4",
    lanes: 2,
    truncate: false,
  },
  {
    name: "cvttpd2pi",
    encoding: "66 0F 2C Pq,Wx",
    from: "f64x2",
    to: "i32x4",
    lanes: 2,
    truncate: true,
  },
];
for (const c of conversions) vectorConversion(c);

/** Exact in every mode. */
add("cvtdq2pd", "F3 0F E6 Vx,Wq", (b) => b.wr(0, apply("f64x2.convert_low_i32x4_s", vector(b, 1))));

// --- Rounding to integral values (SSE4.1)

/** In the common mode MXCSR asks for nearest too, so bit 2 of the control means 0. */
function roundFast(b: Binding, type: string, x: Value, control: Value): Value {
  const mode = b.let(select(control.and(4), i32(0), control.and(3)));
  const down = b.let(apply(`${type}.floor`, x));
  const up = b.let(apply(`${type}.ceil`, x));
  const near = b.let(apply(`${type}.nearest`, x));
  const cut = b.let(apply(`${type}.trunc`, x));
  return select(mode.eqz(), near, select(mode.eq(1), down, select(mode.eq(2), up, cut)));
}

for (const [t, letter, routine, packed, scalar] of [
  [F32, "s", roundSingle, "08", "0A"],
  [F64, "d", roundDouble, "09", "0B"],
] as const) {
  const size = t === F32 ? "d" : "q";
  add(`rounds${letter}`, `66 0F 3A ${scalar} V${size},W${size},Ib`, (b) => {
    const control = b.rd(2);
    const x = b.rd(1, t.scalar);
    fastOrExact(
      b,
      (slowIf, slowIfInexact) => {
        slowIf(x.op("ne", x));
        const r = b.let(roundFast(b, t.scalar, x, control));
        // Bit 3 keeps the precision flag as it is.
        if (((control.constant ?? 0n) & 8n) === 0n) slowIfInexact(() => r.op("ne", x));
        b.wr(0, r);
      },
      () => b.wr(0, narrow(t, exact(b, routine, [widen(t, bitsOf(t, x)), mxcsr(), control]))),
      "told",
    );
  });
  // The control travels in the second vector's lanes.
  const many = vectorRoutine(`sse.round.${t.shape}`, t, (f, x, control, result, flags) =>
    f.do(routine, [x, mxcsr(), control.wrap()], [result, flags]),
  );
  add(`roundp${letter}`, `66 0F 3A ${packed} Vx,Wx,Ib`, (b) => {
    const { f } = b;
    const control = b.rd(2);
    const x = vector(b, 1);
    fastOrExact(
      b,
      (slowIf) => {
        slowIf(apply("v128.any_true", apply(`${t.shape}.ne`, x, x)));
        b.wr(0, b.let(roundFast(b, t.shape, x, control)));
      },
      () => {
        const controls = apply(`${t.integerShape}.splat`, t === F32 ? control : control.extendU());
        const result = f.local("v128");
        const ok = f.local("i32");
        f.do(many, [x, controls], [result, ok]);
        b.faultUnless(ok);
        b.wr(0, result);
      },
    );
  });
}

export const sseConversions: InstructionSet = { instructions: set };
