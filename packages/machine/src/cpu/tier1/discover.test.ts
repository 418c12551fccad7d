// SPDX-License-Identifier: MPL-2.0

import { expect, test } from "@jest/globals";
import { opTable } from "../cpu.ts";
import { Decoder } from "../decode/decoder.ts";
import { effectsOf } from "./effects.ts";
import type { RegionCode } from "./blocks.ts";
import { discover } from "./discover.ts";
import { type Code, decodeCode, pageOf } from "./code.ts";

const INC_EAX = [0xff, 0xc0];
const RET = [0xc3];
const jumpIfZero = (distance: number): number[] => [0x74, distance & 255];
const call = (from: number, to: number): number[] => {
  const distance = to - (from + 5);
  return [0xe8, ...[0, 8, 16, 24].map((shift) => (distance >> shift) & 255)];
};
const times = (count: number, bytes: readonly number[]): number[] =>
  Array.from({ length: count }, () => bytes).flat();

/** What is reached from the start of a page with these bytes at these offsets; the interpreter has blocks at `starts`. */
function reached(
  code: Readonly<Record<number, readonly number[]>>,
  limit: number,
  starts: readonly number[] = [],
  {
    entries = [],
    loops = false,
    guessed,
    callees = {},
  }: {
    entries?: readonly number[];
    loops?: boolean;
    guessed?: number;
    callees?: Readonly<Record<number, readonly number[]>>;
  } = {},
): RegionCode {
  const table = opTable();
  const decoder = new Decoder(table);
  // The first page, behind another one.
  const pages = new Uint8Array(8192);
  for (const [at, bytes] of Object.entries(code)) pages.set(bytes, 4096 + Number(at));
  const source = {
    decode: (offset: number) =>
      decodeCode(decoder, table, pages, 4096 + offset, pages.length, offset),
    isKnown: () => true,
    canInline: ({ op }: Code) => effectsOf(op).inline,
    blockStarts: (page: number) => starts.filter((start) => pageOf(start) === page),
    callees: ({ offset }: Code) => callees[offset] ?? [],
  };
  const limits = { instructions: limit, guessed: guessed ?? limit, pages: 16, loops };
  return discover(source, [0], limits, entries);
}

const instructionsOf = ({ blocks }: RegionCode): number =>
  [...blocks.values()].reduce((sum, { codes }) => sum + codes.length, 0);

test("what is called and fits is part of the region", () => {
  const code = reached({ 0: [...call(0, 0x100), ...RET], 0x100: [...INC_EAX, ...RET] }, 10);
  expect([...code.blocks.keys()].sort((a, b) => a - b)).toEqual([0, 5, 0x100]);
  expect(code.partial).toBe(false);
});

test("a function that does not fit in whole is left out, and a smaller one behind it taken", () => {
  const long = [...times(6, INC_EAX), ...jumpIfZero(0), ...times(6, INC_EAX), ...RET];
  const code = reached(
    {
      0: [...call(0, 0x100), ...call(5, 0x200), ...RET],
      0x100: long,
      0x200: [...INC_EAX, ...RET],
    },
    8,
  );
  expect([...code.blocks.keys()].sort((a, b) => a - b)).toEqual([0, 5, 10, 0x200]);
  expect(code.partial).toBe(true);
});

test("a block is not cut where the limit is reached", () => {
  const code = reached({ 0: [...times(20, INC_EAX), ...RET] }, 8);
  expect(instructionsOf(code)).toBe(21);
  expect(code.blocks.get(0)?.stops).toBe(false);
});

test("a computed jump may lead to more than the region holds", () => {
  const code = { 0: [0xff, 0xe0], 0x100: [...times(9, INC_EAX), ...RET], 0x200: RET };
  expect(reached(code, 8, [0x100, 0x200]).partial).toBe(true);
  expect(reached(code, 80, [0x100, 0x200], { guessed: 8 }).partial).toBe(true);
  const whole = reached(code, 80, [0x100, 0x200]);
  expect([...whole.blocks.keys()]).toEqual([0, 0x100, 0x200]);
  expect(whole.partial).toBe(false);
});

const jump = (from: number, to: number): number[] => [0xe9, ...call(from, to).slice(1)];
/** jump back: jnz */
const loopTo = (from: number, to: number): number[] => [0x75, (to - (from + 2)) & 255];

test("a function that is called in a loop is taken before one that is called once", () => {
  const body = [...times(7, INC_EAX), ...RET];
  const code = {
    // Calls the first once, and the second one round after the other.
    0: [...call(0, 0x100), ...call(5, 0x200), ...loopTo(10, 5), ...RET],
    0x100: body,
    0x200: body,
  };
  expect([...reached(code, 12).blocks.keys()].sort((a, b) => a - b)).toEqual([0, 5, 10, 12, 0x200]);
});

