// SPDX-License-Identifier: MPL-2.0

import { createHash } from "node:crypto";
import { readFileSync, renameSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** Changes whenever a record of older versions says something else. */
const VERSION = 1;

interface FileRecord {
  readonly bytes: number;
  readonly sha256: string;
}

interface InputRecord extends FileRecord {
  readonly modifiedMs: number;
}

/** What a build left: of which inputs and options, and which files. */
export interface BuildRecord {
  readonly version: number;
  /** The options of the build, as text. */
  readonly options: string;
  /** By absolute file name. */
  readonly inputs: Readonly<Record<string, InputRecord>>;
  /** The files of the build, by their names in its folder. */
  readonly files: Readonly<Record<string, FileRecord>>;
}

/** What is to be built. */
export interface BuildTarget {
  /** The folder of the build and of its record. */
  readonly directory: string;
  /** The record's file in it. */
  readonly record: string;
  /** Everything but the contents of files that the outcome depends on. */
  readonly options: unknown;
}

/**
 * Whether a build is there and whole, from the same options, and none of its inputs has changed.
 * The record is written last, so what an interrupted build left is never taken for a whole one.
 */
export function isFresh(target: BuildTarget): boolean {
  const record = readRecord(target);
  if (record === undefined || record.options !== JSON.stringify(target.options)) return false;
  for (const [file, input] of Object.entries(record.inputs)) {
    const status = statSync(file, { throwIfNoEntry: false });
    if (status === undefined || status.size !== input.bytes) return false;
    if (status.mtimeMs !== input.modifiedMs && hashOf(readFileSync(file)) !== input.sha256) {
      return false;
    }
  }
  return Object.entries(record.files).every(([name, { bytes, sha256 }]) => {
    const file = join(target.directory, name);
    const status = statSync(file, { throwIfNoEntry: false });
    return status?.size === bytes && hashOf(readFileSync(file)) === sha256;
  });
}

/** The record of a build; undefined when there is none, or none that can be read. */
export function readRecord({ directory, record }: BuildTarget): BuildRecord | undefined {
  try {
    const read = JSON.parse(readFileSync(join(directory, record), "utf8")) as BuildRecord;
    return read.version === VERSION ? read : undefined;
  } catch {
    return undefined;
  }
}

/** The hash of an input that was written while it was built from: of which text nobody knows. */
const UNKNOWN = { modifiedMs: -1, sha256: "" };

/**
 * Writes the record of a build that began at `startMs` and whose files are all there. An input that
 * was saved since has perhaps not been read as it is: the next build is a new one.
 */
export function writeRecord(
  target: BuildTarget,
  inputs: readonly string[],
  files: readonly string[],
  startMs: number,
): void {
  const record: BuildRecord = {
    version: VERSION,
    options: JSON.stringify(target.options),
    inputs: Object.fromEntries(
      [...new Set(inputs)].sort().map((file) => {
        const { mtimeMs: modifiedMs } = statSync(file);
        const isOld = modifiedMs < startMs;
        return [file, { ...recordOf(file), modifiedMs, ...(isOld ? {} : UNKNOWN) }];
      }),
    ),
    files: Object.fromEntries(files.map((name) => [name, recordOf(join(target.directory, name))])),
  };
  const file = join(target.directory, target.record);
  const partial = `${file}.${process.pid}`;
  writeFileSync(partial, `${JSON.stringify(record, undefined, 2)}\n`);
  renameSync(partial, file);
}

function recordOf(file: string): FileRecord {
  const bytes = readFileSync(file);
  return { bytes: bytes.length, sha256: hashOf(bytes) };
}

export function hashOf(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}
