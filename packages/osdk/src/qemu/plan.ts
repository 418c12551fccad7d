// SPDX-License-Identifier: MPL-2.0

import { join } from "node:path";
import { OsdkError } from "../errors.ts";
import { ExitCode } from "../exit-codes.ts";
import { manifestFile } from "../manifest/manifest-file.ts";
import type { ResolvedAction } from "../manifest/resolve.ts";
import type { Architecture } from "../manifest/values.ts";
import {
  joinQemuArguments,
  parseQemuArguments,
  QemuArgumentError,
  wordsOfArguments,
} from "./arguments.ts";
import { evaluateArguments } from "./evaluate.ts";
import { splitWords, UnbalancedQuoteError } from "./split-words.ts";

export interface QemuRequest {
  readonly action: ResolvedAction;
  /** The folder of the manifest: its file names are relative to it. */
  readonly manifestDirectory: string;
  readonly arch: Architecture;
  /** Name of the kernel's project. */
  readonly name: string;
  /** Where the build's files go. */
  readonly targetDirectory: string;
  readonly kernelCommandLine: string;
  /** Values of `--qemu-args`; the caller's shell has expanded them. */
  readonly extraArguments: readonly string[];
}

/** The commands that start a kernel in QEMU, in their order, each a list of words. */
export interface QemuPlan {
  readonly commands: readonly (readonly string[])[];
  /** The programs of the plan that are not part of this project. */
  readonly qemu: string;
  readonly grubMkrescue: string | undefined;
  readonly usesKvm: boolean;
  readonly usesTdx: boolean;
}

/** Makes the plan of a boot in QEMU. Throws `OsdkError`. */
export async function planQemu(request: QemuRequest): Promise<QemuPlan> {
  const { action, manifestDirectory, name, targetDirectory } = request;
  const { boot, grub, qemu } = action;
  const file = (path: string): string => manifestFile(manifestDirectory, path);
  const program = (path: string): string => (path.includes("/") ? file(path) : path);
  const qemuProgram = program(qemu.path ?? `qemu-system-${request.arch}`);
  const given = wordsOfArguments(await userArguments(request));
  const kernel = join(targetDirectory, `${name}.elf`);
  const initramfs = boot.initramfs === undefined ? undefined : file(boot.initramfs);
  const uses = {
    qemu: qemuProgram,
    usesKvm: given.some((word) => /^(-enable-kvm|kvm($|,)|.*accel=kvm)/.test(word)),
    usesTdx: given.some((word) => word.includes("tdx-guest")),
  };
  if (boot.method === "qemu-direct") {
    const command = [
      qemuProgram,
      ...["-kernel", kernel],
      ...(initramfs === undefined ? [] : ["-initrd", initramfs]),
      ...["-append", request.kernelCommandLine],
      ...given,
    ];
    return { commands: [command], grubMkrescue: undefined, ...uses };
  }
  const grubMkrescue = program(grub.mkrescue_path ?? "grub-mkrescue");
  const iso = join(targetDirectory, `${name}.iso`);
  const commands = [[grubMkrescue, "-o", iso, join(targetDirectory, "iso-root")]];
  const options = qemu.bootdev_append_options ?? "";
  if (boot.method === "grub-qcow2") {
    const image = join(targetDirectory, `${name}.qcow2`);
    commands.push(["qemu-img", "convert", "-O", "qcow2", iso, image]);
    const drive = `file=${image},format=qcow2,if=virtio${options}`;
    commands.push([qemuProgram, "-drive", drive, ...given]);
  } else {
    const drive = `file=${iso},format=raw,index=2,media=cdrom${options}`;
    commands.push([qemuProgram, "-drive", drive, ...given]);
  }
  return { commands, grubMkrescue, ...uses };
}

async function userArguments(request: QemuRequest): ReturnType<typeof checkedArguments> {
  const { action, manifestDirectory, extraArguments } = request;
  const text = action.qemu.args ?? "";
  const fromManifest = await checkedArguments("qemu.args", () =>
    evaluateArguments(text, manifestDirectory),
  );
  const fromCommandLine = await checkedArguments("--qemu-args", () =>
    extraArguments.flatMap((value) => splitWords(value)),
  );
  return joinQemuArguments(fromManifest, fromCommandLine);
}

async function checkedArguments(
  place: string,
  words: () => string[] | Promise<string[]>,
): Promise<ReturnType<typeof parseQemuArguments>> {
  try {
    return parseQemuArguments(await words());
  } catch (error) {
    if (!(error instanceof QemuArgumentError || error instanceof UnbalancedQuoteError)) throw error;
    const code = place.startsWith("--") ? ExitCode.USAGE : ExitCode.MANIFEST;
    throw new OsdkError(code, `${place}: ${error.message}`);
  }
}
