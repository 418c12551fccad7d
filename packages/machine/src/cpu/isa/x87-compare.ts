// SPDX-License-Identifier: MPL-2.0

/** x87: comparisons to the condition codes or to the flags, ftst, fxam. */

import type { Binding } from "../bind/binding.ts";
import { type Helper, type Value, helper, i32, i64, select } from "../../wasm/index.ts";
import {
  isDenormal,
  isInfinite,
  isNan,
  isUnsupported,
  isZero,
  signOf,
} from "../softfloat/extended.ts";
import { compareExtended } from "../softfloat/extended-arithmetic.ts";
import { EQUAL, LESS, UNORDERED } from "../softfloat/sse-arithmetic.ts";
import { type Instruction, type InstructionSet, instruction } from "./define.ts";
import { loadOperand } from "./x87-arithmetic.ts";
import {
  FSW_C0,
  FSW_C1,
  FSW_C2,
  FSW_C3,
  STACK_UNDERFLOW,
  fsw,
  isEmpty,
  physical,
  pop,
  raise,
  read,
  setFsw,
  waiting,
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

const CONDITIONS = FSW_C0 | FSW_C1 | FSW_C2 | FSW_C3;
/** What a comparison that raised an unmasked exception gives: nothing is to be written. */
const NOTHING = -1;

/** C3, C2 and C0 of a relation: unordered all, less C0, equal C3, greater none. */
const conditionsOf = (relation: Value): Value =>
  select(
    relation.eq(UNORDERED),
    i32(FSW_C0 | FSW_C2 | FSW_C3),
    select(
      relation.eq(LESS),
      i32(FSW_C0),
      select(relation.eq(EQUAL), i32(FSW_C3), i32(0)),
    ),
  );

/** (significand, word, denormal, quiet) → the relation of ST(0) to the number, or NOTHING. */
const compareTop: Helper = helper(
  "x87.cmp.m",
  ["i64", "i32", "i32", "i32"],
  ["i32"],
  (f, sig, se, denormal, quiet) => {
    const register = physical(f, 0);
    const relation = f.variable(i32(UNORDERED));
    const flags = f.variable(i32(STACK_UNDERFLOW));
    f.if(isEmpty(register).eqz(), () => {
      const x = read(f, register);
      f.do(compareExtended, [x.sig, x.se, sig!, se!, quiet!], [relation, flags]);
      f.set(flags, flags.or(denormal!));
    });
    f.return(select(f.call(raise, flags), i32(NOTHING), relation));
    f.unreachable();
  },
);

/** (i, quiet) → the relation of ST(0) to ST(i), or NOTHING. */
const compareRegister: Helper = helper("x87.cmp.st", ["i32", "i32"], ["i32"], (f, i, quiet) => {
  const other = physical(f, i!);
  f.if(isEmpty(physical(f, 0)).or(isEmpty(other)), () =>
    f.return(select(f.call(raise, i32(STACK_UNDERFLOW)), i32(NOTHING), i32(UNORDERED))),
  );
  const y = read(f, other);
  f.return(f.call(compareTop, y.sig, y.se, i32(0), quiet!));
  f.unreachable();
});

/** (relation, pops): sets the condition codes, then pops, unless nothing is to be written. */
const finishCompare: Helper = helper("x87.compared", ["i32", "i32"], [], (f, relation, pops) => {
  f.if(relation!.eq(NOTHING), () => f.return());
  setFsw(f, fsw().and(~CONDITIONS).or(conditionsOf(relation!)));
  f.if(pops!, () => f.do(pop, []));
  f.if(pops!.gtU(1), () => f.do(pop, []));
});

for (const [name, register, memory, integer, pops] of [
  ["fcom", "D8/2 T; DC/2 T", "D8/2 Md; DC/2 Mq", "DA/2 Md; DE/2 Mw", 0],
  ["fcomp", "D8/3 T; DC/3 T; DE/2 T", "D8/3 Md; DC/3 Mq", "DA/3 Md; DE/3 Mw", 1],
] as const) {
  add(`${name}.st`, register, (b) =>
    b.do(finishCompare, b.call(compareRegister, b.registerOffset(0), 0), pops),
  );
  add(`${name}.m`, memory, (b) =>
    b.do(finishCompare, b.call(compareTop, ...loadOperand(b, false), i32(0)), pops),
  );
  add(`${name}.i`, integer, (b) =>
    b.do(finishCompare, b.call(compareTop, ...loadOperand(b, true), i32(0)), pops),
  );
}
add("fucom", "DD/4 T", (b) =>
  b.do(finishCompare, b.call(compareRegister, b.registerOffset(0), 1), 0),
);
add("fucomp", "DD/5 T", (b) =>
  b.do(finishCompare, b.call(compareRegister, b.registerOffset(0), 1), 1),
);
add("fcompp", "DE D9", (b) => b.do(finishCompare, b.call(compareRegister, 1, 0), 2));
add("fucompp", "DA E9", (b) => b.do(finishCompare, b.call(compareRegister, 1, 1), 2));
add("ftst", "D9 E4", (b) =>
  b.do(finishCompare, b.call(compareTop, i64(0), i32(0), i32(0), i32(0)), 0),
);

for (const [name, encoding, quiet, pops] of [
  ["fucomi", "DB/5 T", 1, false],
  ["fcomi", "DB/6 T", 0, false],
  ["fucomip", "DF/5 T", 1, true],
  ["fcomip", "DF/6 T", 0, true],
] as const) {
  add(name, encoding, (b) => {
    const relation = b.call(compareRegister, b.registerOffset(0), quiet);
    b.when(relation.ne(NOTHING), () => {
      const unordered = relation.eq(UNORDERED);
      const equal = b.let(relation.eq(EQUAL).or(unordered));
      const less = b.let(relation.eq(LESS).or(unordered));
      b.flagsCompare(equal, unordered, less);
      if (pops) b.do(pop);
    });
  });
}

/** The class of ST(0) in C3, C2, C0 and its sign in C1 (SDM vol. 2, FXAM). */
const examine: Helper = helper("x87.fxam", [], [], (f) => {
  const register = physical(f, 0);
  const x = read(f, register);
  const result = f.variable(i32(FSW_C2));
  f.if(isZero(x), () => f.set(result, i32(FSW_C3)));
  f.if(isDenormal(x), () => f.set(result, i32(FSW_C3 | FSW_C2)));
  f.if(isInfinite(x), () => f.set(result, i32(FSW_C2 | FSW_C0)));
  f.if(isNan(x), () => f.set(result, i32(FSW_C0)));
  f.if(isUnsupported(x), () => f.set(result, i32(0)));
  f.if(isEmpty(register), () => f.set(result, i32(FSW_C3 | FSW_C0)));
  setFsw(f, fsw().and(~CONDITIONS).or(result).or(signOf(x).mul(FSW_C1)));
});
add("fxam", "D9 E5", (b) => b.do(examine));

export const x87Compares: InstructionSet = { instructions: set };
