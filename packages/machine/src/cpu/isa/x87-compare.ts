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
import { loadOperand, withDenormal } from "./x87-arithmetic.ts";
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
/** Added to the relation when an unmasked exception was raised: nothing is popped. */
const STOPPED = 4;
/** Added to the relation when a register was empty. */
const MISSING = 8;

/** C3, C2 and C0 of a relation: unordered all, less C0, equal C3, greater none. */
const conditionsOf = (relation: Value): Value =>
  select(
    relation.eq(UNORDERED),
    i32(FSW_C0 | FSW_C2 | FSW_C3),
    select(relation.eq(LESS), i32(FSW_C0), select(relation.eq(EQUAL), i32(FSW_C3), i32(0))),
  );

/** (flags) → STOPPED or 0. */
const raiseCompare: Helper = helper("x87.cmp.raise", ["i32"], ["i32"], (f, flags) => {
  f.return(select(f.call(raise, flags!), i32(STOPPED), i32(0)));
  f.unreachable();
});

/** (significand, word, denormal, quiet) → the relation of ST(0) to the number, perhaps STOPPED. */
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
      f.set(flags, f.call(withDenormal, flags, denormal!, x.sig, x.se));
    });
    f.return(relation.or(f.call(raiseCompare, flags)));
    f.unreachable();
  },
);

/** (i, quiet) → the relation of ST(0) to ST(i), perhaps STOPPED. */
const compareRegister: Helper = helper("x87.cmp.st", ["i32", "i32"], ["i32"], (f, i, quiet) => {
  const other = physical(f, i!);
  f.if(isEmpty(physical(f, 0)).or(isEmpty(other)), () =>
    f.return(i32(UNORDERED | MISSING).or(f.call(raiseCompare, i32(STACK_UNDERFLOW)))),
  );
  const y = read(f, other);
  f.return(f.call(compareTop, y.sig, y.se, i32(0), quiet!));
  f.unreachable();
});

/** (relation, pops): sets the condition codes, then pops, unless an exception stopped it. */
const finishCompare: Helper = helper("x87.compared", ["i32", "i32"], [], (f, relation, pops) => {
  setFsw(
    f,
    fsw()
      .and(~CONDITIONS)
      .or(conditionsOf(relation!.and(3))),
  );
  f.if(relation!.and(STOPPED), () => f.return());
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

const conditionCode1: Helper = helper("x87.c1", [], ["i32"], (f) => {
  f.return(fsw().and(FSW_C1));
  f.unreachable();
});
/** (C1, relation): puts C1 back, but that a stack fault clears it. */
const restoreConditionCode1: Helper = helper("x87.setc1", ["i32", "i32"], [], (f, c1, relation) => {
  f.if(relation!.and(MISSING).eqz(), () => setFsw(f, fsw().or(c1!)));
});

for (const [name, encoding, quiet, pops] of [
  ["fucomi", "DB/5 T", 1, false],
  ["fcomi", "DB/6 T", 0, false],
  ["fucomip", "DF/5 T", 1, true],
  ["fcomip", "DF/6 T", 0, true],
] as const) {
  add(name, encoding, (b) => {
    const c1 = b.let(b.call(conditionCode1));
    const found = b.call(compareRegister, b.registerOffset(0), quiet);
    const relation = b.let(found.and(3));
    const unordered = relation.eq(UNORDERED);
    const equal = b.let(relation.eq(EQUAL).or(unordered));
    const less = b.let(relation.eq(LESS).or(unordered));
    b.flagsCompare(equal, unordered, less);
    b.do(restoreConditionCode1, c1, found);
    if (pops) b.when(found.and(STOPPED).eqz(), () => b.do(pop));
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
