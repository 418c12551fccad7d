// SPDX-License-Identifier: MPL-2.0

import { buildDecodeTable, fixedCodes, LENGTH_BASE } from "./huffman.ts";
import { DISTANCE_BASE, DISTANCE_EXTRA, LENGTH_EXTRA } from "./huffman.ts";
import type { DecodeTable } from "./huffman.ts";

/** Takes the output of a decompressor, part by part. The bytes are only lent. */
export interface ByteSink {
  push(bytes: Uint8Array, start: number, end: number): void;
}

/** How far back a match may reach (RFC 1951, section 3.2.5). */
const WINDOW_BYTES = 32_768;
/** Room for the window and for what is given on in one go. */
const BUFFER_BYTES = 4 * WINDOW_BYTES;
const END_OF_BLOCK = 256;
/** Order of the code lengths of the code-length alphabet (section 3.2.7). */
const CODE_LENGTH_ORDER: readonly number[] = [
  16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15,
];

/** Why a stream could not be decompressed. */
export type InflateError = string;

/**
 * Decompresses one raw DEFLATE stream (RFC 1951) from a byte array.
 * `run` gives undefined when the whole stream was read; `position` is then behind its last byte.
 */
export class Inflater {
  private readonly input: Uint8Array;
  private readonly sink: ByteSink;
  position: number;
  /** Bits read from the input but not used yet, lowest first. */
  private bits = 0;
  /** Made when a block wants them: most streams have none. */
  private fixed: ReturnType<typeof fixedCodes> | undefined = undefined;
  private bitCount = 0;
  private readonly buffer: Uint8Array = new Uint8Array(BUFFER_BYTES);
  private filled = 0;
  private flushed = 0;
  private ranOut = false;
  /** Bytes given to the sink. */
  outputBytes = 0;

  constructor(input: Uint8Array, position: number, sink: ByteSink) {
    this.input = input;
    this.position = position;
    this.sink = sink;
  }

  run(): InflateError | undefined {
    let isLast = false;
    while (!isLast) {
      isLast = this.take(1) === 1;
      const error = this.block(this.take(2));
      if (error !== undefined || this.ranOut) {
        this.flush();
        return this.ranOut ? "the compressed data ends too early" : error;
      }
    }
    this.flush();
    // Whole bytes that were read ahead belong to what follows the stream.
    this.position -= this.bitCount >>> 3;
    return undefined;
  }

  private block(type: number): InflateError | undefined {
    switch (type) {
      case 0:
        return this.storedBlock();
      case 1: {
        this.fixed ??= fixedCodes();
        return this.compressedBlock(this.fixed.literals, this.fixed.distances);
      }
      case 2:
        return this.dynamicBlock();
      default:
        return "a block of the compressed data has an unknown type";
    }
  }

  private storedBlock(): InflateError | undefined {
    this.position -= this.bitCount >>> 3;
    this.bits = 0;
    this.bitCount = 0;
    const { input } = this;
    if (this.position + 4 > input.length) {
      this.ranOut = true;
      return undefined;
    }
    const at = this.position;
    const length = (input[at] ?? 0) | ((input[at + 1] ?? 0) << 8);
    const check = (input[at + 2] ?? 0) | ((input[at + 3] ?? 0) << 8);
    if (length !== (~check & 0xffff)) {
      return "a stored block of the compressed data has a wrong length";
    }
    this.position += 4;
    const end = this.position + length;
    if (end > input.length) {
      this.ranOut = true;
      return undefined;
    }
    while (this.position < end) {
      this.makeRoom();
      const count = Math.min(end - this.position, BUFFER_BYTES - this.filled);
      this.buffer.set(input.subarray(this.position, this.position + count), this.filled);
      this.filled += count;
      this.position += count;
    }
    return undefined;
  }

