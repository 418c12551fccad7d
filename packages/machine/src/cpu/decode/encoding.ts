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

import type { Operand, OperandKind, OperandSize, Shape } from "../bind/binding.ts";
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

const PREFIXES: readonly string[] = ["NP", "66", "F2", "F3"];

/** Parsed once each: the encodings share few lists of operands, and a start reads all encodings. */
const operandLists = new Map<string, readonly OperandSpec[]>();

function parseOperands(word: string, bad: (why: string) => never): readonly OperandSpec[] {
  const known = operandLists.get(word);
  if (known !== undefined) return known;
  const operands: OperandSpec[] = [];
  for (const operand of word.split(",")) {
    const match = /^([EMRGZACWUVQNPTSIJO1])([bwdqtxvyzse]?)$/.exec(operand);
    if (match === null) return bad(`unknown operand "${operand}"`);
    operands.push({ place: match[1] ?? "", size: match[2] ?? "" });
  }
  operandLists.set(word, operands);
  return operands;
}

const NO_OPERANDS: readonly OperandSpec[] = [];

export function parseEncoding(instruction: Instruction, text: string): Encoding {
  const bad = (why: string): never => {
    throw new Error(`encoding "${text}" of ${instruction.name}: ${why}`);
  };
  const words = text.split(" ");
  let at = 0;
  let prefix = "";
  if (words.length > 1 && PREFIXES.includes(words[0] ?? "")) {
    prefix = words[0] ?? "";
    at = 1;
  }
  let map = 0;
  if (words[at] === "0F") {
    at += 1;
    map = 1;
    if (words[at] === "38" || words[at] === "3A") {
      map = words[at] === "38" ? 2 : 3;
      at += 1;
    }
  }
  const opcode = /^([0-9A-F]{2})(\+r)?(?:\/([0-7]))?$/.exec(words[at] ?? "");
  if (opcode === null) return bad("no opcode");
  at += 1;
  let modrm = -1;
  const second = words[at] ?? "";
  if (second.length === 2 && /^[0-9A-F]{2}$/.test(second)) {
    modrm = Number.parseInt(second, 16);
    at += 1;
  }
  let operands = NO_OPERANDS;
  let defaultSize: "v" | "d64" | "f64" = "v";
  let rexW = -1;
  let rexBClear = false;
  let addressSize = 0;
  for (; at < words.length; at += 1) {
    const word = words[at] ?? "";
    if (word === "d64" || word === "f64") defaultSize = word;
    else if (word === "w0" || word === "w1") rexW = Number(word[1]);
    else if (word === "b0") rexBClear = true;
    else if (word === "a32" || word === "a64") addressSize = Number(word.slice(1)) / 8;
    else if (operands.length > 0) bad(`unknown word "${word}"`);
    else operands = parseOperands(word, bad);
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

const SIZES = [2, 4, 8] as const;

/** What an encoding is with one operand size, with ModRM.rm as memory or as a register. */
export interface Form {
  /** As in `Candidate.ops`: (log2 of the operand size - 1) * 2 + (1 for the register form). */
  readonly index: number;
  readonly operands: readonly Operand[];
  /** The operands as in a shape's key, e.g. "r4,m4". */
  readonly text: string;
  /** A shape's size. */
  readonly size: OperandSize;
}

/** By what they depend on, first the list of operands: as few as these, and made at every start. */
const knownForms = new Map<readonly OperandSpec[], Map<number, readonly Form[]>>();

/** The forms of an encoding, sizes upwards, memory first. */
export function formsOf(e: Encoding): readonly Form[] {
  let known = knownForms.get(e.operands);
  if (known === undefined) knownForms.set(e.operands, (known = new Map()));
  const modrm = e.modrm >= 0 ? 2 : e.digit >= 0 ? 1 : 0;
  const key = 3 * (e.defaultSize === "v" ? 0 : e.defaultSize === "d64" ? 1 : 2) + modrm;
  let forms = known.get(key);
  if (forms === undefined) known.set(key, (forms = makeForms(e)));
  return forms;
}

function makeForms(e: Encoding): Form[] {
  const sizes = operandSizes(e);
  const forms: Form[] = [];
  for (const size of sizes.length > 0 ? sizes : ([4] as const)) {
    for (const register of [false, true]) {
      if (register ? hasModrm(e) && !allowsRegister(e) : !hasModrm(e) || !allowsMemory(e)) continue;
      const operands = e.operands.map((spec) => ({
        kind: kindOf(spec, register),
        size: sizeOf(spec, size),
      }));
      forms.push({
        index: 2 * SIZES.indexOf(size) + Number(register),
        operands,
        text: operands.map(({ kind, size: n }) => `${kind}${n === 0 ? "" : n}`).join(),
        size: sizes.length > 0 ? size : (operands[0]?.size ?? 8),
      });
    }
  }
  return forms;
}

/** The shape that an instruction has in this form. */
export function shapeOf({ name, unaligned }: Instruction, form: Form): Shape {
  const { operands, text, size } = form;
  return { key: text === "" ? name : `${name} ${text}`, size, operands, unaligned };
}
