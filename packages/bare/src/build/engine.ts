// SPDX-License-Identifier: MPL-2.0

import { existsSync, readdirSync, readFileSync } from "node:fs";
import { copyFile, mkdir, mkdtemp, readFile, rename, rm, writeFile } from "node:fs/promises";
import { createHash } from "node:crypto";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { BuildError } from "./build-error.ts";
import { ADDED_FILES, changeEngine, countOperations, ENGINE_CHANGES } from "./engine-changes.ts";
import { allEnded, MUSL_INCLUDE, run, type ToolRun } from "./tools.ts";

/** Our C and assembly. */
export const NATIVE_FOLDER: string = fileURLToPath(new URL("../../native", import.meta.url));
/** What is compiled with the engine's sources. */
export const ADDED_FOLDER: string = fileURLToPath(new URL("../../engine", import.meta.url));

/** What compiled functions use, in this order. */
export const COMPILED_HEADERS: readonly string[] = ["compiled.h", "additions.h"];

const COMPILER_FOLDER: string = fileURLToPath(new URL("../compile", import.meta.url));
/** Which functions are compiled to machine code (hot.ts). */
export const HOT_FUNCTIONS: string = fileURLToPath(
  new URL("../../hot-functions.txt", import.meta.url),
);

/** The engine: QuickJS 2021-03-27. */
const ENGINE_VERSION = "2021-03-27";
const ENGINE_FOLDER = "deps/quickjs_2021_03_27";
const ENGINE_SOURCES = ["quickjs", "libregexp", "libunicode", "cutils", "libbf"];
/** What is ours or was changed, and for the image alone. */
const OWN_SOURCES = ["quickjs", "copy"];
const TARGET_SOURCES = [...ENGINE_SOURCES, "copy"];
const COMPILED_FILES = ["compile-js.c", "copy.c", ...ADDED_FILES];

const ENGINE_DEFINES = [
  "-D_GNU_SOURCE",
  `-DCONFIG_VERSION="${ENGINE_VERSION}"`,
  // BigInt is part of the extension for big numbers.
  "-DCONFIG_BIGNUM",
  "-fwrapv",
  "-w",
];

/** How everything in the image is compiled. */
const TARGET_FLAGS = [
  "-std=gnu11",
  "-O2",
  "-g0",
  "-ffreestanding",
  "-fno-builtin-printf",
  "-fno-stack-protector",
  "-fno-pie",
  "-fno-pic",
  "-mcmodel=kernel",
  // Interrupts in ring 0 have stacks of their own, but exceptions on them do not.
  "-mno-red-zone",
  "-fno-asynchronous-unwind-tables",
  "-ffunction-sections",
  "-fdata-sections",
  "-fcf-protection=none",
];

/** What a build says, and what ends it. */
export interface BuildControl {
  readonly signal?: AbortSignal | undefined;
  /** Gets a line when something begins that takes long. */
  readonly onStep?: ((what: string) => void) | undefined;
}

export interface Engine {
  /** Where its parts are, among them quickjs.c as it was compiled. */
  readonly folder: string;
  /** The engine's header files. */
  readonly sources: string;
  /** The objects for the image, as one archive. */
  readonly archive: string;
  /** The compiler from script to bytecode, for the build host. */
  readonly compiler: string;
}

/** gcc's arguments for an object of the image. */
export async function targetArguments(engineSources: string): Promise<readonly string[]> {
  const gccInclude = (await run("gcc", ["-print-file-name=include"], { cwd: "." })).trim();
  const headers = ["-nostdinc", "-isystem", MUSL_INCLUDE, "-isystem", gccInclude];
  return [...TARGET_FLAGS, ...headers, "-isystem", engineSources];
}

/** gcc's arguments for code that is part of the engine, outside its folder. */
export async function engineArguments({ sources, folder }: Engine): Promise<readonly string[]> {
  return [...(await targetArguments(sources)), ...ENGINE_DEFINES, "-I", folder];
}

/** Where the engine's sources are installed. */
export function engineSources(): string {
  try {
    const manifest = createRequire(import.meta.url).resolve("qjsc/package.json");
    const folder = join(dirname(manifest), ENGINE_FOLDER);
    if (existsSync(join(folder, "quickjs.c"))) return folder;
  } catch {
    // Reported below.
  }
  throw new BuildError("engine-missing", "the sources of the engine (qjsc) are not installed");
}

