// SPDX-License-Identifier: MPL-2.0

import { Decode } from "@aster/ostd";

/**
 * How a 64-bit register becomes a number.
 * - `int`: the low 32 bits, signed. `uint`: the low 32 bits, unsigned.
 * - `size`: all 64 bits, unsigned; values above 2^53 lose low bits, which no check can miss.
 * - `offset`: all 64 bits, signed.
 */
export type Decoding = "int" | "uint" | "size" | "offset";

/** The same for `UserContext.decode`. */
const CODES: Readonly<Record<Decoding, number>> = {
  int: Decode.INT,
  uint: Decode.UINT,
  size: Decode.SIZE,
  offset: Decode.OFFSET,
};

/** A named constant of a flag or enumeration argument. */
export type Names = Readonly<Record<string, number>>;

/** One argument of a system call: its name in the man page, how it is decoded, how it is printed. */
export interface Arg {
  readonly name: string;
  readonly decoding: Decoding;
  readonly code: number;
  /** How strace prints it. */
  readonly render:
    | { readonly as: "decimal" | "hex" | "octal" | "address" | "path" | "fd" | "dirfd" | "signal" }
    | { readonly as: "flags"; readonly names: Names; readonly empty?: string }
    | { readonly as: "one-of"; readonly names: Names }
    /** A buffer whose length is the argument at index `length`; `out` buffers print the result's bytes. */
    | { readonly as: "buffer-in" | "buffer-out"; readonly length: number }
    | { readonly as: "struct"; readonly layout: string; readonly out: boolean }
    | { readonly as: "string-array" }
    /** The upper half of the argument before it, which strace prints with that. */
    | { readonly as: "nothing" };
}

const arg = (name: string, decoding: Decoding, render: Arg["render"]): Arg => ({
  name,
  decoding,
  code: CODES[decoding],
  render,
});

export const int = (name: string): Arg => arg(name, "int", { as: "decimal" });
export const uint = (name: string): Arg => arg(name, "uint", { as: "decimal" });
export const upperHalf = (name: string): Arg => arg(name, "int", { as: "nothing" });
export const size = (name: string): Arg => arg(name, "size", { as: "decimal" });
export const offset = (name: string): Arg => arg(name, "offset", { as: "decimal" });
export const address = (name: string): Arg => arg(name, "size", { as: "address" });
export const hex = (name: string): Arg => arg(name, "size", { as: "hex" });
/** As `hex`, of what is 32 bits wide. */
export const hex32 = (name: string): Arg => arg(name, "uint", { as: "hex" });
export const mode = (name: string): Arg => arg(name, "uint", { as: "octal" });
export const fd = (name = "fd"): Arg => arg(name, "int", { as: "fd" });
export const dirfd = (name = "dirfd"): Arg => arg(name, "int", { as: "dirfd" });
export const path = (name = "pathname"): Arg => arg(name, "size", { as: "path" });
export const signal = (name = "sig"): Arg => arg(name, "int", { as: "signal" });
export const stringArray = (name: string): Arg => arg(name, "size", { as: "string-array" });
export const bufferIn = (name: string, length: number): Arg =>
  arg(name, "size", { as: "buffer-in", length });
export const bufferOut = (name: string, length: number): Arg =>
  arg(name, "size", { as: "buffer-out", length });
export const structIn = (name: string, layout: string): Arg =>
  arg(name, "size", { as: "struct", layout, out: false });
export const structOut = (name: string, layout: string): Arg =>
  arg(name, "size", { as: "struct", layout, out: true });
/** Flags in a `long`, of which the low half has meanings. */
export const flags64 = (name: string, names: Names): Arg =>
  arg(name, "size", { as: "flags", names });
export const flags = (name: string, names: Names, empty?: string): Arg =>
  arg(name, "uint", empty === undefined ? { as: "flags", names } : { as: "flags", names, empty });
export const oneOf = (name: string, names: Names): Arg => arg(name, "int", { as: "one-of", names });
