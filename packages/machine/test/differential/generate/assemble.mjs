// SPDX-License-Identifier: MPL-2.0

import { CODE, DATA, FS_BASE, GS_BASE } from "../layout.mjs";
import { fixups } from "./fixups.mjs";
import { littleEndian, targetAddress } from "./state.mjs";
import { integer, lanes } from "./values.mjs";

const SIZES = { b: 1, w: 2, d: 4, q: 8, x: 16 };
const REGISTER_OF = { a: 0, c: 1, d: 2, b: 3, S: 6, D: 7 };
const MEMORY_KINDS = new Set(["E", "M", "W", "Q"]);
const REGISTER_KINDS = new Set(["E", "W", "Q", "R", "U", "N"]);
const BLOCK_REGISTERS = [0, 1, 2, 3, 5, 6, 7, 8, 9, 10, 11];
const SEGMENT_PREFIX = { fs: 0x64, gs: 0x65 };

/**
 * Lays out one random instance of the template at address `at` and prepares its operands in `s`.
 * In a block (`fixedBases`, registers that hold addresses and are never written) operands are
 * reached from these; alone, any register is solved for. `registers` are the general ones that may be written in a
 * block; `target(rng, bytes, aligned)` chooses where memory operands lie. Returns the bytes and the address
 * of the memory operand, or undefined when this choice has no encoding.
 */
