// SPDX-License-Identifier: MPL-2.0

import { CODE, DATA, HIGH, PAGE, STACK, imageOffset } from "../layout.mjs";
import { integerUndefinedFlags, isApproximate } from "../vendor.mjs";
import { assemble } from "./assemble.mjs";
import { integerTable } from "./integer-table.mjs";
import { Rng } from "./rng.mjs";
import { sseTable } from "./sse-table.mjs";
import { randomState } from "./state.mjs";
import { parseTemplate, skipped } from "./template.mjs";
import { x87Table } from "./x87-table.mjs";

const parse = (table, group) =>
  table.map((line) => parseTemplate(line, group)).filter((t) => !skipped(t));

export const templates = {
  int: parse(integerTable, "int"),
  sse: parse(sseTable, "sse"),
  x87: parse(x87Table, "x87"),
};

/** Registers that hold addresses during a block, and where each points. */
const BLOCK_BASES = [
  [12, DATA + 0x800],
  [13, DATA + 0x1800],
  [14, HIGH + 0x1000],
  [15, STACK + 0x400],
];

/**
 * The case of a seed: `{seed, name, group, rip, code, gpr, rflags, fxsave, patches}`.
 * `only` narrows to a group ("int", "sse", "x87"), or to instructions by name.
 */
export function generateCase(seed, only) {
  const rng = new Rng(seed);
  for (;;) {
    const c = tryGenerate(rng, only);
    if (c !== undefined) return { seed, ...c };
  }
}

/**
 * Not in blocks: xlat, whose address would be random; operations with a domain that an instruction before could leave;
 * stores of which some bytes are not compared.
 */
const ALONE = new Set([
  "xlat",
  "shld",
  "shrd",
  "fyl2xp1",
  "fxsave",
  "fxsave64",
  "fnstenv",
  "fnsave",
  "fnstenv16",
  "fnsave16",
  "lar",
  "lsl",
  "verr",
  "verw",
  "jmpf",
  "callf",
  "retf",
  "iret",
]);

/** Could a jump into the middle of an instruction meet `syscall`, `sysenter` or `int 0x80`? */
export function mayEnterKernel(code) {
  return code.some((b, i) => {
    const next = code[i + 1];
    return (b === 0x0f && (next === 0x05 || next === 0x34)) || (b === 0xcd && next === 0x80);
  });
}

const standsAlone = (t) =>
  ALONE.has(t.name) ||
  ["codeTarget", "ret"].includes(t.fix) ||
  ["string", "compare", "64v"].some((option) => t.options.has(option));

const named = new Map();

function choices(only) {
  if (only === undefined) return undefined;
  if (!named.has(only)) {
    const wanted = only.split(",");
    const all = Object.values(templates).flat();
    named.set(
      only,
      all.filter((t) => wanted.includes(t.group) || wanted.includes(t.name)),
    );
    if (named.get(only).length === 0)
      throw new Error(`--only ${only}: no such group or instruction`);
  }
  return named.get(only);
}

function tryGenerate(rng, only) {
  const pool =
    choices(only) ??
    templates[
      rng.weighted([
        [5, "int"],
        [4, "sse"],
        [3, "x87"],
      ])
    ];
  const first = rng.pick(pool);
  const s = randomState(rng, first.group);
  const length = rng.oneIn(4) ? rng.range(2, 6) : 1;
  const rip = rng.oneIn(24)
    ? CODE + rng.pick([PAGE, 2 * PAGE]) - rng.range(1, 15)
    : CODE + 0x100 + rng.below(0xe00);
  const code = [];
  const names = [];
  const stores = [];
  const bases = length > 1 ? BLOCK_BASES.map(([r]) => r) : undefined;
  if (bases !== undefined) for (const [r, address] of BLOCK_BASES) s.gpr[r] = BigInt(address);
  let undefinedFlags = 0;
  for (let i = 0; i < length; i++) {
    const t =
      i === 0
        ? first
        : rng.pick(pool.length > 4 && only === undefined ? templates[first.group] : pool);
    // In a block, a result that may differ must not feed the next instruction.
    const flags = integerUndefinedFlags(t.name);
    const last = i === length - 1;
    if (!last && (flags !== 0 || isApproximate(t.name))) continue;
    if (length > 1 && standsAlone(t)) continue;
    const laid = assemble(rng, t, s, rip + code.length, bases);
    if (laid === undefined) continue;
    const { bytes, memory } = laid;
    if (memory !== undefined && memory < 1n << 47n) {
      stores.push({ name: t.name, offset: imageOffset(Number(memory)) });
    }
    if (bytes.length > 15) return undefined;
    code.push(...bytes);
    names.push(t.name);
    undefinedFlags |= flags;
  }
  if (code.length === 0 || mayEnterKernel(code)) return undefined;
  s.poke(BigInt(rip), Uint8Array.from(code));
  return {
    name: names.join(";"),
    names,
    stores,
    group: first.group,
    rip,
    code: Uint8Array.from(code),
    gpr: s.gpr,
    rflags: s.rflags,
    fxsave: s.fxsave,
    patches: s.patches,
  };
}
