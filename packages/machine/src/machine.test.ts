// SPDX-License-Identifier: MPL-2.0

import { expect, jest, test } from "@jest/globals";
import { MachineStopped } from "@aster/hardware";
import { opTable } from "./cpu/cpu.ts";
import { buildTier0 } from "./cpu/tier0/build.ts";
import { createMachine } from "./create-machine.ts";
import { FIRST_VIRTIO_LINE, TIMER_LINE, VIRTIO_MMIO_BASE } from "./devices/memory-map.ts";
import { VirtioConsole } from "./devices/virtio/console.ts";
import { VirtioEntropy } from "./devices/virtio/entropy.ts";
import { MAGIC } from "./devices/virtio/mmio.ts";
import { VirtualClock } from "./host/clock.ts";
import { seededEntropy } from "./host/entropy.ts";
import { assembleMachine, type Machine, type MachineOptions } from "./machine.ts";
import type { Processor, ProcessorOptions } from "./processor.ts";
import { engine } from "./wasm/index.ts";

const MIB = 1024 * 1024;

/** A machine around a CPU that is nothing but RAM and its tick. */
function setUp(options: MachineOptions = {}): { machine: Machine; tick: (n: number) => boolean } {
  let instructions = 0;
  let tick = (): boolean => false;
  const unused = (): never => {
    throw new Error("not used by this test");
  };
  const createProcessor = ({ ramBytes, onTick }: ProcessorOptions): Processor => {
    tick = onTick;
    return {
      ram: new Uint8Array(ramBytes),
      get instructions() {
        return instructions;
      },
      get statistics(): never {
        return unused();
      },
      createUserFrame: unused,
      destroyUserFrame: unused,
      enterUser: unused,
      saveFpu: unused,
      loadFpu: unused,
      setPageTableRoot: unused,
      invalidatePage: unused,
      invalidateAddressSpace: unused,
      codeWritten: () => {},
    };
  };
  const machine = assembleMachine(createProcessor, { ramBytes: 16 * MIB, ...options });
  return {
    machine,
    tick: (n) => {
      instructions += n;
      return tick();
    },
  };
}

test("the initramfs stands page-aligned at the top of RAM, and the regions cover RAM", () => {
  const initramfs = Uint8Array.from({ length: 5000 }, (_, i) => i % 251);
  const { machine } = setUp({ initramfs, kernelCommandLine: "init=/init" });
  const placed = machine.bootInfo.initramfs;
  expect(placed).toEqual({ base: 16 * MIB - 8192, length: 5000 });
  const ram = machine.ram[0]?.bytes;
  expect(ram?.subarray(placed?.base, (placed?.base ?? 0) + 5000)).toEqual(initramfs);
  let end = 0;
  for (const region of machine.bootInfo.memoryRegions) {
    expect(region.base).toBe(end);
    end = region.base + region.length;
  }
  expect(end).toBe(16 * MIB);
});

test("above 1 GiB, RAM comes in windows, and neither a region nor the initramfs crosses one", () => {
  const GIB = 1024 * MIB;
  const { machine } = setUp({ ramBytes: GIB + MIB, initramfs: new Uint8Array(2 * MIB) });
  expect(machine.ram.map(({ base, bytes }) => [base, bytes.length])).toEqual([
    [0, GIB],
    [GIB, MIB],
  ]);
  expect(machine.bootInfo.initramfs?.base).toBe(GIB - 2 * MIB);
  expect(machine.bootInfo.memoryRegions.filter(({ type }) => type === "usable")).toEqual([
    { base: 4096, length: GIB - 2 * MIB - 4096, type: "usable" },
    { base: GIB, length: MIB, type: "usable" },
  ]);
});

test("an initramfs that leaves no room to unpack it is refused", () => {
  expect(() => setUp({ initramfs: new Uint8Array(9 * MIB) })).toThrow(/needs more/);
});