export function assemble(rng, t, s, at, fixedBases, { registers, target } = {}) {
  const size = operandSize(rng, t);
  const rm = t.operands.find((o) => "EMWQRUN".includes(o.kind));
  const regOperand = t.operands.find((o) => "GVPS".includes(o.kind));
  const bytes = [];
  const sized =
    t.options.has("v") || t.operands.some((o) => o.bytes === 0 && "vyz".includes(o.letter || "-"));
  let rex = t.rexW || (size === 8 && sized && !t.options.has("64")) ? 0x48 : 0;
  if (rng.oneIn(16)) rex |= 0x40;

  const free = (avoid) => {
    for (;;) {
      const r = fixedBases === undefined ? rng.below(16) : rng.pick(registers ?? BLOCK_REGISTERS);
      if (avoid !== r && (r !== 4 || rng.oneIn(4))) return r;
    }
  };

  const info = { size, memory: undefined, rm: -1, reg: -1, base: -1, index: -1, immediateAt: -1 };
  if (regOperand !== undefined) {
    info.reg =
      regOperand.kind === "P"
        ? rng.below(8)
        : regOperand.kind === "S"
          ? rng.below(6)
          : regOperand.kind === "V"
            ? rng.below(16)
            : free(-1);
    if (info.reg >= 8) rex |= 0x44;
  }
  let plus = 0;
  if (t.plus === "i") plus = rng.below(8);
  if (t.plus === "r") {
    plus = free(-1);
    info.rm = plus;
    if (plus >= 8) rex |= 0x41;
  }

  const useMemory =
    rm !== undefined &&
    MEMORY_KINDS.has(rm.kind) &&
    (rm.kind === "M" || !REGISTER_KINDS.has(rm.kind) || rng.oneIn(2));
  const rmBytes = rm === undefined ? 0 : rm.bytes !== 0 ? rm.bytes : (SIZES[rm.letter] ?? size);
  const prefixes = [];
  const string = t.options.has("string") || t.options.has("compare");
  if (t.options.has("lock") && useMemory && rng.oneIn(3)) prefixes.push(0xf0);
  else if (t.group === "int" && rng.oneIn(200) && !t.name.startsWith("priv")) prefixes.push(0xf0);
  if (string) prepareString(rng, t, s, size, prefixes);

  let modrm = -1;
  let tail = [];
  let ripRelative = false;
  let segment = "";
  if (rm !== undefined && useMemory) {
    const aligned = t.options.has("align") || (rmBytes === 16 && !t.options.has("u"));
    info.memory = t.options.has("any")
      ? integer(rng, 64)
      : (target ?? targetAddress)(rng, rmBytes, aligned);
    if (rng.oneIn(12)) segment = rng.pick(["fs", "gs"]);
    const segmentBase =
      segment === "fs" ? BigInt(FS_BASE) : segment === "gs" ? BigInt(GS_BASE) : 0n;
    const form = addressForm(
      rng,
      t,
      s,
      BigInt.asUintN(64, info.memory - segmentBase),
      fixedBases,
      info,
    );
    if (form === undefined) return undefined;
    modrm = form.modrm;
    tail = form.tail;
    ripRelative = form.ripRelative;
    rex |= form.rex;
    if (form.address32) prefixes.push(0x67);
    info.memory = BigInt.asUintN(64, (form.address ?? info.memory - segmentBase) + segmentBase);
    if (rm.letter !== "" && "sdtB".includes(rm.letter) && rm.bytes !== 0) {
      s.poke(info.memory, lanes(rng, rm.letter, rmBytes));
    } else if (rmBytes <= 16) {
      s.poke(info.memory, rm.bytes !== 0 ? lanes(rng, "b", rmBytes) : operandBytes(rng, rmBytes));
    }
  } else if (rm !== undefined) {
    info.rm =
      rm.kind === "Q" || rm.kind === "N"
        ? rng.below(8)
        : rm.kind === "E" || rm.kind === "R"
          ? free(-1)
          : rng.below(16);
    if (regOperand !== undefined && rng.oneIn(8) && info.reg < 8) info.rm = info.reg;
    info.vector = rm.kind === "W" || rm.kind === "U";
    info.mmx = rm.kind === "Q" || rm.kind === "N";
    if (info.rm >= 8) rex |= 0x41;
    modrm = 0xc0 | (info.rm & 7);
    fillRegister(rng, s, rm, info.rm, rmBytes);
  }
  if (t.options.has("popmem") && info.memory !== undefined && info.base === 4) return undefined;
  if (regOperand !== undefined) fillRegister(rng, s, regOperand, info.reg, regOperand.bytes, info);
  if (t.uses.includes("0")) s.setXmm(0, lanes(rng, "b", 16));
  info.highByte = rex === 0 && rmBytes === 1 && info.rm >= 4;

  if (segment !== "") prefixes.push(SEGMENT_PREFIX[segment]);
  if (size === 2 && usesSize(t)) prefixes.push(0x66);
  if (t.mandatory !== 0) prefixes.push(t.mandatory);
  bytes.push(...prefixes);
  if (rex !== 0) bytes.push(rex);
  bytes.push(...t.opcode);
  if (t.plus !== "") bytes[bytes.length - 1] += plus & 7;
  if (modrm >= 0) bytes.push(modrm | ((t.digit >= 0 ? t.digit : info.reg & 7) << 3));
  else if (t.modrm) throw new Error(`${t.name}: no operand for modrm`);
  const displacementAt = bytes.length;
  bytes.push(...tail);
  appendImmediates(rng, t, s, size, bytes, info);
  if (ripRelative) {
    const displacement =
      info.memory -
      (segment === "fs" ? BigInt(FS_BASE) : segment === "gs" ? BigInt(GS_BASE) : 0n) -
      BigInt(at + bytes.length);
    bytes.splice(displacementAt, 4, ...littleEndian(BigInt.asUintN(32, displacement), 4));
  }
  info.bytes = bytes;
  if (
    t.fix !== "" &&
    (fixedBases === undefined ||
      !["codeTarget", "ret", "xlat", "enter", "leave", "maskmov"].includes(t.fix))
  ) {
    fixups[t.fix](rng, s, info);
  }
  return { bytes, memory: info.memory };
}

function usesSize(t) {
  return (
    t.options.has("v") ||
    t.options.has("64") ||
    t.options.has("64v") ||
    t.options.has("far") ||
    t.operands.some((o) => o.bytes === 0 && (o.letter === "v" || o.letter === "z"))
  );
}

