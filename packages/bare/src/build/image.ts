// SPDX-License-Identifier: MPL-2.0

import { mkdir, mkdtemp, rename, rm, writeFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { bundleProgram } from "./bundle.ts";
import { buildEngine, NATIVE_FOLDER, targetArguments, type Engine } from "./engine.ts";
import type { Program } from "./program.ts";
import { allEnded, MUSL_LIBC, requireBuildTools, run } from "./tools.ts";

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

export interface ImageOptions {
  readonly program: Program;
  /** Where the ELF file goes. */
  readonly output: string;
  /** Where compiled parts are kept between builds. */
  readonly cacheFolder: string;
}

/** Builds an ELF file that `qemu-system-x86_64 -kernel` and GRUB (multiboot2) boot. */
export async function buildImage(options: ImageOptions): Promise<void> {
  requireBuildTools();
  const output = resolve(options.output);
  const engine = await buildEngine(resolve(options.cacheFolder));
  await mkdir(dirname(output), { recursive: true });
  const folder = await mkdtemp(join(dirname(output), ".image-"));
  try {
    const script = await bundleProgram(options.program);
    await writeFile(join(folder, "program.js"), script.code);
    await run(engine.compiler, ["program.js", "kernel.js", "program.bin"], folder);
    await link(engine, folder);
    await writeFile(`${output}.js.map`, script.map);
    await rename(join(folder, "image.elf"), output);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function link(engine: Engine, folder: string): Promise<void> {
  const target = await targetArguments(engine.sources);
  const compile = (name: string, extension: string): Promise<string> => {
    const source = join(NATIVE_FOLDER, `${name}.${extension}`);
    const warnings = extension === "c" ? ["-Wall", "-Wextra", "-Werror"] : [];
    return run("gcc", [...target, ...warnings, "-c", source, "-o", `${name}.o`], folder);
  };
  await allEnded([
    ...C_FILES.map((name) => compile(name, "c")),
    ...ASSEMBLY_FILES.map((name) => compile(name, "S")),
    compile("program", "S"),
    run("gcc", ["-E", "-P", "-x", "c", join(NATIVE_FOLDER, "link.ld"), "-o", "link.ld"], folder),
  ]);
  const libgcc = (await run("gcc", ["-print-libgcc-file-name"], folder)).trim();
  const objects = [...ASSEMBLY_FILES, ...C_FILES, "program"].map((name) => `${name}.o`);
  const flags = [
    "-T",
    "link.ld",
    "-z",
    "max-page-size=4096",
    "-z",
    "noexecstack",
    "--no-warn-rwx-segments",
  ];
  const inputs = [...objects, engine.archive, MUSL_LIBC, libgcc];
  await run(
    "ld",
    [...flags, "--gc-sections", "--build-id=none", "-static", "-o", "image.elf", ...inputs],
    folder,
  );
}