test("devices are announced on the command line before what belongs to init", () => {
  const devices = [new VirtioConsole(), new VirtioEntropy(seededEntropy(1))];
  const line = (kernelCommandLine: string): string =>
    setUp({ devices, kernelCommandLine }).machine.bootInfo.kernelCommandLine;
  const announced = "virtio_mmio.device=0x200@0xd0000000:16 virtio_mmio.device=0x200@0xd0001000:17";
  expect(line("a=1")).toBe(`a=1 ${announced}`);
  expect(line("a=1 -- x --  y")).toBe(`a=1 ${announced} -- x --  y`);
  expect(line("-- x")).toBe(`${announced} -- x`);
  expect(line("a=--")).toBe(`a=-- ${announced}`);
  expect(line("")).toBe(announced);
});

test("MMIO reaches the devices, and all ones stand where none is", () => {
  const { machine } = setUp({ devices: [new VirtioEntropy(seededEntropy(1))] });
  expect(machine.mmioRead(VIRTIO_MMIO_BASE, 4)).toBe(MAGIC);
  expect(machine.mmioRead(VIRTIO_MMIO_BASE + 0x1000, 4)).toBe(0xffff_ffff);
  expect(machine.mmioRead(VIRTIO_MMIO_BASE + 0x800, 4)).toBe(0xffff_ffff);
  expect(machine.mmioRead(VIRTIO_MMIO_BASE - 4, 2)).toBe(0xffff);
  expect(machine.mmioRead(VIRTIO_MMIO_BASE + 2, 4)).toBe(0xffff_ffff);
  expect(machine.portRead(0x3f8, 1)).toBe(0xff);
});

test("a device's interrupt is a level: ending it without serving the device leaves it pending", () => {
  const console = new VirtioConsole();
  const { machine } = setUp({ devices: [console] });
  machine.mmioWrite(VIRTIO_MMIO_BASE + 0x24, 4, 1);
  machine.mmioWrite(VIRTIO_MMIO_BASE + 0x20, 4, 1);
  machine.mmioWrite(VIRTIO_MMIO_BASE + 0x70, 4, 15);
  machine.setInterruptMasked(FIRST_VIRTIO_LINE, false);
  expect(machine.pendingInterrupt()).toBe(-1);
  console.resize(100, 50);
  expect(machine.pendingInterrupt()).toBe(FIRST_VIRTIO_LINE);
  machine.endInterrupt(FIRST_VIRTIO_LINE);
  expect(machine.pendingInterrupt()).toBe(FIRST_VIRTIO_LINE);
  machine.mmioWrite(VIRTIO_MMIO_BASE + 0x64, 4, 2);
  expect(machine.pendingInterrupt()).toBe(-1);
});

test("a host event while the machine is idle wakes it", async () => {
  const console = new VirtioConsole();
  const { machine } = setUp({ devices: [console] });
  machine.mmioWrite(VIRTIO_MMIO_BASE + 0x24, 4, 1);
  machine.mmioWrite(VIRTIO_MMIO_BASE + 0x20, 4, 1);
  machine.mmioWrite(VIRTIO_MMIO_BASE + 0x70, 4, 15);
  machine.setInterruptMasked(FIRST_VIRTIO_LINE, false);
  setTimeout(() => console.resize(90, 40), 5);
  await machine.idle();
  expect(machine.pendingInterrupt()).toBe(FIRST_VIRTIO_LINE);
});

