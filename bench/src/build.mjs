// SPDX-License-Identifier: MPL-2.0

import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, statSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { join } from "node:path";

const here = fileURLToPath(new URL("..", import.meta.url));

/** Compiles the measured programs where their sources are newer, and tells where they are. */
export function buildPrograms(names = ["loops", "calls"]) {
  const compiler = findCompiler();
  mkdirSync(join(here, ".build"), { recursive: true });
  const header = join(here, "programs/measure.h");
  const programs = {};
  for (const name of names) {
    const source = join(here, "programs", `${name}.c`);
    const output = join(here, ".build", name);
    programs[name] = output;
    const sourceTime = Math.max(statSync(source).mtimeMs, statSync(header).mtimeMs);
    if (existsSync(output) && statSync(output).mtimeMs > sourceTime) continue;
    const result = spawnSync(compiler, ["-O2", "-static", "-o", output, source, "-lm"], {
      encoding: "utf8",
    });
    if (result.status !== 0) throw new Error(`${compiler} failed on ${source}:\n${result.stderr}`);
  }
  return programs;
}

function findCompiler() {
  for (const compiler of ["musl-gcc", "gcc"]) {
    if (spawnSync(compiler, ["--version"]).status === 0) return compiler;
  }
  throw new Error("no C compiler found; install one: apt-get install -y gcc musl-tools");
}
