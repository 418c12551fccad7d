// SPDX-License-Identifier: MPL-2.0

import { TABLES_1_TEXT } from "./generated/tables-1.ts";
import { TABLES_2_TEXT } from "./generated/tables-2.ts";
import { TABLES_3_TEXT } from "./generated/tables-3.ts";
import { ARGUMENTS_TEXT, FIELDS_TEXT } from "./generated/uses.ts";

/** The names that one argument or field may have. */
export interface FlagTable {
  /** The values of the names; a name may share its value with others. */
  readonly values: ReadonlyMap<string, number>;
  /** The name strace prints for a value. */
  readonly names: ReadonlyMap<number, string>;
  /** Names of values for which strace prints a number. */
  readonly furtherNames: ReadonlyMap<number, string>;
  /** Names of several bits, those of most bits first. */
  readonly multiple: readonly number[];
  /** Whether the name of zero stands beside flags, as O_RDONLY does. */
  readonly zeroBeside: boolean;
  /** Bits that may be or-ed to others; the rest of a value is a choice of one. */
  readonly mask: number;
  /** Bits that are no flags but a file's permissions, which rules have no word on (semget(2)). */
  readonly permissions: number;
}

const parsed = new Map<string, FlagTable>();
let texts: ReadonlyMap<string, string> | undefined;
let uses: ReadonlyMap<string, string> | undefined;

/** The texts of all tables by their number; each is parsed when it is first asked for. */
function tableTexts(): ReadonlyMap<string, string> {
  if (texts === undefined) {
    const found = new Map<string, string>();
    for (const line of `${TABLES_1_TEXT}${TABLES_2_TEXT}${TABLES_3_TEXT}`
      .replaceAll("\n ", " ")
      .split("\n")) {
      const space = line.indexOf(" ");
      if (space > 0) found.set(line.slice(0, space), line.slice(space + 1));
    }
    texts = found;
  }
  return texts;
}

function tableUses(): ReadonlyMap<string, string> {
  if (uses === undefined) {
    const found = new Map<string, string>();
    for (const use of `${ARGUMENTS_TEXT};${FIELDS_TEXT}`.split(/[;\n]+/)) {
      const colon = use.indexOf(":");
      if (colon > 0) found.set(use.slice(0, colon), use.slice(colon + 1));
    }
    uses = found;
  }
  return uses;
}

function tableFor(use: string): FlagTable | undefined {
  const number = tableUses().get(use);
  if (number === undefined) return undefined;
  let table = parsed.get(number);
  if (table === undefined) {
    table = parseTable(tableTexts().get(number) ?? "");
    parsed.set(number, table);
  }
  return table;
}

function parseTable(text: string): FlagTable {
  const values = new Map<string, number>();
  const names = new Map<number, string>();
  const furtherNames = new Map<number, string>();
  let into = names;
  let mask = 0;
  let permissions = 0;
  let zeroBeside = false;
  for (const word of text.split(" ")) {
    if (word.startsWith("&")) mask = Number(word.slice(1));
    else if (word.startsWith("%")) permissions = Number(word.slice(1));
    else if (word === "+") zeroBeside = true;
    else if (word === "~") into = furtherNames;
    else {
      const equals = word.indexOf("=");
      const name = word.slice(0, equals);
      const value = Number(word.slice(equals + 1));
      values.set(name, value);
      // strace's names for a futex operation with its flag are no names of bits.
      const isTwo = name.startsWith("FUTEX_") && name.endsWith("_PRIVATE");
      if (!into.has(value) && !isTwo) into.set(value, name);
    }
  }
  const multiple = [...names.keys()]
    .filter((value) => value > 0 && value < 2 ** 32 && (value & ~mask) === 0 && bitCount(value) > 1)
    .sort((a, b) => bitCount(b) - bitCount(a));
  return { values, names, furtherNames, multiple, zeroBeside, mask, permissions };
}

