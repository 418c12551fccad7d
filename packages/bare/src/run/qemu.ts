// SPDX-License-Identifier: MPL-2.0

import { spawn } from "node:child_process";
import { requireQemu } from "../build/tools.ts";

/** QEMU's exit status for a kernel that powered off with success: 2 * 0x10 + 1. */
export const QEMU_STATUS_SUCCESS = 33;
/** For one that powered off with failure: 2 * 0x20 + 1. */
export const QEMU_STATUS_FAILURE = 65;

export type QemuMachine = "pc" | "q35" | "microvm";

export interface QemuOptions {
  /** The ELF file that `buildImage` made. */
  readonly image: string;
  readonly kernelCommandLine?: string;
  /** A file with the initramfs. */
  readonly initramfs?: string;
  readonly memoryMiB?: number;
  /** "q35" has PCI Express, "pc" has PCI; "microvm" has virtio-mmio devices. */
  readonly machine?: QemuMachine;
  /** Further arguments: devices and their back ends. */
  readonly devices?: readonly string[];
}

const DEFAULT_MEMORY_MIB = 256;

/**
 * microvm without ACPI tells the kernel its devices on the command line, as our drivers want;
 * the timers and the serial port are those of a PC.
 */
const MACHINES: Readonly<Record<QemuMachine, readonly string[]>> = {
  pc: ["-machine", "pc"],
  q35: ["-machine", "q35"],
  microvm: [
    "-machine",
    "microvm,acpi=off,pit=on,pic=on,rtc=on,isa-serial=on",
    "-global",
    "virtio-mmio.force-legacy=false",
  ],
};

/** The arguments that boot an image: early console on standard output, no network. */
export function qemuArguments(options: QemuOptions): readonly string[] {
  const { image, kernelCommandLine = "", initramfs, devices = [] } = options;
  return [
    ...MACHINES[options.machine ?? "pc"],
    "-nodefaults",
    "-no-user-config",
    // What user programs of today are compiled for is x86-64-v2 at least.
    ...["-cpu", "max", "-m", String(options.memoryMiB ?? DEFAULT_MEMORY_MIB)],
    ...["-display", "none", "-no-reboot"],
    ...["-device", "isa-debug-exit,iobase=0xf4,iosize=4"],
    ...["-kernel", image, "-append", kernelCommandLine],
    ...(initramfs === undefined ? [] : ["-initrd", initramfs]),
    ...devices,
  ];
}

export interface QemuRun {
  /** QEMU's exit status: see `QEMU_STATUS_SUCCESS`; 0 when the machine was reset. */
  readonly status: number;
  /** What the machine wrote to its serial port. */
  readonly output: string;
}

/** Boots an image and waits for its end, at most `timeoutMs`; then QEMU is killed: status -1. */
export function runQemu(options: QemuOptions, timeoutMs: number): Promise<QemuRun> {
  const args = [...qemuArguments(options), "-serial", "stdio"];
  return new Promise((resolve, reject) => {
    const qemu = spawn(requireQemu(), args, { stdio: ["ignore", "pipe", "inherit"] });
    const chunks: Buffer[] = [];
    const timer = setTimeout(() => qemu.kill("SIGKILL"), timeoutMs);
    qemu.stdout.on("data", (chunk: Buffer) => chunks.push(chunk));
    qemu.on("error", (error) => {
      clearTimeout(timer);
      reject(error);
    });
    qemu.on("close", (code) => {
      clearTimeout(timer);
      resolve({ status: code ?? -1, output: Buffer.concat(chunks).toString("latin1") });
    });
  });
}
