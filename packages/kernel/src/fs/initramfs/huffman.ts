// SPDX-License-Identifier: MPL-2.0

/**
 * Decodes a canonical Huffman code of DEFLATE (RFC 1951, section 3.2.2) in one look: indexed by
 * the next 15 bits of the stream, `symbol << 4 | length`; 0 where no code starts so.
 */
export type DecodeTable = ArrayLike<number>;

const MAX_CODE_LENGTH = 15;

/** The table of the code with these lengths; undefined when no such code exists. */
export function buildDecodeTable(lengths: Uint8Array): DecodeTable | undefined {
  const counts = new Uint16Array(MAX_CODE_LENGTH + 1);
  for (const length of lengths) {
    counts[length] = (counts[length] ?? 0) + 1;
  }
  counts[0] = 0;
  const next = new Uint16Array(MAX_CODE_LENGTH + 2);
  let code = 0;
  for (let length = 1; length <= MAX_CODE_LENGTH; length++) {
    code = (code + (counts[length - 1] ?? 0)) << 1;
    if (code + (counts[length] ?? 0) > 1 << length) {
      return undefined;
    }
    next[length] = code;
  }
  const table = new Uint16Array(1 << MAX_CODE_LENGTH);
  for (let symbol = 0; symbol < lengths.length; symbol++) {
    const length = lengths[symbol] ?? 0;
    if (length === 0) {
      continue;
    }
    const own = next[length] ?? 0;
    next[length] = own + 1;
    for (let i = reverse(own, length); i < table.length; i += 1 << length) {
      table[i] = (symbol << 4) | length;
    }
  }
  return table;
}

/** The lowest `length` bits of `code` in the opposite order: codes come highest bit first. */
function reverse(code: number, length: number): number {
  let reversed = 0;
  for (let i = 0; i < length; i++) {
    reversed = (reversed << 1) | ((code >>> i) & 1);
  }
  return reversed;
}

function fixedLiteralLengths(): Uint8Array {
  const lengths = new Uint8Array(288);
  lengths.fill(8, 0, 144);
  lengths.fill(9, 144, 256);
  lengths.fill(7, 256, 280);
  lengths.fill(8, 280, 288);
  return lengths;
}

/** The codes of a block of type 1 (section 3.2.6). */
export function fixedCodes(): { readonly literals: DecodeTable; readonly distances: DecodeTable } {
  const noCode = new Uint16Array(1 << MAX_CODE_LENGTH);
  return {
    literals: buildDecodeTable(fixedLiteralLengths()) ?? noCode,
    distances: buildDecodeTable(new Uint8Array(30).fill(5)) ?? noCode,
  };
}

/** What the symbols of lengths (from 257) and of distances mean (section 3.2.5). */
export const LENGTH_BASE: readonly number[] = [
  3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15, 17, 19, 23, 27, 31, 35, 43, 51, 59, 67, 83, 99, 115, 131,
  163, 195, 227, 258,
];
export const LENGTH_EXTRA: readonly number[] = [
  0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0,
];
export const DISTANCE_BASE: readonly number[] = [
  1, 2, 3, 4, 5, 7, 9, 13, 17, 25, 33, 49, 65, 97, 129, 193, 257, 385, 513, 769, 1025, 1537, 2049,
  3073, 4097, 6145, 8193, 12_289, 16_385, 24_577,
];
export const DISTANCE_EXTRA: readonly number[] = [
  0, 0, 0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7, 8, 8, 9, 9, 10, 10, 11, 11, 12, 12, 13, 13,
];
