// SPDX-License-Identifier: MPL-2.0

/** The polynomial of RFC 1952, section 8, lowest bit first. */
const POLYNOMIAL = 0xedb8_8320;

function makeTable(): Int32Array {
  const table = new Int32Array(256);
  for (let byte = 0; byte < 256; byte++) {
    let value = byte;
    for (let bit = 0; bit < 8; bit++) {
      value = (value & 1) !== 0 ? (value >>> 1) ^ POLYNOMIAL : value >>> 1;
    }
    table[byte] = value;
  }
  return table;
}

const TABLE: ArrayLike<number> = makeTable();

/** A CRC-32 in progress. */
export class Crc32 {
  private state = -1;

  update(bytes: Uint8Array, start: number, end: number): void {
    let { state } = this;
    for (let i = start; i < end; i++) {
      state = (state >>> 8) ^ (TABLE[(state ^ (bytes[i] ?? 0)) & 0xff] ?? 0);
    }
    this.state = state;
  }

  /** Unsigned. */
  get value(): number {
    return ~this.state >>> 0;
  }
}
