// SPDX-License-Identifier: MPL-2.0

import { BuildError } from "../build/build-error.ts";

/** One operation of the engine's bytecode, as its quickjs-opcode.h describes it. */
export interface Opcode {
  readonly name: string;
  readonly number: number;
  /** In bytes, with its operands. */
  readonly size: number;
  readonly pops: number;
  readonly pushes: number;
  /** Which operands follow. */
  readonly format: string;
}

const DEFINITION = /^DEF\(\s*(\w+),\s*(\d+),\s*(\d+),\s*(\d+),\s*(\w+)\s*\)/gm;

/** All operations, by number. Those that only the engine's parser uses are left out. */
export function readOpcodes(header: string): readonly Opcode[] {
  const found = [...header.matchAll(DEFINITION)];
  if (found.length < 200) {
    throw new BuildError("engine-missing", `quickjs-opcode.h tells ${found.length} operations`);
  }
  return found.map(([, name = "", size, pops, pushes, format = ""], number) => ({
    name,
    number,
    size: Number(size),
    pops: Number(pops),
    pushes: Number(pushes),
    format,
  }));
}

const ATOM = /^DEF\(\s*\w+,\s*"((?:[^"\\]|\\.)*)"\s*\)/gm;

/** The engine's own names, by number; number 0 is none. */
export function readAtoms(header: string): readonly string[] {
  return ["", ...[...header.matchAll(ATOM)].map(([, text = ""]) => text)];
}
