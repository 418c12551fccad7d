// SPDX-License-Identifier: MPL-2.0

import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, readdirSync, statSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";

const SOURCES = fileURLToPath(new URL("../../programs/cpu/", import.meta.url));
const BUILD = fileURLToPath(new URL("../../.build/cpu/", import.meta.url));
const FLAGS = ["-O2", "-static"];

/** The loops by name: every C file of programs/cpu. */
export const LOOP_NAMES = readdirSync(SOURCES)
  .filter((file) => file.endsWith(".c"))
  .map((file) => basename(file, ".c"))
  .sort();

/**
 * Compiles a loop, unless that has been done, and gives the program's file name. `flags` are further ones for the
 * compiler, and their result has a name of its own.
 */
export function buildLoop(name, flags = []) {
  const directory = join(BUILD, flags.join("") || "native");
  mkdirSync(directory, { recursive: true });
  const source = join(SOURCES, `${name}.c`);
  const output = join(directory, name);
  const changed = Math.max(...[source, join(SOURCES, "loop.h")].map((f) => statSync(f).mtimeMs));
  if (existsSync(output) && statSync(output).mtimeMs > changed) return output;
  const args = [...FLAGS, ...flags, "-o", output, source, "-lm"];
  const result = spawnSync("gcc", args, { encoding: "utf8" });
  if (result.error?.code === "ENOENT") {
    throw new Error(
      "gcc is not installed, and the loops are compiled here: apt-get install gcc libc6-dev",
    );
  }
  if (result.status !== 0) throw new Error(`gcc ${args.join(" ")} failed:\n${result.stderr}`);
  return output;
}

/** What a loop printed: milliseconds of its first and of its median run, and the result. */
export function parseLoop(output, where) {
  const match = /^(\S+) (\S+) ([0-9a-f]+)\n$/.exec(output);
  if (match === null) throw new Error(`${where} printed ${JSON.stringify(output)}, not its times`);
  return { first: Number(match[1]), value: Number(match[2]), check: match[3] };
}

/** How a loop is run on each target. */
export function runLoop(name, target) {
  const file = buildLoop(name);
  const [command, ...args] = target.loop(file);
  const where = `${name} on ${target.name}`;
  const result = spawnSync(command, args, { encoding: "utf8", maxBuffer: 1 << 20 });
  if (result.status !== 0) {
    const end = result.error?.message ?? `status ${result.status ?? result.signal}`;
    throw new Error(`${where} failed (${end}): ${result.stderr}`);
  }
  return parseLoop(result.stdout, where);
}

/** A file under .build made by `make` when it is not there. */
export function cachedFile(name, make) {
  mkdirSync(BUILD, { recursive: true });
  const path = join(BUILD, name);
  if (!existsSync(path)) writeFileSync(path, make());
  return readFileSync(path);
}
