// SPDX-License-Identifier: MPL-2.0

/**
 * The notation in which instructions state their encodings, close to that of the SDM (vol. 2, appendix A):
 *
 *   [NP|66|F2|F3] [0F [38|3A]] OPCODE[+r][/digit] [MODRM] [OPERANDS] [d64|f64|w0|w1|b0|a32|a64]…
 *
 * e.g. "80/0 Eb,Ib", "50+r Zv d64", "66 0F 58 Vx,Wx", "D9 E8". A prefix in front is mandatory (NP: none of
 * 66, F2, F3 may stand); without one, prefixes are operand size or ignored. MODRM is a fixed
 * second byte. d64: the operand size is 8 unless 66 stands; f64: always 8. w0/w1: REX.W must be so.
 * b0: REX.B must be 0. a32/a64: the address size must be so.
 *
 * Operands: a letter for the place, then one for the size.
 *   E general register or memory, M memory, R general register (all by ModRM.rm); G general register (ModRM.reg);
 *   Z general register (opcode); A accumulator; C rcx; W xmm register or memory, U xmm register (rm);
 *   V xmm register (reg); Q mmx register or memory, N mmx register (rm); P mmx register (reg);
 *   T x87 register (rm); S segment register (reg); I immediate; J relative target; O absolute address;
 *   1 the constant 1.
 * Sizes: b 1, w 2, d 4, q 8, t 10, x 16, v operand size, y 4 or 8 by REX.W, none: only an address.
 * Immediates: b, w, d as such; e 16 bits, then 8 bits (enter); s 8 bits and z at most 32 bits sign-extended to the operand size; v the whole.
 */

import type { OperandKind, OperandSize, Shape } from "../bind/binding.ts";
import type { Instruction } from "../isa/define.ts";

export interface OperandSpec {
  readonly place: string;
  readonly size: string;
}

export interface Encoding {
  readonly instruction: Instruction;
  /** "" (any), "NP", "66", "F2" or "F3". */
  readonly prefix: string;
  /** 0: one byte, 1: 0F, 2: 0F 38, 3: 0F 3A. */
  readonly map: number;
  readonly opcode: number;
  /** The opcode's low three bits are a register. */
  readonly plusRegister: boolean;
  /** ModRM.reg, or -1. */
  readonly digit: number;
  /** The whole ModRM byte, or -1. */
  readonly modrm: number;
  readonly operands: readonly OperandSpec[];
  readonly defaultSize: "v" | "d64" | "f64";
  /** REX.W must be this; -1: any. */
  readonly rexW: number;
  readonly rexBClear: boolean;
  /** The address size in bytes must be this; 0: any. */
  readonly addressSize: number;
}

const MODRM_PLACES = "EMRGWUVQNPTS";

export function parseEncoding(instruction: Instruction, text: string): Encoding {
  const bad = (why: string): never => {
    throw new Error(`encoding "${text}" of ${instruction.name}: ${why}`);
  };
  const words = text.split(" ");
  const next = (): string => words[0] ?? "";
  let prefix = "";
  if (/^(NP|66|F2|F3)$/.test(words[0] ?? "") && words.length > 1) prefix = words.shift() ?? "";
  let map = 0;
  if (next() === "0F") {
    words.shift();
    map = 1;
    if (next() === "38" || next() === "3A") map = words.shift() === "38" ? 2 : 3;
  }
  const opcode = /^([0-9A-F]{2})(\+r)?(?:\/([0-7]))?$/.exec(words.shift() ?? "");
  if (opcode === null) return bad("no opcode");
  let modrm = -1;
  if (/^[0-9A-F]{2}$/.test(words[0] ?? "")) modrm = Number.parseInt(words.shift() ?? "", 16);
  let operands: OperandSpec[] = [];
  let defaultSize: "v" | "d64" | "f64" = "v";
  let rexW = -1;
  let rexBClear = false;
  let addressSize = 0;
  for (const word of words) {
    if (word === "d64" || word === "f64") defaultSize = word;
    else if (word === "w0" || word === "w1") rexW = Number(word[1]);
    else if (word === "b0") rexBClear = true;
    else if (word === "a32" || word === "a64") addressSize = Number(word.slice(1)) / 8;
    else if (operands.length > 0) bad(`unknown word "${word}"`);
    else {
      operands = word.split(",").map((operand) => {
        const match = /^([EMRGZACWUVQNPTSIJO1])([bwdqtxvyzse]?)$/.exec(operand);
        if (match === null) return bad(`unknown operand "${operand}"`);
        return { place: match[1] ?? "", size: match[2] ?? "" };
      });
    }
  }
  return {
    instruction,
    prefix,
    map,
    opcode: Number.parseInt(opcode[1] ?? "", 16),
    plusRegister: opcode[2] !== undefined,
    digit: opcode[3] === undefined ? -1 : Number(opcode[3]),
    modrm,
    operands,
    defaultSize,
    rexW,
    rexBClear,
    addressSize,
  };
}