function operandSize(rng, t) {
  const letters = t.operands.filter((o) => o.bytes === 0).map((o) => o.letter);
  // Of 64 bits only Intel's processors know them, see vendor.mjs.
  if (t.options.has("far")) return rng.pick([2, 4, 4, 4]);
  if (t.options.has("64") || t.options.has("64v")) return rng.oneIn(6) ? 2 : 8;
  if (letters.includes("y")) return rng.pick([4, 8]);
  // Branch displacements: a 66 prefix means different things to AMD and Intel, see vendor.mjs.
  if (t.operands.some((o) => o.kind === "J")) return 4;
  if (t.options.has("v") || letters.includes("v") || letters.includes("z"))
    return rng.pick([2, 4, 4, 8, 8]);
  for (const letter of letters) if (SIZES[letter] !== undefined) return SIZES[letter];
  return 4;
}

const operandBytes = (rng, bytes) =>
  bytes === 16 ? lanes(rng, "b", 16) : littleEndian(integer(rng, bytes * 8), bytes);

function fillRegister(rng, s, operand, index, bytes, info) {
  switch (operand.kind) {
    case "V":
    case "W":
    case "U":
      s.setXmm(index, lanes(rng, operand.letter === "" ? "b" : operand.letter, 16));
      return;
    case "P":
    case "Q":
    case "N":
      s.setMm(index, lanes(rng, operand.letter === "s" ? "s" : "b", 8));
      return;
    default:
      if (index === 4 || index < 0) return;
      if (info !== undefined && (index === info.base || index === info.index)) return;
      if (rng.oneIn(2)) s.gpr[index] = integer(rng, 64);
  }
}

/** Chooses an addressing mode that reaches `target`, and sets the registers for it. */
function addressForm(rng, t, s, target, fixedBases, info) {
  const none = { rex: 0, address32: false, ripRelative: false, tail: [] };
  const fits32 = BigInt.asIntN(32, target) === BigInt.asIntN(64, target);
  if (rng.oneIn(8) && fits32) {
    // Absolute: a SIB byte without base and index.
    return { ...none, modrm: 4, tail: [0x25, ...littleEndian(BigInt.asUintN(32, target), 4)] };
  }
  const fromCode = target - BigInt(CODE);
  if (rng.oneIn(8) && fromCode > -0x7000_0000n && fromCode < 0x7000_0000n) {
    return { ...none, modrm: 5, ripRelative: true, tail: [0, 0, 0, 0] };
  }
  const implicit = [...t.uses].map((u) => REGISTER_OF[u]).filter((r) => r !== undefined);
  if (fixedBases !== undefined) return fixedForm(rng, s, target, fixedBases, info, none);
  const address32 = rng.oneIn(16) && target < 1n << 32n;
  const base = pickRegister(rng, [4, ...implicit]);
  const indexed = rng.oneIn(3);
  const index = indexed ? pickRegister(rng, [4, base, ...implicit]) : -1;
  const scale = rng.below(4);
  const wide = rng.oneIn(3);
  const displacement = rng.oneIn(3) ? 0n : BigInt(wide ? rng.u32() | 0 : (rng.u32() << 24) >> 24);
  let rest = target - displacement;
  if (indexed) {
    s.gpr[index] = rng.oneIn(4) ? integer(rng, 64) : BigInt.asUintN(64, BigInt(rng.range(-64, 64)));
    rest -= s.gpr[index] << BigInt(scale);
  }
  s.gpr[base] = address32
    ? (rng.u64() & ~0xffffffffn) | BigInt.asUintN(32, rest)
    : BigInt.asUintN(64, rest);
  info.base = base;
  info.index = index;
  return {
    ...encodeBase(base, index, scale, displacement, rng.oneIn(8)),
    address32,
    address: address32 ? BigInt.asUintN(32, target) : undefined,
    ripRelative: false,
  };
}

function fixedForm(rng, s, target, fixedBases, info, none) {
  for (const base of fixedBases) {
    const displacement = BigInt.asIntN(64, target - s.gpr[base]);
    if (BigInt.asIntN(32, displacement) !== displacement) continue;
    info.base = base;
    return { ...none, ...encodeBase(base, -1, 0, displacement, false) };
  }
  return undefined;
}

