// SPDX-License-Identifier: MPL-2.0

import { Errno } from "../../abi/errno.ts";
import type { Thread } from "../../process/thread.ts";
import { fail } from "../../result.ts";
import type { Result } from "../../result.ts";
import type { Tty } from "./tty.ts";

/** sizeof(struct winsize): rows, columns, and two pixel counts, 16 bits each. */
const WINSIZE_BYTES = 8;

/** TIOCGWINSZ. */
export function getWindowSize(thread: Thread, tty: Tty, address: number): Result {
  const { rows, columns, xPixels, yPixels } = tty.windowSize;
  const words = Uint16Array.of(rows, columns, xPixels, yPixels);
  const bytes = new Uint8Array(words.buffer);
  const written = thread.memory.writeBytes(address, bytes, 0, WINSIZE_BYTES);
  return written === WINSIZE_BYTES ? 0 : fail(Errno.EFAULT);
}

/** TIOCSWINSZ: both sides of a pty have the same size. */
export function setWindowSize(thread: Thread, tty: Tty, address: number): Result {
  const bytes = new Uint8Array(WINSIZE_BYTES);
  if (thread.memory.readBytes(address, bytes, 0, WINSIZE_BYTES) < WINSIZE_BYTES) {
    return fail(Errno.EFAULT);
  }
  const view = new DataView(bytes.buffer);
  const size = {
    rows: view.getUint16(0, true),
    columns: view.getUint16(2, true),
    xPixels: view.getUint16(4, true),
    yPixels: view.getUint16(6, true),
  };
  tty.resize(size);
  return 0;
}
