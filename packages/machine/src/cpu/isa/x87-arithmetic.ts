// SPDX-License-Identifier: MPL-2.0

/** x87: the four operations, square root, remainder and the other operations on the stack's top. */

import type { Binding } from "../bind/binding.ts";
import { type Helper, type Value, helper, i32, i64, select } from "../../wasm/index.ts";
import {
  addExtended,
  divideExtended,
  multiplyExtended,
  squareRootExtended,
  subtractExtended,
} from "../softfloat/extended-arithmetic.ts";
import {
  fromDoubleRaw,
  fromInteger,
  fromSingleRaw,
  roundExtended,
} from "../softfloat/extended-convert.ts";
import {
  extractExtended,
  remainderExtended,
  scaleExtended,
} from "../softfloat/extended-special.ts";
import {
  INDEFINITE_SIGNIFICAND,
  INDEFINITE_WORD,
  isNan,
  isUnsupported,
} from "../softfloat/extended.ts";
import { INVALID, ZERO_DIVIDE } from "../softfloat/format.ts";
import { type Instruction, type InstructionSet, instruction } from "./define.ts";
import {
  FSW_C0,
  FSW_C1,
  FSW_C2,
  FSW_C3,
  STACK_OVERFLOW,
  STACK_UNDERFLOW,
  fcw,
  fsw,
  isEmpty,
  physical,
  pop,
  push,
  raise,
  read,
  setFsw,
  store,
  storeUnderflow,
  waiting,
  write,
} from "./x87-state.ts";

const set: Instruction[] = [];

function add(name: string, encodings: string, semantics: (b: Binding) => void): void {
  set.push(
    instruction(name, encodings.split("; "), (b) => {
      waiting(b);
      semantics(b);
    }),
  );
}

// --- Operations on two numbers

/** (a, b, destination: numbers of ST) → 1 when the result was stored. */
function onRegisters(name: string, routine: Helper): Helper {
  return helper(`x87.${name}.st`, ["i32", "i32", "i32"], ["i32"], (f, a, c, destination) => {
    const first = physical(f, a!);
    const second = physical(f, c!);
    const target = physical(f, destination!);
    f.if(isEmpty(first).or(isEmpty(second)), () => f.return(f.call(storeUnderflow, target)));
    const x = read(f, first);
    const y = read(f, second);
    const sig = f.local("i64");
    const se = f.local("i32");
    const flags = f.local("i32");
    f.do(routine, [x.sig, x.se, y.sig, y.se, fcw()], [sig, se, flags]);
    f.return(f.call(store, target, sig, se, flags));
    f.unreachable();
  });
}

/**
 * (flags, denormal, significand, word of ST(0)) → flags. A float in memory that was subnormal is an ordinary number by
 * now: its flag comes along, unless a NaN, an invalid operand or a division by zero goes before it.
 */
export const withDenormal: Helper = helper(
  "x87.denormal",
  ["i32", "i32", "i64", "i32"],
  ["i32"],
  (f, flags, denormal, sig, se) => {
    const x = { sig: sig!, se: se! };
    const before = isNan(x)
      .or(isUnsupported(x))
      .or(flags!.and(INVALID | ZERO_DIVIDE));
    f.return(select(before, flags!, flags!.or(denormal!)));
    f.unreachable();
  },
);

/** (significand, word, denormal, reversed): ST(0) = ST(0) op number, or number op ST(0). */
function withMemory(name: string, routine: Helper): Helper {
  return helper(
    `x87.${name}.m`,
    ["i64", "i32", "i32", "i32"],
    [],
    (f, m, mse, denormal, reversed) => {
      const register = physical(f, 0);
      f.if(isEmpty(register), () => {
        f.drop(f.call(storeUnderflow, register));
        f.return();
      });
      const x = read(f, register);
      const sig = f.local("i64");
      const se = f.local("i32");
      const flags = f.local("i32");
      f.if(
        reversed!,
        () => f.do(routine, [m!, mse!, x.sig, x.se, fcw()], [sig, se, flags]),
        () => f.do(routine, [x.sig, x.se, m!, mse!, fcw()], [sig, se, flags]),
      );
      f.drop(f.call(store, register, sig, se, f.call(withDenormal, flags, denormal!, x.sig, x.se)));
    },
  );
}

