// SPDX-License-Identifier: MPL-2.0

import { type Value, i32 } from "../../wasm/index.ts";
import type { Binding } from "../bind/binding.ts";
import { type Instruction, type InstructionSet, instruction } from "./define.ts";

/** The six plain encodings and three immediate ones of the operation `digit` (SDM vol. 2, table A-6 group 1). */
function group1(digit: number): string[] {
  const hex = (low: number): string =>
    (8 * digit + low).toString(16).toUpperCase().padStart(2, "0");
  return [
    `${hex(0)} Eb,Gb`,
    `${hex(1)} Ev,Gv`,
    `${hex(2)} Gb,Eb`,
    `${hex(3)} Gv,Ev`,
    `${hex(4)} Ab,Ib`,
    `${hex(5)} Av,Iz`,
    `80/${digit} Eb,Ib`,
    `81/${digit} Ev,Iz`,
    `83/${digit} Ev,Is`,
  ];
}

function update(compute: (b: Binding, old: Value, source: Value) => Value): (b: Binding) => void {
  return (b) => {
    const source = b.rd(1);
    b.rmw(0, (old) => compute(b, old, source));
  };
}

const carryIn = (b: Binding): Value => (b.n === 8 ? b.let(b.cf().extendU()) : b.cf());

const add = update((b, old, source) => {
  const r = b.let(old.add(source));
  b.flagsAdd(b.n, old, source, r);
  return r;
});

const adc = update((b, old, source) => {
  const r = b.let(old.add(source).add(carryIn(b)));
  b.flagsAdd(b.n, old, source, r);
  return r;
});

const sub = update((b, old, source) => {
  const r = b.let(old.sub(source));
  b.flagsSub(b.n, old, source, r);
  return r;
});

const sbb = update((b, old, source) => {
  const r = b.let(old.sub(source).sub(carryIn(b)));
  b.flagsSub(b.n, old, source, r, true);
  return r;
});

const logic = (name: "and" | "or" | "xor"): ((b: Binding) => void) =>
  update((b, old, source) => {
    const r = b.let(old.op(name, source));
    b.flagsLogic(b.n, r);
    return r;
  });

function cmp(b: Binding): void {
  const a = b.rd(0);
  const c = b.rd(1);
  b.flagsSub(b.n, a, c, b.let(a.sub(c)));
}

function test(b: Binding): void {
  const a = b.rd(0);
  b.flagsLogic(b.n, b.let(a.and(b.rd(1))));
}

const step =
  (up: boolean): ((b: Binding) => void) =>
  (b) => {
    b.rmw(0, (old) => {
      const r = b.let(up ? old.add(1) : old.sub(1));
      b.flagsStep(b.n, old, r, up);
      return r;
    });
  };

function neg(b: Binding): void {
  b.rmw(0, (old) => {
    const zero = b.constant(b.n, 0);
    const r = b.let(zero.sub(old));
    b.flagsSub(b.n, zero, old, r);
    return r;
  });
}

function not(b: Binding): void {
  b.rmw(0, (old) => b.let(old.xor(-1)));
}

/** xadd: the sum to the destination, the old destination to the source. */
function xadd(b: Binding): void {
  const source = b.rd(1);
  let kept: Value | undefined;
  b.rmw(0, (old) => {
    const r = b.let(old.add(source));
    b.flagsAdd(b.n, old, source, r);
    kept = old;
    // The source is written first, so that "xadd r, r" leaves the sum.
    if (!b.isMemory(0)) b.wr(1, old);
    return r;
  });
  if (b.isMemory(0) && kept !== undefined) b.wr(1, kept);
}

function cmpxchg(b: Binding): void {
  const { n } = b;
  const accumulator = b.reg(0, n);
  const source = b.rd(1);
  const compare = (old: Value): Value => {
    b.flagsSub(n, accumulator, old, b.let(accumulator.sub(old)));
    return b.let(accumulator.eq(old));
  };
  if (!b.isMemory(0)) {
    // A register keeps even its upper half where nothing is exchanged.
    const old = b.rd(0);
    b.f.if(
      compare(old),
      () => b.wr(0, source),
      () => b.setReg(0, n, old),
    );
    return;
  }
  let found: Value = accumulator;
  let equal: Value = i32(0);
  b.rmw(0, (old) => {
    equal = compare(old);
    found = old;
    // Where nothing is exchanged the old value is written back (SDM vol. 2, CMPXCHG).
    return b.select(equal, source, old);
  });
  b.when(b.let(equal.eqz()), () => b.setReg(0, n, found));
}