export function hasModrm(e: Encoding): boolean {
  return (
    e.digit >= 0 || e.modrm >= 0 || e.operands.some(({ place }) => MODRM_PLACES.includes(place))
  );
}

/** May ModRM.rm name memory, or a register? */
export function allowsMemory(e: Encoding): boolean {
  return e.modrm < 0 && !e.operands.some(({ place }) => "RUNT".includes(place));
}

export function allowsRegister(e: Encoding): boolean {
  return !e.operands.some(({ place }) => place === "M");
}

/** The operand sizes that an encoding distinguishes. */
export function operandSizes(e: Encoding): readonly (2 | 4 | 8)[] {
  const sizes = e.operands.map(({ size }) => size);
  if (sizes.some((s) => s === "v" || s === "z" || s === "s")) {
    return e.defaultSize === "f64" ? [8] : e.defaultSize === "d64" ? [2, 8] : [2, 4, 8];
  }
  if (sizes.includes("y")) return [4, 8];
  return [];
}

const FIXED: Readonly<Record<string, OperandSize>> = { b: 1, w: 2, d: 4, q: 8, t: 10, x: 16, e: 4 };

export function sizeOf(spec: OperandSpec, operandSize: 2 | 4 | 8): OperandSize {
  if (spec.place === "J") return 8;
  if (spec.place === "S") return 2;
  if (spec.place === "1") return 1;
  if (spec.place === "T") return 10;
  if (spec.size === "") return 0;
  if ("vzs".includes(spec.size)) return operandSize;
  if (spec.size === "y") return operandSize === 8 ? 8 : 4;
  return FIXED[spec.size] ?? 0;
}

export function kindOf(spec: OperandSpec, registerForm: boolean): OperandKind {
  switch (spec.place) {
    case "E":
      return registerForm ? "r" : "m";
    case "W":
      return registerForm ? "x" : "m";
    case "Q":
      return registerForm ? "p" : "m";
    case "M":
    case "O":
      return "m";
    case "U":
    case "V":
      return "x";
    case "N":
    case "P":
      return "p";
    case "T":
      return "t";
    case "I":
    case "J":
    case "S":
    case "1":
      return "i";
    default:
      return "r";
  }
}

/** The shape that an encoding has with this operand size and form. */
export function shapeOf(e: Encoding, operandSize: 2 | 4 | 8, registerForm: boolean): Shape {
  const operands = e.operands.map((spec) => ({
    kind: kindOf(spec, registerForm),
    size: sizeOf(spec, operandSize),
  }));
  const sized = operandSizes(e).length > 0;
  const text = operands.map(({ kind, size }) => `${kind}${size === 0 ? "" : size}`).join();
  return {
    key: `${e.instruction.name} ${text}`.trim(),
    size: sized ? operandSize : (operands[0]?.size ?? 8),
    operands,
    unaligned: e.instruction.unaligned,
  };
}