/** A memory operand as an 80-bit number: significand, word, flag of a subnormal. */
export function loadOperand(b: Binding, integer: boolean): [Value, Value, Value] {
  const { f } = b;
  const sig = f.local("i64");
  const se = f.local("i32");
  const denormal = f.variable(i32(0));
  const n = b.sizeOf(0);
  const value = b.rd(0);
  if (integer) {
    const wide = n === 8 ? value : (n === 2 ? value.extend16S() : value).extendS();
    f.do(fromInteger, [wide], [sig, se]);
  } else if (n === 4) {
    f.do(fromSingleRaw, [value.extendU()], [sig, se, denormal]);
  } else {
    f.do(fromDoubleRaw, [value], [sig, se, denormal]);
  }
  return [sig, se, denormal];
}

interface Arithmetic {
  readonly name: string;
  readonly routine: Helper;
  readonly digit: number;
  readonly reversed: boolean;
}

const OPERATIONS: readonly Arithmetic[] = [
  { name: "fadd", routine: addExtended, digit: 0, reversed: false },
  { name: "fmul", routine: multiplyExtended, digit: 1, reversed: false },
  { name: "fsub", routine: subtractExtended, digit: 4, reversed: false },
  { name: "fsubr", routine: subtractExtended, digit: 5, reversed: true },
  { name: "fdiv", routine: divideExtended, digit: 6, reversed: false },
  { name: "fdivr", routine: divideExtended, digit: 7, reversed: true },
];

const registerHelpers = new Map<Helper, Helper>();
const memoryHelpers = new Map<Helper, Helper>();
for (const { name, routine, reversed } of OPERATIONS) {
  if (reversed) continue;
  registerHelpers.set(routine, onRegisters(name, routine));
  memoryHelpers.set(routine, withMemory(name, routine));
}

for (const { name, routine, digit, reversed } of OPERATIONS) {
  const registers = registerHelpers.get(routine) as Helper;
  const memory = memoryHelpers.get(routine) as Helper;
  // With ST(i) as destination the reversed digits trade places (SDM vol. 2, FSUB).
  const other = digit >= 4 ? digit ^ 1 : digit;
  const toTop = (b: Binding): void => {
    const i = b.registerOffset(0);
    b.f.drop(reversed ? b.f.call(registers, i, 0, 0) : b.f.call(registers, i32(0), i, i32(0)));
  };
  const toOther = (b: Binding): Value => {
    const i = b.registerOffset(0);
    return reversed ? b.call(registers, 0, i, i) : b.call(registers, i, 0, i);
  };
  add(`${name}.st`, `D8/${digit} T`, toTop);
  add(`${name}.sti`, `DC/${other} T`, (b) => b.f.drop(toOther(b)));
  add(`${name}p`, `DE/${other} T`, (b) => b.when(toOther(b), () => b.do(pop)));
  add(`${name}.m`, `D8/${digit} Md; DC/${digit} Mq`, (b) =>
    b.do(memory, ...loadOperand(b, false), i32(reversed ? 1 : 0)),
  );
  add(`${name}.i`, `DA/${digit} Md; DE/${digit} Mw`, (b) =>
    b.do(memory, ...loadOperand(b, true), i32(reversed ? 1 : 0)),
  );
}

// --- Operations on ST(0)

/** Declares ST(0) = routine(ST(0), fcw). */
function onTop(name: string, encoding: string, routine: Helper): void {
  const work = helper(`x87.${name}`, [], [], (f) => {
    const register = physical(f, 0);
    f.if(isEmpty(register), () => {
      f.drop(f.call(storeUnderflow, register));
      f.return();
    });
    const x = read(f, register);
    const sig = f.local("i64");
    const se = f.local("i32");
    const flags = f.local("i32");
    f.do(routine, [x.sig, x.se, fcw()], [sig, se, flags]);
    f.drop(f.call(store, register, sig, se, flags));
  });
  add(name, encoding, (b) => b.do(work));
}

