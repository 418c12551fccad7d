// SPDX-License-Identifier: MPL-2.0

import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** The instructions of the case as objdump shows them, where it is installed. */
export function disassemble(c) {
  const folder = mkdtempSync(join(tmpdir(), "aster-differential-"));
  const file = join(folder, "code");
  try {
    writeFileSync(file, c.code);
    const flags = ["-D", "-b", "binary", "-m", "i386:x86-64", `--adjust-vma=${c.rip}`];
    const text = execFileSync("objdump", [...flags, file], {
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
    });
    return text
      .split("\n")
      .filter((l) => /^\s+[0-9a-f]+:\t/.test(l))
      .map((l) => l.trim())
      .join("\n    ");
  } catch {
    return "(no objdump)";
  } finally {
    rmSync(folder, { recursive: true });
  }
}
