// SPDX-License-Identifier: MPL-2.0

/**
 * Which status flags an instruction reads and sets, as far as the manuals define it: in a program, a flag that a processor may
 * set as it likes must not reach an instruction that reads it.
 */

import { integerUndefinedFlags } from "../vendor.mjs";

export const CF = 0x1;
export const PF = 0x4;
export const AF = 0x10;
export const ZF = 0x40;
export const SF = 0x80;
export const OF = 0x800;
export const ALL_FLAGS = CF | PF | AF | ZF | SF | OF;

/** What each condition code reads, by its upper three bits. */
const CONDITION_READS = [OF, CF, ZF, CF | ZF, SF, PF, SF | OF, ZF | SF | OF];

export const conditionReads = (cc) => CONDITION_READS[cc >> 1];

const READS = {
  adc: CF,
  sbb: CF,
  rcl: CF,
  rcr: CF,
  cmc: CF,
  lahf: ALL_FLAGS & ~OF,
  pushf: ALL_FLAGS,
  fcmovb: CF,
  fcmovnb: CF,
  fcmove: ZF,
  fcmovne: ZF,
  fcmovbe: CF | ZF,
  fcmovnbe: CF | ZF,
  fcmovu: PF,
  fcmovnu: PF,
};

export function flagsRead(t) {
  if (t.name === "cmovcc" || t.name === "setcc" || t.name === "jcc") {
    return conditionReads(t.opcode[t.opcode.length - 1] & 15);
  }
  return READS[t.name] ?? 0;
}

const SETS = {
  inc: ALL_FLAGS & ~CF,
  dec: ALL_FLAGS & ~CF,
  and: ALL_FLAGS & ~AF,
  or: ALL_FLAGS & ~AF,
  xor: ALL_FLAGS & ~AF,
  test: ALL_FLAGS & ~AF,
  clc: CF,
  stc: CF,
  bt: CF,
  bts: CF,
  btr: CF,
  btc: CF,
  mul: CF | OF,
  imul: CF | OF,
  sahf: ALL_FLAGS & ~OF,
};
for (const name of [
  ..."add sub cmp neg adc sbb xadd cmpxchg ptest popcnt comiss comisd ucomiss ucomisd".split(" "),
  ..."pcmpestri pcmpestrm pcmpistri pcmpistrm".split(" "),
]) {
  SETS[name] = ALL_FLAGS;
}

/** The flags that have no defined value behind an instruction, of which `before` had none before it. */
export function undefinedAfter(name, before) {
  return (before & ~(SETS[name] ?? 0)) | (integerUndefinedFlags(name) & ALL_FLAGS);
}
