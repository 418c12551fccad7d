// SPDX-License-Identifier: MPL-2.0

import { DATA, HIGH, PAGE, READ_ONLY } from "../layout.mjs";
import { CODE_ALIAS } from "../programs-layout.mjs";
import { isApproximate } from "../vendor.mjs";
import { assemble } from "./assemble.mjs";
import { mayEnterKernel, templates } from "./case.mjs";
import { AF, ALL_FLAGS, conditionReads, flagsRead, undefinedAfter } from "./flag-use.mjs";
import { BASES, programTarget } from "./program-memory.mjs";
import { VICTIM_BYTES, randomVictim } from "./victim.mjs";

/** Registers that instructions may write: not the bases, not rsp, not r11. */
const REGISTERS = [0, 1, 2, 3, 5, 6, 7, 8, 9, 10];

/**
 * Left to the single cases: jumps, which programs lay out themselves; what leaves the stack or a computed address anywhere; what
 * ends the program; stores of which some bytes are not compared.
 */
const LEFT_OUT = new Set(
  (
    "jcc jmp call ret loop loope loopne jrcxz int3 ud2 ud32 hlt privileged popf enter leave xlat shld shrd std cld " +
    "lar lsl verr verw jmpf callf retf iret " +
    "movs stos lods cmps scas maskmovq maskmovdqu " +
    "fxsave fxsave64 fxrstor fxrstor64 fnstenv fnsave fnstenv16 fnsave16 fldenv frstor fldenv16 frstor16"
  ).split(" "),
);
const STACK_NAMES = new Set(["push", "pop", "pushf"]);

const pools = {};
for (const [group, list] of Object.entries(templates)) {
  pools[group] = list.filter(
    (t) => !LEFT_OUT.has(t.name) && !isApproximate(t.name) && !t.options.has("popmem"),
  );
}

export class ProgramBody {
  constructor(rng, writer, state, base, groups) {
    this.rng = rng;
    this.writer = writer;
    this.state = state;
    this.base = base;
    this.groups = groups;
    this.landings = [];
    this.undefinedAt = new Map();
    this.undefined = AF;
    this.victims = [];
    /** Offsets of instructions with two memory operands. */
    this.copies = [];
  }

  plan(blocks, functions, victims) {
    this.blocks = blocks;
    this.functions = functions;
    this.victimCount = victims;
  }

  // --- Blocks and functions

  block(i) {
    const { rng, writer } = this;
    this.start(`block${i}`);
    this.items(rng.below(7), true);
    const next = i + 1;
    if (next === this.blocks) {
      while (this.victims.length < this.victimCount) this.victim();
      this.settle(0);
      writer.jump([0xe9], "exit");
      return;
    }
    this.terminator(i);
  }

  function(i) {
    this.start(`function${i}`);
    this.items(this.rng.below(5), false);
    this.settle(0);
    this.writer.put(0xc3);
  }

  finish() {
    this.writer.label("exit");
    this.note(AF);
    this.writer.put(0xcc);
  }

  start(name) {
    this.writer.label(name);
    this.landings.push(this.writer.at);
    this.undefined = AF;
  }

  items(count, hasStack) {
    const { rng } = this;
    for (let i = 0; i < count; i++) {
      switch (rng.below(48)) {
        case 0:
        case 1:
          this.string();
          break;
        case 2:
        case 3:
          if (this.victims.length < this.victimCount) this.victim();
          break;
        case 4:
        case 5:
          if (this.victimCount > 0) this.storeToCode();
          break;
        case 6:
          this.note();
          this.writer.put(...rng.pick([[0x0f, 0x0b], [0xf4]]));
          break;
        case 7:
        case 8:
          this.skip(hasStack);
          break;
        case 9:
          if (hasStack) this.changeFlags();
          break;
        default:
          this.instruction(hasStack);
      }
    }
  }

  // --- Single items

  /** Notes which flags are undefined before the instruction that follows. */
  note(undefinedFlags = this.undefined) {
    this.undefinedAt.set(this.writer.at, undefinedFlags);
  }

  instruction(hasStack) {
    const { rng, writer, state } = this;
    for (let tries = 0; tries < 8; tries++) {
      const t = rng.pick(pools[rng.pick(this.groups)]);
      if ((flagsRead(t) & this.undefined) !== 0) continue;
      if (!hasStack && STACK_NAMES.has(t.name)) continue;
      // A bit index in a register may lead far away from its operand.
      if (t.fix === "bitIndex" && !rng.oneIn(8)) continue;
      const at = this.base + writer.at;
      const options = { registers: REGISTERS, target: programTarget };
      const laid = assemble(
        rng,
        t,
        state,
        at,
        BASES.map(([r]) => r),
        options,
      );
      if (laid === undefined || laid.bytes.length > 15 || mayEnterKernel(laid.bytes)) continue;
      this.note();
      writer.put(...laid.bytes);
      this.undefined = undefinedAfter(t.name, this.undefined);
      return;
    }
  }