function bitCount(value: number): number {
  let count = 0;
  for (let left = value >>> 0; left !== 0; left = (left & (left - 1)) >>> 0) count += 1;
  return count;
}

/** Calls that take the same flags as another, which has the table. */
const LIKE: Readonly<Record<string, string>> = { fcntl64: "fcntl", mmap2: "mmap" };

/**
 * The names of the argument at `index` of a call. `other` is the argument on whose value they
 * hang, where they do: the command of fcntl(2), the level of setsockopt(2), the family of socket(2).
 */
export function argumentTable(call: string, index: number, other?: string): FlagTable | undefined {
  const name = LIKE[call] ?? call;
  if (other !== undefined) {
    const deciding = decidingArgument(call, index);
    const word = deciding === undefined ? other : nameIn(other, tableFor(`${name} ${deciding}`));
    const table = tableFor(`${name} ${index} ${word}`);
    if (table !== undefined) return table;
  }
  return tableFor(`${name} ${index}`);
}

/** The name of what strace printed as a number: `1`, `0x1` and `0x1 /* SOL_SOCKET` in a comment (-X). */
function nameIn(text: string, table: FlagTable | undefined): string {
  const number = /^(0x[0-9a-f]+|\d+)(?:$|[ |])/.exec(text)?.[1];
  return (number === undefined ? undefined : table?.names.get(Number(number))) ?? text;
}

/** The names of a field of a struct that is an argument of a call. */
export function fieldTable(call: string, field: string): FlagTable | undefined {
  return tableFor(`${call} ${field}`) ?? tableFor(`* ${field}`);
}

/** The index of the argument on which the names of another hang. */
export function decidingArgument(call: string, index: number): number | undefined {
  const name = LIKE[call] ?? call;
  if (index !== 2) return undefined;
  if (name === "fcntl" || name === "getsockopt" || name === "setsockopt") return 1;
  if (name === "socket" || name === "socketpair") return 0;
  return undefined;
}

/** The names of `value`, or-ed, as strace prints them; what no name covers is a number at the end. */
export function namesOf(value: number, table: FlagTable): string[] {
  const { names, mask, zeroBeside } = table;
  const isFlag = value > 0 && value < 2 ** 32 && (value & ~mask) === 0;
  const exact = names.get(value);
  // Beside a flag alone stands the choice of zero: O_CREAT is O_RDONLY|O_CREAT.
  if (exact !== undefined && !(isFlag && zeroBeside)) return [exact];
  // Not the bit operators alone: values are of 32 bits without a sign, and may be of 53.
  const high = Math.floor(value / 2 ** 32);
  const low = value % 2 ** 32;
  const found: string[] = [];
  let rest = 0;
  const choice = (low & ~mask) >>> 0;
  const choiceName = choice !== 0 || zeroBeside || value === 0 ? names.get(choice) : undefined;
  if (choiceName !== undefined) found.push(choiceName);
  else rest = choice;
  let flags = (low & mask) >>> 0;
  for (const bits of table.multiple) {
    if ((flags & bits) >>> 0 !== bits) continue;
    found.push(names.get(bits) ?? "");
    flags = (flags & ~bits) >>> 0;
  }
  for (let bit = 1; flags !== 0 && bit <= 0x80000000; bit *= 2) {
    if ((flags & bit) === 0) continue;
    const name = names.get(bit);
    if (name !== undefined) found.push(name);
    else rest += bit;
    flags = (flags & ~bit) >>> 0;
  }
  let unnamed = high;
  for (let bit = 1; unnamed !== 0 && bit < 2 ** 21; bit *= 2) {
    const name = names.get(bit * 2 ** 32);
    if (name === undefined || Math.floor(high / bit) % 2 === 0) continue;
    found.push(name);
    unnamed -= bit;
  }
  rest += unnamed * 2 ** 32;
  if (rest === 0 && found.length > 0) return found;
  const restName = table.furtherNames.get(found.length === 0 ? value : rest);
  return [...found, restName ?? `0x${rest.toString(16)}`];
}
