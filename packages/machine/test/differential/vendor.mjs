// SPDX-License-Identifier: MPL-2.0

/**
 * What the comparison leaves out, and why. The one list: results that Intel's and AMD's manuals
 * leave undefined or to the processor, or that Linux changes on the way to a signal frame.
 */

const CF = 0x1;
const PF = 0x4;
const AF = 0x10;
const ZF = 0x40;
const SF = 0x80;
const OF = 0x800;

/** Flags that are compared at all: the status flags, DF, and ID. RF is set by the host for faults; IOPL, AC, TF are not ours to give. */
export const COMPARED_FLAGS = CF | PF | AF | ZF | SF | OF | 0x400 | 0x200000;

/** name → [flags, reason]. */
const UNDEFINED_FLAGS = {
  mul: [SF | ZF | AF | PF, "SDM: SF ZF AF PF undefined"],
  imul: [SF | ZF | AF | PF, "SDM: SF ZF AF PF undefined"],
  div: [CF | OF | SF | ZF | AF | PF, "SDM: all six undefined"],
  idiv: [CF | OF | SF | ZF | AF | PF, "SDM: all six undefined"],
  and: [AF, "SDM: AF undefined"],
  or: [AF, "SDM: AF undefined"],
  xor: [AF, "SDM: AF undefined"],
  test: [AF, "SDM: AF undefined"],
  shl: [
    AF | OF | CF,
    "SDM: AF undefined, OF for counts other than 1, CF for counts beyond the width",
  ],
  sal: [AF | OF | CF, "as shl"],
  shr: [AF | OF | CF, "as shl"],
  sar: [AF | OF, "SDM: AF undefined, OF for counts other than 1"],
  rol: [OF, "SDM: OF undefined for counts other than 1"],
  ror: [OF, "as rol"],
  rcl: [OF, "as rol"],
  rcr: [OF, "as rol"],
  shld: [
    CF | PF | AF | ZF | SF | OF,
    "SDM: OF for counts other than 1; all and the result for counts beyond 16 bits",
  ],
  shrd: [CF | PF | AF | ZF | SF | OF, "as shld"],
  bsf: [CF | PF | AF | SF | OF, "SDM: all but ZF undefined"],
  bsr: [CF | PF | AF | SF | OF, "SDM: all but ZF undefined"],
  bt: [PF | AF | SF | OF, "SDM: OF SF AF PF undefined"],
  bts: [PF | AF | SF | OF, "as bt"],
  btr: [PF | AF | SF | OF, "as bt"],
  btc: [PF | AF | SF | OF, "as bt"],
};

export function integerUndefinedFlags(name) {
  return UNDEFINED_FLAGS[name]?.[0] ?? 0;
}
