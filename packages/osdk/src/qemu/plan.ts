// SPDX-License-Identifier: MPL-2.0

import { dirname, join } from "node:path";
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
  type QemuArgument,
} from "./arguments.ts";
import { channelArguments, optionValue, type ChannelRequest } from "./channels.ts";
import { evaluateArguments } from "./evaluate.ts";
import { machineArguments, type QemuMachine } from "./machine.ts";
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
  /** Values of `--qemu-args`; the caller's shell has expanded them. */
  readonly extraArguments: readonly string[];
  readonly memoryMiB?: number | undefined;
  /** Whether devices stand on PCI where the user names no machine. */
  readonly isOnPci?: boolean;
  /** Whether an IOMMU stands between them and memory. */
  readonly hasIommu?: boolean;
  /** Disk images: FILE, or FILE:ro. */
  readonly disks?: readonly string[];
}

/** What does not change from boot to boot: programs, machine and the user's arguments. */
export interface QemuSetup {
  readonly request: QemuRequest;
  readonly given: readonly QemuArgument[];
  readonly machine: QemuMachine;
  readonly qemu: string;
  /** Of the methods with GRUB. */
  readonly grubMkrescue: string | undefined;
  readonly usesKvm: boolean;
  readonly usesTdx: boolean;
}

/** What a boot is for. */
export interface QemuBoot {
  readonly kernelCommandLine: string;
  readonly initramfs: string | undefined;
  /** How OSDK talks to the guest. */
  readonly channels: ChannelRequest;
}

/** The commands that start a kernel in QEMU, in their order, each a list of words. */
export type QemuPlan = readonly (readonly string[])[];

/** Expands the user's arguments, once, and completes them. Throws `OsdkError`. */
export async function setUpQemu(request: QemuRequest): Promise<QemuSetup> {
  const { action, manifestDirectory } = request;
  const { boot, grub, qemu } = action;
  const program = (path: string): string =>
    path.includes("/") ? manifestFile(manifestDirectory, path) : path;
  const given = await userArguments(request);
  const values = given.map(({ key, value = "" }) => `-${key} ${value}`);
  const method = boot.method ?? "builtin";
  return {
    request,
    given,
    machine: machineArguments({
      method,
      given,
      memoryMiB: request.memoryMiB,
      isOnPci: request.isOnPci === true,
      hasIommu: request.hasIommu === true,
      disks: request.disks ?? [],
    }),
    qemu: program(qemu.path ?? `qemu-system-${request.arch}`),
    grubMkrescue:
      method === "qemu-direct" ? undefined : program(grub.mkrescue_path ?? "grub-mkrescue"),
    usesKvm: values.some((word) => /^-enable-kvm|^-accel kvm($|,)|accel=kvm/.test(word)),
    usesTdx: values.some((word) => word.includes("tdx-guest")),
  };
}

/** The kernel's image. */
export function elfFile({ name, targetDirectory }: QemuRequest): string {
  return join(targetDirectory, `${name}.elf`);
}

/**
 * Where the disk of a boot goes: beside the kernel's image, or into the boot's own folder when its
 * initramfs is there. Another run at the same time has another command on its disk.
 */
export function diskDirectory(
  { targetDirectory }: QemuRequest,
  { initramfs }: Pick<QemuBoot, "initramfs">,
  bootDirectory: string | undefined,
): string {
  const isOwn = initramfs !== undefined && dirname(initramfs) === bootDirectory;
  return isOwn ? bootDirectory : targetDirectory;
}

/** The commands of a boot: the last one is QEMU's. */
export function planBoot(setup: QemuSetup, boot: QemuBoot): QemuPlan {
  const { request, machine, qemu, grubMkrescue } = setup;
  const elf = elfFile(request);
  const directory = diskDirectory(request, boot, boot.channels.directory);
  const iso = join(directory, `${request.name}.iso`);
  const qcow2 = join(directory, `${request.name}.qcow2`);
  const rest = [
    ...machine.args,
    ...channelArguments(boot.channels, machine),
    ...wordsOfArguments(setup.given),
  ];
  if (grubMkrescue === undefined) {
    const initramfs = boot.initramfs === undefined ? [] : ["-initrd", boot.initramfs];
    const kernel = ["-kernel", elf, ...initramfs, "-append", boot.kernelCommandLine];
    return [[qemu, ...kernel, ...rest]];
  }
  const options = request.action.qemu.bootdev_append_options ?? "";
  const make = [grubMkrescue, "-o", iso, join(directory, "iso-root")];
  if (request.action.boot.method === "grub-rescue-iso") {
    const drive = `file=${optionValue(iso)},format=raw,index=2,media=cdrom${options}`;
    return [make, [qemu, "-drive", drive, ...cdFirst(setup), ...rest]];
  }
  const convert = ["qemu-img", "convert", "-f", "raw", "-O", "qcow2", iso, qcow2];
  const drive = `file=${optionValue(qcow2)},format=qcow2,if=none,id=osdk-boot${options}`;
  // The last disk of all, so that the others keep their names in the guest; yet the first for firmware.
  const device = ["-device", "virtio-blk-pci,drive=osdk-boot,bootindex=0"];
  return [make, convert, [qemu, "-drive", drive, ...rest, ...device]];
}

/** A BIOS tries hard disks first, and a disk of the user's may have a boot sector. */
function cdFirst({ given }: QemuSetup): readonly string[] {
  return given.some(({ key }) => key === "boot") ? [] : ["-boot", "order=dc"];
}

async function userArguments(request: QemuRequest): Promise<QemuArgument[]> {
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
): Promise<QemuArgument[]> {
  try {
    return parseQemuArguments(await words());
  } catch (error) {
    if (!(error instanceof QemuArgumentError || error instanceof UnbalancedQuoteError)) throw error;
    const code = place.startsWith("--") ? ExitCode.USAGE : ExitCode.MANIFEST;
    throw new OsdkError(code, `${place}: ${error.message}`);
  }
}
