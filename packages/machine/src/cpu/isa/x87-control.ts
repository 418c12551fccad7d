// SPDX-License-Identifier: MPL-2.0

/** x87: control and status words, environment and whole state in memory. */

import type { Binding } from "../bind/binding.ts";
import { FX_FCW, FX_FSW, FX_FTW, FX_ST } from "../layout.ts";
import { type Helper, type Value, helper, i32, i64 } from "../../wasm/index.ts";
import { isDenormal, isMaximum, isUnsupported, isZero } from "../softfloat/extended.ts";
import { type Instruction, type InstructionSet, instruction } from "./define.ts";
import { fcw, fsw, physical, read, setFsw, settleStatus, waiting } from "./x87-state.ts";

const RAX = 0;
/** Control word bits that can be set; bit 6 always is. */
const FCW_BITS = 0x1f7f;
const FCW_ALWAYS = 0x40;
const FCW_INITIAL = 0x37f;

const set: Instruction[] = [];

function add(name: string, encodings: string, semantics: (b: Binding) => void): void {
  set.push(instruction(name, encodings.split("; "), semantics));
}

/** (control): loads the control word; what is pending may change. */
export const loadControl: Helper = helper("x87.fldcw", ["i32"], [], (f, value) => {
  f.store(i32(0), value!.and(FCW_BITS).or(FCW_ALWAYS), FX_FCW, "16");
  f.do(settleStatus, []);
});

const initialize: Helper = helper("x87.fninit", [], [], (f) => {
  f.store(i32(0), i32(FCW_INITIAL), FX_FCW, "16");
  setFsw(f, i32(0));
  f.store(i32(0), i32(0), FX_FTW, "8");
});

const clearExceptions: Helper = helper("x87.fnclex", [], [], (f) => {
  setFsw(f, fsw().and(0x7f00));
});

add("fnclex", "DB E2", (b) => b.do(clearExceptions));
add("fninit", "DB E3", (b) => b.do(initialize));
// The 8087's and 80287's feni, fdisi and fsetpm do nothing.
add("fnop.old", "DB E0; DB E1; DB E4", () => undefined);
add("fnstcw", "D9/7 Mw", (b) => b.wr(0, b.state("i32", FX_FCW, "16_u")));
add("fldcw", "D9/5 Mw", (b) => {
  waiting(b);
  b.do(loadControl, b.rd(0));
});
add("fnstsw", "DD/7 Mw", (b) => b.wr(0, b.state("i32", FX_FSW, "16_u")));
add("fnstsw.ax", "DF E0", (b) => b.setReg(RAX, 2, b.state("i32", FX_FSW, "16_u")));

/** The full tag word: for each register 0 valid, 1 zero, 2 special, 3 empty. */
const fullTags: Helper = helper("x87.tags", [], ["i32"], (f) => {
  const tags = f.variable(i32(0));
  const i = f.variable(i32(0));
  f.loop((again) => {
    const x = read(f, i);
    const tag = f.variable(i32(0));
    f.if(isZero(x), () => f.set(tag, i32(1)));
    f.if(isMaximum(x).or(isDenormal(x)).or(isUnsupported(x)), () => f.set(tag, i32(2)));
    f.if(i32(0).load8u(FX_FTW).shrU(i).and(1).eqz(), () => f.set(tag, i32(3)));
    f.set(tags, tags.or(tag.shl(i.shl(1))));
    f.set(i, i.add(1));
    f.brIf(again, i.ltU(8));
  });
  f.return(tags);
  f.unreachable();
});

/** (tags): keeps which registers are empty. */
const loadTags: Helper = helper("x87.loadtags", ["i32"], [], (f, tags) => {
  const bits = f.variable(i32(0));
  const i = f.variable(i32(0));
  f.loop((again) => {
    const empty = tags!.shrU(i.shl(1)).and(3).eq(3);
    f.set(bits, bits.or(empty.eqz().shl(i)));
    f.set(i, i.add(1));
    f.brIf(again, i.ltU(8));
  });
  f.store(i32(0), bits, FX_FTW, "8");
});

/** (control, status, tags): loads an environment. */
const loadEnvironment: Helper = helper(
  "x87.fldenv",
  ["i32", "i32", "i32"],
  [],
  (f, control, status, tags) => {
    setFsw(f, status!);
    f.do(loadTags, [tags!]);
    f.do(loadControl, [control!]);
  },
);

