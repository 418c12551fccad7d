// SPDX-License-Identifier: MPL-2.0
// OSTD against devices that do what they like, on the built-in machine with its IOMMU.

import { afterEach, expect, test } from "@jest/globals";
import { createMachine, type VirtioDevice, type Machine } from "@aster/machine";
import {
  deviceFaults,
  DmaCoherent,
  DmaStream,
  ExitCode,
  FrameAllocOptions,
  IoMem,
  IrqLine,
  isDmaGuarded,
  main,
  memoryStatistics,
  poweroff,
  Task,
  VmSpace,
} from "@aster/ostd";
import { bootKernel } from "@aster/ostd/boot";

type Transport = Parameters<VirtioDevice["attach"]>[0];

/** The device is function 0 of device 1 on bus 0. */
const REQUESTER = 8;
const RAM_BYTES = 16 * 1024 * 1024;
const PAGE = 4096;
const READ_REFUSED = 6;
const WRITE_REFUSED = 5;
const COMPATIBILITY_REFUSED = 0x25;
const ENTRY_NOT_PRESENT = 0x22;
const WRONG_SOURCE = 0x26;

/** A device that reads, writes and interrupts wherever it is told to. */
class HostileDevice implements VirtioDevice {
  readonly deviceId = 4;
  readonly deviceFeatures = 0;
  readonly queueSizes: readonly number[] = [8];
  readonly config: Uint8Array = new Uint8Array(0);
  private transport: Transport | undefined;

  attach(transport: Transport): void {
    this.transport = transport;
  }
  start(): void {}
  notify(): void {}
  configWritten(): void {}
  reset(): void {}

  private get bus(): Transport {
    if (this.transport === undefined) throw new Error("not attached");
    return this.transport;
  }

  /** The byte at a device address, or undefined when the access was refused. */
  read(address: number): number | undefined {
    let value: number | undefined;
    this.bus.memory.visit(address, 1, false, (run) => {
      value = run[0];
    });
    return value;
  }

  /** Whether the write went through. */
  write(address: number, value: number): boolean {
    return this.bus.memory.visit(address, 1, true, (run) => run.fill(value)) === 1;
  }

  message(address: number, data: number): void {
    this.bus.sendMessage(address, data);
  }
}

let machine: Machine | undefined;
afterEach(() => {
  machine = undefined;
});

/** Boots `body` as a kernel beside hostile devices; what it throws fails the test. */
async function boot(
  body: (device: HostileDevice, other: HostileDevice) => void | Promise<void>,
  options: { iommu?: boolean; commandLine?: string } = {},
): Promise<void> {
  const device = new HostileDevice();
  const other = new HostileDevice();
  machine = createMachine({
    ramBytes: RAM_BYTES,
    devices: [device, other],
    bus: "pci",
    iommu: options.iommu ?? true,
    kernelCommandLine: options.commandLine ?? "",
  });
  let failure: unknown;
  const kernel = main(
    async () => {
      try {
        await body(device, other);
      } catch (error) {
        failure = error;
      }
      poweroff(ExitCode.SUCCESS);
    },
    {
      panicHandler: (error) => {
        failure ??= error;
      },
    },
  );
  await bootKernel(kernel, machine);
  if (failure !== undefined) throw failure;
}

/** Lets the device master the bus, as a driver does; its functions' configuration is at 0xe0000000. */
function enableBusMaster(requester: number): void {
  const config = IoMem.acquire(0xe000_0000 + requester * PAGE, PAGE);
  if (typeof config === "string") throw new Error(config);
  config.writeU16(4, 6);
  config.drop();
}

function need<T>(value: T | undefined): T {
  if (value === undefined) throw new Error("out of memory");
  return value;
}

test("a device reaches no page of RAM that nobody has mapped for DMA", async () => {
  await boot((device) => {
    expect(isDmaGuarded()).toBe(true);
    for (let address = 0; address < RAM_BYTES; address += PAGE) {
      expect(device.read(address)).toBeUndefined();
      expect(device.write(address, 0xff)).toBe(false);
    }
    // Beyond RAM and beyond what the tables reach, too.
    for (const address of [RAM_BYTES, 2 ** 32, 2 ** 39, 2 ** 47]) {
      expect(device.read(address)).toBeUndefined();
    }
  });
});

test("without an IOMMU, or with it turned off, the same device reaches all of RAM", async () => {
  for (const options of [{ iommu: false }, { commandLine: "intel_iommu=off" }]) {
    await boot((device) => {
      expect(isDmaGuarded()).toBe(false);
      expect(device.read(RAM_BYTES - 1)).toBeDefined();
    }, options);
  }
});

test("what is mapped is reached as its direction says, to the byte, until it is dropped", async () => {
  await boot((device) => {
    const ring = need(DmaCoherent.alloc(2));
    const toDevice = need(DmaStream.alloc(1, "toDevice"));
    const fromDevice = need(DmaStream.alloc(1, "fromDevice"));
    const rights = (address: number): [boolean, boolean] => [
      device.read(address) !== undefined,
      device.write(address, 7),
    ];
    expect(rights(ring.daddr)).toEqual([true, true]);
    expect(rights(ring.daddr + ring.size - 1)).toEqual([true, true]);
    expect(rights(toDevice.daddr)).toEqual([true, false]);
    expect(rights(fromDevice.daddr)).toEqual([false, true]);
    const neighbours = [ring, toDevice, fromDevice].flatMap(({ daddr, size }) => [
      daddr - 1,
      daddr + size,
    ]);
    const mapped = [ring, toDevice, fromDevice];
    for (const address of neighbours) {
      if (mapped.some(({ daddr, size }) => address >= daddr && address < daddr + size)) continue;
      expect(rights(address)).toEqual([false, false]);
    }
    const { daddr } = ring;
    ring.drop();
    // The unit has the page in its cache: only an invalidation makes it forget.
    expect(rights(daddr)).toEqual([false, false]);
    toDevice.drop();
    fromDevice.drop();
  });
});

