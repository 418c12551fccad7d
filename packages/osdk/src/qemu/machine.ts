// SPDX-License-Identifier: MPL-2.0

import type { BootMethod } from "../manifest/values.ts";
import type { QemuArgument } from "./arguments.ts";
import { optionValue } from "./channels.ts";

export interface MachineRequest {
  readonly method: BootMethod;
  /** The user's arguments, which stand above ours. */
  readonly given: readonly QemuArgument[];
  readonly memoryMiB: number | undefined;
  readonly isOnPci: boolean;
  readonly hasIommu: boolean;
  /** Disk images: FILE, or FILE:ro. */
  readonly disks: readonly string[];
}

export interface QemuMachine {
  readonly args: readonly string[];
  /** How virtio devices are attached: the end of their names. */
  readonly transport: "device" | "pci";
  /** What has their DMA go through an IOMMU; empty without one. */
  readonly guard: string;
  /** The user's arguments have a console of their own, on QEMU's standard input and output. */
  readonly hasOwnConsole: boolean;
  readonly hasOwnSerial: boolean;
}

export const DEFAULT_MEMORY_MIB = 256;

/**
 * microvm without ACPI tells the kernel its devices on the command line; the timers and the serial
 * port are those of a PC. It has no firmware worth the name, so GRUB wants a PC.
 */
const MICROVM = "microvm,acpi=off,pit=on,pic=on,rtc=on,isa-serial=on";
const PC = "q35";

/** What is not in the user's arguments, so that the kernel runs, and ends QEMU by itself. */
export function machineArguments(request: MachineRequest): QemuMachine {
  const { given, method, memoryMiB } = request;
  const valueOf = (...keys: readonly string[]): string | undefined =>
    given.find(({ key }) => keys.includes(key))?.value;
  const has = (...keys: readonly string[]): boolean => given.some(({ key }) => keys.includes(key));
  const devices = given.filter(({ key }) => key === "device").map(({ value = "" }) => value);
  const args: string[] = [];

  let machine = valueOf("machine", "M");
  if (machine === undefined) {
    machine = method === "qemu-direct" && !request.isOnPci ? MICROVM : PC;
    args.push("-machine", machine);
    if (!has("nodefaults")) args.push("-nodefaults");
    if (!has("no-user-config")) args.push("-no-user-config");
  }
  const isMicrovm = machine.startsWith("microvm");
  if (isMicrovm && !machine.includes("acpi=") && !has("no-acpi")) args.push("-machine", "acpi=off");
  const transport = isMicrovm || machine.startsWith("virt") ? "device" : "pci";
  const guard = request.hasIommu ? ",iommu_platform=on,disable-legacy=on" : "";
  // Before what it guards.
  if (request.hasIommu) args.push("-device", "intel-iommu,intremap=on");
  const isLegacyTold = given.some(({ value }) => value?.includes("virtio-mmio.force-legacy"));
  if (isMicrovm && !isLegacyTold) args.push("-global", "virtio-mmio.force-legacy=false");
  // What user programs of today are compiled for is x86-64-v2 at least.
  if (!has("cpu")) args.push("-cpu", "max");
  if (!has("m")) args.push("-m", `${memoryMiB ?? DEFAULT_MEMORY_MIB}M`);
  if (!has("display", "nographic", "vnc", "spice")) args.push("-display", "none");
  // A reset ends QEMU; the kernel tells apart whether it wants one (restart).
  if (!has("no-reboot")) args.push("-no-reboot");
  if (
    !devices.some((device) => device.startsWith("isa-debug-exit")) &&
    !machine.startsWith("virt")
  ) {
    args.push("-device", "isa-debug-exit,iobase=0xf4,iosize=4");
  }
  if (!devices.some((device) => device.startsWith("virtio-rng"))) {
    args.push("-device", `virtio-rng-${transport}${guard}`);
  }
  request.disks.forEach((disk, index) => {
    const readOnly = disk.endsWith(":ro");
    const file = optionValue(readOnly ? disk.slice(0, -3) : disk);
    const mode = readOnly ? ",readonly=on" : "";
    args.push("-drive", `if=none,format=raw,id=osdk-disk${index},file=${file}${mode}`);
    args.push("-device", `virtio-blk-${transport},drive=osdk-disk${index}${guard}`);
  });
  const usesStdio = given.some(
    ({ key, value = "" }) =>
      key === "nographic" ||
      (["chardev", "serial", "monitor", "qmp"].includes(key) && /\bstdio\b/.test(value)),
  );
  const hasOwnSerial = has("serial", "nographic");
  return { args, transport, guard, hasOwnConsole: usesStdio, hasOwnSerial };
}
