// SPDX-License-Identifier: MPL-2.0

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
export interface Syscall {
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

export function defineSyscall(declaration: Syscall): Syscall {
  return declaration;
}
