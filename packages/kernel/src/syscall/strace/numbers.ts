// SPDX-License-Identifier: MPL-2.0

import { signalName } from "../../abi/signal.ts";
import { SignalSet } from "../../signal/signal-set.ts";
import type { Names } from "../args.ts";

export function renderHex(value: number): string {
  if (value === 0) return "0";
  // A negative number is an int, which strace prints as its 32 bits.
  return `0x${(value < 0 ? value >>> 0 : value).toString(16)}`;
}

export function renderAddress(value: number): string {
  return value === 0 ? "NULL" : `0x${value.toString(16)}`;
}

export function renderOctal(value: number): string {
  return value === 0 ? "000" : `0${value.toString(8)}`;
}

/** Bits by their names, and what has none in hexadecimal: "O_WRONLY|O_CREAT|0x8000". */
export function renderFlags(value: number, names: Names, empty = "0"): string {
  let rest = value >>> 0;
  const found: string[] = [];
  // Names of several bits come before those of their parts.
  const byBits = Object.entries(names).toSorted(([, a], [, b]) => bitCount(b) - bitCount(a));
  const taken = new Set<string>();
  for (const [name, bits] of byBits) {
    const mask = bits >>> 0;
    if (mask !== 0 && (rest & mask) >>> 0 === mask) {
      taken.add(name);
      rest = (rest & ~mask) >>> 0;
    }
  }
  for (const name of Object.keys(names)) if (taken.has(name)) found.push(name);
  // O_RDONLY is no bit, and strace names it all the same where no other access mode is set.
  if (empty === "O_RDONLY" && (value & 3) === 0) found.unshift(empty);
  if (rest !== 0) found.push(`0x${rest.toString(16)}`);
  return found.length === 0 ? empty : found.join("|");
}

function bitCount(value: number): number {
  let count = 0;
  for (let rest = value >>> 0; rest !== 0; rest &= rest - 1) count++;
  return count;
}

export function renderOneOf(value: number, names: Names): string {
  for (const [name, number] of Object.entries(names)) if (number === value) return name;
  return value < 0 || value > 9 ? renderSigned(value) : `${value}`;
}

function renderSigned(value: number): string {
  return value < 0 ? `${value}` : `0x${value.toString(16)}`;
}

/** A signal set as strace prints it: "[INT TERM]", or the complement of a mostly full one. */
export function renderSignalSet(low: number, high: number): string {
  const set = new SignalSet(low, high);
  const inside: string[] = [];
  const outside: string[] = [];
  for (let signo = 1; signo <= 64; signo++) {
    const name = signalName(signo).replace(/^SIG/, "");
    (set.has(signo) ? inside : outside).push(name);
  }
  return inside.length >= 43 ? `~[${outside.join(" ")}]` : `[${inside.join(" ")}]`;
}
