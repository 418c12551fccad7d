// SPDX-License-Identifier: MPL-2.0

import { mkdirSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { say } from "../cli/messages.ts";
import { OsdkError } from "../errors.ts";
import { ExitCode } from "../exit-codes.ts";
import type { Build } from "../manifest/schema.ts";
import type { Bundle } from "../build/bundle.ts";
import { loadBare } from "./bare.ts";
import { isFresh, readRecord, writeRecord, type BuildTarget } from "./record.ts";

export interface KernelImageRequest {
  /** Name of the image's files. */
  readonly name: string;
  /** Where they go. */
  readonly directory: string;
  readonly build: Build;
  /** "ktests": the bundle registers kernel-mode tests; "kernel": it exports a kernel. */
  readonly program: "kernel" | "ktests";
  /** Makes the bundle, or tells where it is; called only when it is needed. */
  readonly bundle: () => Promise<Pick<Bundle, "file" | "inputs"> & Partial<Bundle>>;
  /** What tells bundles of other sources apart, e.g. the entry's name. */
  readonly source: string;
  /** A folder of the project, where `@aster/bare` may be installed. */
  readonly projectDirectory: string;
  readonly signal?: AbortSignal | undefined;
}

export interface KernelImage {
  /** An ELF file for `qemu -kernel` and multiboot2. */
  readonly elf: string;
  /** The source map of the script in it. */
  readonly map: string;
  readonly isNew: boolean;
}

/** Builds a kernel's image, unless it is there and nothing has changed. Throws `OsdkError`. */
export async function buildKernelImage(request: KernelImageRequest): Promise<KernelImage> {
  const { name, directory, build } = request;
  const { buildImage, BuildError, engineIdentity } = await loadBare(request.projectDirectory);
  const minify = build.profile === "release" || build.profile === "bench";
  const elf = join(directory, `${name}.elf`);
  const image = { elf, map: `${elf}.js.map` };
  const compile = build.interpret === true ? ("none" as const) : ("hot" as const);
  const options = { minify, strip: build.strip_elf === true, compile };
  const target: BuildTarget = {
    directory,
    record: `${name}.image.json`,
    options: { ...options, build, source: request.source, engine: engineIdentity() },
  };
  if (isFresh(target)) return { ...image, isNew: false };
  const start = performance.now();
  const startMs = Date.now();
  try {
    mkdirSync(directory, { recursive: true });
    const bundle = await request.bundle();
    const program =
      request.program === "kernel" ? { kernel: bundle.file } : { ktests: bundle.file };
    const { inputs } = await buildImage({
      program,
      output: elf,
      cacheFolder: cacheDirectory(),
      projectFolder: request.projectDirectory,
      ...options,
      signal: request.signal,
      onStep: say,
    });
    const files = [`${name}.elf`, `${name}.elf.js.map`];
    writeRecord(
      target,
      [...inputs, ...bundle.inputs].filter((file) => file !== bundle.file),
      files,
      Math.min(startMs, bundle.begunMs ?? startMs),
    );
  } catch (error) {
    if (error instanceof BuildError || isFileError(error)) throw buildFailure(error);
    throw error;
  }
  const record = readRecord(target)?.files[`${name}.elf`];
  const ms = (performance.now() - start).toFixed(0);
  say(`built the image of ${name} in ${ms} ms: ${((record?.bytes ?? 0) / 1024).toFixed(0)} KiB`);
  return { ...image, isNew: true };
}

/** Where the compiled engine is kept, for all projects of a user. */
function cacheDirectory(): string {
  const { XDG_CACHE_HOME: cache } = process.env;
  return join(cache !== undefined && cache !== "" ? cache : join(homedir(), ".cache"), "aster");
}

/** A failure of the file system, such as a full disk. */
export function isFileError(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && "syscall" in error && "code" in error;
}

export function buildFailure(error: Error): OsdkError {
  const isMissing = "code" in error && error.code === "tools-missing";
  const code = isMissing ? ExitCode.NOT_FOUND : ExitCode.BUILD;
  // gcc and ld tell it in their own words, of files in the folder for temporary ones too.
  const isFull = /ENOSPC|EDQUOT|No space left on device/.test(error.message);
  const hint = isFull
    ? `\na disk is full: images need some 20 MB where they go, in ${cacheDirectory()} and in ${tmpdir()}`
    : "";
  return new OsdkError(code, `the image can not be built: ${error.message}${hint}`);
}
