// SPDX-License-Identifier: MPL-2.0

import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdtemp, readFile, rename, rm, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { compileProgram, type Choice, type Compilation } from "../compile/compile.ts";
import {
  ADDED_FOLDER,
  COMPILED_HEADERS,
  engineArguments,
  type BuildControl,
  type Engine,
} from "./engine.ts";
import { markUsed } from "./prune.ts";
import { allEnded, run } from "./tools.ts";

/** What takes the C compiler a third of its time, and compiled functions gain little by. */
const QUICK = [
  ...["-fno-tree-pre", "-fno-gcse", "-fno-tree-vrp", "-fno-schedule-insns2"],
  ...["-fno-ipa-cp", "-fno-ipa-sra"],
];

/** How many C compilers run at once. */
const AT_ONCE = 2;

/**
 * Object files of the scripts' functions that `choice` names, compiled to machine code. Each is
 * kept in `cacheFolder` under a hash of its C text; what is there is whole.
 */
export async function buildCompiled(
  engine: Engine,
  cacheFolder: string,
  scripts: readonly Uint8Array[],
  choice: Choice,
  { signal, onStep }: BuildControl,
): Promise<readonly string[]> {
  const { parts, table } = await translate(engine, scripts, choice);
  const args = [...(await engineArguments(engine)), ...QUICK];
  // By path: parts without a function are the same.
  const texts = new Map<string, string>();
  for (const text of [...parts, table]) {
    const hash = createHash("sha256")
      .update(JSON.stringify([args, text]))
      .digest("hex");
    texts.set(join(cacheFolder, `compiled-${hash.slice(0, 16)}.o`), text);
  }
  const missing = [...texts].filter(([path]) => !existsSync(path));
  if (missing.length > 1) onStep?.("compiling the kernel's hot functions: up to a minute");
  const aside = await mkdtemp(join(cacheFolder, "compiled-new-"));
  const compile = async (): Promise<string> => {
    for (let next = missing.pop(); next !== undefined; next = missing.pop()) {
      const [path, text] = next;
      const name = basename(path, ".o");
      await writeFile(join(aside, `${name}.c`), text);
      await run("gcc", [...args, "-c", `${name}.c`], { cwd: aside, signal });
      await rename(join(aside, `${name}.o`), path);
    }
    return "";
  };
  try {
    await allEnded(Array.from({ length: AT_ONCE }, compile));
  } finally {
    await rm(aside, { recursive: true, force: true });
  }
  const used = [...texts.keys()];
  await markUsed([...used, engine.folder]);
  return used;
}

async function translate(
  engine: Engine,
  scripts: readonly Uint8Array[],
  choice: Choice,
): Promise<Compilation> {
  const [source, opcodes, atoms, ...macros] = await Promise.all([
    readFile(join(engine.folder, "quickjs.c"), "utf8"),
    readFile(join(engine.sources, "quickjs-opcode.h"), "utf8"),
    readFile(join(engine.sources, "quickjs-atom.h"), "utf8"),
    ...COMPILED_HEADERS.map((name) => readFile(join(ADDED_FOLDER, name), "utf8")),
  ]);
  return compileProgram(scripts, { source, opcodes, atoms, macros: macros.join("\n") }, choice);
}
