// SPDX-License-Identifier: MPL-2.0

/**
 * movs, stos, lods, cmps, scas. A repeated one runs in a helper function, page by page and a bounded number of bytes
 * at a time; with work left it is executed again from the same rip, as the SDM allows an
 * interrupt between any two elements. rsi, rdi and rcx are true after each piece.
 */

import {
  type FunctionBuilder,
  type Helper,
  type Label,
  type Value,
  helper,
  i32,
  i64,
  select,
} from "../../wasm/index.ts";
import type { Binding, IntegerSize } from "../bind/binding.ts";
import { carriesOf, toI64Signed } from "../bind/flags.ts";
import { FLAG_CARRIES, FLAG_RESULT, REGS, RFLAGS_REST, SCRATCH } from "../layout.ts";
import { ACCESS_READ, ACCESS_WRITE, readSlow, storeSlow, translatePage } from "../mmu.ts";
import { type Instruction, type InstructionSet, instruction } from "./define.ts";

const RAX = 0;
const RCX = 1;
const RSI = 6;
const RDI = 7;

const FAULTED = 0;
const DONE = 1;
const MORE = 2;

/** At most this many pieces (each within a page) in one execution. */
const MAX_PIECES = 16;
/** At most this many elements of a comparison, or of a backward copy, in one execution. */
const MAX_ELEMENTS = 4096;
/** What an execution with work left counts towards the tick, in instructions. */
const CHARGE_MORE = 1024;

const SIZES = [1, 2, 4, 8] as const;

/** Address sizes in bytes: with a 67 prefix esi, edi and ecx are used, and zero-extended when they change. */
type AddressSize = 4 | 8;

function loadAt(n: IntegerSize, host: Value, offset = 0): Value {
  return n === 1
    ? host.load8u(offset)
    : n === 2
      ? host.load16u(offset)
      : n === 4
        ? host.load32(offset)
        : host.load64(offset);
}

function storeAt(f: FunctionBuilder, n: IntegerSize, host: Value, value: Value): void {
  f.store(host, value, 0, n === 1 ? "8" : n === 2 ? "16" : "");
}

const directionFlag = (): Value => i32(0).load32(RFLAGS_REST).and(0x400);

/** n or -n as i64. */
const stepOf = (n: IntegerSize): Value => select(directionFlag(), i64(-n), i64(n));

/** How many elements from `address` to the end of its page, as i32. */
function toPageEnd(n: IntegerSize, address: Value): Value {
  return i32(4096).sub(address.wrap().and(0xfff)).shrU(Math.log2(n));
}

function minimum(f: FunctionBuilder, a: Value, b: Value): Value {
  const [x, y] = [f.let(a), f.let(b)];
  return f.let(select(x.ltU(y), x, y));
}

/** The smaller of an i64 count and an i32 one, as i32. */
function limit(f: FunctionBuilder, count: Value, most: Value): Value {
  const m = f.let(most);
  return f.let(select(count.ltU(m.extendU()), count.wrap(), m));
}

/** Loads the element at `address` into SCRATCH; returns FAULTED from `f` if it cannot. */
function fetchElement(f: FunctionBuilder, n: IntegerSize, address: Value): Value {
  const host = f.variable(f.call(readSlow, address, n));
  f.if(host.eqz(), () => f.return(FAULTED));
  return f.let(loadAt(n, host, 1));
}

function storeElement(f: FunctionBuilder, n: IntegerSize, address: Value, value: Value): void {
  storeAt(f, n, i32(SCRATCH), value);
  f.if(f.call(storeSlow, address, n).eqz(), () => f.return(FAULTED));
}

/** The helpers of the repeated instructions, by element size and address size. */
const helpers = new Map<string, Helper>();
const keyOf = (name: string, n: IntegerSize, a: AddressSize): string =>
  `${name}${n}${a === 4 ? "a32" : ""}`;

