// SPDX-License-Identifier: MPL-2.0

import {
  B38400,
  BOTHER,
  CBAUD,
  CONTROL_CHARACTERS,
  CREAD,
  CS8,
  ECHO,
  ECHOCTL,
  ECHOE,
  ECHOK,
  ECHOKE,
  HUPCL,
  ICANON,
  ICRNL,
  IEXTEN,
  ISIG,
  IXON,
  ONLCR,
  OPOST,
} from "../../abi/termios.ts";

/** sizeof(struct termios) of the kernel, sizeof(struct termios2) and sizeof(struct termio). */
export const TERMIOS_SIZE = 36;
export const TERMIOS2_SIZE = 44;
export const TERMIO_SIZE = 18;
/** Length of c_cc in the older struct termio. */
const TERMIO_CONTROL_CHARACTERS = 8;

/** Control characters of a fresh terminal: ^C ^\ DEL ^U ^D, MIN 1, ^Q ^S ^Z, ^R ^O ^W ^V. */
const INITIAL_CONTROL_CHARACTERS: readonly number[] = [
  3, 28, 127, 21, 4, 0, 1, 0, 17, 19, 26, 0, 18, 15, 23, 22, 0, 0, 0,
];

/** Line speeds by the CBAUD bits: B0…B38400, then the extended ones from B57600 (asm-generic/termbits.h). */
const SPEEDS: readonly number[] = [
  0, 50, 75, 110, 134, 150, 200, 300, 600, 1200, 1800, 2400, 4800, 9600, 19200, 38400,
];
const EXTENDED_SPEEDS: readonly number[] = [
  0, 57600, 115200, 230400, 460800, 500000, 576000, 921600, 1000000, 1152000, 1500000, 2000000,
  2500000, 3000000, 3500000, 4000000,
];

/** The settings of a terminal (termios(3)). */
export class Termios {
  iflag: number = ICRNL | IXON;
  oflag: number = OPOST | ONLCR;
  cflag: number = B38400 | CS8 | CREAD | HUPCL;
  lflag: number = ISIG | ICANON | ECHO | ECHOE | ECHOK | ECHOCTL | ECHOKE | IEXTEN;
  line = 0;
  readonly cc: Uint8Array = Uint8Array.from(INITIAL_CONTROL_CHARACTERS);
  inputSpeed = 38400;
  outputSpeed = 38400;

  copyFrom(other: Termios): void {
    this.iflag = other.iflag;
    this.oflag = other.oflag;
    this.cflag = other.cflag;
    this.lflag = other.lflag;
    this.line = other.line;
    this.cc.set(other.cc);
    this.inputSpeed = other.inputSpeed;
    this.outputSpeed = other.outputSpeed;
  }

  clone(): Termios {
    const copy = new Termios();
    copy.copyFrom(this);
    return copy;
  }

  /** Writes `struct termios` or, with 44 bytes, `struct termios2`. */
  encode(bytes: Uint8Array): void {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    view.setUint32(0, this.iflag, true);
    view.setUint32(4, this.oflag, true);
    view.setUint32(8, this.cflag, true);
    view.setUint32(12, this.lflag, true);
    bytes[16] = this.line;
    bytes.set(this.cc, 17);
    if (bytes.length >= TERMIOS2_SIZE) {
      view.setUint32(36, this.inputSpeed, true);
      view.setUint32(40, this.outputSpeed, true);
    }
  }

  decode(bytes: Uint8Array): void {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.iflag = view.getUint32(0, true);
    this.oflag = view.getUint32(4, true);
    this.cflag = view.getUint32(8, true);
    this.lflag = view.getUint32(12, true);
    this.line = bytes[16] ?? 0;
    this.cc.set(bytes.subarray(17, 17 + CONTROL_CHARACTERS));
    if (bytes.length >= TERMIOS2_SIZE) {
      this.inputSpeed = view.getUint32(36, true);
      this.outputSpeed = view.getUint32(40, true);
    }
    this.settleSpeeds();
  }

  /** Writes the older `struct termio`: the low halves of the flags and eight control characters. */
  encodeTermio(bytes: Uint8Array): void {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    view.setUint16(0, this.iflag & 0xffff, true);
    view.setUint16(2, this.oflag & 0xffff, true);
    view.setUint16(4, this.cflag & 0xffff, true);
    view.setUint16(6, this.lflag & 0xffff, true);
    bytes[8] = this.line;
    bytes.set(this.cc.subarray(0, TERMIO_CONTROL_CHARACTERS), 9);
  }

  /** Reads `struct termio`; what it does not hold stays as it is. */
  decodeTermio(bytes: Uint8Array): void {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.iflag = ((this.iflag & ~0xffff) | view.getUint16(0, true)) >>> 0;
    this.oflag = ((this.oflag & ~0xffff) | view.getUint16(2, true)) >>> 0;
    this.cflag = ((this.cflag & ~0xffff) | view.getUint16(4, true)) >>> 0;
    this.lflag = ((this.lflag & ~0xffff) | view.getUint16(6, true)) >>> 0;
    this.line = bytes[8] ?? 0;
    this.cc.set(bytes.subarray(9, 9 + TERMIO_CONTROL_CHARACTERS));
    this.settleSpeeds();
  }

  /** The speeds follow CBAUD unless BOTHER says that they stand for themselves. */
  private settleSpeeds(): void {
    const code = this.cflag & CBAUD;
    if (code === BOTHER) return;
    const extended = (code & BOTHER) !== 0;
    this.outputSpeed = (extended ? EXTENDED_SPEEDS[code & 15] : SPEEDS[code & 15]) ?? 0;
    this.inputSpeed = this.outputSpeed;
  }
}
