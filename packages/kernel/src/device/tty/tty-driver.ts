// SPDX-License-Identifier: MPL-2.0

/** What stands behind a terminal: a console device, or the other side of a pty. */
import type { Termios } from "./termios.ts";

export abstract class TtyDriver {
  /** How many bytes it takes at this moment. */
  abstract writeRoom(): number;
  /** Takes the first `count` bytes, at most `writeRoom()`. */
  abstract write(bytes: Uint8Array, count: number): void;
  /** Bytes taken that have not left yet (TIOCOUTQ, tcdrain(3)). */
  pendingBytes(): number {
    return 0;
  }
  /** Makes of new settings what the device can do. */
  adjust(_settings: Termios): void {}
  /** What was written before now has left, as far as there is room for it on the other side. */
  settle(): void {}
  /** Forgets what has not left yet, as far as it can (TCOFLUSH). */
  discard(): void {}
  /** The terminal has room for input again. */
  inputDrained(): void {}
  /** tcflow(3) and ^S stopped or started output. */
  flowChanged(_stopped: boolean): void {}
  /** A file of the terminal was opened. */
  opened(): void {}
  /** The last file of the terminal was closed. */
  closed(): void {}
}
