// SPDX-License-Identifier: MPL-2.0

import { Errno } from "../abi/errno.ts";
import type { Thread } from "../process/thread.ts";
import { fail } from "../result.ts";
import type { Result } from "../result.ts";

/** The bytes of a byte string (one character per byte). */
export function bytesOf(text: string): Uint8Array {
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) {
    bytes[i] = text.charCodeAt(i);
  }
  return bytes;
}

/** The byte string of `bytes[start…end)`. */
export function byteString(bytes: Uint8Array, start = 0, end: number = bytes.length): string {
  let text = "";
  for (let at = start; at < end; at += 4096) {
    const stop = Math.min(end, at + 4096);
    // An array's elements become arguments without its iterator, which costs ten times as much.
    const codes: number[] = [];
    for (let i = at; i < stop; i++) {
      codes[i - at] = bytes[i] ?? 0;
    }
    text += String.fromCharCode.apply(undefined, codes);
  }
  return text;
}

/** Writes a byte string to user memory: its length, or -EFAULT. */
export function writeText(thread: Thread, address: number, text: string): Result {
  const bytes = bytesOf(text);
  return thread.memory.writeBytes(address, bytes, 0, bytes.length) < bytes.length
    ? fail(Errno.EFAULT)
    : bytes.length;
}
