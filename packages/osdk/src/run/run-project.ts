// SPDX-License-Identifier: MPL-2.0

import { readFileSync, writeSync } from "node:fs";
import { resolve } from "node:path";
import { boot } from "@aster/sandbox";
import { consolePumps, type RunOptions } from "@aster/sandbox/cli";
import { OsdkError } from "../errors.ts";
import { ExitCode } from "../exit-codes.ts";
import type { Build } from "../manifest/schema.ts";
import type { Project } from "../project/project.ts";
import { kernelArguments } from "./guest.ts";
import { loadKernel } from "./load-kernel.ts";

/** Nobody reads our output any more, as with `osdk run | head`: what a Unix tool ends with. */
const EXIT_BROKEN_PIPE = 141;

export interface ProjectRun {
  readonly build: Build;
  readonly options: RunOptions;
  /** A bundle that was built before. */
  readonly bundle: string | undefined;
}

/**
 * Bundles a project's kernel and boots it on the built-in machine; the code that it powered off
 * with. Its early console and its virtio console lead to standard output, standard input to the
 * latter.
 */
export async function runProject(project: Project, run: ProjectRun): Promise<number> {
  const { memoryMiB, bus, iommu, jit, initramfs, disks = [] } = run.options;
  const file = run.bundle === undefined ? await bundle(project, run.build) : resolve(run.bundle);
  const system = await boot({
    mode: "kernel",
    thread: "caller",
    kernel: await loadKernel(file, project.entry),
    kernelArgs: kernelArguments(run.options),
    ...(memoryMiB !== undefined && { limits: { memoryMiB } }),
    ...(bus && { bus }),
    ...(iommu !== undefined && { iommu }),
    ...(jit && { jit }),
    ...(initramfs !== undefined && { initramfs: readInitramfs(initramfs) }),
    disks: disks.map((disk) => ({
      path: disk.replace(/:ro$/, ""),
      readOnly: disk.endsWith(":ro"),
    })),
    // At once: a kernel that hangs has been heard all the same.
    onEarlyConsole: writeAll,
  });
  const pumps = consolePumps(system.console);
  const end = await system.ended;
  await pumps.finish();
  if (end.reason === "failed") throw new OsdkError(ExitCode.RUN, end.logTail.trimEnd());
  return end.code;
}

async function bundle(project: Project, build: Build): Promise<string> {
  const { bundleKernel } = await import("../build/bundle.ts");
  return (await bundleKernel(project, { build })).file;
}

function readInitramfs(file: string): Uint8Array {
  try {
    return readFileSync(file);
  } catch (error) {
    throw new OsdkError(ExitCode.BOOT, `cannot read the initramfs: ${(error as Error).message}`);
  }
}

/** Writes to standard output, and waits while it takes nothing. */
function writeAll(bytes: Uint8Array): void {
  for (let done = 0; done < bytes.length;) {
    try {
      done += writeSync(1, bytes.subarray(done));
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === "EPIPE") process.exit(EXIT_BROKEN_PIPE);
      if (code !== "EAGAIN") throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1);
    }
  }
}
