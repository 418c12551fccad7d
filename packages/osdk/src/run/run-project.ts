// SPDX-License-Identifier: MPL-2.0

import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import type { RunOptions } from "@aster/sandbox/cli";
import { OsdkError } from "../errors.ts";
import { ExitCode } from "../exit-codes.ts";
import type { Build } from "../manifest/schema.ts";
import type { Project } from "../project/project.ts";
import { bootProject } from "./boot-project.ts";
import { kernelArguments } from "./guest.ts";
import { loadKernel } from "./load-kernel.ts";

/** What the built-in machine takes (`MIN_RAM_BYTES` and `MAX_RAM_BYTES` of @aster/machine). */
const MIN_MEMORY_MIB = 8;
const MAX_MEMORY_MIB = 3072;

export interface ProjectRun {
  readonly build: Build;
  readonly options: RunOptions;
  /** A bundle that was built before. */
  readonly bundle: string | undefined;
}

/** Bundles a project's kernel and boots it on the built-in machine; its exit code. */
export async function runProject(project: Project, run: ProjectRun): Promise<number> {
  const { options } = run;
  const file = run.bundle === undefined ? await bundle(project, run.build) : resolve(run.bundle);
  const kernel = await loadKernel(file, project.entry);
  return bootProject(kernel, {
    kernelCommandLine: kernelArguments(options),
    ...(options.memoryMiB !== undefined && { memoryMiB: checkMemory(options.memoryMiB) }),
    ...(options.bus && { bus: options.bus }),
    ...(options.iommu !== undefined && { iommu: options.iommu }),
    ...(options.initramfs !== undefined && { initramfs: readInitramfs(options.initramfs) }),
    ...(options.jit && { jit: options.jit }),
    disks: (options.disks ?? []).map((disk) => ({
      file: disk.replace(/:ro$/, ""),
      readOnly: disk.endsWith(":ro"),
    })),
  });
}

async function bundle(project: Project, build: Build): Promise<string> {
  const { bundleKernel } = await import("../build/bundle.ts");
  return (await bundleKernel(project, { build })).file;
}

function checkMemory(memoryMiB: number): number {
  if (memoryMiB >= MIN_MEMORY_MIB && memoryMiB <= MAX_MEMORY_MIB) return memoryMiB;
  const expected = `expected ${MIN_MEMORY_MIB} to ${MAX_MEMORY_MIB} MiB`;
  throw new OsdkError(ExitCode.USAGE, `--memory ${memoryMiB}: ${expected}`);
}

function readInitramfs(file: string): Uint8Array {
  try {
    return readFileSync(file);
  } catch (error) {
    throw new OsdkError(ExitCode.BOOT, `cannot read the initramfs: ${(error as Error).message}`);
  }
}
