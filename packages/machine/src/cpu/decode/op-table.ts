// SPDX-License-Identifier: MPL-2.0

/** Numbers the micro-ops and compiles the encodings into opcode maps for the decoder. */

import type { Shape } from "../bind/binding.ts";
import type { BlockEnd, Instruction } from "../isa/define.ts";
import { instructions } from "../isa/index.ts";
import { FUSED, HOT, PAIRS } from "../tier0/hot.ts";
import {
  type Encoding,
  allowsMemory,
  allowsRegister,
  formsOf,
  hasModrm,
  operandSizes,
  parseEncoding,
  shapeOf,
  sizeOf,
} from "./encoding.ts";

/** Micro-ops that no instruction has: they hold blocks together. */
export const PSEUDO = [
  /** Leaves the loop: no code at RIP. */
  "$miss",
  /** Leaves the loop: no code at this record's offset in this page. */
  "$stub",
  /** Jumps to PAGE + immediate, which lies in another page. */
  "$far",
  /** Goes on at the record in `target`. */
  "$goto",
  /** Checks that the next page is the physical page in the immediate. */
  "$cross",
  /** #UD */
  "$invalid",
  /** #GP(0): longer than 15 bytes. */
  "$too-long",
  /** TEMPORARY = base + (index << scale) + displacement + immediate. */
  "$address",
  /** The same modulo 2^32. */
  "$address32",
  /** Runs compiled code: see tier0/regions.ts. */
  "$region",
] as const;
export type Pseudo = (typeof PSEUDO)[number];

/** One micro-op. */
export interface MicroOp {
  readonly number: number;
  readonly key: string;
  readonly shape: Shape | undefined;
  readonly instruction: Instruction | undefined;
  /** The conditional jump that a comparison is fused with. */
  readonly jump: Instruction | undefined;
  /** The micro-op that this one runs after itself, for pairs. */
  readonly second: MicroOp | undefined;
}

/** How the decoder handles one operand. */
export interface OperandPlan {
  readonly place: number;
  /** Size for operand size 2, 4, 8 (index log2 - 1). */
  readonly sizes: readonly [number, number, number];
  readonly immediate: number;
}

export const PLACES = "EMRGZACWUVQNPTSIJO1";
/** How immediates are read: the size's letter. */
export const IMMEDIATES = "bwdzsvqe";

/** One encoding as the decoder sees it. */
export interface Candidate {
  readonly name: string;
  /** 0 any; 1 NP; 2 66; 3 F3; 4 F2. */
  readonly prefix: number;
  readonly digit: number;
  readonly modrm: number;
  readonly memory: boolean;
  readonly register: boolean;
  readonly hasModrm: boolean;
  readonly rexW: number;
  readonly rexBClear: boolean;
  readonly addressSize: number;
  /** 0 by prefixes, 1 d64, 2 f64. */
  readonly defaultSize: number;
  readonly operands: readonly OperandPlan[];
  /** Micro-op by operand size (log2 - 1) * 2 + (1 for the register form); -1 where there is none. */
  readonly ops: readonly number[];
  readonly lock: boolean;
  readonly end: BlockEnd;
  readonly addressOnly: boolean;
}

export interface OpTable {
  readonly ops: readonly MicroOp[];
  /** Micro-ops below this number have their code inside the loop. */
  readonly hotCount: number;
  readonly byKey: ReadonlyMap<string, number>;
  /** Candidates at map * 256 + opcode: made when they are asked for, as a program needs few of them. */
  readonly candidates: (at: number) => readonly Candidate[];
  /** For a comparison's micro-op, the fused ones by condition code (-1 where there is none). */
  readonly fused: ReadonlyMap<number, Int16Array>;
  /** Pairs of micro-ops, by `pairKey`. */
  readonly pairs: ReadonlyMap<number, number>;
}

/** The key of two micro-ops in `OpTable.pairs`. Numbers of micro-ops have 16 bits in a record. */
export function pairKey(first: number, second: number): number {
  return first * 65536 + second;
}

const PREFIX_CODE: Readonly<Record<string, number>> = { "": 0, NP: 1, "66": 2, F3: 3, F2: 4 };

function specificity(e: Encoding): number {
  return (
    (e.modrm >= 0 ? 8 : 0) +
    (e.prefix !== "" && e.prefix !== "NP" ? 4 : 0) +
    (e.digit >= 0 ? 2 : 0) +
    (e.addressSize > 0 || e.rexW >= 0 || e.rexBClear ? 1 : 0)
  );
}

