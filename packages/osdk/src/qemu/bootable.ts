// SPDX-License-Identifier: MPL-2.0

import { existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { bootOn, type RunOptions, type SystemOptions } from "@aster/sandbox/cli";
import type { Bundle } from "../build/bundle.ts";
import { say } from "../cli/messages.ts";
import { OsdkError } from "../errors.ts";
import { ExitCode } from "../exit-codes.ts";
import { buildKernelImage } from "../image/kernel-image.ts";
import { manifestFile } from "../manifest/manifest-file.ts";
import type { Prepared } from "../project/prepare.ts";
import type { Project } from "../project/project.ts";
import { kernelArguments, mergeGuest } from "../run/guest.ts";
import { buildDisk } from "./disk.ts";
import { checkInitramfs } from "./given-files.ts";
import { whileBuilding } from "./interrupt.ts";
import { findProgram, installHint } from "./obstacles.ts";
import type { QemuBoot } from "./plan.ts";

/**
 * Builds what QEMU, or a PC, boots a kernel from, beside its bundle: an ELF file, and with GRUB a
 * disk of the kernel with the manifest's command line and initramfs. Throws `OsdkError`.
 */
export async function buildBootable(
  project: Project,
  { action, manifestDirectory, arch }: Prepared,
  bundle: Bundle,
): Promise<void> {
  const directory = dirname(bundle.file);
  const { name } = project;
  const { boot, build, grub } = action;
  const { elf } = await whileBuilding((signal) =>
    buildKernelImage({
      name,
      directory,
      build,
      program: "kernel",
      source: project.entry,
      bundle: () => Promise.resolve(bundle),
      projectDirectory: project.directory,
      signal,
    }),
  );
  let disk: string | undefined;
  if (boot.method === "grub-rescue-iso" || boot.method === "grub-qcow2") {
    const path = grub.mkrescue_path ?? "grub-mkrescue";
    const grubMkrescue = path.includes("/") ? manifestFile(manifestDirectory, path) : path;
    const tools = [grubMkrescue, "xorriso", "mformat"];
    checkPrograms(boot.method === "grub-qcow2" ? [...tools, "qemu-img"] : tools);
    const request = {
      action,
      manifestDirectory,
      arch,
      name,
      targetDirectory: directory,
      extraArguments: [],
    };
    checkInitramfs(boot.initramfs && manifestFile(manifestDirectory, boot.initramfs));
    const what = await bootOf(project, { action, manifestDirectory }, directory);
    disk = await buildDisk({ request, grubMkrescue }, what, project.directory);
  }
  for (const file of [elf, disk]) {
    if (file !== undefined) say(`${relative(process.cwd(), file)} boots the kernel ${name}`);
  }
}

/** The command line and initramfs of the kernel on a disk. */
async function bootOf(
  project: Project,
  { action, manifestDirectory }: Pick<Prepared, "action" | "manifestDirectory">,
  directory: string,
): Promise<Pick<QemuBoot, "kernelCommandLine" | "initramfs">> {
  const isLinux = project.packageJson.name === "@aster/kernel";
  const options = mergeGuest(action, {}, manifestDirectory, isLinux);
  if (!isLinux) {
    return { kernelCommandLine: kernelArguments(options), initramfs: options.initramfs };
  }
  const { kernelCommandLine, initramfs } = await linuxOnConsole(options);
  if (initramfs === undefined) return { kernelCommandLine, initramfs };
  const file = join(directory, `${project.name}.initramfs`);
  // One that has not changed keeps its time, and the disk is not made again.
  if (!existsSync(file) || !readFileSync(file).equals(initramfs)) {
    writeFileSync(`${file}.${process.pid}`, initramfs);
    renameSync(`${file}.${process.pid}`, file);
  }
  return { kernelCommandLine, initramfs: file };
}

/** The Linux-compatible kernel with its userland, as on a PC of its own: all of it on the console. */
async function linuxOnConsole(options: RunOptions): Promise<SystemOptions> {
  const { command, initramfs, kernelArgs } = options;
  let boot: SystemOptions = { kernelCommandLine: "" };
  await bootOn(
    (system) => {
      boot = system;
      return Promise.resolve({ ended: Promise.resolve() });
    },
    {
      ...(command !== undefined && {
        command: { argv: command, stdin: "console", stdout: "console", stderr: "console" },
      }),
      ...(initramfs !== undefined && { initramfs: readFileSync(initramfs) }),
      ...(kernelArgs !== undefined && { kernelArgs }),
    },
  );
  return boot;
}

function checkPrograms(programs: readonly string[]): void {
  const missing = programs.filter((program) => findProgram(program) === undefined);
  if (missing.length === 0) return;
  const reasons = missing.map((program) => `${program} is not installed${installHint(program)}`);
  throw new OsdkError(ExitCode.NOT_FOUND, `the disk can not be built: ${reasons.join("; ")}`);
}
