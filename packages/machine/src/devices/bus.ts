// SPDX-License-Identifier: MPL-2.0

import { x86_64, type AccessWidth } from "@aster/hardware";
import type { AcpiContents } from "../boot/acpi.ts";
import { GuestMemory } from "./guest-memory.ts";
import type { InterruptController } from "./interrupt-controller.ts";
import { Iommu, isMessage } from "./iommu/iommu.ts";
import {
  FIRST_MESSAGE_LINE,
  FIRST_VIRTIO_LINE,
  INTERRUPT_LINES,
  IOMMU_BASE,
  IOMMU_SIZE,
  PCI_BAR_BASE,
  PCI_BAR_STRIDE,
  PCI_CONFIG_BASE,
  PCI_CONFIG_SIZE,
  VIRTIO_MAX_DEVICES,
  VIRTIO_MMIO_BASE,
  VIRTIO_MMIO_SIZE,
  VIRTIO_MMIO_STRIDE,
} from "./memory-map.ts";
import type { VirtioDevice } from "./virtio/device.ts";
import { VirtioMmio } from "./virtio/mmio.ts";
import { VirtioPci } from "./virtio/pci.ts";

export interface BusOptions {
  readonly devices: readonly VirtioDevice[];
  /** Where the devices stand: announced one by one on the memory bus, or found on PCI. */
  readonly bus: "mmio" | "pci";
  /** A remapping unit between the devices on one side, RAM and CPU on the other. */
  readonly iommu: boolean;
}

/** A device's registers: a range of addresses. */
interface Registers {
  read(address: number, width: AccessWidth): number | undefined;
  write(address: number, width: AccessWidth, value: number): void;
}

/** A device as its host sees it. */
interface Transport {
  readonly failure: string | undefined;
}

/** The devices of a machine with what stands between them and RAM, and their addresses. */
export class Bus {
  /** The remapping unit; for tests that play a hostile device. */
  readonly iommu: Iommu | undefined;
  readonly transports: readonly Transport[];
  readonly messageLines: { readonly first: number; readonly count: number };
  /** What firmware would tell; undefined where there is nothing to tell. */
  readonly acpi: AcpiContents | undefined;
  private readonly registers: Registers[] = [];

  constructor(
    ram: Uint8Array,
    codeWritten: (address: number, length: number) => void,
    interrupts: InterruptController,
    options: BusOptions,
  ) {
    const { devices } = options;
    if (devices.length > VIRTIO_MAX_DEVICES) {
      throw new RangeError(`a machine has at most ${VIRTIO_MAX_DEVICES} virtio devices`);
    }
    const isPci = options.bus === "pci";
    const wires = isPci ? INTERRUPT_LINES : FIRST_VIRTIO_LINE;
    this.messageLines = { first: FIRST_MESSAGE_LINE, count: wires - FIRST_MESSAGE_LINE };
    const deliver = (vector: number): void => {
      const line = vector - x86_64.FIRST_INTERRUPT_VECTOR;
      // What is no line of messages is no vector of ours: the CPU drops it.
      if (line >= FIRST_MESSAGE_LINE && line < wires) interrupts.raise(line);
    };
    const iommu = options.iommu ? new Iommu(new GuestMemory(ram), deliver) : undefined;
    this.iommu = iommu;
    if (iommu !== undefined) this.registers.push(iommuRegisters(iommu));

    const memoryOf = (source: number): GuestMemory =>
      new GuestMemory(ram, codeWritten, iommu?.translationFor(source));
    if (isPci) {
      const functions = devices.map((device, index) => {
        const source = sourceOf(index);
        const send = (address: number, data: number): void => {
          if (!isMessage(address)) return;
          if (iommu === undefined) deliver(data & 0xff);
          else iommu.message(source, address, data);
        };
        const base = PCI_BAR_BASE + index * PCI_BAR_STRIDE;
        return new VirtioPci(device, memoryOf(source), base, send, options.iommu);
      });
      this.transports = functions;
      this.registers.push(configRegisters(functions), ...functions.map(barRegisters));
    } else {
      const transports = devices.map((device, index) => {
        const line = FIRST_VIRTIO_LINE + index;
        const setInterrupt = (high: boolean): void => interrupts.setLevel(line, high);
        return new VirtioMmio(device, memoryOf(sourceOf(index)), setInterrupt, options.iommu);
      });
      this.transports = transports;
      this.registers.push(mmioRegisters(transports));
    }
    const acpi = {
      ...(isPci && { pciConfigBase: PCI_CONFIG_BASE }),
      ...(options.iommu && { iommuBase: IOMMU_BASE }),
    };
    this.acpi = isPci || options.iommu ? acpi : undefined;
  }