function encodeBase(base, index, scale, displacement, forceSib) {
  let mod = 2;
  if (displacement === 0n && (base & 7) !== 5) mod = 0;
  else if (displacement >= -128n && displacement < 128n) mod = 1;
  const tail = [];
  let modrm = (mod << 6) | (base & 7);
  let rex = base >= 8 ? 0x41 : 0;
  if (index >= 0 || (base & 7) === 4 || forceSib) {
    modrm = (mod << 6) | 4;
    tail.push((scale << 6) | ((index >= 0 ? index & 7 : 4) << 3) | (base & 7));
    if (index >= 8) rex |= 0x42;
  }
  if (mod === 1) tail.push(Number(displacement & 0xffn));
  if (mod === 2) tail.push(...littleEndian(BigInt.asUintN(32, displacement), 4));
  return { modrm, rex, tail };
}

function pickRegister(rng, avoid) {
  for (;;) {
    const r = rng.below(16);
    if (!avoid.includes(r)) return r;
  }
}

function appendImmediates(rng, t, s, size, bytes, info) {
  for (const o of t.operands) {
    if (o.kind === "I") {
      const width =
        o.letter === "b" ? 1 : o.letter === "w" ? 2 : o.letter === "z" ? Math.min(size, 4) : size;
      let value = integer(rng, width * 8);
      if (t.options.has("imm7")) value = BigInt(rng.oneIn(16) ? rng.below(256) : rng.below(8));
      if (t.options.has("imm15")) value = BigInt(rng.oneIn(16) ? rng.below(256) : rng.below(16));
      if (info.immediateAt < 0) info.immediateAt = bytes.length;
      bytes.push(...littleEndian(value, width));
    } else if (o.kind === "J") {
      const width = o.letter === "b" ? 1 : 4;
      // Outside the code, where int3 stands: the bytes inside an instruction could be anything.
      const distance = rng.range(100, 127);
      const relative = BigInt(rng.oneIn(2) ? distance : -distance);
      bytes.push(...littleEndian(BigInt.asUintN(width * 8, relative), width));
    } else if (o.kind === "O") {
      const address = targetAddress(rng, o.letter === "b" ? 1 : size, false);
      s.poke(address, operandBytes(rng, o.letter === "b" ? 1 : size));
      bytes.push(...littleEndian(address, 8));
    }
  }
}

/** Short strings inside the data, sometimes running off a page, forwards or backwards. */
function prepareString(rng, t, s, size, prefixes) {
  const compare = t.options.has("compare");
  const width = t.options.has("v") ? size : 1;
  const count = rng.oneIn(8) ? 0 : rng.range(1, rng.oneIn(8) ? 600 : 40);
  const repeat = rng.below(3);
  if (repeat !== 0) prefixes.push(repeat === 1 ? 0xf3 : 0xf2);
  if (rng.oneIn(24)) prefixes.push(0x67);
  s.gpr[1] = BigInt(count);
  if (rng.oneIn(4)) s.rflags |= 0x400;
  const place = () => {
    if (rng.oneIn(10)) return targetAddress(rng, width, false);
    return BigInt(DATA + rng.range(600 * 1, 0x2000));
  };
  s.gpr[6] = place();
  s.gpr[7] = rng.oneIn(4) ? s.gpr[6] + BigInt(rng.range(-20, 20)) : place();
  if (compare) {
    const fill = lanes(rng, "b", Math.min(count, 60) * width + width);
    for (const r of [6, 7])
      s.poke(s.gpr[r] - (s.rflags & 0x400 ? BigInt(fill.length - width) : 0n), fill);
    const differ = fill.slice();
    if (rng.oneIn(2)) differ[rng.below(differ.length)] ^= 1 << rng.below(8);
    s.poke(s.gpr[7] - (s.rflags & 0x400 ? BigInt(fill.length - width) : 0n), differ);
    if (rng.oneIn(2)) s.setRegister(width, 0, BigInt(differ[0]) * 0x0101010101010101n);
    if (t.name === "scas" && rng.oneIn(2)) s.poke(s.gpr[7], new Uint8Array(64).fill(differ[0]));
  }
}
