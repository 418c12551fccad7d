// SPDX-License-Identifier: MPL-2.0

/** The x87 register stack, status and control, as helpers that work on the state in memory. */

import type { Binding } from "../bind/binding.ts";
import { FX_FCW, FX_FSW, FX_FTW, FX_ST } from "../layout.ts";
import {
  type FunctionBuilder,
  type Helper,
  type Value,
  helper,
  i32,
  i64,
  select,
} from "../../wasm/index.ts";
import { type Extended, INDEFINITE_SIGNIFICAND, INDEFINITE_WORD } from "../softfloat/extended.ts";
import { DENORMAL, INVALID } from "../softfloat/format.ts";
import { FSW_ES } from "./vector.ts";

export const VECTOR_X87 = 16;

/** Status word bits (SDM vol. 1, 8.1.3). */
export const FSW_STACK_FAULT = 0x40;
export const FSW_C0 = 0x100;
export const FSW_C1 = 0x200;
export const FSW_C2 = 0x400;
export const FSW_C3 = 0x4000;
const FSW_TOP = 0x3800;
const FSW_BUSY = 0x8000;

/** A register that must not be empty is: invalid, with C1 clear. */
export const STACK_UNDERFLOW: number = INVALID | FSW_STACK_FAULT;
/** A register that must be empty is not: invalid, with C1 set. */
export const STACK_OVERFLOW: number = STACK_UNDERFLOW | FSW_C1;

export const fcw = (): Value => i32(0).load16u(FX_FCW);
export const fsw = (): Value => i32(0).load16u(FX_FSW);
export const setFsw = (f: FunctionBuilder, value: Value): void =>
  f.store(i32(0), value, FX_FSW, "16");

/** First in every waiting instruction: a pending exception is raised now. */
export function waiting(b: Binding): void {
  b.fault(VECTOR_X87, b.state("i32", FX_FSW, "16_u").and(FSW_ES));
}

/** The number of the physical register that is ST(i). */
export function physical(f: FunctionBuilder, i: Value | number): Value {
  return f.let(fsw().shrU(11).add(i).and(7));
}

export function isEmpty(register: Value): Value {
  return i32(0).load8u(FX_FTW).shrU(register).and(1).eqz();
}

/** The number in a physical register. */
export function read(f: FunctionBuilder, register: Value): Extended {
  const at = f.let(register.shl(4));
  return { sig: f.let(at.load64(FX_ST)), se: f.let(at.load16u(FX_ST + 8)) };
}

/** Writes a physical register and makes it valid. */
export function write(f: FunctionBuilder, register: Value, sig: Value, se: Value): void {
  const at = f.let(register.shl(4));
  f.store(at, sig, FX_ST);
  f.store(at, se, FX_ST + 8, "16");
  f.store(i32(0), i32(0).load8u(FX_FTW).or(i32(1).shl(register)), FX_FTW, "8");
}

export function moveTop(f: FunctionBuilder, by: 1 | -1): void {
  setFsw(
    f,
    fsw()
      .and(~FSW_TOP)
      .or(
        fsw()
          .add(by * 0x800)
          .and(FSW_TOP),
      ),
  );
}

/** Recomputes the summary of pending exceptions after status or control were loaded. */
export const settleStatus: Helper = helper("x87.settle", [], [], (f) => {
  const status = f.let(fsw().and(~(FSW_ES | FSW_BUSY)));
  const pending = status.and(fcw().not()).and(0x3f).ne(0);
  setFsw(f, status.or(pending.mul(FSW_ES | FSW_BUSY)));
});

/**
 * (flags) → 0 when the result may be stored. The flags, with the bit of a stack fault and C1, go to the
 * status word; an unmasked one is pending from now on. Invalid, denormal and divide are found before
 * the computation: unmasked, they leave no result and keep later ones from showing.
 */
export const raise: Helper = helper("x87.raise", ["i32"], ["i32"], (f, given) => {
  const flags = f.variable(given!);
  const unmasked = f.let(flags.and(fcw().not()).and(0x3f));
  f.if(unmasked.and(7), () => {
    const kept = select(flags.and(FSW_STACK_FAULT), i32(FSW_C1), i32(0));
    f.set(flags, flags.and(kept.or(7 | FSW_STACK_FAULT)));
  });
  const status = f.variable(
    fsw()
      .and(~FSW_C1)
      .or(flags.and(0x3f | FSW_STACK_FAULT | FSW_C1)),
  );
  f.if(unmasked, () => f.set(status, status.or(FSW_ES | FSW_BUSY)));
  setFsw(f, status);
  f.return(unmasked.and(7));
  f.unreachable();
});

/** Empties ST(0) and moves the top. */
export const pop: Helper = helper("x87.pop", [], [], (f) => {
  const register = physical(f, 0);
  const tags = i32(0).load8u(FX_FTW);
  f.store(i32(0), tags.and(i32(1).shl(register).not()), FX_FTW, "8");
  moveTop(f, 1);
});

/** (significand, word, flags): pushes a number whose making raised `flags`. */
export const push: Helper = helper("x87.push", ["i64", "i32", "i32"], [], (f, sig, se, flags) => {
  const register = physical(f, -1);
  // An operand that was missing counts before a register that is not free.
  f.if(isEmpty(register).eqz().and(flags!.and(FSW_STACK_FAULT).eqz()), () => {
    f.set(flags!, i32(STACK_OVERFLOW));
    f.set(sig!, i64(INDEFINITE_SIGNIFICAND));
    f.set(se!, i32(INDEFINITE_WORD));
  });
  // A subnormal is pushed even where its exception is unmasked.
  f.if(f.call(raise, flags!).and(~DENORMAL), () => f.return());
  moveTop(f, -1);
  write(f, register, sig!, se!);
});

/**
 * (register, significand, word, flags) → 1 when the result was stored in the physical register, 0 when an
 * unmasked exception left no result (and nothing may be popped).
 */
export const store: Helper = helper(
  "x87.store",
  ["i32", "i64", "i32", "i32"],
  ["i32"],
  (f, register, sig, se, flags) => {
    f.if(f.call(raise, flags!), () => f.return(0));
    write(f, register!, sig!, se!);
    f.return(1);
    f.unreachable();
  },
);

/** (register) → as `store`, for a result that stands for an empty operand. */
export const storeUnderflow: Helper = helper("x87.empty", ["i32"], ["i32"], (f, register) => {
  f.return(
    f.call(
      store,
      register!,
      i64(INDEFINITE_SIGNIFICAND),
      i32(INDEFINITE_WORD),
      i32(STACK_UNDERFLOW),
    ),
  );
  f.unreachable();
});