  /** Makes flags that have no defined value defined, unless they are `allowed`. */
  settle(read, allowed = AF) {
    const { rng, writer } = this;
    if ((this.undefined & (read | (ALL_FLAGS & ~allowed))) === 0) return;
    this.note();
    const modrm = 0xc0 | (rng.below(8) << 3) | rng.below(8);
    writer.put(0x48, rng.pick([0x39, 0x3b]), modrm);
    this.undefined = 0;
  }

  /** A jump over a few instructions. */
  skip(hasStack) {
    const { rng, writer } = this;
    const cc = rng.below(16);
    this.settle(conditionReads(cc), ALL_FLAGS);
    this.note();
    const isCounter = rng.oneIn(5);
    writer.put(isCounter ? 0xe3 : 0x70 + cc, 0);
    const start = writer.at;
    const before = this.undefined;
    for (let i = rng.range(1, 3); i > 0; i--) this.instruction(hasStack);
    this.undefined |= before;
    writer.bytes[start - 1] = writer.at - start;
  }

  /** Sets the status flags and DF from a register, and DF back. */
  changeFlags() {
    const { rng, writer } = this;
    this.settle(ALL_FLAGS, 0);
    this.note();
    writer.put(0x9c);
    // xor dword [rsp], imm32
    writer.put(0x81, 0x34, 0x24);
    writer.put32(rng.u32() & 0x8d5);
    // and: AF is undefined behind it, and popf sets them all.
    this.note(AF);
    writer.put(0x9d);
    this.undefined = 0;
  }

  string() {
    const { rng, writer } = this;
    // Of a copy only one side lies at an edge: which fault is told where both have one is the processor's choice.
    const edge = rng.below(12);
    const place = (lea, isEdge) => {
      const [register, address] = rng.pick(BASES);
      const around = isEdge
        ? rng.pick([READ_ONLY, READ_ONLY + PAGE, HIGH + 2 * PAGE, DATA]) - rng.below(64)
        : rng.pick([DATA + PAGE - 100, DATA + 0x200, DATA + 2 * PAGE - 200, HIGH + PAGE - 200]) +
          rng.below(300);
      const distance = around - address;
      const near = Math.abs(distance) < 2 ** 31;
      this.note();
      // lea rdi or rsi, [base + disp32]
      writer.put(0x49, 0x8d, lea | (register & 7));
      if ((register & 7) === 4) writer.put(0x24);
      writer.put32(near ? distance : rng.below(256));
    };
    place(0xb8, edge === 0);
    if (edge !== 0 && rng.oneIn(4)) {
      this.note();
      // lea rsi, [rdi + disp8]: overlapping
      writer.put(0x48, 0x8d, 0x77, rng.below(256));
    } else {
      place(0xb0, edge === 1);
    }
    this.note();
    writer.put(0xb9);
    writer.put32(rng.oneIn(8) ? rng.below(1200) : rng.below(40));
    const backwards = rng.oneIn(5);
    if (backwards) {
      this.note();
      writer.put(0xfd);
    }
    const [opcode, compares] = rng.weighted([
      [4, [0xa4, false]],
      [4, [0xaa, false]],
      [1, [0xac, false]],
      [1, [0xa6, true]],
      [1, [0xae, true]],
    ]);
    if (compares) this.settle(0, 0);
    this.note(compares ? ALL_FLAGS : this.undefined);
    this.copies.push(writer.at);
    const prefix = rng.pick([[], [0xf3], [0xf3], [0xf3], [0xf2]]);
    const size = rng.pick([[], [0x48], [0x66]]);
    const wide = rng.oneIn(2) ? 1 : 0;
    const [rex, legacy] = size[0] === 0x48 ? [size, []] : [[], size];
    writer.put(...prefix, ...(wide === 1 ? legacy : []), ...(wide === 1 ? rex : []), opcode + wide);
    if (backwards) {
      this.note();
      writer.put(0xfc);
    }
  }

  // --- Code that is written

  victim() {
    this.victims.push(this.writer.at);
    this.writer.label(`victim${this.victims.length - 1}`);
    const before = this.undefined;
    // Whatever stands there: a store, which may fault.
    for (let i = 0; i < VICTIM_BYTES; i++) this.undefinedAt.set(this.writer.at + i, ALL_FLAGS);
    this.writer.put(...randomVictim(this.rng));
    this.undefined = before;
  }