test("sleeps that events end at once leave no timer of the host behind", async () => {
  const console = new VirtioConsole();
  const { machine } = setUp({ devices: [console] });
  machine.mmioWrite(VIRTIO_MMIO_BASE + 0x24, 4, 1);
  machine.mmioWrite(VIRTIO_MMIO_BASE + 0x20, 4, 1);
  machine.mmioWrite(VIRTIO_MMIO_BASE + 0x70, 4, 15);
  machine.setInterruptMasked(FIRST_VIRTIO_LINE, false);
  machine.setTimer(machine.monotonicNs() + 3600e9);
  const armed = jest.spyOn(globalThis, "setTimeout");
  const disarmed = jest.spyOn(globalThis, "clearTimeout");
  for (let i = 0; i < 10; i++) {
    const slept = machine.idle();
    console.resize(80 + i, 25);
    await slept;
    machine.mmioWrite(VIRTIO_MMIO_BASE + 0x64, 4, 2);
  }
  const last = machine.idle();
  await new Promise((resolve) => setImmediate(resolve));
  machine.stop(0);
  await expect(last).rejects.toBe(machine.stopped);
  const left = new Set(armed.mock.results.map(({ value }) => value));
  for (const [timer] of disarmed.mock.calls) left.delete(timer as never);
  expect(left.size).toBe(0);
  armed.mockRestore();
  disarmed.mockRestore();
});

test("the tick leaves user mode for a pending interrupt, and not for a masked one", () => {
  const { machine, tick } = setUp();
  machine.setTimer(0);
  expect(tick(1)).toBe(false);
  machine.setInterruptMasked(TIMER_LINE, false);
  expect(tick(1)).toBe(true);
  machine.endInterrupt(TIMER_LINE);
  expect(tick(1)).toBe(false);
});

test("virtual time moves with the CPU's work, and idle time costs nothing", async () => {
  const { machine, tick } = setUp({ clock: new VirtualClock({ nsPerTick: 2 }) });
  machine.setInterruptMasked(TIMER_LINE, false);
  const start = machine.monotonicNs();
  expect(tick(1000)).toBe(false);
  expect(machine.monotonicNs() - start).toBe(2100);
  machine.setTimer(start + 3600e9);
  const before = performance.now();
  await machine.idle();
  expect(performance.now() - before).toBeLessThan(5000);
  expect(machine.pendingInterrupt()).toBe(TIMER_LINE);
  expect(machine.monotonicNs()).toBeGreaterThanOrEqual(start + 3600e9);
});

test("power-off leaves the kernel with its code, and nothing runs after it", async () => {
  const { machine } = setUp();
  expect(() => machine.powerOff(7)).toThrow(MachineStopped);
  expect(machine.stopped).toEqual(new MachineStopped("power-off", 7));
  await expect(machine.idle()).rejects.toBe(machine.stopped);
  await expect(machine.yieldToHost()).rejects.toBe(machine.stopped);
});

test("the host can stop a machine that is idle for ever, and one that runs", async () => {
  const { machine, tick } = setUp();
  setTimeout(() => machine.stop(9), 5);
  await expect(machine.idle()).rejects.toEqual(new MachineStopped("power-off", 9));
  expect(tick(1)).toBe(true);
});

test.each([0, 4096, 16 * MIB + 1, 4096 * MIB, NaN])("RAM of %p bytes is refused", (ramBytes) => {
  expect(() => setUp({ ramBytes })).toThrow(/expected a multiple/);
});

test("the compiler can be off, and is on where nobody asks", () => {
  expect(createMachine({ jit: "off" }).statistics.jit).toBeUndefined();
  expect(createMachine({ jit: "eager" }).statistics.jit).toBeDefined();
  expect(createMachine().statistics).toMatchObject({ jit: { regionsCompiled: 0 } });
});

test("a host that forbids compiling is noticed", () => {
  const { Module } = engine;
  const tier0 = new Module(buildTier0(opTable()));
  const host = (globalThis as unknown as { WebAssembly: { Module: unknown } }).WebAssembly;
  host.Module = class {
    constructor() {
      throw new Error("disallowed by embedder");
    }
  };
  try {
    const { statistics } = createMachine({ tier0 });
    expect(statistics).toMatchObject({ jit: undefined, jitRefused: "disallowed by embedder" });
    expect(() => createMachine({ tier0, jit: "on" })).toThrow(
      "this place forbids compiling WebAssembly at run time (disallowed by embedder)",
    );
    expect(createMachine({ tier0, jit: "off" }).statistics.jitRefused).toBeUndefined();
  } finally {
    host.Module = Module;
  }
});