for (const [n, a] of SIZES.flatMap((n) => [[n, 4] as const, [n, 8] as const])) {
  const get = (r: number): Value =>
    a === 8 ? i32(0).load64(REGS + 8 * r) : i32(0).load("i64", "32_u", REGS + 8 * r);
  const put = (f: FunctionBuilder, r: number, v: Value): void =>
    f.store(i32(0), a === 8 ? v : v.and(0xffff_ffffn), REGS + 8 * r);
  helpers.set(
    keyOf("repMovs", n, a),
    helper(keyOf("repMovs", n, a), ["i64"], ["i32"], (f, segment) => {
      if (segment === undefined) return;
      const pieces = f.variable(i32(MAX_PIECES));
      const step = f.let(stepOf(n));
      f.loop((again) => {
        const count = f.let(get(RCX));
        f.if(count.eqz(), () => f.return(DONE));
        f.if(pieces.leS(0), () => f.return(MORE));
        const source = f.let(get(RSI).add(segment));
        const target = f.let(get(RDI));
        const most = limit(f, count, minimum(f, toPageEnd(n, source), toPageEnd(n, target)));
        f.if(
          directionFlag().or(most.eqz()),
          () => {
            storeElement(f, n, target, fetchElement(f, n, source));
            put(f, RSI, get(RSI).add(step));
            put(f, RDI, get(RDI).add(step));
            put(f, RCX, count.sub(1));
          },
          () => {
            const length = f.let(most.mul(n));
            const from = f.variable(f.call(translatePage, source, length, ACCESS_READ));
            f.if(from.eqz(), () => f.return(FAULTED));
            const to = f.variable(f.call(translatePage, target, length, ACCESS_WRITE));
            f.if(to.eqz(), () => f.return(FAULTED));
            f.if(
              to.sub(from).geU(length),
              () => f.copy(to, from, length),
              () => {
                // The areas overlap and the copy runs upwards: each element may be read again.
                const end = f.let(from.add(length));
                f.loop((next) => {
                  storeAt(f, n, to, loadAt(n, from));
                  f.set(to, to.add(n));
                  f.set(from, from.add(n));
                  f.brIf(next, from.ltU(end));
                });
              },
            );
            put(f, RSI, get(RSI).add(length.extendU()));
            put(f, RDI, get(RDI).add(length.extendU()));
            put(f, RCX, count.sub(most.extendU()));
          },
        );
        f.set(pieces, pieces.sub(1));
        f.br(again);
      });
      f.unreachable();
    }),
  );

  helpers.set(
    keyOf("repStos", n, a),
    helper(keyOf("repStos", n, a), [], ["i32"], (f) => {
      const pieces = f.variable(i32(MAX_PIECES));
      const step = f.let(stepOf(n));
      const value = f.let(loadAt(n, i32(0), REGS + 8 * RAX));
      f.loop((again) => {
        const count = f.let(get(RCX));
        f.if(count.eqz(), () => f.return(DONE));
        f.if(pieces.leS(0), () => f.return(MORE));
        const target = f.let(get(RDI));
        const most = limit(f, count, toPageEnd(n, target));
        f.if(
          directionFlag().or(most.eqz()),
          () => {
            storeElement(f, n, target, value);
            put(f, RDI, get(RDI).add(step));
            put(f, RCX, count.sub(1));
          },
          () => {
            const length = f.let(most.mul(n));
            const to = f.variable(f.call(translatePage, target, length, ACCESS_WRITE));
            f.if(to.eqz(), () => f.return(FAULTED));
            if (n === 1) {
              f.fill(to, value, length);
            } else {
              f.if(
                n === 8 ? value.eqz() : value.eqz(),
                () => f.fill(to, i32(0), length),
                () => {
                  const end = f.let(to.add(length));
                  f.loop((next) => {
                    storeAt(f, n, to, value);
                    f.set(to, to.add(n));
                    f.brIf(next, to.ltU(end));
                  });
                },
              );
            }
            put(f, RDI, get(RDI).add(length.extendU()));
            put(f, RCX, count.sub(most.extendU()));
          },
        );
        f.set(pieces, pieces.sub(1));
        f.br(again);
      });
      f.unreachable();
    }),
  );

  helpers.set(
    keyOf("repLods", n, a),
    helper(keyOf("repLods", n, a), ["i64"], ["i32"], (f, segment) => {
      if (segment === undefined) return;
      const left = f.variable(i32(MAX_ELEMENTS));
      const step = f.let(stepOf(n));
      f.loop((again) => {
        f.if(get(RCX).eqz(), () => f.return(DONE));
        f.if(left.eqz(), () => f.return(MORE));
        const value = fetchElement(f, n, f.let(get(RSI).add(segment)));
        if (n === 4) put(f, RAX, value.extendU());
        else f.store(i32(0), value, REGS + 8 * RAX, n === 8 ? "" : String(8 * n));
        put(f, RSI, get(RSI).add(step));
        put(f, RCX, get(RCX).sub(1));
        f.set(left, left.sub(1));
        f.br(again);
      });
      f.unreachable();
    }),
  );

  // `until`: 0 stops at the first difference (repe), 1 at the first equality (repne).
  const compare = (name: string, withSource: boolean): Helper =>
    helper(keyOf(name, n, a), ["i64", "i32"], ["i32"], (f, segment, until) => {
      if (segment === undefined || until === undefined) return;
      const left = f.variable(i32(MAX_ELEMENTS));
      const step = f.let(stepOf(n));
      const x = f.local(n === 8 ? "i64" : "i32");
      const y = f.local(n === 8 ? "i64" : "i32");
      f.if(get(RCX).eqz(), () => f.return(DONE));
      if (!withSource) f.set(x, loadAt(n, i32(0), REGS + 8 * RAX));
      const flags = (): void => {
        const r = f.let(x.sub(y));
        f.store(i32(0), toI64Signed(n, r), FLAG_RESULT);
        f.store(i32(0), carriesOf(n, r, y, x), FLAG_CARRIES);
      };
      f.loop((again) => {
        const target = f.let(get(RDI));
        if (withSource) f.set(x, fetchElement(f, n, f.let(get(RSI).add(segment))));
        f.set(y, fetchElement(f, n, target));
        if (withSource) put(f, RSI, get(RSI).add(step));
        put(f, RDI, target.add(step));
        put(f, RCX, get(RCX).sub(1));
        f.if(x.eq(y).eq(until).or(get(RCX).eqz()), () => {
          flags();
          f.return(DONE);
        });
        f.set(left, left.sub(1));
        f.brIf(again, left);
      });
      flags();
      f.return(MORE);
      f.unreachable();
    });
  helpers.set(keyOf("repCmps", n, a), compare("repCmps", true));
  helpers.set(keyOf("repScas", n, a), compare("repScas", false));
}

