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

/** Flags that are compared at all: the status flags and DF. RF is set by the host for faults; a signal frame does not restore IOPL and ID, and cases leave AC and TF alone. */
export const COMPARED_FLAGS = CF | PF | AF | ZF | SF | OF | 0x400;

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

/** A fault within repeated cmps or scas: the flags are those before (SDM vol. 2, REP), or of the last element (AMD). */
export const keepsFlagsOnFault = (name) => name === "cmps" || name === "scas";

/** Where both operands fault, either may be told. */
export const readsTwoOperands = (name) => name === "cmps";

/** The bits of a page fault's error code that are compared: for the kernel's half of addresses Linux always says "present". */
export function pageFaultBits(address) {
  return address >= 0x7fff_ffff_f000n ? ~1 : ~0;
}

/** Endings that are told apart by the processor, or that our CPU says it does not have (cpu/README.md). */
export function notOurs(c, expected, got) {
  // int1, as the hypervisor of some hosts delivers it; TF and AC, which a stray popf may set (cpu/README.md).
  if (expected.vector === 1 || expected.vector === 17) return true;
  // What looks at system tables, which a jump into the middle of an instruction may meet, is #UD here.
  if (got.vector === 6 && isNotImplemented(c, Number(got.rip))) return true;
  // A return to a segment that is refused: AMD's processors read the stack behind the immediate first.
  const last = c.names[c.names.length - 1];
  if (last === "retf" && expected.vector === 14 && got.vector === 13) return true;
  // AMD's processors take verr and verw with a lock prefix; the SDM says #UD.
  if (["verr", "verw"].includes(last) && got.vector === 6 && c.code.includes(0xf0)) return true;
  // A misaligned and non-canonical operand through rsp or rbp: which is checked first.
  if (expected.vector === 12 && got.vector === 13 && expected.rip === got.rip) {
    return c.group !== "int";
  }
  // Two operands of which each faults in its way.
  if (c.names.some(readsTwoOperands) && [12, 13].includes(expected.vector) && got.vector === 14) {
    return true;
  }
  if (c.names.some(readsTwoOperands) && expected.vector === 14 && [12, 13].includes(got.vector)) {
    return true;
  }
  // An invalid opcode at the end of a page: whether the bytes behind it are fetched first.
  return expected.vector === 14 && (expected.errorCode & 16) !== 0 && got.vector === 6;
}

function isNotImplemented(c, rip) {
  const at = opcodeAt(c.code, rip - c.rip);
  // sldt, str, and the group of sgdt and smsw.
  return c.code[at] === 0x0f && c.code[at + 1] <= 0x01;
}

/** Where the opcode of the instruction at `start` is. */
function opcodeAt(code, start) {
  const isPrefix = (b) =>
    [0x66, 0x67, 0xf2, 0xf3, 0x2e, 0x36, 0x3e, 0x26, 0x64, 0x65].includes(b) || (b & 0xf0) === 0x40;
  let at = start;
  while (isPrefix(code[at])) at++;
  return at;
}

/**
 * Is the instruction at `offset` of a program's parts ldmxcsr or fxrstor? AMD's processors have bit 17
 * of MXCSR, the misaligned exception mask (APM vol. 2); to Intel's and ours it is reserved.
 */
export function loadsMxcsr(parts, offset) {
  const part = parts.find((p) => offset >= p.offset && offset < p.offset + p.bytes.length);
  if (part === undefined) return false;
  const at = opcodeAt(part.bytes, offset - part.offset);
  const register = (part.bytes[at + 2] >> 3) & 7;
  return part.bytes[at] === 0x0f && part.bytes[at + 1] === 0xae && [1, 2].includes(register);
}

/** Bytes of what an instruction stores to memory that are not compared: name → [offset in its operand, length, reason]. */
const IGNORED_STORES = {
  fxsave: [
    [6, 18, "FOP, FIP, FDP: kept only for unmasked exceptions on many processors"],
    [28, 4, "MXCSR_MASK: what the processor can do"],
  ],
  fxsave64: "fxsave",
  fnstenv: [[12, 14, "FIP, FCS, FOP, FDP, FDS: as FXSAVE's"]],
  fnsave: "fnstenv",
  fnstenv16: [[6, 8, "as fnstenv's"]],
  fnsave16: "fnstenv16",
};

/** Is the byte at `offset` of the memory image left out of the comparison? */
export function memoryIgnored(c, offset) {
  for (const { name, offset: start } of c.stores ?? []) {
    let rules = IGNORED_STORES[name];
    if (typeof rules === "string") rules = IGNORED_STORES[rules];
    for (const [at, length] of rules ?? []) {
      if (offset >= start + at && offset < start + at + length) return true;
    }
  }
  return false;
}

/** Instructions whose result is approximate by definition, and how far it may be off. */
const APPROXIMATE = {
  rcpps: "relative error at most 1.5 × 2^-12 (SDM vol. 2, RCPPS)",
  rcpss: "as rcpps",
  rsqrtps: "as rcpps",
  rsqrtss: "as rcpps",
  f2xm1: "at most 1 unit in the last place (SDM vol. 1, 8.3.10)",
  fyl2x: "as f2xm1",
  fyl2xp1: "as f2xm1",
  fptan: "as f2xm1",
  fpatan: "as f2xm1",
  fsin: "as f2xm1",
  fcos: "as f2xm1",
  fsincos: "as f2xm1",
};

export const isApproximate = (name) => APPROXIMATE[name] !== undefined;

/** A test `(register, expected, got) → close enough`, where the last instruction is approximate. */
export function registerTolerance(c) {
  if (!c.names.some(isApproximate)) return undefined;
  return (name, want, have) =>
    name.startsWith("xmm") ? closeSingles(want, have) : closeExtended(want, have);
}

/** The bits of the status word that are compared: C1 tells how the last bit was rounded. */
export const statusBits = (c) => (c.names.some(isApproximate) ? ~0x200 : ~0);

function closeSingles(want, have) {
  for (let i = 0; i < 16; i += 4) {
    const [a, b] = [want.readFloatLE(i), have.readFloatLE(i)];
    if (want.readUInt32LE(i) === have.readUInt32LE(i)) continue;
    // Near the smallest normal number the result may be flushed to zero.
    if (Math.max(Math.abs(a), Math.abs(b)) <= 2 ** -125) continue;
    if (!(Math.abs(a - b) <= Math.abs(a) * 1.5 * 2 ** -12 * 2)) return false;
  }
  return true;
}

/** Neighbouring 80-bit numbers, counted through the change of exponent. */
function closeExtended(want, have) {
  const order = (b) =>
    (BigInt(b.readUInt16LE(8) & 0x7fff) << 63n) | (b.readBigUInt64LE(0) & ~(1n << 63n));
  const signs = (want.readUInt16LE(8) ^ have.readUInt16LE(8)) & 0x8000;
  const distance = order(want) - order(have);
  return signs === 0 && distance <= 1n && distance >= -1n;
}
