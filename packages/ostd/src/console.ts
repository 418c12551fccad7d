// SPDX-License-Identifier: MPL-2.0

import { system } from "./current.unsafe.ts";

/** Prints text on the machine's early console, as UTF-8. */
export function earlyPrint(text: string): void {
  system().earlyPrint(String(text));
}

/** Prints text and a line feed on the machine's early console. */
export function earlyPrintln(text: string): void {
  system().earlyPrint(`${text}\n`);
}

/** Prints text and a line feed on the console. */
export function println(text: string): void {
  system().earlyPrint(`${text}\n`);
}

/** Prints bytes on the console as they are; a string has one character per byte. */
export function printBytes(bytes: Uint8Array | string): void {
  const { hardware } = system();
  for (let i = 0; i < bytes.length; i++) {
    const byte = typeof bytes === "string" ? bytes.charCodeAt(i) : (bytes[i] ?? 0);
    hardware.earlyConsoleWrite(byte % 256);
  }
}
