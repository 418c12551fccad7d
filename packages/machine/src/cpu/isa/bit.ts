// SPDX-License-Identifier: MPL-2.0

import { type Value, i32, select } from "../../wasm/index.ts";
import type { Binding } from "../bind/binding.ts";
import { toI64Unsigned } from "../bind/flags.ts";
import { type Instruction, type InstructionSet, instruction } from "./define.ts";

type Change = (old: Value, mask: Value) => Value;

/** bt, bts, btr, btc. `byRegister`: the bit number may lead outside a memory operand. */
function bitTest(change: Change | undefined): (b: Binding) => void {
  return (b) => {
    const { n } = b;
    const number = b.rd(1);
    const bit = b.let(
      n === 8
        ? b.sizeOf(1) === 1
          ? number.extendU().and(63)
          : number.and(63)
        : number.and(8 * n - 1),
    );
    const test = (old: Value): Value => {
      const shifted = old.shrU(bit);
      return b.let((n === 8 ? shifted.wrap() : shifted).and(1));
    };
    const apply = (old: Value): Value => {
      const cf = test(old);
      const r = b.let((change as Change)(old, b.let(b.constant(n, 1).shl(bit))));
      b.setCf(cf);
      return r;
    };
    const immediate = b.sizeOf(1) === 1;
    if (!b.isMemory(0) || immediate) {
      if (change === undefined) b.setCf(test(b.rd(0)));
      else b.rmw(0, apply);
      return;
    }
    // SDM vol. 2, BT: the bit string reaches ±2^31 or ±2^63 bits around the operand.
    const offset =
      n === 8
        ? number.shrS(6).shl(3)
        : n === 4
          ? number.shrS(5).shl(2).extendS()
          : number.extend16S().shrS(4).shl(1).extendS();
    const address = b.eaPlus(0, b.let(offset));
    if (change === undefined) b.setCf(test(b.load(n, address)));
    else b.rmwAt(n, address, apply);
  };
}

/** bsf and bsr: a source of 0 sets ZF and leaves the destination alone. */
function scan(reverse: boolean): (b: Binding) => void {
  return (b) => {
    const { n } = b;
    const v = b.rd(1);
    const index = (): Value => {
      if (!reverse) return v.ctz();
      return v.clz().xor(n === 8 ? 63 : 31);
    };
    b.f.if(n === 8 ? v.ne(0) : v, () => b.wr(0, index()));
    b.setZf(n === 8 ? v.eqz() : v.eqz());
  };
}

function popcnt(b: Binding): void {
  const v = b.rd(1);
  b.wr(0, v.popcnt());
  const zero = b.let(v.eqz());
  b.flagsLogic(4, b.let(zero.eqz()));
  // ZF alone may be set: SF, PF, CF, OF and AF are 0 (SDM vol. 2, POPCNT).
  b.flagsCompare(zero, i32(0), i32(0));
}

/** crc32: the polynomial 11EDC6F41H, bit by bit reflected (SDM vol. 2, CRC32). */
function crc32(b: Binding): void {
  const { f } = b;
  const n = b.sizeOf(1) as 1 | 2 | 4 | 8;
  const source = b.rd(1);
  const seed = b.rd(0);
  const crc = f.variable((b.sizeOf(0) === 8 ? seed.wrap() : seed).extendU());
  f.set(crc, crc.xor(toI64Unsigned(n, source)));
  const rest = f.variable(i32(8 * n));
  f.loop((again) => {
    f.set(
      crc,
      crc
        .shrU(1)
        .xor(select(crc.wrap().and(1), f.let(b.constant(8, 0x82f63b78)), b.constant(8, 0))),
    );
    f.set(rest, rest.sub(1));
    f.brIf(again, rest);
  });
  b.wr(0, b.sizeOf(0) === 8 ? crc : crc.wrap());
}

const locked = { lock: true };
const forms = (opcode: string, digit: number): string[] => [
  `0F ${opcode} Ev,Gv`,
  `0F BA/${digit} Ev,Ib`,
];

const instructions: Instruction[] = [
  instruction("bt", forms("A3", 4), bitTest(undefined)),
  instruction(
    "bts",
    forms("AB", 5),
    bitTest((old, mask) => old.or(mask)),
    locked,
  ),
  instruction(
    "btr",
    forms("B3", 6),
    bitTest((old, mask) => old.and(mask.not())),
    locked,
  ),
  instruction(
    "btc",
    forms("BB", 7),
    bitTest((old, mask) => old.xor(mask)),
    locked,
  ),
  // With F3 these are tzcnt and lzcnt only where CPUID promises BMI1 and LZCNT, which it does not.
  instruction("bsf", ["0F BC Gv,Ev"], scan(false)),
  instruction("bsr", ["0F BD Gv,Ev"], scan(true)),
  instruction("popcnt", ["F3 0F B8 Gv,Ev"], popcnt),
  instruction("crc32", ["F2 0F 38 F0 Gy,Eb", "F2 0F 38 F1 Gy,Ev"], crc32),
];

export const bits: InstructionSet = { instructions };