  private dynamicBlock(): InflateError | undefined {
    const literalCount = this.take(5) + 257;
    const distanceCount = this.take(5) + 1;
    const codeLengthCount = this.take(4) + 4;
    const codeLengths = new Uint8Array(19);
    for (let i = 0; i < codeLengthCount; i++) {
      codeLengths[CODE_LENGTH_ORDER[i] ?? 0] = this.take(3);
    }
    const codeTable = buildDecodeTable(codeLengths);
    if (codeTable === undefined || literalCount > 286) {
      return "the codes of a compressed block are wrong";
    }
    const lengths = new Uint8Array(literalCount + distanceCount);
    let i = 0;
    while (i < lengths.length) {
      const symbol = this.symbol(codeTable);
      if (symbol < 0 || this.ranOut) {
        return "a code of a compressed block is wrong";
      }
      if (symbol < 16) {
        lengths[i++] = symbol;
        continue;
      }
      const value = symbol === 16 ? (lengths[i - 1] ?? 0) : 0;
      const repeat =
        symbol === 16 ? 3 + this.take(2) : symbol === 17 ? 3 + this.take(3) : 11 + this.take(7);
      if ((symbol === 16 && i === 0) || i + repeat > lengths.length) {
        return "the code lengths of a compressed block are wrong";
      }
      lengths.fill(value, i, i + repeat);
      i += repeat;
    }
    const literals = buildDecodeTable(lengths.subarray(0, literalCount));
    const distances = buildDecodeTable(lengths.subarray(literalCount));
    return literals === undefined || distances === undefined
      ? "the codes of a compressed block are wrong"
      : this.compressedBlock(literals, distances);
  }

  private compressedBlock(literals: DecodeTable, distances: DecodeTable): InflateError | undefined {
    const { buffer } = this;
    while (!this.ranOut) {
      const symbol = this.symbol(literals);
      if (symbol < END_OF_BLOCK) {
        if (symbol < 0) {
          return "a code of a compressed block is wrong";
        }
        this.makeRoom();
        buffer[this.filled++] = symbol;
        continue;
      }
      if (symbol === END_OF_BLOCK) {
        return undefined;
      }
      const error = this.match(symbol - 257, distances);
      if (error !== undefined) {
        return error;
      }
    }
    return undefined;
  }

  private match(lengthSymbol: number, distances: DecodeTable): InflateError | undefined {
    const lengthBase = LENGTH_BASE[lengthSymbol];
    if (lengthBase === undefined) {
      return "a length of a compressed block is wrong";
    }
    const length = lengthBase + this.take(LENGTH_EXTRA[lengthSymbol] ?? 0);
    const distanceSymbol = this.symbol(distances);
    const distanceBase = DISTANCE_BASE[distanceSymbol];
    if (distanceBase === undefined) {
      return "a distance of a compressed block is wrong";
    }
    const distance = distanceBase + this.take(DISTANCE_EXTRA[distanceSymbol] ?? 0);
    this.makeRoom();
    if (distance > this.filled) {
      return "a distance of a compressed block reaches before the data";
    }
    const { buffer } = this;
    let from = this.filled - distance;
    let to = this.filled;
    const end = to + length;
    while (to < end) {
      buffer[to++] = buffer[from++] ?? 0;
    }
    this.filled = to;
    return undefined;
  }

  /** The next `count` bits, at most 16. */
  private take(count: number): number {
    this.need(count);
    const value = this.bits & ((1 << count) - 1);
    this.bits >>>= count;
    this.bitCount -= count;
    return value;
  }

  /** The next symbol of `table`, or -1 for a code that it does not have. */
  private symbol(table: DecodeTable): number {
    this.need(15);
    const entry = table[this.bits & 0x7fff] ?? 0;
    const length = entry & 15;
    if (length === 0) {
      return -1;
    }
    this.bits >>>= length;
    this.bitCount -= length;
    if (this.bitCount < 0) {
      this.ranOut = true;
    }
    return entry >>> 4;
  }

  /** Has at least `count` bits ready; behind the end of the input they are zeros. */
  private need(count: number): void {
    while (this.bitCount < count) {
      const byte = this.input[this.position];
      if (byte === undefined) {
        this.padWithZeros(count);
        return;
      }
      this.position++;
      this.bits |= byte << this.bitCount;
      this.bitCount += 8;
    }
  }

  /**
   * The input is over. A code may be looked up with more bits than there are (`symbol` checks how
   * many it used), but `take` must have its bits.
   */
  private padWithZeros(count: number): void {
    if (count < 15) {
      this.ranOut = true;
      this.bitCount = count;
    }
  }

  /** Room for the longest match, 258 bytes, and a window behind. */
  private makeRoom(): void {
    if (this.filled + 258 > BUFFER_BYTES) {
      this.flush();
      this.buffer.copyWithin(0, this.filled - WINDOW_BYTES, this.filled);
      this.filled = WINDOW_BYTES;
      this.flushed = WINDOW_BYTES;
    }
  }

  private flush(): void {
    if (this.filled > this.flushed) {
      this.sink.push(this.buffer, this.flushed, this.filled);
      this.outputBytes += this.filled - this.flushed;
      this.flushed = this.filled;
    }
  }
}
