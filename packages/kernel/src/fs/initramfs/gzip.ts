// SPDX-License-Identifier: MPL-2.0

import { Crc32 } from "./crc32.ts";
import { Inflater } from "./inflate.ts";
import type { ByteSink } from "./inflate.ts";

const FLAG_HEADER_CRC = 2;
const FLAG_EXTRA = 4;
const FLAG_NAME = 8;
const FLAG_COMMENT = 16;
const METHOD_DEFLATE = 8;

export function isGzip(bytes: Uint8Array, at: number): boolean {
  return bytes[at] === 0x1f && bytes[at + 1] === 0x8b;
}

/** What became of one member of a gzip file. */
export interface GzipResult {
  /** Where the next member, or what follows, starts. */
  readonly end: number;
  /** Why it could not be read, or not wholly. What came before went to the sink. */
  readonly error: string | undefined;
}

/** Passes bytes on and counts their checksum. */
class CheckedSink implements ByteSink {
  private readonly sink: ByteSink;
  readonly crc: Crc32 = new Crc32();

  constructor(sink: ByteSink) {
    this.sink = sink;
  }

  push(bytes: Uint8Array, start: number, end: number): void {
    this.crc.update(bytes, start, end);
    this.sink.push(bytes, start, end);
  }
}

/** Decompresses the gzip member (RFC 1952) that starts at `start`. */
export function gunzip(bytes: Uint8Array, start: number, sink: ByteSink): GzipResult {
  const body = skipHeader(bytes, start);
  if (typeof body === "string") {
    return { end: bytes.length, error: body };
  }
  const checked = new CheckedSink(sink);
  const inflater = new Inflater(bytes, body, checked);
  const error = inflater.run();
  if (error !== undefined) {
    return { end: bytes.length, error };
  }
  const at = inflater.position;
  if (at + 8 > bytes.length) {
    return { end: bytes.length, error: "the compressed data ends before its checksum" };
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset + at, 8);
  if (view.getUint32(0, true) !== checked.crc.value) {
    return { end: at + 8, error: "the checksum of the compressed data is wrong" };
  }
  if (view.getUint32(4, true) !== inflater.outputBytes % 0x1_0000_0000) {
    return { end: at + 8, error: "the length of the compressed data is wrong" };
  }
  return { end: at + 8, error: undefined };
}

/** The position behind the header, or why it is none. */
function skipHeader(bytes: Uint8Array, start: number): number | string {
  if (start + 10 > bytes.length) {
    return "the compressed data ends in its header";
  }
  if (bytes[start + 2] !== METHOD_DEFLATE) {
    return "the compression method is not DEFLATE";
  }
  const flags = bytes[start + 3] ?? 0;
  let at = start + 10;
  if ((flags & FLAG_EXTRA) !== 0) {
    at += 2 + ((bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8));
  }
  for (const flag of [FLAG_NAME, FLAG_COMMENT]) {
    if ((flags & flag) !== 0) {
      const zero = bytes.indexOf(0, at);
      if (zero < 0) {
        return "the compressed data ends in its header";
      }
      at = zero + 1;
    }
  }
  at += (flags & FLAG_HEADER_CRC) !== 0 ? 2 : 0;
  return at > bytes.length ? "the compressed data ends in its header" : at;
}
