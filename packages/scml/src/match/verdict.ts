// SPDX-License-Identifier: MPL-2.0

import type { FlagTable } from "../facts/flag-table.ts";

/** How far a value satisfies a pattern; the smaller of two is that of both, the larger of either. */
export const Verdict = {
  No: 0,
  /** As far as strace shows it: an address in place of a struct, fields left out. */
  Unseen: 1,
  Yes: 2,
} as const;
export type Verdict = (typeof Verdict)[keyof typeof Verdict];

export const smaller = (a: Verdict, b: Verdict): Verdict => (a < b ? a : b);
export const larger = (a: Verdict, b: Verdict): Verdict => (a > b ? a : b);

/** What is known about the place of a value: the call, the names it may have, where relative paths begin. */
export interface Context {
  readonly call: string;
  readonly table: FlagTable | undefined;
  /** The directory of a relative path, where strace shows it (-y). */
  readonly directory?: string | undefined;
}

/** Why a value does not match: the part of it, and what was wanted there. */
export interface Mismatch {
  /** `.sa_flags`, `[].events`; empty for the argument itself. */
  readonly at: string;
  /** The flag, number, field or path that no pattern has. */
  readonly culprit: string;
  readonly wanted: string;
}

export type Report = (mismatch: Mismatch) => void;

/** What a mismatch calls a value that is of another kind than the pattern wants. */
export const KIND_NAMES: Readonly<Record<string, string>> = {
  struct: "a struct",
  array: "an array",
  string: "a string",
  number: "a number",
  names: "flags",
};
