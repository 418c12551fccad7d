// SPDX-License-Identifier: MPL-2.0

import { mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { readProgram } from "../compile/bytecode.ts";
import type { Choice } from "../compile/compile.ts";
import { readAtoms } from "../compile/opcodes.ts";
import { bundleProgram, indexMap, linesOf, type Script } from "./bundle.ts";
import { buildCompiled } from "./compiled.ts";
import {
  buildEngine,
  NATIVE_FOLDER,
  targetArguments,
  type BuildControl,
  type Engine,
} from "./engine.ts";
import { functionNames, hotFunctions, MAX_CODE_BYTES } from "./hot.ts";
import { pruneCache, removeLeftBeside } from "./prune.ts";
import type { Program } from "./program.ts";
import { allEnded, MUSL_LIBC, requireBuildTools, run, type ToolRun } from "./tools.ts";

const C_FILES = [
  "main",
  "console",
  "boot-info",
  "memory",
  "cpu",
  "interrupts",
  "heap",
  "libc",
  "intrinsics",
];
const ASSEMBLY_FILES = ["boot", "trap"];
const SCRIPTS = ["program", "kernel"];

/** A function of an image's scripts. */
export interface ImageFunction {
  /** File and name, as in hot-functions.txt. */
  readonly name: string;
  /** Of its bytecode. */
  readonly codeBytes: number;
  /** Generators, async functions and very long ones are always interpreted. */
  readonly isCompilable: boolean;
}

export interface ImageOptions extends BuildControl {
  readonly program: Program;
  /** Where the ELF file goes. */
  readonly output: string;
  /** Where compiled parts are kept between builds. */
  readonly cacheFolder: string;
  /** Simplifies the code; names and lines stay. */
  readonly minify?: boolean;
  /** Where the kernel's OSTD is installed; default: at its file. */
  readonly projectFolder?: string;
  /** Leaves symbols out of the ELF file. */
  readonly strip?: boolean;
  /**
   * Which of the scripts' functions become machine code: those that hot-functions.txt names
   * (default), all, or none; "count" is none, and the engine counts operations (`countOperations`).
   */
  readonly compile?: "hot" | "all" | "none" | "count";
}

export interface Image {
  /** The scripts' functions in the order of their numbers, for profiles. */
  readonly functions: readonly ImageFunction[];
  /** Every file that the image was made of, absolute; headers and libraries of the host are left out. */
  readonly inputs: readonly string[];
}

/**
 * Builds an ELF file that `qemu-system-x86_64 -kernel` and GRUB (multiboot2, multiboot) boot.
 * Beside it stands OUTPUT.js.map, the source map of the scripts in it. Each is whole or not there.
 */
export async function buildImage(options: ImageOptions): Promise<Image> {
  requireBuildTools();
  const output = resolve(options.output);
  const isCounting = options.compile === "count";
  const engine = await buildEngine(resolve(options.cacheFolder), options, isCounting);
  await mkdir(dirname(output), { recursive: true });
  await removeLeftBeside(dirname(output));
  const folder = await mkdtemp(join(dirname(output), ".image-"));
  const how = { cwd: folder, signal: options.signal };
  try {
    const { scripts, inputs } = await bundleProgram(
      options.program,
      options.minify === true,
      options.projectFolder,
    );
    await writeFile(join(folder, "program.js.map"), indexMap(scripts));
    const bytecode = await compileScripts(engine, scripts, how);
    const choice = choiceOf(options.compile ?? "hot", scripts);
    const cache = resolve(options.cacheFolder);
    const compiled = await buildCompiled(engine, cache, bytecode, choice, options);
    await link(engine, compiled, how);
    if (options.strip === true) await run("strip", ["-s", "image.elf"], how);
    await rename(join(folder, "program.js.map"), `${output}.js.map`);
    await rename(join(folder, "image.elf"), output);
    await pruneCache(cache);
    const native = (await readdir(NATIVE_FOLDER)).map((name) => join(NATIVE_FOLDER, name));
    const functions = await functionsOf(engine, bytecode, scripts);
    return { functions, inputs: [...inputs, ...native] };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** The bytecode of OSTD's script and the kernel's, in program.bin and kernel.bin. */
async function compileScripts(
  engine: Engine,
  scripts: readonly Script[],
  how: ToolRun,
): Promise<readonly Uint8Array[]> {
  const bytecode: Uint8Array[] = [];
  let before = "";
  for (const [i, name] of SCRIPTS.entries()) {
    const script = scripts[i];
    const output = join(how.cwd, `${name}.bin`);
    if (script === undefined) {
      await writeFile(output, "");
      continue;
    }
    // So the lines of one begin after those of the other.
    await writeFile(join(how.cwd, `${name}.js`), before + script.code);
    await run(engine.compiler, [`${name}.js`, "kernel.js", output], how);
    bytecode.push(await readFile(output));
    before += "\n".repeat(linesOf(script.code).length);
  }
  return bytecode;
}

function choiceOf(compile: "hot" | "all" | "none" | "count", scripts: readonly Script[]): Choice {
  return compile === "hot" ? hotFunctions(scripts) : () => compile === "all";
}

async function functionsOf(
  engine: Engine,
  bytecode: readonly Uint8Array[],
  scripts: readonly Script[],
): Promise<readonly ImageFunction[]> {
  const atoms = await readFile(join(engine.sources, "quickjs-atom.h"), "utf8");
  const nameOf = functionNames(scripts);
  return readProgram(bytecode, readAtoms(atoms)).map((fn) => ({
    name: nameOf(fn),
    codeBytes: fn.code.length,
    isCompilable: fn.kind === 0 && fn.line > 0 && fn.code.length <= MAX_CODE_BYTES,
  }));
}

async function link(engine: Engine, compiled: readonly string[], how: ToolRun): Promise<void> {
  const target = await targetArguments(engine.sources);
  const compile = (name: string, extension: string): Promise<string> => {
    const source = join(NATIVE_FOLDER, `${name}.${extension}`);
    const warnings = extension === "c" ? ["-Wall", "-Wextra", "-Werror"] : [];
    return run("gcc", [...target, ...warnings, "-c", source, "-o", `${name}.o`], how);
  };
  await allEnded([
    ...C_FILES.map((name) => compile(name, "c")),
    ...ASSEMBLY_FILES.map((name) => compile(name, "S")),
    compile("program", "S"),
    run("gcc", ["-E", "-P", "-x", "c", join(NATIVE_FOLDER, "link.ld"), "-o", "link.ld"], how),
  ]);
  const libgcc = (await run("gcc", ["-print-libgcc-file-name"], how)).trim();
  const objects = [...ASSEMBLY_FILES, ...C_FILES, "program"].map((name) => `${name}.o`);
  const flags = [
    ...["-T", "link.ld"],
    ...["-z", "max-page-size=4096", "-z", "noexecstack", "--no-warn-rwx-segments"],
    ...["--gc-sections", "--build-id=none", "-static"],
  ];
  const inputs = [...objects, ...compiled, engine.archive, MUSL_LIBC, libgcc];
  await run("ld", [...flags, "-o", "image.elf", ...inputs], how);
}