/**
 * Compiles the engine, once for each version of its sources and our flags: 20 s on two CPUs. One that
 * `isCounting` counts the operations of each function (`countOperations`).
 * What is in the cache is whole: it is made aside and renamed.
 */
export async function buildEngine(
  cacheFolder: string,
  { signal, onStep }: BuildControl = {},
  isCounting = false,
): Promise<Engine> {
  const sources = engineSources();
  const change = (source: string): string =>
    isCounting ? countOperations(changeEngine(source)) : changeEngine(source);
  const key = await engineKey(sources, change);
  const folder = join(cacheFolder, `engine-${key}`);
  const engine = {
    folder,
    sources,
    archive: join(folder, "engine.a"),
    compiler: join(folder, "compile-js"),
  };
  if (!existsSync(folder)) {
    onStep?.("compiling the JavaScript engine, once: about a minute");
    await mkdir(cacheFolder, { recursive: true });
    const aside = await mkdtemp(join(cacheFolder, "engine-new-"));
    try {
      await compileEngine(sources, change, { cwd: aside, signal });
      await rename(aside, folder);
    } catch (error) {
      await rm(aside, { recursive: true, force: true });
      // Another build may have been faster.
      if (!existsSync(folder)) throw error;
    }
  }
  return engine;
}

async function engineKey(sources: string, change: (source: string) => string): Promise<string> {
  const hash = createHash("sha256");
  const gcc = await run("gcc", ["--version"], { cwd: "." });
  hash.update(JSON.stringify([TARGET_FLAGS, ENGINE_DEFINES, gcc]));
  for (const name of ENGINE_SOURCES) {
    const source = await readFile(join(sources, `${name}.c`), "utf8");
    hash.update(name === "quickjs" ? change(source) : source);
  }
  for (const name of COMPILED_FILES) {
    hash.update(await readFile(join(ADDED_FOLDER, name)));
  }
  return hash.digest("hex").slice(0, 16);
}

async function compileEngine(
  sources: string,
  change: (source: string) => string,
  how: ToolRun,
): Promise<void> {
  const { cwd: folder } = how;
  const target = await targetArguments(sources);
  for (const name of COMPILED_FILES) {
    await copyFile(join(ADDED_FOLDER, name), join(folder, name));
  }
  const changed = change(await readFile(join(sources, "quickjs.c"), "utf8"));
  await writeFile(join(folder, "quickjs.c"), changed);
  const source = (name: string): string =>
    OWN_SOURCES.includes(name) ? `${name}.c` : join(sources, `${name}.c`);
  const forTarget = TARGET_SOURCES.map((name) =>
    run("gcc", [...target, ...ENGINE_DEFINES, "-c", source(name)], how),
  );
  const files = ENGINE_SOURCES.map(source);
  const forHost = ["-O1", ...ENGINE_DEFINES, "-I", sources, "compile-js.c", ...files];
  const compiler = run("gcc", [...forHost, "-lm", "-lpthread", "-o", "compile-js"], how);
  // For either machine the largest file takes as long as all others, twice: one CPU for each.
  await allEnded([...forTarget, compiler]);
  const objects = TARGET_SOURCES.map((name) => `${name}.o`);
  await run("ar", ["rcs", "engine.a", ...objects], how);
  for (const name of objects) await rm(join(folder, name));
}

/** What tells engines apart without asking a compiler: versions, flags, our changes and what compiles scripts. */
export function engineIdentity(): string {
  const compiler = readdirSync(COMPILER_FOLDER)
    .filter((name) => /(?<!\.test)\.[jt]s$/.test(name) && !name.endsWith(".d.ts"))
    .map((name) => join(COMPILER_FOLDER, name));
  const added = [...COMPILED_HEADERS, ...COMPILED_FILES].map((name) => join(ADDED_FOLDER, name));
  const hash = createHash("sha256");
  for (const file of [...added, ...compiler, HOT_FUNCTIONS]) hash.update(readFileSync(file));
  const texts = hash.digest("hex");
  return JSON.stringify([ENGINE_VERSION, TARGET_FLAGS, ENGINE_DEFINES, ENGINE_CHANGES, texts]);
}
