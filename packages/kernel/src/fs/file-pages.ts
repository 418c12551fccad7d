// SPDX-License-Identifier: MPL-2.0

import type { VmReader, VmWriter } from "@aster/ostd";
import type { Result } from "../result.ts";
import { PageSource } from "../vm/page-source.ts";

/** The bytes of a regular file, by pages that read(2), write(2) and every mapping share. */
export abstract class FilePages extends PageSource {
  /** Bytes in the file. */
  abstract readonly size: number;

  /** Copies from `offset` until the writer is full or the file ends: the bytes moved, or an error. */
  abstract read(writer: VmWriter, offset: number): Result;
  /**
   * Copies all that the reader has to `offset`, which may lie past the end: the bytes moved, or an
   * error where not one could be.
   */
  abstract write(reader: VmReader, offset: number): Result;
  /** Sets the size; what lies beyond it is given back, and reads as zeros should the file grow again. */
  abstract truncate(size: number): Result;
  /** Makes the bytes `[start, end)` read as zeros and gives storage back (fallocate(2)). */
  abstract punchHole(start: number, end: number): Result;
  /** Takes storage for all of `[start, end)`: 0 or an error. The size stays. */
  abstract reserve(start: number, end: number): Result;
  /** Whether `reserve` may take storage beyond the end (fallocate(2), FALLOC_FL_KEEP_SIZE). */
  get reservesBeyondEnd(): boolean {
    return true;
  }
  /** The first offset at or after `from` that is data, or is a hole: lseek(2). -1: none before the end. */
  abstract seekData(from: number, data: boolean): number;
}
