// SPDX-License-Identifier: MPL-2.0

/** The string comparisons of SSE4.2: pcmpestri, pcmpestrm, pcmpistri, pcmpistrm (SDM vol. 2, 4.1). */

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
  shuffle,
  v128,
} from "../../wasm/index.ts";
import { FX_XMM } from "../layout.ts";
import { type Instruction, type InstructionSet, instruction } from "./define.ts";
import { zero } from "./vector.ts";

const RAX = 0;
const RCX = 1;
const RDX = 2;

/** Fields of the control byte. */
const WORDS = 1;
const SIGNED = 2;
const NEGATE = 0x10;
const ONLY_VALID = 0x20;
const MOST_SIGNIFICANT = 0x40;
const EXPAND = 0x40;

interface Elements {
  readonly shape: "i8x16" | "i16x8";
  readonly width: 1 | 2;
  readonly count: 16 | 8;
}

const BYTES: Elements = { shape: "i8x16", width: 1, count: 16 };
const WORD_ELEMENTS: Elements = { shape: "i16x8", width: 2, count: 8 };

const lowBits = (n: Value): Value => i32(1).shl(n).sub(1);

/**
 * (a, b, length of a, length of b, control) → the bits of IntRes2. Bit j speaks of element j of b; an
 * element at or behind its length is invalid.
 */
function compareStrings(e: Elements): Helper {
  return helper(
    `sse.string.${e.shape}`,
    ["v128", "v128", "i32", "i32", "i32"],
    ["i32"],
    (f, a, b, lengthA, lengthB, control) => {
      const all = (1 << e.count) - 1;
      const validB = f.let(lowBits(lengthB!));
      const found = f.variable(i32(0));
      f.block((done) => {
        f.block((ordered) => {
          f.block((each) => {
            f.block((ranges) => {
              f.block((any) => {
                f.brTable(control!.shrU(2).and(3), [any, ranges, each], ordered);
              });
              equalAny(f, e, a!, b!, lengthA!, found);
              f.set(found, found.and(validB));
              f.br(done);
            });
            inRanges(f, e, a!, b!, lengthA!, control!, found);
            f.set(found, found.and(validB));
            f.br(done);
          });
          const validA = f.let(lowBits(lengthA!));
          const equal = apply(`${e.shape}.bitmask`, apply(`${e.shape}.eq`, a!, b!));
          const neither = validA.or(validB).not();
          f.set(found, equal.and(validA).and(validB).or(neither).and(all));
          f.br(done);
        });
        equalOrdered(f, e, a!, b!, lengthA!, validB, found);
      });
      f.if(control!.and(NEGATE), () =>
        f.set(found, found.xor(select(control!.and(ONLY_VALID), validB, i32(all)))),
      );
      f.return(found);
      f.unreachable();
    },
  );
}

/** Runs `body` for the elements of a below its length, each in turn splat over a vector. */
function eachElement(
  f: FunctionBuilder,
  e: Elements,
  a: Local,
  count: Value,
  body: (element: Value, i: Local) => void,
): void {
  const i = f.variable(i32(0));
  f.block((done) => {
    f.loop((again) => {
      f.brIf(done, i.geU(count));
      body(f.let(apply(`${e.shape}.splat`, a.lane(e.shape, 0))), i);
      // The next element comes to lane 0.
      f.set(a, rotate(e, a));
      f.set(i, i.add(1));
      f.br(again);
    });
  });
}

function rotate(e: Elements, a: Value): Value {
  const lanes = Array.from({ length: 16 }, (_, i) => (i + e.width) % 16);
  return shuffle(a, a, lanes);
}

const bitmask = (e: Elements, comparison: string, x: Value, y: Value): Value =>
  apply(`${e.shape}.bitmask`, apply(`${e.shape}.${comparison}`, x, y));

function equalAny(
  f: FunctionBuilder,
  e: Elements,
  a: Local,
  b: Local,
  length: Value,
  found: Local,
): void {
  eachElement(f, e, a, length, (element) => f.set(found, found.or(bitmask(e, "eq", b, element))));
}

function inRanges(
  f: FunctionBuilder,
  e: Elements,
  a: Local,
  b: Local,
  length: Value,
  control: Value,
  found: Local,
): void {
  // Unsigned order is signed order with the top bits inverted.
  const tops = v128(Array.from({ length: 16 }, (_, i) => ((i + 1) % e.width === 0 ? 0x80 : 0)));
  f.if(control.and(SIGNED).eqz(), () => {
    f.set(a, apply("v128.xor", a, tops));
    f.set(b, apply("v128.xor", b, tops));
  });
  const above = f.variable(i32(0));
  eachElement(f, e, a, length.and(-2), (element, i) => {
    f.if(
      i.and(1),
      () => f.set(found, found.or(above.and(bitmask(e, "le_s", b, element)))),
      () => f.set(above, bitmask(e, "ge_s", b, element)),
    );
  });
}

