// SPDX-License-Identifier: MPL-2.0

import { IoMem, IoPort, pciConfigWindows } from "@aster/ostd";

/** The configuration space of all functions. `requester` is bus * 256 + device * 8 + function. */
export interface ConfigAccess {
  /** Reads the aligned word at `offset`; all ones where there is no function. */
  read(requester: number, offset: number): number;
  write(requester: number, offset: number, value: number): void;
}

const BYTES_PER_FUNCTION = 4096;
const FUNCTIONS_PER_BUS = 256;

/** The machine's way to the configuration space; undefined where it has no PCI. */
export function openConfigSpace(): ConfigAccess | undefined {
  return MemoryConfig.open() ?? PortConfig.open();
}

/** By memory (PCI Express 5.0, 7.2.2): each bus has 1 MiB. */
class MemoryConfig implements ConfigAccess {
  private readonly memory: IoMem;
  private readonly firstBus: number;
  private readonly lastBus: number;

  private constructor(memory: IoMem, firstBus: number, lastBus: number) {
    this.memory = memory;
    this.firstBus = firstBus;
    this.lastBus = lastBus;
  }

  static open(): MemoryConfig | undefined {
    const window = pciConfigWindows().find(({ segment }) => segment === 0);
    if (window === undefined) return undefined;
    const { base, firstBus, lastBus } = window;
    const busBytes = FUNCTIONS_PER_BUS * BYTES_PER_FUNCTION;
    const memory = IoMem.acquire(base + firstBus * busBytes, (lastBus - firstBus + 1) * busBytes);
    return typeof memory === "string" ? undefined : new MemoryConfig(memory, firstBus, lastBus);
  }

  private at(requester: number, offset: number): number {
    const bus = requester >> 8;
    if (bus < this.firstBus || bus > this.lastBus) return -1;
    return (requester - this.firstBus * FUNCTIONS_PER_BUS) * BYTES_PER_FUNCTION + offset;
  }

  read(requester: number, offset: number): number {
    const at = this.at(requester, offset);
    return at < 0 ? 0xffff_ffff : this.memory.readU32(at);
  }

  write(requester: number, offset: number, value: number): void {
    const at = this.at(requester, offset);
    if (at >= 0) this.memory.writeU32(at, value);
  }
}

const ADDRESS_PORT = 0xcf8;
const DATA_PORT = 0xcfc;
const ENABLE = 0x8000_0000;

/** By a pair of ports (PCI 3.0, 3.2.2.3.2): the first 256 bytes of each function. */
class PortConfig implements ConfigAccess {
  private readonly address: IoPort;
  private readonly data: IoPort;

  private constructor(address: IoPort, data: IoPort) {
    this.address = address;
    this.data = data;
  }

  static open(): PortConfig | undefined {
    const address = IoPort.acquire(ADDRESS_PORT, 4);
    if (typeof address === "string") return undefined;
    // The address register keeps what is written; a port that is not there does not.
    address.write(ENABLE);
    const data = address.read() === ENABLE ? IoPort.acquire(DATA_PORT, 4) : "AccessDenied";
    if (typeof data !== "string") return new PortConfig(address, data);
    address.drop();
    return undefined;
  }

  private select(requester: number, offset: number): void {
    this.address.write(ENABLE + requester * 256 + offset);
  }

  read(requester: number, offset: number): number {
    this.select(requester, offset);
    return this.data.read();
  }

  write(requester: number, offset: number, value: number): void {
    this.select(requester, offset);
    this.data.write(value);
  }
}