/** cmpxchg8b and cmpxchg16b: only ZF changes. */
function cmpxchgPair(half: 4 | 8): (b: Binding) => void {
  return (b) => {
    const address = b.ea(0);
    const n = (2 * half) as 8 | 16;
    if (n === 16) b.fault(13, address.wrap().and(15));
    const [low, high] = [b.reg(0, half), b.reg(2, half)];
    const [newLow, newHigh] = [b.reg(3, half), b.reg(1, half)];
    let equal: Value = i32(0);
    let oldLow: Value = low;
    let oldHigh: Value = high;
    if (half === 8) {
      b.rmwAt(16, address, (old) => {
        oldLow = b.let(old.lane("i64x2", 0));
        oldHigh = b.let(old.lane("i64x2", 1));
        equal = b.let(oldLow.eq(low).and(oldHigh.eq(high)));
        const r = old
          .withLane("i64x2", 0, b.select(equal, newLow, oldLow))
          .withLane("i64x2", 1, b.select(equal, newHigh, oldHigh));
        return b.let(r);
      });
    } else {
      b.rmwAt(8, address, (old) => {
        oldLow = b.let(old.wrap());
        oldHigh = b.let(old.shrU(32).wrap());
        equal = b.let(oldLow.eq(low).and(oldHigh.eq(high)));
        const wanted = newLow.extendU().or(newHigh.extendU().shl(32));
        return b.select(equal, wanted, old);
      });
    }
    b.setZf(equal);
    b.when(b.let(equal.eqz()), () => {
      b.setReg(0, half, oldLow);
      b.setReg(2, half, oldHigh);
    });
  };
}

/** cbw, cwde, cdqe: the lower half of the accumulator, sign-extended. */
function cbw(b: Binding): void {
  if (b.n === 8) b.setReg(0, 8, b.reg(0, 4).extendS());
  else if (b.n === 4) b.setReg(0, 4, b.reg(0, 2).extend16S());
  else b.setReg(0, 2, b.reg(0, 1).extend8S());
}

/** cwd, cdq, cqo: the accumulator's sign to rdx. */
function cwd(b: Binding): void {
  const a = b.reg(0, b.n);
  b.setReg(2, b.n, b.n === 8 ? a.shrS(63) : b.n === 4 ? a.shrS(31) : a.extend16S().shrS(15));
}

const locked = { lock: true };
const groupOne: [string, (b: Binding) => void][] = [
  ["add", add],
  ["or", logic("or")],
  ["adc", adc],
  ["sbb", sbb],
  ["and", logic("and")],
  ["sub", sub],
  ["xor", logic("xor")],
];

const instructions: Instruction[] = [
  ...groupOne.map(([name, semantics], i) => instruction(name, group1(i), semantics, locked)),
  instruction("cmp", group1(7), cmp),
  instruction(
    "test",
    [
      "84 Eb,Gb",
      "85 Ev,Gv",
      "A8 Ab,Ib",
      "A9 Av,Iz",
      "F6/0 Eb,Ib",
      "F7/0 Ev,Iz",
      "F6/1 Eb,Ib",
      "F7/1 Ev,Iz",
    ],
    test,
  ),
  instruction("inc", ["FE/0 Eb", "FF/0 Ev"], step(true), locked),
  instruction("dec", ["FE/1 Eb", "FF/1 Ev"], step(false), locked),
  instruction("neg", ["F6/3 Eb", "F7/3 Ev"], neg, locked),
  instruction("not", ["F6/2 Eb", "F7/2 Ev"], not, locked),
  instruction("xadd", ["0F C0 Eb,Gb", "0F C1 Ev,Gv"], xadd, locked),
  instruction("cmpxchg", ["0F B0 Eb,Gb", "0F B1 Ev,Gv"], cmpxchg, locked),
  instruction("cmpxchg8b", ["0F C7/1 Mq w0"], cmpxchgPair(4), locked),
  instruction("cmpxchg16b", ["0F C7/1 Mx w1"], cmpxchgPair(8), locked),
  instruction("cbw", ["98 Av"], cbw),
  instruction("cwd", ["99 Av"], cwd),
];

export const arithmetic: InstructionSet = { instructions };