function helperFor(name: string, n: IntegerSize, a: AddressSize): Helper {
  const found = helpers.get(keyOf(name, n, a));
  if (found === undefined) throw new Error(`no string helper ${keyOf(name, n, a)}`);
  return found;
}

/** Ends an execution of a repeated instruction by what its helper says. */
function finish(b: Binding, status: Value): void {
  b.faultUnless(status);
  b.f.if(status.eq(MORE), () => b.restart(i32(CHARGE_MORE)));
}

const addressIn = (b: Binding, r: number, a: AddressSize): Value =>
  a === 8 ? b.reg(r, 8) : b.let(b.reg(r, 4).extendU());

const sourceOf = (b: Binding, a: AddressSize): Value =>
  b.let(addressIn(b, RSI, a).add(b.segmentBase()));

function step(b: Binding, r: number, a: AddressSize): void {
  const next = b.let(b.reg(r, 8).add(stepOf(b.n)));
  b.setReg(r, a, a === 8 ? next : next.wrap());
}

type Semantics = (b: Binding, a: AddressSize) => void;

const movs: Semantics = (b, a) => {
  const value = b.load(b.n, sourceOf(b, a));
  b.store(b.n, addressIn(b, RDI, a), value);
  step(b, RSI, a);
  step(b, RDI, a);
};

const stos: Semantics = (b, a) => {
  b.store(b.n, addressIn(b, RDI, a), b.reg(RAX, b.n));
  step(b, RDI, a);
};

const lods: Semantics = (b, a) => {
  b.setReg(RAX, b.n, b.load(b.n, sourceOf(b, a)));
  step(b, RSI, a);
};

const cmps: Semantics = (b, a) => {
  // Which one faults first where both do is the vendor's choice: AMD reads [rdi] first.
  const y = b.load(b.n, addressIn(b, RDI, a));
  const x = b.load(b.n, sourceOf(b, a));
  step(b, RSI, a);
  step(b, RDI, a);
  b.flagsSub(b.n, x, y, b.let(x.sub(y)));
};

const scas: Semantics = (b, a) => {
  const x = b.reg(RAX, b.n);
  const y = b.load(b.n, addressIn(b, RDI, a));
  step(b, RDI, a);
  b.flagsSub(b.n, x, y, b.let(x.sub(y)));
};

const repeated =
  (name: string): Semantics =>
  (b, a) =>
    finish(b, b.callState(helperFor(name, b.n, a), b.segmentBase()));