  storeToCode() {
    const { rng, writer } = this;
    const name = `victim${rng.below(this.victimCount)}`;
    this.note();
    writer.put(0x49, 0xba, ...randomVictim(rng));
    this.note();
    switch (rng.below(6)) {
      case 0: {
        // Through another mapping; the trap serializes, as the manuals ask for.
        const known = writer.labels.get(name);
        if (known === undefined) return;
        // mov [abs32], r10
        writer.put(0x4c, 0x89, 0x14, 0x25);
        writer.put32(CODE_ALIAS + known);
        this.note();
        writer.put(0x0f, 0x0b);
        break;
      }
      case 1:
        // lea rdi, [rip + victim]; push r10; mov rsi, rsp; mov ecx, 8; rep movsb; lea rsp, [rsp + 8]
        writer.jump([0x48, 0x8d, 0x3d], name);
        this.note();
        writer.put(0x41, 0x52);
        this.note();
        writer.put(0x48, 0x89, 0xe6);
        this.note();
        writer.put(0xb9, VICTIM_BYTES, 0, 0, 0);
        this.note();
        this.copies.push(writer.at);
        writer.put(0xf3, 0xa4);
        this.note();
        writer.put(0x48, 0x8d, 0x64, 0x24, 0x08);
        break;
      default:
        writer.jump([0x4c, 0x89, 0x15], name);
    }
  }

  // --- Ends of blocks

  terminator(i) {
    const { rng, writer } = this;
    const ahead = () => `block${Math.min(this.blocks - 1, i + rng.range(1, 4))}`;
    const back = () => `block${i - rng.below(Math.min(i, 5) + 1)}`;
    const cc = rng.below(16);
    switch (rng.below(16)) {
      case 0:
      case 1:
      case 2:
      case 3:
        this.settle(conditionReads(cc));
        this.note();
        writer.jump([0x0f, 0x80 + cc], ahead());
        break;
      case 4:
      case 5:
        this.fuel();
        for (let n = rng.below(3); n > 0; n--) this.instruction(true);
        this.settle(conditionReads(cc));
        this.note();
        writer.jump([0x0f, 0x80 + cc], back(), [0x70 + cc]);
        break;
      case 6:
        // The loop of compilers: dec r11; jg
        this.note();
        writer.put(0x49, 0xff, 0xcb);
        this.undefined &= 1;
        this.settle(0);
        this.note();
        writer.jump([0x0f, 0x8f], back(), [0x7f]);
        break;
      case 7:
        this.fuel();
        this.note();
        writer.jump([0xe9], back(), [0xeb]);
        break;
      case 8:
        this.settle(0);
        this.note();
        writer.jump([0xe9], ahead());
        break;
      case 9:
      case 10:
        this.call(ahead);
        break;
      case 11:
        this.computed(rng.oneIn(3) ? back : ahead);
        break;
      default:
        this.settle(0);
    }
  }

  call(ahead) {
    const { rng, writer } = this;
    const name = this.functions > 0 ? `function${rng.below(this.functions)}` : ahead();
    // What is called may leave by another return address than this one.
    if (name.startsWith("block") || rng.oneIn(3)) this.fuel();
    this.settle(0);
    this.note();
    if (rng.oneIn(4)) {
      writer.jump([0x4c, 0x8d, 0x15], name);
      this.note();
      writer.put(0x41, 0xff, 0xd2);
    } else {
      writer.jump([0xe8], name);
    }
  }

  /** A computed jump: through a register, or by a return. */
  computed(choose) {
    const { rng, writer } = this;
    this.fuel();
    this.note();
    writer.jump([0x4c, 0x8d, 0x15], choose());
    if (rng.oneIn(2)) {
      // Or to another one: lea rcx, [rip + other]; cmp rax, rdx; cmovc r10, rcx
      this.note();
      writer.jump([0x48, 0x8d, 0x0d], choose());
      this.note();
      writer.put(0x48, 0x39, 0xd0);
      this.undefined = 0;
      this.note();
      writer.put(0x4c, 0x0f, 0x42, 0xd1);
    }
    this.note();
    if (rng.oneIn(2)) {
      writer.put(0x41, 0xff, 0xe2);
    } else {
      writer.put(0x41, 0x52);
      this.note();
      writer.put(0xc3);
    }
  }

  /** dec r11; jle exit: every way back costs one. */
  fuel() {
    const { writer } = this;
    this.settle(0);
    this.note();
    writer.put(0x49, 0xff, 0xcb);
    this.undefined &= 1;
    this.note();
    writer.jump([0x0f, 0x8e], "exit");
  }
}