onTop("fsqrt", "D9 FA", squareRootExtended);
onTop("frndint", "D9 FC", roundExtended);

for (const [name, encoding, change] of [
  ["fchs", "D9 E0", (se: Value) => se.xor(0x8000)],
  ["fabs", "D9 E1", (se: Value) => se.and(0x7fff)],
] as const) {
  const work = helper(`x87.${name}`, [], [], (f) => {
    const register = physical(f, 0);
    f.if(isEmpty(register), () => {
      f.drop(f.call(storeUnderflow, register));
      f.return();
    });
    f.drop(f.call(raise, i32(0)));
    const x = read(f, register);
    write(f, register, x.sig, change(x.se));
  });
  add(name, encoding, (b) => b.do(work));
}

/** ST(0) scaled by a power of two: ST(1) cut to an integer. */
const scale = onRegisters("fscale", scaleExtended);
add("fscale", "D9 FD", (b) => b.f.drop(b.f.call(scale, 0, 1, 0)));

// --- Remainders: C2 tells that the reduction is not finished, C0 C3 C1 are the quotient's low bits

/** (nearest): one step of fprem or fprem1. */
const remainder: Helper = helper("x87.fprem", ["i32"], [], (f, nearest) => {
  const register = physical(f, 0);
  const second = physical(f, 1);
  setFsw(f, fsw().and(~FSW_C2));
  f.if(isEmpty(register).or(isEmpty(second)), () => {
    f.drop(f.call(storeUnderflow, register));
    f.return();
  });
  const x = read(f, register);
  const y = read(f, second);
  const sig = f.local("i64");
  const se = f.local("i32");
  const flags = f.local("i32");
  const quotient = f.local("i32");
  const operands = [x.sig, x.se, y.sig, y.se, fcw(), nearest!];
  f.do(remainderExtended, operands, [sig, se, flags, quotient]);
  f.if(f.call(store, register, sig, se, flags).eqz(), () => f.return());
  // quotient: −1 a NaN, −2 not finished, else its low three bits.
  const q = f.let(quotient);
  f.if(q.eq(-1), () => f.return());
  const conditions = q
    .shrU(2)
    .and(1)
    .mul(FSW_C0)
    .or(q.shrU(1).and(1).mul(FSW_C3))
    .or(q.and(1).mul(FSW_C1));
  const status = f.let(fsw().and(~(FSW_C0 | FSW_C1 | FSW_C2 | FSW_C3)));
  f.if(
    q.eq(-2),
    () => setFsw(f, status.or(FSW_C2)),
    () => setFsw(f, status.or(conditions)),
  );
});
add("fprem", "D9 F8", (b) => b.do(remainder, 0));
add("fprem1", "D9 F5", (b) => b.do(remainder, 1));

// --- Exponent and significand

const extract: Helper = helper("x87.fxtract", [], [], (f) => {
  const register = physical(f, 0);
  const above = physical(f, -1);
  f.if(isEmpty(register), () => {
    f.if(f.call(storeUnderflow, register), () => {
      const x = read(f, register);
      f.do(push, [x.sig, x.se, i32(STACK_UNDERFLOW)]);
    });
    f.return();
  });
  f.if(isEmpty(above).eqz(), () => {
    f.if(f.call(raise, i32(STACK_OVERFLOW)), () => f.return());
    f.do(push, [i64(INDEFINITE_SIGNIFICAND), i32(INDEFINITE_WORD), i32(STACK_OVERFLOW)]);
    write(f, register, i64(INDEFINITE_SIGNIFICAND), i32(INDEFINITE_WORD));
    f.return();
  });
  const x = read(f, register);
  const exponentSig = f.local("i64");
  const exponentSe = f.local("i32");
  const sig = f.local("i64");
  const se = f.local("i32");
  const flags = f.local("i32");
  f.do(extractExtended, [x.sig, x.se], [exponentSig, exponentSe, sig, se, flags]);
  f.if(f.call(store, register, exponentSig, exponentSe, flags).eqz(), () => f.return());
  f.do(push, [sig, se, i32(0)]);
});
add("fxtract", "D9 F4", (b) => b.do(extract));

export const x87Arithmetic: InstructionSet = { instructions: set };
