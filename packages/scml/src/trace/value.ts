// SPDX-License-Identifier: MPL-2.0

/** An argument, an element or a field, as strace prints it. */
export type Value =
  | NumberValue
  | NamesValue
  | StringValue
  | StructValue
  | ArrayValue
  /** `before => after`: what the call was given, and what the kernel left there. */
  | { readonly kind: "pair"; readonly before: Value; readonly after: Value }
  /** What strace left out (`...`) or what has no meaning for rules. */
  | { readonly kind: "opaque"; readonly text: string };

export interface NumberValue {
  readonly kind: "number";
  readonly text: string;
  /** Exact up to 2^53. `NULL` is 0. */
  readonly value: number;
  readonly isNull: boolean;
  /** The file behind a descriptor (-y, -yy). */
  readonly file?: string;
}

/** Flags or-ed, or a single constant. */
export interface NamesValue {
  readonly kind: "names";
  readonly names: readonly string[];
  /** Bits without a name: the number in `O_RDONLY|0x8000`. */
  readonly rest: number;
  /** `A or B`: strace cannot tell which; the names of each. */
  readonly others?: readonly NamesValue[];
  readonly file?: string;
}

export interface StringValue {
  readonly kind: "string";
  /** Between the quotes, with the escapes as printed. */
  readonly raw: string;
  /** Whether strace cut it short (`"abc"...`). */
  readonly cut: boolean;
}

export interface StructField {
  /** Empty where strace prints a value only. */
  readonly name: string;
  readonly value: Value;
}

export interface StructValue {
  readonly kind: "struct";
  readonly fields: readonly StructField[];
  /** Whether strace left fields out. */
  readonly cut: boolean;
}

export interface ArrayValue {
  readonly kind: "array";
  readonly elements: readonly Value[];
  readonly cut: boolean;
  /** `~[INT]`: every signal but these. */
  readonly inverted: boolean;
}

/** The bytes of a string of strace, one character each, with its escapes undone. */
export function decodeString(raw: string): string {
  if (!raw.includes("\\")) return raw;
  return raw.replace(/\\(x[0-9a-fA-F]{1,2}|[0-7]{1,3}|[^])/g, (_, escape: string) => {
    const first = escape.charAt(0);
    if (first === "x" && escape.length > 1)
      return String.fromCharCode(Number.parseInt(escape.slice(1), 16));
    if (first >= "0" && first <= "7") return String.fromCharCode(Number.parseInt(escape, 8) & 255);
    return SIMPLE_ESCAPES[first] ?? first;
  });
}

const SIMPLE_ESCAPES: Readonly<Record<string, string>> = {
  a: "\x07",
  b: "\b",
  f: "\f",
  n: "\n",
  r: "\r",
  t: "\t",
  v: "\v",
};