test("a page that several streams share keeps the rights of those that are left", async () => {
  await boot((device) => {
    const segment = need(new FrameAllocOptions().allocSegment(1));
    const reading = need(DmaStream.map(segment, "toDevice"));
    const writing = need(DmaStream.map(segment, "fromDevice"));
    const both = need(DmaStream.map(segment, "bidirectional"));
    const { paddr } = segment;
    segment.drop();
    both.drop();
    expect([device.read(paddr), device.write(paddr, 1)]).toEqual([0, true]);
    writing.drop();
    expect([device.read(paddr), device.write(paddr, 2)]).toEqual([1, false]);
    reading.drop();
    expect([device.read(paddr), device.write(paddr, 2)]).toEqual([undefined, false]);
  });
});

test("page tables are never reached, and a frame that was DMA memory is nobody's when reused", async () => {
  await boot((device) => {
    const buffer = need(DmaCoherent.alloc(1));
    const { daddr } = buffer;
    expect(device.write(daddr, 1)).toBe(true);
    buffer.drop();
    const space = need(VmSpace.create());
    const before = memoryStatistics().pageTables;
    // As many page tables as there are: one of them gets the frame of the buffer.
    for (let gib = 0; gib < 64; gib++) space.mapZeroedPage(gib * 2 ** 30, 3);
    expect(memoryStatistics().pageTables).toBeGreaterThan(before + 64);
    for (let address = 0; address < RAM_BYTES; address += PAGE) {
      expect(device.write(address, 0xff)).toBe(false);
    }
    space.drop();
  });
});

test("what a device tries in vain is recorded, announced and told", async () => {
  await boot(async (device, other) => {
    const stream = need(DmaStream.alloc(1, "toDevice"));
    device.read(0x5123);
    device.write(stream.daddr + 5, 1);
    other.read(RAM_BYTES - PAGE);
    expect(deviceFaults()).toEqual([
      { requester: REQUESTER, kind: "read", address: 0x5000, reason: READ_REFUSED },
      { requester: REQUESTER, kind: "write", address: stream.daddr, reason: WRITE_REFUSED },
      {
        requester: REQUESTER + 8,
        kind: "read",
        address: RAM_BYTES - PAGE,
        reason: READ_REFUSED,
      },
    ]);
    // More than the unit has records for: the interrupt takes them out in time, or they are lost.
    for (let i = 0; i < 1000; i++) {
      device.read(i * PAGE);
      if (i % 100 === 0) await Task.yieldNow();
    }
    const recorded = deviceFaults().length;
    expect(recorded).toBeGreaterThan(8);
    expect(recorded).toBeLessThanOrEqual(64);
    stream.drop();
  });
});

test("interrupts that a device forges are refused, and its own come through", async () => {
  await boot(async (device, other) => {
    enableBusMaster(REQUESTER);
    enableBusMaster(REQUESTER + 8);
    let count = 0;
    const line = need(IrqLine.allocMessage(REQUESTER));
    line.onActive(() => {
      count += 1;
    });
    const { address, data } = need(line.message);
    device.message(address, data);
    await Task.yieldNow();
    expect(count).toBe(1);
    // Another device with the same message; any vector in the old format; entries of nobody.
    other.message(address, data);
    for (let vector = 0; vector < 256; vector++) device.message(0xfee0_0000, vector);
    device.message(address + 32, data);
    await Task.yieldNow();
    expect(count).toBe(1);
    const reasons = new Set(deviceFaults().map(({ reason }) => reason));
    expect(reasons).toContain(WRONG_SOURCE);
    expect(reasons).toContain(COMPATIBILITY_REFUSED);
    line.drop();
    device.message(address, data);
    expect(deviceFaults().at(-1)).toEqual({
      requester: REQUESTER,
      kind: "interrupt",
      address: line.num,
      reason: ENTRY_NOT_PRESENT,
    });
  });
});

test("no driver gets the registers of the IOMMU or the memory of tables", async () => {
  await boot(() => {
    expect(IoMem.acquire(0xfed9_0000, PAGE)).toBe("AccessDenied");
    expect(IoMem.acquire(0xfed9_0ff0, 4)).toBe("AccessDenied");
    expect(IoMem.acquire(0, PAGE)).toBe("AccessDenied");
  });
});

test("DMA memory comes and goes without a trace in the statistics", async () => {
  await boot(() => {
    const allocate = (): void => {
      for (let i = 0; i < 100; i++) need(DmaStream.alloc(1 + (i % 40), "bidirectional")).drop();
    };
    // Tables for the devices stay once they are there: here for all memory.
    const all: DmaStream[] = [];
    for (let one = DmaStream.alloc(32, "bidirectional"); one !== undefined;) {
      all.push(one);
      one = DmaStream.alloc(32, "bidirectional");
    }
    for (const one of all) one.drop();
    const before = memoryStatistics();
    for (let round = 0; round < 10; round++) allocate();
    expect(memoryStatistics()).toEqual(before);
  });
});
