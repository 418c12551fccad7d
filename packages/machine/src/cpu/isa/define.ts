// SPDX-License-Identifier: MPL-2.0

import type { Binding } from "../bind/binding.ts";

/** How an instruction ends a block of straight-line code. */
export type BlockEnd =
  /** Goes on with the next instruction. */
  | "no"
  /** A conditional direct jump: the next instruction follows when it is not taken. */
  | "conditional"
  /** An unconditional direct jump or call; its target is the operand. */
  | "direct"
  /** Jumps to a computed address, or always traps. */
  | "always";

export interface InstructionOptions {
  /** The LOCK prefix is allowed when operand 0 is in memory. */
  readonly lock?: boolean;
  readonly end?: BlockEnd;
  /** 16-byte memory operands need no alignment. */
  readonly unaligned?: boolean;
  /** The memory operand is an address only: no segment base is added (lea). */
  readonly addressOnly?: boolean;
}

/** One instruction of the set: how it is encoded and what it does. */
export interface Instruction {
  readonly name: string;
  /** Encodings in the grammar of decode/encoding.ts. */
  readonly encodings: readonly string[];
  /** Emits what the instruction does, through the operations of a binding. */
  readonly semantics: (b: Binding) => void;
  readonly lock: boolean;
  readonly end: BlockEnd;
  readonly unaligned: boolean;
  readonly addressOnly: boolean;
}

export function instruction(
  name: string,
  encodings: readonly string[],
  semantics: (b: Binding) => void,
  options: InstructionOptions = {},
): Instruction {
  return {
    name,
    encodings,
    semantics,
    lock: options.lock ?? false,
    end: options.end ?? "no",
    unaligned: options.unaligned ?? false,
    addressOnly: options.addressOnly ?? false,
  };
}

/** Constant bytes that the instructions of a file read; the address lies in layout.ts's CONSTANTS. */
export interface ConstantTable {
  readonly address: number;
  readonly bytes: Uint8Array;
}

/** What a file of isa/ exports to isa/index.ts. */
export interface InstructionSet {
  readonly instructions: readonly Instruction[];
  readonly constants?: readonly ConstantTable[];
}
