// SPDX-License-Identifier: MPL-2.0

/** A place of generated code and the line of the source that it comes from. */
export interface Mapping {
  /** 0-based. */
  readonly generatedLine: number;
  /** 0-based. */
  readonly generatedColumn: number;
  /** Index to `sources`. */
  readonly source: number;
  /** 0-based. */
  readonly sourceLine: number;
  /** 0-based. */
  readonly sourceColumn: number;
}

export interface SourceMap {
  readonly sources: readonly string[];
  readonly mappings: string;
}

const DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/** The segments of a source map that have a source, in generated order (ECMA-426, 6.2). */
export function decodeMappings({ mappings }: SourceMap): Mapping[] {
  const decoded: Mapping[] = [];
  let [source, sourceLine, sourceColumn] = [0, 0, 0];
  mappings.split(";").forEach((group, generatedLine) => {
    let generatedColumn = 0;
    for (const segment of group === "" ? [] : group.split(",")) {
      const [column = 0, sourceDelta, lineDelta = 0, columnDelta = 0] = decodeVlq(segment);
      generatedColumn += column;
      if (sourceDelta === undefined) continue;
      source += sourceDelta;
      sourceLine += lineDelta;
      sourceColumn += columnDelta;
      decoded.push({ generatedLine, generatedColumn, source, sourceLine, sourceColumn });
    }
  });
  return decoded;
}

/** Numbers in base 64, five bits a digit, the sign in the lowest bit. */
function decodeVlq(text: string): number[] {
  const numbers: number[] = [];
  let [value, shift] = [0, 0];
  for (const character of text) {
    const digit = DIGITS.indexOf(character);
    value += (digit & 31) << shift;
    shift += 5;
    if ((digit & 32) !== 0) continue;
    numbers.push((value & 1) === 0 ? value >>> 1 : -(value >>> 1));
    [value, shift] = [0, 0];
  }
  return numbers;
}