/** Builds the table; the same description always gives the same numbers. */
export function buildOpTable(): OpTable {
  const encodings = instructions.flatMap((i) => i.encodings.map((text) => parseEncoding(i, text)));
  const shapes = new Map<string, { shape: Shape; instruction: Instruction }>();
  const keysOf = new Map<Encoding, readonly (string | undefined)[]>();
  for (const e of encodings) {
    const found: (string | undefined)[] = [];
    for (const form of formsOf(e)) {
      const shape = shapeOf(e.instruction, form);
      shapes.set(shape.key, { shape, instruction: e.instruction });
      found[form.index] = shape.key;
    }
    keysOf.set(e, found);
  }
  const byName = new Map(instructions.map((i) => [i.name, i]));

  const keys: string[] = [...PSEUDO];
  for (const key of HOT) if (shapes.has(key)) keys.push(key);
  const fusedKeys: string[] = [];
  for (const { compare, conditions } of FUSED) {
    for (const jump of conditions) {
      if (shapes.has(compare) && byName.has(jump)) fusedKeys.push(`${compare} + ${jump}`);
    }
  }
  keys.push(...fusedKeys);
  const singles = new Set(keys);
  const pairKeys = PAIRS.filter(([a, b]) => singles.has(a) && singles.has(b)).map(
    ([a, b]) => `${a} ; ${b}`,
  );
  keys.push(...pairKeys);
  const hotCount = keys.length;
  const hot = new Set(keys);
  for (const key of shapes.keys()) if (!hot.has(key)) keys.push(key);

  const ops: MicroOp[] = [];
  const byKey = new Map(keys.map((key, i) => [key, i]));
  const opOf = (key: string): MicroOp | undefined => ops[byKey.get(key) ?? -1];
  keys.forEach((key, number) => {
    const single = shapes.get(key);
    if (single !== undefined) {
      const { shape, instruction } = single;
      ops.push({ number, key, shape, instruction, jump: undefined, second: undefined });
      return;
    }
    const [first = "", second] = key.split(" ; ");
    const [compare = "", jump] = first.split(" + ");
    const found = shapes.get(compare);
    ops.push({
      number,
      key,
      shape: found?.shape,
      instruction: found?.instruction,
      jump: jump === undefined ? undefined : byName.get(jump),
      second: second === undefined ? undefined : opOf(second),
    });
  });
  const fused = new Map<number, Int16Array>();
  for (const key of fusedKeys) {
    const [compare = "", jump = ""] = key.split(" + ");
    const number = byKey.get(compare) ?? -1;
    const row = fused.get(number) ?? new Int16Array(16).fill(-1);
    row[CONDITIONS.indexOf(jump)] = byKey.get(key) ?? -1;
    fused.set(number, row);
  }
  const pairs = new Map<number, number>();
  for (const key of pairKeys) {
    const [a = "", b = ""] = key.split(" ; ");
    pairs.set(pairKey(byKey.get(a) ?? 0, byKey.get(b) ?? 0), byKey.get(key) ?? 0);
  }
  const candidates = lazyCandidates(encodings, (e) => opsOf(e, keysOf.get(e) ?? [], byKey));
  return { ops, hotCount, byKey, candidates, fused, pairs };
}

const SIZES = [2, 4, 8] as const;

/** The conditional jumps by condition code. */
export const CONDITIONS: readonly string[] =
  "jo jno jb jae je jne jbe ja js jns jp jnp jl jge jle jg".split(" ");

/** Micro-ops of an encoding as in `Candidate.ops`, by the keys of the shapes that it has. */
function opsOf(
  e: Encoding,
  keys: readonly (string | undefined)[],
  byKey: ReadonlyMap<string, number>,
): number[] {
  const sizes = operandSizes(e);
  const ops = Array.from({ length: 6 }, () => -1);
  SIZES.forEach((size, s) => {
    for (const register of [0, 1]) {
      // Without sizes of its own it is the same for all of them; what has 4 and 8 takes 2 for 4.
      const like = sizes.length === 0 || (size === 2 && sizes[0] === 4) ? SIZES.indexOf(4) : s;
      const key = keys[2 * like + register];
      if (key !== undefined) ops[2 * s + register] = byKey.get(key) ?? -1;
    }
  });
  return ops;
}

function lazyCandidates(
  encodings: readonly Encoding[],
  ops: (e: Encoding) => readonly number[],
): (at: number) => readonly Candidate[] {
  const groups: (Encoding[] | undefined)[] = Array.from({ length: 1024 }, () => undefined);
  for (const e of encodings) {
    for (let r = 0; r < (e.plusRegister ? 8 : 1); r++) {
      (groups[e.map * 256 + e.opcode + r] ??= []).push(e);
    }
  }
  const made: (readonly Candidate[] | undefined)[] = Array.from({ length: 1024 }, () => undefined);
  return (at) =>
    (made[at] ??= [...(groups[at] ?? [])]
      .sort((a, b) => specificity(b) - specificity(a))
      .map((e) => candidateOf(e, ops(e))));
}

function candidateOf(e: Encoding, ops: readonly number[]): Candidate {
  return {
    name: e.instruction.name,
    prefix: PREFIX_CODE[e.prefix] ?? 0,
    digit: e.digit,
    modrm: e.modrm,
    memory: allowsMemory(e),
    register: allowsRegister(e),
    hasModrm: hasModrm(e),
    rexW: e.rexW,
    rexBClear: e.rexBClear,
    addressSize: e.addressSize,
    defaultSize: e.defaultSize === "v" ? 0 : e.defaultSize === "d64" ? 1 : 2,
    operands: e.operands.map((spec) => ({
      place: PLACES.indexOf(spec.place),
      sizes: [sizeOf(spec, 2), sizeOf(spec, 4), sizeOf(spec, 8)],
      immediate: IMMEDIATES.indexOf(spec.size),
    })),
    ops,
    lock: e.instruction.lock && "EM".includes(e.operands[0]?.place ?? "-"),
    end: e.instruction.end,
    addressOnly: e.instruction.addressOnly,
  };
}
