// SPDX-License-Identifier: MPL-2.0

import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { OsdkError } from "../errors.ts";
import { ExitCode } from "../exit-codes.ts";
import { describeFileError, isFileError } from "../files.ts";
import type { Manifest } from "./schema.ts";

/** Changes whenever the schema does, so that an older cache is not believed. */
const CACHE_VERSION = 3;

/**
 * Reads and checks a manifest. What was found good is kept under `target/osdk`, by its contents:
 * loading the parser and the schema takes longer than booting a small kernel. Throws
 * `ManifestError` or `OsdkError`.
 */
export async function readManifestCached(file: string): Promise<Manifest> {
  let bytes: Buffer;
  try {
    bytes = readFileSync(file);
  } catch (error) {
    const why = isFileError(error) ? describeFileError(error) : String(error);
    throw new OsdkError(ExitCode.MANIFEST, `${file}: ${why}`);
  }
  const cache = join(dirname(file), "target", "osdk", "manifest.json");
  // The contents themselves: a hash of them is shorter, and longer to load.
  const key = `${CACHE_VERSION}\n${bytes.toString("latin1")}`;
  const known = readCache(cache, key);
  if (known !== undefined) return known;
  const { decodeManifest, parseManifest } = await import("./load.ts");
  const manifest = parseManifest(decodeManifest(bytes, file), file);
  writeCache(cache, key, manifest);
  return manifest;
}

function readCache(cache: string, key: string): Manifest | undefined {
  try {
    const entry = JSON.parse(readFileSync(cache, "utf8")) as { key?: string; manifest?: Manifest };
    return entry.key === key ? entry.manifest : undefined;
  } catch {
    return undefined;
  }
}

function writeCache(cache: string, key: string, manifest: Manifest): void {
  try {
    mkdirSync(dirname(cache), { recursive: true });
    const partial = `${cache}.${process.pid}`;
    writeFileSync(partial, JSON.stringify({ key, manifest }));
    renameSync(partial, cache);
  } catch {
    // A folder that can not be written only costs time.
  }
}
