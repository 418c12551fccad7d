// SPDX-License-Identifier: MPL-2.0

import type { Kernel } from "../kernel.ts";
import { BottomHalves } from "./bottom-half.ts";
import { parseMmioParameter } from "./virtio/mmio-parameter.ts";
import type { MmioParameter } from "./virtio/mmio-parameter.ts";
import { BlockDriver } from "./virtio/block/block.ts";
import { VirtioConsole } from "./virtio/console/console.ts";
import { EntropyDriver } from "./virtio/entropy.ts";
import { NinePDriver } from "./virtio/ninep.ts";
import { DeviceType } from "./virtio/registers.ts";
import { openConfigSpace } from "./pci/config-access.ts";
import { findFunctions } from "./pci/enumerate.ts";
import { MmioTransport } from "./virtio/mmio-transport.ts";
import { PciTransport, isVirtio } from "./virtio/pci-transport.ts";
import type { VirtioTransport } from "./virtio/transport.ts";

/** How many devices of each kind have been started: they are numbered in the order found. */
interface Counts {
  consoles: number;
  blocks: number;
}

/**
 * Finds the devices that the kernel command line announces and those on PCI, starts their drivers
 * and registers them; runs once at boot, after the command line and before the file systems. A
 * device that does not answer, or answers nonsense, is logged and left out: the boot goes on.
 */
export function probeDrivers(kernel: Kernel): void {
  const bottomHalves = new BottomHalves();
  bottomHalves.start(kernel.interrupts);
  const counts: Counts = { consoles: 0, blocks: 0 };
  for (const text of kernel.commandLine.all("virtio_mmio.device")) {
    const parameter = parseMmioParameter(text);
    if (parameter === undefined) {
      kernel.log.error(`virtio_mmio.device=${text}: expected SIZE@BASE:IRQ`);
      continue;
    }
    const trouble = startDevice(kernel, bottomHalves, parameter, counts);
    if (trouble !== undefined) kernel.log.error(`virtio_mmio.device=${text}: ${trouble}`);
  }
  if (kernel.commandLine.get("pci") !== "off") probePci(kernel, bottomHalves, counts);
}

function probePci(kernel: Kernel, bottomHalves: BottomHalves, counts: Counts): void {
  const config = openConfigSpace();
  if (config === undefined) return;
  for (const owner of findFunctions(config).filter(isVirtio)) {
    const transport = PciTransport.probe(owner);
    const trouble =
      typeof transport === "string"
        ? transport
        : startOrFail(kernel, bottomHalves, transport, counts);
    if (trouble !== undefined) kernel.log.error(`pci ${owner.name}: ${trouble}`);
  }
}

function startDevice(
  kernel: Kernel,
  bottomHalves: BottomHalves,
  { base, size, line }: MmioParameter,
  counts: Counts,
): string | undefined {
  const transport = MmioTransport.probe(base, size, line);
  if (typeof transport === "string") return transport;
  return startOrFail(kernel, bottomHalves, transport, counts);
}

/** Starts the device's driver; a device that can not be used is given up. */
function startOrFail(
  kernel: Kernel,
  bottomHalves: BottomHalves,
  transport: VirtioTransport,
  counts: Counts,
): string | undefined {
  const trouble = startDriver(kernel, bottomHalves, transport, counts);
  if (trouble !== undefined) {
    transport.markFailed();
    transport.drop();
  }
  return trouble;
}

function startDriver(
  kernel: Kernel,
  bottomHalves: BottomHalves,
  transport: VirtioTransport,
  counts: Counts,
): string | undefined {
  switch (transport.deviceType) {
    case DeviceType.CONSOLE:
      return VirtioConsole.start(kernel, bottomHalves, transport, counts.consoles++);
    case DeviceType.ENTROPY:
      return EntropyDriver.start(kernel, bottomHalves, transport);
    case DeviceType.BLOCK:
      return BlockDriver.start(kernel, bottomHalves, transport, counts.blocks++);
    case DeviceType.NINEP:
      return NinePDriver.start(kernel, bottomHalves, transport);
    case DeviceType.NONE:
      return "there is no device";
    default:
      return `no driver for devices of type ${transport.deviceType}`;
  }
}