  /** Reads a register; undefined where no device answers. */
  read(address: number, width: AccessWidth): number | undefined {
    for (const registers of this.registers) {
      const value = registers.read(address, width);
      if (value !== undefined) return value;
    }
    return undefined;
  }

  write(address: number, width: AccessWidth, value: number): void {
    for (const registers of this.registers) registers.write(address, width, value);
  }
}

/** The requester of the virtio device `index`: device index + 1 of bus 0, function 0. */
export function sourceOf(index: number): number {
  return (index + 1) * 8;
}

function iommuRegisters(iommu: Iommu): Registers {
  const offsetOf = (address: number, width: number): number =>
    address >= IOMMU_BASE && address < IOMMU_BASE + IOMMU_SIZE && address % width === 0
      ? address - IOMMU_BASE
      : -1;
  return {
    read(address, width) {
      const offset = offsetOf(address, width);
      return offset < 0 ? undefined : iommu.read(offset, width);
    },
    write(address, width, value) {
      const offset = offsetOf(address, width);
      if (offset >= 0) iommu.write(offset, width, value);
    },
  };
}

function mmioRegisters(transports: readonly VirtioMmio[]): Registers {
  const at = (address: number, width: number): [VirtioMmio, number] | undefined => {
    const offset = address - VIRTIO_MMIO_BASE;
    const inBlock = offset % VIRTIO_MMIO_STRIDE;
    if (!(offset >= 0) || inBlock >= VIRTIO_MMIO_SIZE || inBlock % width !== 0) return undefined;
    const transport = transports[Math.floor(offset / VIRTIO_MMIO_STRIDE)];
    return transport === undefined ? undefined : [transport, inBlock];
  };
  return {
    read(address, width) {
      const found = at(address, width);
      return found?.[0].read(found[1], width);
    },
    write(address, width, value) {
      const found = at(address, width);
      found?.[0].write(found[1], width, value);
    },
  };
}

/** ECAM: 4 KiB for each function, of which the first 256 bytes are there. Device 0 is none. */
function configRegisters(functions: readonly VirtioPci[]): Registers {
  const at = (address: number, width: number): [VirtioPci | undefined, number] | undefined => {
    const offset = address - PCI_CONFIG_BASE;
    if (!(offset >= 0 && offset < PCI_CONFIG_SIZE) || offset % width !== 0) return undefined;
    const source = Math.floor(offset / 4096);
    return [source % 8 === 0 ? functions[source / 8 - 1] : undefined, offset % 4096];
  };
  return {
    read(address, width) {
      const found = at(address, width);
      return found?.[0]?.config.read(found[1], width);
    },
    write(address, width, value) {
      const found = at(address, width);
      found?.[0]?.writeConfigSpace(found[1], width, value);
    },
  };
}

function barRegisters(device: VirtioPci): Registers {
  return {
    read(address, width) {
      const offset = address % width === 0 ? device.config.barOffset(address) : -1;
      return offset < 0 ? undefined : device.read(offset, width);
    },
    write(address, width, value) {
      const offset = address % width === 0 ? device.config.barOffset(address) : -1;
      if (offset >= 0) device.write(offset, width, value);
    },
  };
}
