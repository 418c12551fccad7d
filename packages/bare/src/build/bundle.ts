// SPDX-License-Identifier: MPL-2.0

import {
  build,
  formatMessages,
  type BuildOptions,
  type BuildResult,
  type Message,
  type Plugin,
} from "esbuild";
import { readFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { BUNDLE_MODULES, BUNDLE_OPTIONS, endowedModule, isBundle } from "@aster/ostd/bundle";
import { BuildError } from "./build-error.ts";
import type { Program } from "./program.ts";

const GUEST_FOLDER = fileURLToPath(new URL("../guest", import.meta.url));

/** A script of an image, as text. */
export interface Script {
  readonly code: string;
  readonly map: SourceMap;
}

export interface SourceMap {
  readonly version: 3;
  /** Absolute. */
  readonly sources: readonly string[];
  readonly names: readonly string[];
  readonly mappings: string;
}

export interface Bundle {
  /** OSTD's, and the kernel's if there is one. */
  readonly scripts: readonly Script[];
  /** All files in them, absolute. */
  readonly inputs: readonly string[];
}

/** For the engine: ES2020 with class fields and private names. */
const FOR_ENGINE = {
  target: "es2022",
  // The engine takes a field named `get` or `set` for an accessor; fields that are assigned in
  // the constructor, as TypeScript's used to be, have no such trouble.
  loader: { ".js": "ts", ".mjs": "ts" },
  tsconfigRaw: { compilerOptions: { useDefineForClassFields: false } },
  // Static blocks and `#x in o` are later than the engine.
  supported: { "class-static-blocks": false, "class-private-brand-check": false },
} as const satisfies BuildOptions;

const COMMON = {
  absWorkingDir: GUEST_FOLDER,
  write: false,
  metafile: true,
  sourcesContent: false,
  platform: "neutral",
  logLevel: "silent",
} as const satisfies BuildOptions;

/**
 * An image's scripts: OSTD with our implementation of `Hardware`, and the kernel, which is a
 * function of what OSTD gives it. Newer syntax than the engine's is lowered; what is missing of the
 * library is in guest/polyfill.ts. OSTD is the one that `projectFolder` has installed; default:
 * that of the kernel's file.
 */
export async function bundleProgram(
  program: Program,
  minify: boolean,
  projectFolder?: string,
): Promise<Bundle> {
  const [module = ""] = Object.values(program) as string[];
  const file = resolve(module);
  try {
    const ostd = await bundleOstd(program, minify, projectFolder ?? dirname(file));
    if ("script" in program) return { scripts: [ostd.script], inputs: ostd.inputs };
    const kernel = await bundleKernel(file, minify);
    return {
      scripts: [ostd.script, kernel.script],
      inputs: [...ostd.inputs, ...kernel.inputs],
    };
  } catch (error) {
    throw new BuildError("bundle-failed", await describe(error));
  }
}

interface Part {
  readonly script: Script;
  readonly inputs: readonly string[];
}

type Built = BuildResult<{ write: false; metafile: true }>;

async function bundleOstd(program: Program, minify: boolean, kernelFolder: string): Promise<Part> {
  const contents = `import "./polyfill"; import ${JSON.stringify(entryOf(program))};`;
  const result: Built = await build({
    ...COMMON,
    ...FOR_ENGINE,
    stdin: { contents, resolveDir: GUEST_FOLDER, loader: "ts" },
    bundle: true,
    outfile: "program.js",
    sourcemap: "external",
    format: "iife",
    mainFields: ["module", "main"],
    // A method of OSTD's that a kernel calls without an object shall not get the global one.
    banner: { js: '"use strict";' },
    minifySyntax: minify,
    plugins: [oneOstd(kernelFolder)],
  });
  return { script: scriptOf(result), inputs: inputsOf(result) };
}

function entryOf(program: Program): string {
  if ("kernel" in program) return "./start";
  return "ktests" in program ? "./run-ktest" : resolve(program.script);
}

/** A kernel's bundle for the engine; one is made of a kernel that is none yet. */
async function bundleKernel(file: string, minify: boolean): Promise<Part> {
  const inputs = [file];
  let text = readFileSync(file, "utf8");
  if (!isBundle(text)) {
    const result: Built = await build({
      ...COMMON,
      ...BUNDLE_OPTIONS,
      entryPoints: [file],
      // Beside it, as its map's names of files are looked for there.
      outfile: `${file}.bundle.js`,
      sourcemap: "inline",
      plugins: [endowed()],
    });
    text = result.outputFiles[0]?.text ?? "";
    inputs.push(...inputsOf(result).filter((input) => input !== file));
  }
  const lowered: Built = await build({
    ...COMMON,
    ...FOR_ENGINE,
    entryPoints: [file],
    outfile: "program.js",
    sourcemap: "external",
    // A function around it is where helpers of the bundler go; the script's value is what that returns.
    banner: { js: "(function () {" },
    footer: { js: "})()" },
    minifySyntax: minify,
    plugins: [contentsOf(file, `return ${text}`)],
  });
  return { script: scriptOf(lowered), inputs };
}

/** Reads `contents` as the only file. Its name says that it is a script, so that it may return. */
function contentsOf(file: string, contents: string): Plugin {
  return {
    name: "contents",
    setup(pluginBuild): void {
      const resolveDir = dirname(file);
      pluginBuild.onResolve({ filter: /.*/ }, () => ({ path: `${file}.cjs` }));
      pluginBuild.onLoad({ filter: /.*/ }, () => ({ contents, loader: "ts", resolveDir }));
    },
  };
}

/** What a kernel imports of OSTD it is given when it runs. */
function endowed(): Plugin {
  return {
    name: "endowed",
    setup(pluginBuild): void {
      pluginBuild.onResolve({ filter: /^@aster\/ostd/ }, ({ path }) =>
        BUNDLE_MODULES.includes(path) ? { path, namespace: "endowed" } : undefined,
      );
      pluginBuild.onLoad({ filter: /.*/, namespace: "endowed" }, async ({ path }) => ({
        contents: endowedModule(path, Object.keys((await import(path)) as object)),
      }));
    },
  };
}

function inputsOf({ metafile }: Built): string[] {
  return Object.keys(metafile.inputs)
    .filter((input) => !/^(?:<|endowed:)/.test(input))
    .map((input) => resolve(GUEST_FOLDER, input));
}

function scriptOf({ outputFiles }: Built): Script {
  const file = (suffix: string): string =>
    outputFiles.find(({ path }) => path.endsWith(suffix))?.text ?? "";
  const map = JSON.parse(file(".js.map")) as SourceMap;
  // The map is read wherever the image is put.
  const sources = map.sources.map((source) => resolve(GUEST_FOLDER, source));
  return { code: file(".js"), map: { ...map, sources } };
}

/**
 * The source map of an image: its scripts' lines are numbered through, and each has a section (ECMA-426, 9).
 */
export function indexMap(scripts: readonly Script[]): string {
  let line = 0;
  const sections = scripts.map(({ code, map }) => {
    const section = { offset: { line, column: 0 }, map };
    line += linesOf(code).length;
    return section;
  });
  return JSON.stringify({ version: 3, sections });
}

export function linesOf(code: string): readonly string[] {
  return code.split("\n");
}

/** There is one OSTD in an image: the kernel's, which ours may be another copy of. */
function oneOstd(kernelFolder: string): Plugin {
  return {
    name: "one-ostd",
    setup(pluginBuild): void {
      const ours = { isOurs: true };
      pluginBuild.onResolve({ filter: /^@aster\/ostd($|\/)/ }, async (found) => {
        if (found.pluginData === ours) return undefined;
        const { kind } = found;
        const options = { kind, resolveDir: kernelFolder, pluginData: ours };
        const kernels = await pluginBuild.resolve(found.path, options);
        if (kernels.errors.length === 0) return { path: kernels.path };
        return pluginBuild.resolve(found.path, { ...options, resolveDir: found.resolveDir });
      });
    },
  };
}

async function describe(error: unknown): Promise<string> {
  const { errors } = error as { errors?: Message[] };
  if (errors === undefined) return error instanceof Error ? error.message : String(error);
  const messages = await formatMessages(errors, { kind: "error", color: false });
  return messages.join("").trimEnd();
}
