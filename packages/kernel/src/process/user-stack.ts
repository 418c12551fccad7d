// SPDX-License-Identifier: MPL-2.0

import { AT_EXECFN, AT_NULL, AT_PLATFORM, AT_RANDOM } from "./auxv.ts";

/** One entry of the auxiliary vector; values are numbers below 2^53. */
export type AuxEntry = readonly [type: number, value: number];

export interface InitialStack {
  /** The bytes from `stackPointer` up to the top of the stack. */
  readonly bytes: Uint8Array;
  readonly stackPointer: number;
  /** Where the strings of argv and of the environment stand, for /proc/PID/cmdline and environ. */
  readonly argStart: number;
  readonly argEnd: number;
  readonly envStart: number;
  readonly envEnd: number;
}

const PLATFORM = "x86_64";
const RANDOM_BYTES = 16;

/**
 * Lays out what a program finds on its stack (System V ABI, AMD64 supplement, section 3.4.1):
 * argc, argv, environment and auxiliary vector, with the strings above them. AT_RANDOM,
 * AT_PLATFORM and AT_EXECFN point into the layout and are added here.
 */
export function layOutStack(input: {
  readonly top: number;
  readonly argv: readonly string[];
  readonly environment: readonly string[];
  readonly fileName: string;
  readonly random: Uint8Array;
  readonly auxiliary: readonly AuxEntry[];
}): InitialStack {
  const { argv, environment } = input;
  const argBytes = totalBytes(argv);
  const envBytes = totalBytes(environment);

  // From the top down, in Linux's order: a null word, the file name, environment, arguments.
  const fileNameAt = input.top - 8 - (input.fileName.length + 1);
  const envStart = fileNameAt - envBytes;
  const argStart = envStart - argBytes;
  const platformAt = argStart - (PLATFORM.length + 1);
  const randomAt = alignDown16(platformAt - RANDOM_BYTES);

  const auxiliary: readonly AuxEntry[] = [
    ...input.auxiliary,
    [AT_RANDOM, randomAt],
    [AT_EXECFN, fileNameAt],
    [AT_PLATFORM, platformAt],
    [AT_NULL, 0],
  ];
  const words = 1 + argv.length + 1 + environment.length + 1 + auxiliary.length * 2;
  const stackPointer = alignDown16(randomAt - words * 8);

  const bytes = new Uint8Array(input.top - stackPointer);
  const view = new DataView(bytes.buffer);
  let at = 0;
  const word = (value: number): void => {
    view.setUint32(at, value % 0x1_0000_0000, true);
    view.setUint32(at + 4, Math.floor(value / 0x1_0000_0000), true);
    at += 8;
  };
  const pointers = (strings: readonly string[], from: number): void => {
    let address = from;
    for (const string of strings) {
      word(address);
      putString(bytes, address - stackPointer, string);
      address += string.length + 1;
    }
    word(0);
  };

  word(argv.length);
  pointers(argv, argStart);
  pointers(environment, envStart);
  for (const [type, value] of auxiliary) {
    word(type);
    word(value);
  }
  putString(bytes, fileNameAt - stackPointer, input.fileName);
  putString(bytes, platformAt - stackPointer, PLATFORM);
  bytes.set(input.random.subarray(0, RANDOM_BYTES), randomAt - stackPointer);
  return {
    bytes,
    stackPointer,
    argStart,
    argEnd: argStart + argBytes,
    envStart,
    envEnd: envStart + envBytes,
  };
}

function totalBytes(strings: readonly string[]): number {
  let total = 0;
  for (const string of strings) total += string.length + 1;
  return total;
}

function alignDown16(address: number): number {
  return address - (address % 16);
}

function putString(bytes: Uint8Array, at: number, string: string): void {
  for (let index = 0; index < string.length; index += 1)
    bytes[at + index] = string.charCodeAt(index);
}
