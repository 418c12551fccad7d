// SPDX-License-Identifier: MPL-2.0
//
// Compiles programs/NAME.c on demand, once for each C library, into .build/LIBC/NAME.

import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, renameSync, statSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const HERE = fileURLToPath(new URL(".", import.meta.url));

/** Deterministic floating point wants no contraction; the rest are plain static -O2 builds. */
const FLAGS = ["-std=gnu11", "-O2", "-static", "-ffp-contract=off", "-Wall", "-Wextra", "-pthread"];

/** What programs may include. */
const HEADERS = ["check.h", "random.h"];

export const LIBCS = {
  musl: { compiler: "musl-gcc", debianPackage: "musl-tools" },
  glibc: { compiler: "gcc", debianPackage: "gcc libc6-dev" },
};

/**
 * @param {string} name of the program, without .c
 * @param {'musl' | 'glibc'} libc
 * @param {string} [folder] of the source
 * @returns {string} the path of the executable
 */
export function buildProgram(name, libc, folder = "programs") {
  const source = join(HERE, folder, `${name}.c`);
  const headers = HEADERS.map((header) => join(HERE, "programs", header));
  const outputDirectory = join(HERE, ".build", libc);
  const output = join(outputDirectory, name);
  const newestInput = Math.max(...[source, ...headers].map((file) => statSync(file).mtimeMs));
  if (existsSync(output) && statSync(output).mtimeMs > newestInput) return output;

  mkdirSync(outputDirectory, { recursive: true });
  const { compiler, debianPackage } = LIBCS[libc];
  // A run beside this one must never see half an executable.
  const partial = `${output}.${process.pid}`;
  const result = spawnSync(compiler, [...FLAGS, "-o", partial, source, "-lm"], {
    encoding: "utf8",
  });
  if (result.error !== undefined) {
    throw new Error(
      `${compiler} cannot be run (${result.error.message}): apt-get install ${debianPackage}, ` +
        "or leave the programs out with --filter ^scripts/",
    );
  }
  if (result.status !== 0) throw new Error(`${compiler} failed on ${source}:\n${result.stderr}`);
  if (result.stderr !== "") process.stderr.write(result.stderr);
  renameSync(partial, output);
  return output;
}
