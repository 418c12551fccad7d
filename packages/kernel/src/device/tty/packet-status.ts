// SPDX-License-Identifier: MPL-2.0

import type { WaitQueue } from "@aster/ostd";
import {
  EXTPROC,
  IXON,
  TIOCPKT_DOSTOP,
  TIOCPKT_FLUSHREAD,
  TIOCPKT_FLUSHWRITE,
  TIOCPKT_IOCTL,
  TIOCPKT_NOSTOP,
  TIOCPKT_START,
  TIOCPKT_STOP,
  V,
} from "../../abi/termios.ts";
import type { Termios } from "./termios.ts";

/** What happened on the slave's side that a pty master in packet mode hears of (TIOCPKT, ioctl_tty(2)). */
export class PacketStatus {
  /** TIOCPKT is on. */
  enabled = false;
  /** TIOCPKT_* bits not told yet. */
  pending = 0;
  /** Where the master waits; undefined where there is none. */
  queue: WaitQueue | undefined = undefined;

  clear(): void {
    this.pending = 0;
  }

  flushedInput(): void {
    this.note(TIOCPKT_FLUSHREAD, 0);
  }
  flushedOutput(): void {
    this.note(TIOCPKT_FLUSHWRITE, 0);
  }
  flowChanged(stopped: boolean): void {
    if (stopped) this.note(TIOCPKT_STOP, TIOCPKT_START);
    else this.note(TIOCPKT_START, TIOCPKT_STOP);
  }

  termiosChanged(old: Termios, now: Termios): void {
    const before = stopsByUsualKeys(old);
    const after = stopsByUsualKeys(now);
    if (before !== after) {
      if (after) this.note(TIOCPKT_DOSTOP, TIOCPKT_NOSTOP);
      else this.note(TIOCPKT_NOSTOP, TIOCPKT_DOSTOP);
    }
    if (((old.lflag | now.lflag) & EXTPROC) !== 0) this.note(TIOCPKT_IOCTL, 0);
  }

  private note(set: number, clear: number): void {
    if (!this.enabled) return;
    this.pending = (this.pending & ~clear) | set;
    this.queue?.wakeAll();
  }
}

function stopsByUsualKeys(termios: Termios): boolean {
  const { cc, iflag } = termios;
  return (iflag & IXON) !== 0 && cc[V.STOP] === 0x13 && cc[V.START] === 0x11;
}
