// SPDX-License-Identifier: MPL-2.0

import { mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { readProgram } from "../compile/bytecode.ts";
import type { Choice } from "../compile/compile.ts";
import { readAtoms } from "../compile/opcodes.ts";
import { bundleProgram, type Bundle } from "./bundle.ts";
import { buildCompiled } from "./compiled.ts";
import {
  buildEngine,
  NATIVE_FOLDER,
  targetArguments,
  type BuildControl,
  type Engine,
} from "./engine.ts";
import { functionNames, hotFunctions, MAX_CODE_BYTES } from "./hot.ts";
import { pruneCache } from "./prune.ts";
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

/** A function of the script in an image. */
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
   * Which of the script's functions become machine code: those that hot-functions.txt names
   * (default), all, or none; "count" is none, and the engine counts operations (`countOperations`).
   */
  readonly compile?: "hot" | "all" | "none" | "count";
}

export interface Image {
  /** The script's functions in the order of their numbers, for profiles. */
  readonly functions: readonly ImageFunction[];
  /** Every file that the image was made of, absolute; headers and libraries of the host are left out. */
  readonly inputs: readonly string[];
}

/**
 * Builds an ELF file that `qemu-system-x86_64 -kernel` and GRUB (multiboot2, multiboot) boot.
 * Beside it stands OUTPUT.js.map, the source map of the script in it. Each is whole or not there.
 */
export async function buildImage(options: ImageOptions): Promise<Image> {
  requireBuildTools();
  const output = resolve(options.output);
  const isCounting = options.compile === "count";
  const engine = await buildEngine(resolve(options.cacheFolder), options, isCounting);
  await mkdir(dirname(output), { recursive: true });
  const folder = await mkdtemp(join(dirname(output), ".image-"));
  const how = { cwd: folder, signal: options.signal };
  try {
    const script = await bundleProgram(
      options.program,
      options.minify === true,
      options.projectFolder,
    );
    await writeFile(join(folder, "program.js"), script.code);
    await writeFile(join(folder, "program.js.map"), script.map);
    await run(engine.compiler, ["program.js", "kernel.js", "program.bin"], how);
    const bytecode = await readFile(join(folder, "program.bin"));
    const choice = choiceOf(options.compile ?? "hot", script);
    const cache = resolve(options.cacheFolder);
    const compiled = await buildCompiled(engine, cache, bytecode, choice, options);
    await link(engine, compiled, how);
    if (options.strip === true) await run("strip", ["-s", "image.elf"], how);
    await rename(join(folder, "program.js.map"), `${output}.js.map`);
    await rename(join(folder, "image.elf"), output);
    await pruneCache(cache);
    const native = (await readdir(NATIVE_FOLDER)).map((name) => join(NATIVE_FOLDER, name));
    const functions = await functionsOf(engine, bytecode, script);
    return { functions, inputs: [...script.inputs, ...native] };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function choiceOf(compile: "hot" | "all" | "none" | "count", script: Bundle): Choice {
  return compile === "hot" ? hotFunctions(script) : () => compile === "all";
}

async function functionsOf(
  engine: Engine,
  bytecode: Uint8Array,
  script: Bundle,
): Promise<readonly ImageFunction[]> {
  const atoms = await readFile(join(engine.sources, "quickjs-atom.h"), "utf8");
  const nameOf = functionNames(script);
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
