// SPDX-License-Identifier: MPL-2.0

/** x87: loads, stores, constants, exchange and conditional moves. */

import type { Binding } from "../bind/binding.ts";
import { FX_FTW } from "../layout.ts";
import { type Helper, type Value, helper, i32, i64, select } from "../../wasm/index.ts";
import { INDEFINITE_SIGNIFICAND, INDEFINITE_WORD } from "../softfloat/extended.ts";
import {
  fromBcd,
  fromDouble,
  fromInteger,
  fromSingle,
  toBcd,
  toDouble,
  toInteger,
  toSingle,
} from "../softfloat/extended-convert.ts";
import {
  DENORMAL,
  INVALID,
  OVERFLOW,
  PRECISION,
  ROUNDED_UP,
  UNDERFLOW,
} from "../softfloat/format.ts";
import { type Instruction, type InstructionSet, instruction } from "./define.ts";
import {
  STACK_UNDERFLOW,
  fcw,
  isEmpty,
  moveTop,
  physical,
  pop,
  push,
  raise,
  read,
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

// --- Loads

add("fld", "D9/0 Md; DD/0 Mq", (b) => {
  const { f } = b;
  const sig = f.local("i64");
  const se = f.local("i32");
  const flags = f.local("i32");
  const value = b.rd(0);
  if (b.sizeOf(0) === 4) f.do(fromSingle, [value.extendU()], [sig, se, flags]);
  else f.do(fromDouble, [value], [sig, se, flags]);
  b.do(push, sig, se, flags);
});
add("fld.t", "DB/5 M", (b) => {
  const address = b.ea(0);
  const sig = b.load(8, address);
  const se = b.load(2, address.add(8));
  b.do(push, sig, se, i32(0));
});
add("fild", "DF/0 Mw; DB/0 Md; DF/5 Mq", (b) => {
  const { f } = b;
  const n = b.sizeOf(0);
  const value = b.rd(0);
  const wide = n === 8 ? value : (n === 2 ? value.extend16S() : value).extendS();
  const sig = f.local("i64");
  const se = f.local("i32");
  f.do(fromInteger, [wide], [sig, se]);
  b.do(push, sig, se, i32(0));
});
add("fbld", "DF/4 M", (b) => {
  const { f } = b;
  const address = b.ea(0);
  const low = b.load(8, address);
  const high = b.load(2, address.add(8));
  const sig = f.local("i64");
  const se = f.local("i32");
  f.do(fromBcd, [low, high], [sig, se]);
  b.do(push, sig, se, i32(0));
});

/** (i): pushes a copy of ST(i). */
const loadRegister: Helper = helper("x87.fld.st", ["i32"], [], (f, i) => {
  const register = physical(f, i!);
  f.if(isEmpty(register), () => {
    f.do(push, [i64(INDEFINITE_SIGNIFICAND), i32(INDEFINITE_WORD), i32(STACK_UNDERFLOW)]);
    f.return();
  });
  const x = read(f, register);
  f.do(push, [x.sig, x.se, i32(0)]);
});
add("fld.st", "D9/0 T", (b) => b.do(loadRegister, b.registerOffset(0)));

/** Constants by rounding control: nearest, down, up, toward zero (SDM vol. 2, FLD1). */
for (const [name, opcode, word, nearest, down, up] of [
  ["fld1", "E8", 0x3fff, 1n << 63n, 1n << 63n, 1n << 63n],
  ["fldl2t", "E9", 0x4000, 0xd49a784bcd1b8afen, 0xd49a784bcd1b8afen, 0xd49a784bcd1b8affn],
  ["fldl2e", "EA", 0x3fff, 0xb8aa3b295c17f0bcn, 0xb8aa3b295c17f0bbn, 0xb8aa3b295c17f0bcn],
  ["fldpi", "EB", 0x4000, 0xc90fdaa22168c235n, 0xc90fdaa22168c234n, 0xc90fdaa22168c235n],
  ["fldlg2", "EC", 0x3ffd, 0x9a209a84fbcff799n, 0x9a209a84fbcff798n, 0x9a209a84fbcff799n],
  ["fldln2", "ED", 0x3ffe, 0xb17217f7d1cf79acn, 0xb17217f7d1cf79abn, 0xb17217f7d1cf79acn],
  ["fldz", "EE", 0, 0n, 0n, 0n],
] as const) {
  add(name, `D9 ${opcode}`, (b) => {
    const rounding = b.let(b.call(controlWord).shrU(10).and(3));
    const directed = select(rounding.eq(2), i64(up), i64(down));
    const sig = b.let(select(rounding.eqz(), i64(nearest), directed));
    b.do(push, sig, i32(word), i32(0));
  });
}
const controlWord: Helper = helper("x87.fcw", [], ["i32"], (f) => {
  f.return(fcw());
  f.unreachable();
});

// --- Stores. They compute first, then write memory, then change the state, so that a page fault leaves no trace

/** Unmasked, these keep memory (and the stack) as it is. */
const NO_STORE = INVALID | OVERFLOW | UNDERFLOW;

/** (kind: operation and size) → (value, second word, flags) of ST(0). */
function storeRoutine(
  name: string,
  indefinite: bigint,
  convert: (f: Parameters<Helper["body"]>[0], sig: Value, se: Value, out: StoreLocals) => void,
): Helper {
  return helper(`x87.${name}`, [], ["i64", "i32", "i32"], (f) => {
    const register = physical(f, 0);
    f.if(isEmpty(register), () =>
      f.return(i64(indefinite), i32(INDEFINITE_WORD), i32(STACK_UNDERFLOW)),
    );
    const x = read(f, register);
    const out: StoreLocals = {
      value: f.local("i64"),
      high: f.variable(i32(0)),
      flags: f.variable(i32(0)),
    };
    convert(f, x.sig, x.se, out);
    f.return(out.value, out.high, out.flags);
    f.unreachable();
  });
}

interface StoreLocals {
  readonly value: ReturnType<Parameters<Helper["body"]>[0]["local"]>;
  readonly high: ReturnType<Parameters<Helper["body"]>[0]["local"]>;
  readonly flags: ReturnType<Parameters<Helper["body"]>[0]["local"]>;
}

// Storing a subnormal is no denormal-operand exception.
const singleStore = storeRoutine("fst32", 0xffc00000n, (f, sig, se, out) => {
  f.do(toSingle, [sig, se, fcw()], [out.value, out.flags]);
  f.set(out.flags, out.flags.and(~DENORMAL));
});
const doubleStore = storeRoutine("fst64", 0xfff8n << 48n, (f, sig, se, out) => {
  f.do(toDouble, [sig, se, fcw()], [out.value, out.flags]);
  f.set(out.flags, out.flags.and(~DENORMAL));
});
const extendedStore = storeRoutine("fst80", INDEFINITE_SIGNIFICAND, (f, sig, se, out) => {
  f.set(out.value, sig);
  f.set(out.high, se);
});
const bcdStore = storeRoutine("fbstp", INDEFINITE_SIGNIFICAND, (f, sig, se, out) =>
  f.do(toBcd, [sig, se, fcw().shrU(10).and(3)], [out.value, out.high, out.flags]),
);
const integerStores = new Map<string, Helper>();
for (const bits of [16, 32, 64]) {
  for (const truncate of [false, true]) {
    const routine = storeRoutine(
      `fist${bits}${truncate ? "t" : ""}`,
      -(1n << BigInt(bits - 1)),
      (f, sig, se, out) => {
        const rounding = truncate ? i32(3) : fcw().shrU(10).and(3);
        f.do(toInteger, [sig, se, rounding, i32(bits)], [out.value, out.flags]);
      },
    );
    integerStores.set(`${bits}${truncate}`, routine);
  }
}

/** (flags, pops): the flags go to the status word, and the stack is popped when there was a store. */
const finishStore: Helper = helper(
  "x87.stored",
  ["i32", "i32", "i32"],
  [],
  (f, flags, stored, pops) => {
    f.drop(f.call(raise, flags!));
    f.if(stored!.and(pops!), () => f.do(pop, []));
  },
);

function storeTop(b: Binding, routine: Helper, bytes: 2 | 4 | 8 | 10, pops: boolean): void {
  const { f } = b;
  const value = f.local("i64");
  const high = f.local("i32");
  const flags = f.local("i32");
  f.do(routine, [], [value, high, flags]);
  const address = b.ea(0);
  const unmasked = flags.and(b.call(controlWord).not()).and(NO_STORE);
  const stored = b.let(unmasked.eqz());
  if (bytes === 10) {
    b.probe(8, address);
    b.probe(2, address.add(8));
  } else {
    b.probe(bytes, address);
  }
  b.when(stored, () => {
    if (bytes === 10) {
      b.store(8, address, value);
      b.store(2, address.add(8), high);
    } else {
      b.store(bytes, address, bytes === 8 ? value : value.wrap());
    }
  });
  // Without a result nothing was rounded.
  const told = b.select(stored, flags, flags.and(~(PRECISION | ROUNDED_UP)));
  b.do(finishStore, told, stored, i32(pops ? 1 : 0));
}

add("fst", "D9/2 Md", (b) => storeTop(b, singleStore, 4, false));
add("fst.q", "DD/2 Mq", (b) => storeTop(b, doubleStore, 8, false));
add("fstp", "D9/3 Md", (b) => storeTop(b, singleStore, 4, true));
add("fstp.q", "DD/3 Mq", (b) => storeTop(b, doubleStore, 8, true));
add("fstp.t", "DB/7 M", (b) => storeTop(b, extendedStore, 10, true));
add("fbstp", "DF/6 M", (b) => storeTop(b, bcdStore, 10, true));
for (const [name, encoding, bytes, truncate, pops] of [
  ["fist", "DF/2 Mw", 2, false, false],
  ["fist.d", "DB/2 Md", 4, false, false],
  ["fistp", "DF/3 Mw", 2, false, true],
  ["fistp.d", "DB/3 Md", 4, false, true],
  ["fistp.q", "DF/7 Mq", 8, false, true],
  ["fisttp", "DF/1 Mw", 2, true, true],
  ["fisttp.d", "DB/1 Md", 4, true, true],
  ["fisttp.q", "DD/1 Mq", 8, true, true],
] as const) {
  const routine = integerStores.get(`${bytes * 8}${truncate}`) as Helper;
  add(name, encoding, (b) => storeTop(b, routine, bytes, pops));
}

/** (i, pops): ST(i) = ST(0). */
const storeRegister: Helper = helper("x87.fst.st", ["i32", "i32"], [], (f, i, pops) => {
  const from = physical(f, 0);
  const to = physical(f, i!);
  f.if(
    isEmpty(from),
    () => f.if(f.call(storeUnderflow, to).eqz(), () => f.return()),
    () => {
      f.drop(f.call(raise, i32(0)));
      const x = read(f, from);
      write(f, to, x.sig, x.se);
    },
  );
  f.if(pops!, () => f.do(pop, []));
});
add("fst.st", "DD/2 T", (b) => b.do(storeRegister, b.registerOffset(0), 0));
add("fstp.st", "DD/3 T; DF/2 T; DF/3 T", (b) => b.do(storeRegister, b.registerOffset(0), 1));

/** (i): as fstp, but an empty ST(0) is no fault: nothing is written (an undocumented encoding). */
const storeUnchecked: Helper = helper("x87.fstpnce", ["i32"], [], (f, i) => {
  const from = physical(f, 0);
  f.drop(f.call(raise, i32(0)));
  f.if(isEmpty(from).eqz(), () => {
    const x = read(f, from);
    write(f, physical(f, i!), x.sig, x.se);
  });
  f.do(pop, []);
});
add("fstpnce", "D9/3 T", (b) => b.do(storeUnchecked, b.registerOffset(0)));

// --- Within the stack

/** (i): exchanges ST(0) and ST(i); an empty one becomes indefinite first. */
const exchange: Helper = helper("x87.fxch", ["i32"], [], (f, i) => {
  const first = physical(f, 0);
  const second = physical(f, i!);
  const missing = f.let(isEmpty(first).or(isEmpty(second)));
  f.if(f.call(raise, select(missing, i32(STACK_UNDERFLOW), i32(0))), () => f.return());
  for (const register of [first, second]) {
    f.if(isEmpty(register), () =>
      write(f, register, i64(INDEFINITE_SIGNIFICAND), i32(INDEFINITE_WORD)),
    );
  }
  const x = read(f, first);
  const y = read(f, second);
  write(f, first, y.sig, y.se);
  write(f, second, x.sig, x.se);
});
add("fxch", "D9/1 T; DD/1 T; DF/1 T", (b) => b.do(exchange, b.registerOffset(0)));

/** (i, condition): ST(0) = ST(i) when the condition holds. */
const moveIf: Helper = helper("x87.fcmov", ["i32", "i32"], [], (f, i, holds) => {
  const to = physical(f, 0);
  const from = physical(f, i!);
  f.if(isEmpty(to).or(isEmpty(from)), () => {
    f.drop(f.call(storeUnderflow, to));
    f.return();
  });
  f.if(holds!, () => {
    const x = read(f, from);
    write(f, to, x.sig, x.se);
  });
});
for (const [name, encoding, condition] of [
  ["fcmovb", "DA/0 T", 2],
  ["fcmove", "DA/1 T", 4],
  ["fcmovbe", "DA/2 T", 6],
  ["fcmovu", "DA/3 T", 10],
  ["fcmovnb", "DB/0 T", 3],
  ["fcmovne", "DB/1 T", 5],
  ["fcmovnbe", "DB/2 T", 7],
  ["fcmovnu", "DB/3 T", 11],
] as const) {
  add(name, encoding, (b) => b.do(moveIf, b.registerOffset(0), b.cond(condition)));
}

const turn = (name: string, by: 1 | -1): Helper =>
  helper(`x87.${name}`, [], [], (f) => {
    f.drop(f.call(raise, i32(0)));
    moveTop(f, by);
  });
const decrement = turn("fdecstp", -1);
const increment = turn("fincstp", 1);
add("fdecstp", "D9 F6", (b) => b.do(decrement));
add("fincstp", "D9 F7", (b) => b.do(increment));

/** (i, pops): marks ST(i) empty. */
const free: Helper = helper("x87.ffree", ["i32", "i32"], [], (f, i, pops) => {
  const register = physical(f, i!);
  f.store(i32(0), i32(0).load8u(FX_FTW).and(i32(1).shl(register).not()), FX_FTW, "8");
  f.drop(f.call(raise, i32(0)));
  f.if(pops!, () => f.do(pop, []));
});
add("ffree", "DD/0 T", (b) => b.do(free, b.registerOffset(0), 0));
add("ffreep", "DF/0 T", (b) => b.do(free, b.registerOffset(0), 1));

add("fnop", "D9 D0", () => undefined);
add("fwait", "9B", () => undefined);

export const x87LoadStore: InstructionSet = { instructions: set };
