// SPDX-License-Identifier: MPL-2.0

import { createReadStream } from "node:fs";
import type { Readable } from "node:stream";
import { createGunzip } from "node:zlib";
import type { TraceReader } from "./reader.ts";

/** Read at once; large pieces keep the share of lines that lie across two of them small. */
const PIECE_BYTES = 256 * 1024;

/**
 * Reads a file, plain or gzip, or standard input for "-", into a reader; does not end the reader.
 * `stop` ends the reading as if the trace ended there.
 */
export async function readTraceFile(
  path: string,
  reader: TraceReader,
  stop?: AbortSignal,
): Promise<void> {
  const stream =
    path === "-" ? process.stdin : createReadStream(path, { highWaterMark: PIECE_BYTES });
  const end = (): void => void stream.destroy();
  stop?.addEventListener("abort", end);
  try {
    await readTraceStream(stream, reader);
  } catch (error) {
    // A stream that is destroyed ends its readers with an error.
    if (stop?.aborted !== true) throw error;
  } finally {
    stop?.removeEventListener("abort", end);
  }
}

/** Reads a stream of bytes, plain or gzip, into a reader. */
export async function readTraceStream(stream: Readable, reader: TraceReader): Promise<void> {
  let gunzip: ReturnType<typeof createGunzip> | undefined;
  let unzipped: Promise<void> | undefined;
  let head: Buffer | undefined = Buffer.alloc(0);
  const take = (bytes: Buffer): void => reader.write(bytes.toString("latin1"));
  for await (const piece of stream) {
    let bytes: Buffer =
      typeof piece === "string" ? Buffer.from(piece, "latin1") : (piece as Buffer);
    if (head !== undefined) {
      // The first two bytes tell gzip (RFC 1952) from text.
      bytes = head.length === 0 ? bytes : Buffer.concat([head, bytes]);
      if (bytes.length < 2) {
        head = bytes;
        continue;
      }
      head = undefined;
      if (bytes[0] === 0x1f && bytes[1] === 0x8b) {
        gunzip = createGunzip({ chunkSize: PIECE_BYTES });
        unzipped = drain(gunzip, take);
        // Awaited at the end; a failure before that is not to be an unhandled one.
        unzipped.catch(() => undefined);
      }
    }
    if (gunzip === undefined) take(bytes);
    else if (!gunzip.write(bytes) && !gunzip.destroyed) {
      await new Promise<void>((resolve) => {
        const go = (): void => {
          gunzip?.off("drain", go).off("close", go);
          resolve();
        };
        gunzip?.on("drain", go).on("close", go);
      });
    }
    if (gunzip?.destroyed === true) break;
  }
  if (head !== undefined && head.length > 0) take(head);
  gunzip?.end();
  await unzipped;
}

async function drain(stream: Readable, take: (bytes: Buffer) => void): Promise<void> {
  for await (const piece of stream) take(piece as Buffer);
}