/** Bit j: a stands in b at j, as far as b reaches; invalid elements of a match anything. */
function equalOrdered(
  f: FunctionBuilder,
  e: Elements,
  a: Local,
  b: Local,
  length: Value,
  validB: Value,
  found: Local,
): void {
  const all = (1 << e.count) - 1;
  f.set(found, i32(all));
  eachElement(f, e, a, length, (element, i) => {
    const equal = bitmask(e, "eq", b, element).and(validB);
    // Behind the last element nothing is compared.
    const beyond = i32(all).shrU(i).not();
    f.set(found, found.and(equal.shrU(i).or(beyond)));
  });
}

const compareBytes = compareStrings(BYTES);
const compareWords = compareStrings(WORD_ELEMENTS);

/** (string, control) → elements before the first zero. */
const implicitLength: Helper = helper("sse.strlen", ["v128", "i32"], ["i32"], (f, s, control) => {
  f.if(control!.and(WORDS), () =>
    f.return(
      bitmask(WORD_ELEMENTS, "eq", s!, zero)
        .or(1 << 8)
        .ctz(),
    ),
  );
  f.return(
    bitmask(BYTES, "eq", s!, zero)
      .or(1 << 16)
      .ctz(),
  );
  f.unreachable();
});

/** (register, control) → its magnitude, at most the number of elements. */
const explicitLength: Helper = helper("sse.strcount", ["i64", "i32"], ["i32"], (f, n, control) => {
  const count = f.let(select(control!.and(WORDS), i64(8), i64(16)));
  const magnitude = f.let(select(n!.ltS(0), i64(0).sub(n!), n!));
  f.return(select(magnitude.gtU(count), count, magnitude).wrap());
  f.unreachable();
});

function strings(explicit: boolean, wide: boolean, mask: boolean): (b: Binding) => void {
  return (b) => {
    const { f } = b;
    const control = b.let(b.rd(2).and(0xff));
    const second = b.rd(1, "v128");
    const first = b.rd(0, "v128");
    const words = b.let(control.and(WORDS));
    const register = (r: number): Value => (wide ? b.reg(r, 8) : b.reg(r, 4).extendS());
    const lengths = explicit
      ? [RAX, RDX].map((r) => b.call(explicitLength, register(r), control))
      : [first, second].map((s) => b.call(implicitLength, s, control));
    const [lengthA, lengthB] = lengths as [Value, Value];
    const operands = [first, second, lengthA, lengthB, control];
    const found = f.local("i32");
    f.if(
      words,
      () => f.set(found, f.call(compareWords, ...operands)),
      () => f.set(found, f.call(compareBytes, ...operands)),
    );
    const count = b.let(select(words, i32(8), i32(16)));
    b.flagsGiven(found.ne(0), i32(0), lengthB.ltU(count), lengthA.ltU(count), found.and(1));
    if (mask) b.setState(FX_XMM, maskOf(b, found, words, control));
    else b.setReg(RCX, 4, indexOf(found, count, control));
  };
}

function indexOf(found: Value, count: Value, control: Value): Value {
  const first = found.ctz();
  const last = i32(31).sub(found.clz());
  return select(found.eqz(), count, select(control.and(MOST_SIGNIFICANT), last, first));
}

/** The bits themselves, or each spread over its element. */
function maskOf(b: Binding, found: Value, words: Value, control: Value): Value {
  const bits = b.let(apply("i64x2.splat", i64(0)).withLane("i32x4", 0, found));
  const eachByte = v128(Array.from({ length: 16 }, (_, i) => 1 << (i % 8)));
  const spreadBytes = shuffle(bits, bits, [0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1]);
  const byteMask = b.let(apply("i8x16.eq", apply("v128.and", spreadBytes, eachByte), eachByte));
  const eachWord = v128(Array.from({ length: 16 }, (_, i) => (i % 2 === 0 ? 1 << (i / 2) : 0)));
  const spreadWords = apply("i16x8.splat", found);
  const wordMask = b.let(apply("i16x8.eq", apply("v128.and", spreadWords, eachWord), eachWord));
  const expanded = b.let(select(words, wordMask, byteMask));
  return b.let(select(control.and(EXPAND), expanded, bits));
}

const set: Instruction[] = [];
function add(name: string, encodings: readonly string[], semantics: (b: Binding) => void): void {
  set.push(instruction(name, encodings, semantics, { unaligned: true }));
}

add("pcmpestrm", ["66 0F 3A 60 Vx,Wx,Ib w0"], strings(true, false, true));
add("pcmpestrm.w", ["66 0F 3A 60 Vx,Wx,Ib w1"], strings(true, true, true));
add("pcmpestri", ["66 0F 3A 61 Vx,Wx,Ib w0"], strings(true, false, false));
add("pcmpestri.w", ["66 0F 3A 61 Vx,Wx,Ib w1"], strings(true, true, false));
add("pcmpistrm", ["66 0F 3A 62 Vx,Wx,Ib"], strings(false, false, true));
add("pcmpistri", ["66 0F 3A 63 Vx,Wx,Ib"], strings(false, false, false));

export const sseStrings: InstructionSet = { instructions: set };
