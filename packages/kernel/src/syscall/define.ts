// SPDX-License-Identifier: MPL-2.0

import { Decode } from "@aster/ostd";
import type { Result } from "../result.ts";
import type { Thread } from "../process/thread.ts";
import type { Arg } from "./args.ts";
import type { Rule } from "./scml.ts";

/** How far a system call behaves as Linux's does. */
export type Support = "full" | "partial";

/** A handler gets its arguments decoded to numbers, as its declaration says. */
export type Handler = (
  thread: Thread,
  a0: number,
  a1: number,
  a2: number,
  a3: number,
  a4: number,
  a5: number,
) => Result;

/**
 * The one declaration of a system call. Dispatch, the `--strace` rendering, the table of supported
 * calls and the SCML check come from it.
 */
export interface SyscallDeclaration {
  /** The name as in its man page. */
  readonly name: string;
  /** The number on each architecture that has the call. */
  readonly number: { readonly x86_64: number };
  /** Decoding and rendering of each argument, in order. */
  readonly args: readonly Arg[];
  /** How `--strace` prints the result; a decimal number where absent. */
  readonly returns?: "number" | "address" | "none";
  /** Takes so long that its time is always measured, and not only by sampling. */
  readonly isCostly?: true;
  readonly support: Support;
  /** What is missing, where `support` is "partial". */
  readonly note?: string;
  /** How many of the last arguments are read by some uses of the call only; 0 where absent. */
  readonly optional?: number;
  /**
   * The uses of the call that are supported, for the kernel's SCML (docs/kernel.scml). An argument
   * that a rule does not name may be all that its declaration names. One rule without patterns
   * where absent; an empty list where every use is refused.
   */
  readonly scml?: readonly Rule[];
  readonly handler: Handler;
}

/** A declaration with what dispatch needs of it each time; all are of one shape. */
export class Syscall {
  readonly handler: Handler;
  readonly isCostly: boolean;
  readonly argumentCount: number;
  /** How each argument is decoded (`Decode`). */
  readonly code0: number;
  readonly code1: number;
  readonly code2: number;
  readonly code3: number;
  readonly code4: number;
  readonly code5: number;
  readonly name: string;
  readonly number: { readonly x86_64: number };
  readonly args: readonly Arg[];
  readonly returns: "number" | "address" | "none";
  readonly support: Support;
  readonly note: string | undefined;
  readonly optional: number;
  readonly scml: readonly Rule[] | undefined;

  constructor(declaration: SyscallDeclaration) {
    const { args } = declaration;
    const code = (index: number): number => args[index]?.code ?? Decode.INT;
    this.handler = declaration.handler;
    this.isCostly = declaration.isCostly === true;
    this.argumentCount = args.length;
    this.code0 = code(0);
    this.code1 = code(1);
    this.code2 = code(2);
    this.code3 = code(3);
    this.code4 = code(4);
    this.code5 = code(5);
    this.name = declaration.name;
    this.number = declaration.number;
    this.args = args;
    this.returns = declaration.returns ?? "number";
    this.support = declaration.support;
    this.note = declaration.note;
    this.optional = declaration.optional ?? 0;
    this.scml = declaration.scml;
  }
}

export function defineSyscall(declaration: SyscallDeclaration): Syscall {
  return new Syscall(declaration);
}
