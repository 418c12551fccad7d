// SPDX-License-Identifier: MPL-2.0

import type { SourceText } from "./source.ts";
import type { Comment, Token } from "./token.ts";

/** Where a node stands in its text. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

export interface Name extends Span {
  readonly text: string;
}

/** A whole file. Names of bitflags and structs are known in their own file only. */
export interface Program {
  readonly source: SourceText;
  readonly rules: readonly Rule[];
  readonly comments: readonly Comment[];
  readonly tokens: readonly Token[];
}

export type Rule = SyscallRule | StructRule | BitflagsRule;

/** `open(path, flags = O_RDONLY, ..);` */
export interface SyscallRule extends Span {
  readonly kind: "syscall";
  readonly name: Name;
  readonly params: readonly Param[];
  /** Whether `..` accepts any further arguments. */
  readonly rest: boolean;
}

/** `path`, `flags = …`, or a bare value: `0`. */
export interface Param extends Span {
  readonly name?: Name;
  readonly pattern?: Pattern;
}

/** `struct pollfd = { … };` Several of one name are alternatives. */
export interface StructRule extends Span {
  readonly kind: "struct";
  readonly name: Name;
  readonly pattern: StructPattern;
}

/** `access_mode = O_RDONLY | O_WRONLY;` */
export interface BitflagsRule extends Span {
  readonly kind: "bitflags";
  readonly name: Name;
  readonly pattern: FlagPattern;
}

export type Pattern = FlagPattern | StructPattern | ArrayPattern;

export interface FlagPattern extends Span {
  readonly kind: "flags";
  readonly parts: readonly FlagPart[];
}

export type FlagPart =
  | (Span & { readonly kind: "flag"; readonly name: string })
  | (Span & { readonly kind: "number"; readonly text: string; readonly value: bigint })
  | (Span & { readonly kind: "reference"; readonly name: string })
  | (Span & { readonly kind: "integer" })
  /** No trees: every path. */
  | (Span & { readonly kind: "path"; readonly trees: readonly string[] });

export interface StructPattern extends Span {
  readonly kind: "struct";
  readonly fields: readonly Field[];
  readonly rest: boolean;
}

export interface Field extends Span {
  readonly name: Name;
  readonly pattern?: Pattern;
}

export interface ArrayPattern extends Span {
  readonly kind: "array";
  readonly elements: readonly Pattern[];
}
