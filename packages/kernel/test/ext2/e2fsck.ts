// SPDX-License-Identifier: MPL-2.0

import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Whether the oracle is installed (Debian: e2fsprogs). */
export const hasE2fsck: boolean = spawnSync("e2fsck", ["-V"]).error === undefined;

/** Runs e2fsck on the bytes; its exit code, what it said, and the bytes after it. */
export function check(
  bytes: Uint8Array,
  mode: "-n" | "-y",
): { code: number; text: string; bytes: Uint8Array } {
  const directory = mkdtempSync(join(tmpdir(), "aster-ext2-"));
  const image = join(directory, "image");
  writeFileSync(image, bytes);
  const { status, stdout, stderr } = spawnSync("e2fsck", ["-f", mode, image], { encoding: "utf8" });
  const after = new Uint8Array(readFileSync(image));
  rmSync(directory, { recursive: true });
  return { code: status ?? -1, text: stdout + stderr, bytes: after };
}