test("a small function may be taken beyond the limit, a large one may not", () => {
  const small = { 0: [...call(0, 0x100), ...RET], 0x100: [...times(45, INC_EAX), ...RET] };
  expect(reached(small, 40).blocks.has(0x100)).toBe(false);
  const [most, rest] = [[...times(36, INC_EAX)], [...INC_EAX, ...INC_EAX, ...RET]];
  const beyond = {
    0: [...most, ...call(72, 0x100), ...RET],
    0x100: [...times(5, INC_EAX), ...rest],
  };
  const found = reached(beyond, 40);
  expect(found.blocks.has(0x100)).toBe(true);
  expect(instructionsOf(found)).toBeGreaterThan(40);
  expect(found.partial).toBe(false);
});

test("a function ends in another one, which stands in the region for that", () => {
  const code = {
    // The second function is called and does not fit; the first one is, and jumps to its end.
    0: [...call(0, 0x200), ...call(5, 0x100), ...RET],
    0x100: [...INC_EAX, ...jump(0x102, 0x280)],
    0x200: [...times(30, INC_EAX), ...jump(0x23c, 0x280)],
    0x280: [...INC_EAX, ...RET],
  };
  const { blocks, partial } = reached(code, 12);
  expect([...blocks.keys()].sort((a, b) => a - b)).toEqual([0, 5, 10, 0x100, 0x280]);
  expect(partial).toBe(true);
});

test("code is entered where smaller regions are entered that hold it", () => {
  const code = { 0: [...times(4, INC_EAX), ...RET], 0x100: [...INC_EAX, ...RET] };
  const { blocks, entries } = reached(code, 10, [], { entries: [4, 0x100] });
  expect([...blocks.keys()].sort((a, b) => a - b)).toEqual([0, 4]);
  expect(entries.has(4)).toBe(true);
});

test("a large function may be taken beyond the limit by a region that loops around its call", () => {
  const code = {
    0: [...times(20, INC_EAX), ...call(40, 0x100), ...loopTo(45, 40), ...RET],
    0x100: [...times(40, INC_EAX), ...RET],
  };
  expect(reached(code, 56).blocks.has(0x100)).toBe(false);
  expect(reached(code, 56, [], { loops: true }).blocks.has(0x100)).toBe(true);
});

test("what stands behind a loop is not in it, also in a page before the first one", () => {
  const before = {
    0: [...call(0, -0x800), ...RET],
    // Calls the larger function in a loop, and the other one behind that.
    [-0x800]: [...call(-0x800, 0x200), ...loopTo(-0x7fb, -0x800), ...call(-0x7f9, 0x100), ...RET],
    0x100: [...times(4, INC_EAX), ...RET],
    0x200: [...times(8, INC_EAX), ...RET],
  };
  const { blocks } = reached(before, 12);
  expect(blocks.has(0x200)).toBe(true);
  expect(blocks.has(0x100)).toBe(false);
});

const CALL_EAX = [0xff, 0xd0];

test("what a computed call has been seen to call is taken like other functions, and returns there", () => {
  const code = {
    0: [...CALL_EAX, ...RET],
    0x100: [...INC_EAX, ...RET],
    0x200: [...times(9, INC_EAX), ...RET],
  };
  const { blocks, callees, returns, partial } = reached(code, 8, [], {
    callees: { 0: [0x100, 0x200] },
  });
  expect([...blocks.keys()].sort((a, b) => a - b)).toEqual([0, 2, 0x100]);
  expect(callees.get(0)).toEqual([0x100, 0x200]);
  expect(returns.get(0x100)).toEqual([2]);
  expect(partial).toBe(true);
});

test.each([
  ["jmp [8*rax+0x40]", true, [0xff, 0x24, 0xc5, 0x40, 0, 0, 0]],
  ["add rax,rdx; jmp rax", true, [0x48, 0x01, 0xd0, 0xff, 0xe0]],
  ["jmp [rax+0x40]", false, [0xff, 0x60, 0x40]],
  ["pop rbx; jmp rax", false, [0x5b, 0xff, 0xe0]],
])("of a function in another page %s leads to what is near: %s", (_, leads, jumps) => {
  const code = {
    0: [...call(0, -0x800), ...RET],
    [-0x800]: jumps,
    [-0x7e0]: RET,
    [-0x100]: RET,
  };
  const { blocks } = reached(code, 20, [-0x7e0, -0x100, 0x80]);
  expect(blocks.has(-0x7e0)).toBe(leads);
  expect(blocks.has(-0x100)).toBe(false);
  expect(blocks.has(0x80)).toBe(false);
});

test("a function that ends in a jump out of the region, by a linker's table, is called; such a jump alone is taken", () => {
  const stub = [0xff, 0x25, 0, 1, 0, 0]; // jmp [rip+0x100]
  const code = {
    0: [...call(0, 0x100), ...call(5, 0x200), ...RET],
    0x100: [...INC_EAX, ...jump(0x102, 0x200)],
    0x200: stub,
  };
  const { blocks } = reached(code, 20);
  expect([...blocks.keys()].sort((a, b) => a - b)).toEqual([0, 5, 10, 0x200]);
});