/** How many bytes a repeated instruction works on, upwards and within a page; others go to `elsewhere`. */
function shortLength(b: Binding, a: AddressSize, elsewhere: Label): Value {
  b.f.brIf(elsewhere, directionFlag());
  const count = addressIn(b, RCX, a);
  b.f.brIf(elsewhere, count.gtU(4096 / b.n));
  return b.let(count.shl(Math.log2(b.n)));
}

/** Moves `r` behind `length` bytes. */
function advance(b: Binding, r: number, a: AddressSize, length: Value): void {
  const next = b.let(b.reg(r, 8).add(length));
  b.setReg(r, a, a === 8 ? next : next.wrap());
}

const repMovs: Semantics = (b, a) => {
  const elsewhere = b.elsewhere();
  if (elsewhere === undefined) {
    repeated("repMovs")(b, a);
    return;
  }
  const { f } = b;
  const length = shortLength(b, a, elsewhere);
  const from = b.wholeHost(sourceOf(b, a), length, false);
  const to = b.wholeHost(addressIn(b, RDI, a), length, true);
  const bytes = f.let(length.wrap());
  // Where the areas overlap and the copy runs upwards, each element may be read again.
  f.brIf(elsewhere, to.sub(from).ltU(bytes));
  f.copy(to.add(1), from.add(1), bytes);
  advance(b, RSI, a, length);
  advance(b, RDI, a, length);
  b.setReg(RCX, a, a === 8 ? i64(0) : i32(0));
};

const repStos: Semantics = (b, a) => {
  const elsewhere = b.elsewhere();
  const { f, n } = b;
  if (elsewhere === undefined) {
    finish(b, b.callState(helperFor("repStos", n, a)));
    return;
  }
  const value = b.reg(RAX, n);
  const length = shortLength(b, a, elsewhere);
  const host = b.wholeHost(addressIn(b, RDI, a), length, true);
  const at = f.variable(host.add(1));
  const bytes = f.let(length.wrap());
  if (n === 1) {
    f.fill(at, value, bytes);
  } else {
    const end = f.let(at.add(bytes));
    f.if(bytes, () => {
      f.loop((next) => {
        storeAt(f, n, at, value);
        f.set(at, at.add(n));
        f.brIf(next, at.ne(end));
      });
    });
  }
  advance(b, RDI, a, length);
  b.setReg(RCX, a, a === 8 ? i64(0) : i32(0));
};

const repeatedCompare =
  (name: string, until: 0 | 1): Semantics =>
  (b, a) =>
    finish(b, b.callState(helperFor(name, b.n, a), b.segmentBase(), until));

/** Both address sizes of a string instruction; `opcode` is that for bytes, the next one is for more. */
function both(
  name: string,
  prefixes: string[],
  opcode: number,
  semantics: Semantics,
): Instruction[] {
  const hex = (n: number): string => n.toString(16).toUpperCase();
  return ([8, 4] as const).map((a) =>
    instruction(
      a === 8 ? name : `${name}A32`,
      prefixes.flatMap((prefix) => [
        `${prefix}${hex(opcode)} Ab a${8 * a}`,
        `${prefix}${hex(opcode + 1)} Av a${8 * a}`,
      ]),
      (b) => semantics(b, a),
    ),
  );
}

const ANY_REP = ["F3 ", "F2 "];

const instructions: Instruction[] = [
  ...both("movs", [""], 0xa4, movs),
  ...both("stos", [""], 0xaa, stos),
  ...both("lods", [""], 0xac, lods),
  ...both("cmps", [""], 0xa6, cmps),
  ...both("scas", [""], 0xae, scas),
  ...both("repMovs", ANY_REP, 0xa4, repMovs),
  ...both("repStos", ANY_REP, 0xaa, repStos),
  ...both("repLods", ANY_REP, 0xac, repeated("repLods")),
  ...both("repeCmps", ["F3 "], 0xa6, repeatedCompare("repCmps", 0)),
  ...both("repneCmps", ["F2 "], 0xa6, repeatedCompare("repCmps", 1)),
  ...both("repeScas", ["F3 "], 0xae, repeatedCompare("repScas", 0)),
  ...both("repneScas", ["F2 "], 0xae, repeatedCompare("repScas", 1)),
];

export const strings: InstructionSet = { instructions };
