// SPDX-License-Identifier: MPL-2.0

/**
 * Random programs: blocks of random instructions with every kind of jump between them, loops, functions, string
 * instructions, stores to their own code, and traps at which protections change.
 */

import { PAGE, STACK } from "../layout.mjs";
import {
  CHANGEABLE_PAGES,
  CODE_BYTES,
  CODE_HIGH,
  CODE_LOW,
  codePatches,
} from "../programs-layout.mjs";
import { CodeWriter } from "./code-writer.mjs";
import { mayEnterKernel } from "./case.mjs";
import { ProgramBody } from "./program-body.mjs";
import { BASES } from "./program-memory.mjs";
import { Rng } from "./rng.mjs";
import { randomState } from "./state.mjs";
import { integer } from "./values.mjs";
import { randomVictim } from "./victim.mjs";

export const ACTION_RETRY = 1;
export const ACTION_RESTORE = 2;

/** States from which each program is run; fewer where code is written, and compiled again for each. */
const STATES = 100;
const STATES_WITH_VICTIMS = 10;
const MAX_LANDINGS = 64;

/**
 * The program of a seed: `{seed, blocks, code: [{offset, bytes}], base, landings, actions, tickActions, undefinedAt, copies,
 * states: [{gpr, rflags, fxsave, patches, rip}]}`. `undefinedAt` has the flags without a defined value, by offset;
 * `copies` are the offsets of instructions with two memory operands.
 */
export function generateProgram(seed) {
  const rng = new Rng(seed);
  for (;;) {
    const program = tryGenerate(rng);
    if (program !== undefined) return { seed, ...program };
  }
}

function tryGenerate(rng) {
  const groups = rng.weighted([
    [6, ["int"]],
    [4, ["int", "sse"]],
    [1, ["int", "sse", "x87"]],
    [2, ["sse"]],
  ]);
  const state = randomProgramState(rng, groups);
  const base = rng.oneIn(3) ? CODE_HIGH : CODE_LOW;
  const writer = new CodeWriter(CODE_BYTES);
  const body = new ProgramBody(rng, writer, state, base, groups);
  const blocks = rng.range(4, 26);
  const functions = rng.below(4);
  const starts = chunkStarts(rng);
  const perChunk = Math.ceil((blocks + functions) / starts.length);
  writer.at = starts[0];
  const victims = rng.oneIn(8) ? rng.range(1, 3) : 0;
  body.plan(blocks, functions, victims);
  for (let i = 0; i < blocks + functions; i++) {
    const chunk = Math.floor(i / perChunk);
    if (i > 0 && i % perChunk === 0) {
      if (writer.at + 5 > starts[chunk]) return undefined;
      if (i < blocks) writer.jump([0xe9], `block${i}`);
      writer.at = starts[chunk];
    }
    if (i < blocks) body.block(i);
    else body.function(i - blocks);
  }
  body.finish();
  writer.finish();
  const code = writer.ranges.map(([start, end]) => ({
    offset: start,
    bytes: writer.bytes.slice(start, end),
  }));
  if (code.some(({ bytes }) => mayEnterKernel(Array.from(bytes)))) return undefined;
  const rip = base + writer.labels.get("block0");
  const states = [state];
  while (states.length < (victims > 0 ? STATES_WITH_VICTIMS : STATES))
    states.push(randomProgramState(rng, groups));
  return {
    blocks: blocks + functions,
    code,
    base,
    landings: body.landings.slice(0, MAX_LANDINGS),
    undefinedAt: body.undefinedAt,
    copies: body.copies,
    actions: randomActions(rng, base),
    tickActions: randomTickActions(rng, body.victims),
    states: states.map((s) => ({
      gpr: s.gpr,
      rflags: s.rflags,
      fxsave: s.fxsave,
      rip,
      patches: [...state.patches, ...code.flatMap((c) => codePatches(c.offset, c.bytes))],
    })),
  };
}

/** Where the pieces of the code start: mostly so that they run over the end of a page. */
function chunkStarts(rng) {
  const near = (page) => page * PAGE - rng.range(1, 600);
  switch (rng.below(5)) {
    case 0:
      return [rng.below(PAGE)];
    case 1:
      return [near(2)];
    case 2:
      return [near(1), near(2)];
    case 3:
      return [rng.below(1500), near(1), PAGE + rng.range(1600, 2400), near(2)];
    default:
      return [near(1)];
  }
}

function randomProgramState(rng, groups) {
  const s = randomState(rng, groups[groups.length - 1]);
  for (const [r, address] of BASES) s.gpr[r] = BigInt(address);
  s.gpr[4] = BigInt(STACK + PAGE + 8 * rng.range(-8, 8));
  s.gpr[11] = BigInt(rng.oneIn(24) ? rng.range(100, 400) : rng.range(3, 60));
  for (let r = 0; r < 11; r++) {
    if (r !== 4 && rng.oneIn(2)) s.gpr[r] = integer(rng, 64);
  }
  return s;
}

/** What happens at each trap. */
function randomActions(rng, base) {
  const actions = [];
  for (let i = rng.below(13); i > 0; i--) {
    const flags =
      (rng.oneIn(3) ? ACTION_RETRY : 0) | (rng.oneIn(3) ? ACTION_RESTORE | ACTION_RETRY : 0);
    const action = { address: 0, protection: 0, flags };
    if (flags === 0 || rng.oneIn(4)) Object.assign(action, randomProtection(rng, base));
    actions.push(action);
  }
  return actions;
}

function randomProtection(rng, base) {
  const address = rng.pick(CHANGEABLE_PAGES);
  // Code that cannot be fetched ends the program soon.
  const isCode = address >= base && address < base + CODE_BYTES && !rng.oneIn(5);
  return { address, protection: rng.pick(isCode ? [5, 7] : [0, 1, 1, 3, 7]) };
}

/** What the world outside does to the program between two of its instructions. */
function randomTickActions(rng, victims) {
  const actions = [];
  for (let i = rng.range(2, 10); i > 0; i--) {
    const action = { address: 0, protection: 0, patches: [] };
    if (victims.length > 0 && rng.oneIn(2)) {
      action.patches = codePatches(rng.pick(victims), randomVictim(rng));
    }
    if (rng.oneIn(3)) {
      action.address = rng.pick(CHANGEABLE_PAGES);
      action.protection = rng.pick([1, 3, 5, 7]);
    }
    actions.push(action);
  }
  return actions;
}
