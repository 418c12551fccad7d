// SPDX-License-Identifier: MPL-2.0

import { type FunctionBuilder, type Label, type Local, type Value, i32 } from "../../wasm/index.ts";
import type { LocalFlags } from "../bind/local-flags.ts";
import type { HostPlace } from "../bind/local-memory.ts";
import type { LocalsControl } from "../bind/locals-control.ts";
import type { Block } from "./blocks.ts";
import type { CheckControl, PageChecks } from "./checks.ts";
import type { Code } from "./code.ts";
import { type Registers, VECTORS } from "./registers.ts";
import type { Roots } from "./roots.ts";

/** Rounding, FTZ, DAZ and masks of MXCSR, what they are in the usual mode, and the precision flag. */
const MODE_BITS = 0xffc0;
const USUAL_MODE = 0x1f80;
const PRECISION_FLAG = 0x20;

/** Where an instruction is left to the interpreter: how many of its block came before, and its offset. */
export const SITE_COUNT_SHIFT = 24;
const SITE_OFFSET_MASK = 0xff_ffff;

/** Where a computed jump stands: its block, and the one that is emitted next. */
export interface JumpPlace {
  readonly block: Block;
  readonly following: number | undefined;
}

/** What the emitter of a region gives to its instructions; `count` instructions of the block come before. */
export interface InstructionHost {
  readonly f: FunctionBuilder;
  readonly flags: LocalFlags;
  readonly registers: Registers;
  /** Undefined where each access is to be checked by itself. */
  readonly checks: PageChecks | undefined;
  readonly roots: Roots;
  readonly space: Local;
  readonly site: Local;
  readonly origin: Value;
  interpretLabel(): Label;
  splitLabel(): Label;
  /** MXCSR, which regions do not change. */
  mxcsr(): Local;
  systemCall(code: Code, count: number): void;
  jump(code: Code, count: number, following: number | undefined): void;
  jumpIf(code: Code, count: number, taken: Value, following: number | undefined): void;
  jumpTo(code: Code, count: number, rip: Value, place: JumpPlace): void;
}

/** The instruction of a region that is emitted; one object for all of them, one after the other. */
export class InstructionControl implements LocalsControl, CheckControl {
  readonly f: FunctionBuilder;
  readonly flags: LocalFlags;
  readonly #host: InstructionHost;
  #block: Block | undefined;
  #following: number | undefined;
  #code: Code | undefined;
  #count = 0;
  #depth = 0;
  #siteKnown = false;
  /** Whether MXCSR has been checked in the block. */
  #modeKnown = false;

  constructor(host: InstructionHost) {
    this.f = host.f;
    this.flags = host.flags;
    this.#host = host;
  }

  startBlock(block: Block, following: number | undefined): void {
    this.#block = block;
    this.#following = following;
    this.#modeKnown = false;
  }

  /** Goes on to an instruction, before which `count` others stand in the block. */
  next(code: Code, count: number): void {
    this.#code = code;
    this.#count = count;
    this.#depth = this.f.depth;
    this.#siteKnown = false;
  }

  gpr(r: number): Value {
    return this.#host.registers.read(r);
  }
  setGpr(r: number, value: Value): void {
    this.#host.registers.write(r, value);
  }
  xmm(r: number): Value {
    return this.#host.registers.read(VECTORS + r);
  }
  setXmm(r: number, value: Value): void {
    this.#host.registers.write(VECTORS + r, value);
  }
  noteXmm(r: number, facts: number): void {
    this.#host.registers.note(VECTORS + r, facts);
  }
  space(): Value {
    return this.#host.space;
  }
  page(): Value {
    return this.#host.origin;
  }

  /** Before a place where the instruction may be left to the interpreter. */
  #noteSite(): void {
    this.#host.registers.flush();
    if (!this.#siteKnown) {
      const { offset } = this.#code as Code;
      const site = (this.#count << SITE_COUNT_SHIFT) | (offset & SITE_OFFSET_MASK);
      this.f.set(this.#host.site, i32(site));
    }
    if (this.f.depth === this.#depth) this.#siteKnown = true;
  }

  interpret(): Label {
    this.#noteSite();
    return this.#host.interpretLabel();
  }

  split(): Label {
    this.#noteSite();
    return this.#host.splitLabel();
  }

  shared(n: number, address: Value, write: boolean): HostPlace | undefined {
    return this.#host.checks?.host(n, address, write, this);
  }

  sumRoot(base: number, index: number, scale: number): number {
    return this.#host.roots.sum(base, index, scale);
  }

  usualFloatMode(): () => Value {
    const mxcsr = this.#host.mxcsr();
    if (!this.#modeKnown) this.f.brIf(this.interpret(), mxcsr.and(MODE_BITS).ne(USUAL_MODE));
    if (this.f.depth === this.#depth) this.#modeKnown = true;
    return () => mxcsr.and(PRECISION_FLAG).eqz();
  }

  systemCall(): void {
    this.#host.systemCall(this.#code as Code, this.#count);
  }
  jump(): void {
    this.#host.jump(this.#code as Code, this.#count, this.#following);
  }
  jumpIf(taken: Value): void {
    this.#host.jumpIf(this.#code as Code, this.#count, taken, this.#following);
  }
  jumpTo(rip: Value): void {
    const place = { block: this.#block as Block, following: this.#following };
    this.#host.jumpTo(this.#code as Code, this.#count, rip, place);
  }
}