const maskAll: Helper = helper("x87.mask", [], [], (f) => {
  f.store(i32(0), fcw().or(0x3f), FX_FCW, "16");
  f.do(settleStatus, []);
});

/** Bytes of an environment: each field in 4 bytes, or 2 with an operand-size prefix. */
const environmentBytes = (wide: boolean): number => (wide ? 28 : 14);

/**
 * Stores control, status and tag word; the pointers to the last instruction and operand are zero, as on
 * processors that keep them only for unmasked exceptions.
 */
function storeEnvironment(b: Binding, address: Value, wide: boolean): void {
  const words = [
    b.state("i32", FX_FCW, "16_u"),
    b.state("i32", FX_FSW, "16_u"),
    b.call(fullTags),
  ] as const;
  if (wide) {
    words.forEach((word, i) => b.store(4, address.add(4 * i), word.or(0xffff0000 | 0)));
    b.store(8, address.add(12), i64(0));
    b.store(4, address.add(20), i32(0));
    b.store(4, address.add(24), i32(0xffff0000 | 0));
  } else {
    words.forEach((word, i) => b.store(2, address.add(2 * i), word));
    b.store(8, address.add(6), i64(0));
  }
}

function readEnvironment(b: Binding, address: Value, wide: boolean): [Value, Value, Value] {
  const step = wide ? 4 : 2;
  const at = (i: number): Value => b.load(2, address.add(step * i));
  return [at(0), at(1), at(2)];
}

// Processors check the first field of the area, then the last byte: it touches two pages at most.

function probeEnds(b: Binding, address: Value, wide: boolean, bytes: number): void {
  b.probe(wide ? 4 : 2, address);
  b.probe(1, address.add(bytes - 1));
}

function readEnds(b: Binding, address: Value, wide: boolean, bytes: number): void {
  b.load(wide ? 4 : 2, address);
  b.load(1, address.add(bytes - 1));
}

/** Runs `body` for the eight registers from ST(0) on, with the address of each in memory. */
function eachRegister(b: Binding, start: Value, body: (at: Value, i: Value) => void): void {
  const { f } = b;
  const i = f.variable(i32(0));
  const at = f.variable(start);
  f.loop((again) => {
    f.scope(() => body(at, i));
    f.set(at, at.add(10));
    f.set(i, i.add(1));
    f.brIf(again, i.ltU(8));
  });
}

/** (i) → where ST(i) stands among the registers, in bytes. */
const registerAt: Helper = helper("x87.at", ["i32"], ["i32"], (f, i) => {
  f.return(physical(f, i!).shl(4));
  f.unreachable();
});

for (const wide of [true, false]) {
  const prefix = wide ? "" : "66 ";
  const suffix = wide ? "" : ".w";
  const bytes = environmentBytes(wide);
  add(`fnstenv${suffix}`, `${prefix}D9/6 M`, (b) => {
    const address = b.ea(0);
    probeEnds(b, address, wide, bytes);
    storeEnvironment(b, address, wide);
    b.do(maskAll);
  });
  add(`fldenv${suffix}`, `${prefix}D9/4 M`, (b) => {
    waiting(b);
    const address = b.ea(0);
    readEnds(b, address, wide, bytes);
    b.do(loadEnvironment, ...readEnvironment(b, address, wide));
  });
  add(`fnsave${suffix}`, `${prefix}DD/6 M`, (b) => {
    const address = b.ea(0);
    probeEnds(b, address, wide, bytes + 80);
    storeEnvironment(b, address, wide);
    eachRegister(b, address.add(bytes), (at, i) => {
      const from = b.call(registerAt, i);
      b.store(8, at, from.load64(FX_ST));
      b.store(2, at.add(8), from.load16u(FX_ST + 8));
    });
    b.do(initialize);
  });
  add(`frstor${suffix}`, `${prefix}DD/4 M`, (b) => {
    waiting(b);
    const address = b.ea(0);
    readEnds(b, address, wide, bytes + 80);
    const [control, status, tags] = readEnvironment(b, address, wide);
    // A load across two pages may begin the instruction again, which must not meet the new status.
    eachRegister(b, address.add(bytes), (at, i) => {
      const sig = b.load(8, at);
      const se = b.load(2, at.add(8));
      const to = b.f.let(status.shrU(11).add(i).and(7).shl(4));
      b.f.store(to, sig, FX_ST);
      b.f.store(to, se, FX_ST + 8, "16");
    });
    b.do(loadEnvironment, control, status, tags);
  });
}

export const x87Control: InstructionSet = { instructions: set };
