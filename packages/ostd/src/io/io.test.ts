// SPDX-License-Identifier: MPL-2.0

import { afterEach, beforeEach, expect, test } from "@jest/globals";
import { DmaCoherent, DmaStream } from "../mm/dma.ts";
import { FrameAllocOptions, memoryStatistics } from "../mm/frame.ts";
import { enterTestSystem } from "../testing.ts";
import type { TestSystem } from "../testing.ts";
import { IoMem } from "./io-mem.ts";
import { IoPort } from "./io-port.ts";

let system: TestSystem;

beforeEach(() => {
  system = enterTestSystem({ ramBytes: 0x10_0000 });
});

afterEach(() => {
  system.leave();
});

test("RAM and interrupt controllers cannot be had as device memory", () => {
  const withheld: [number, number][] = [
    [0, 0x1000],
    [0xf_f000, 0x2000],
    [0xfec0_0000, 4],
    [0xfee0_0300, 4],
    [0xfed0_0000, 0x100],
    [0xfebf_f000, 0x2000],
    [0x1000_0000, 2 ** 41],
    [-4, 8],
    [0.5, 4],
    [0xd000_0000, 0],
    [Number.NaN, 4],
  ];
  for (const [base, length] of withheld) {
    expect(IoMem.acquire(base, length)).toBe("AccessDenied");
  }
});

test("device memory belongs to one driver at a time, and is accessed within its range", () => {
  const device = IoMem.acquire(0xd000_0000, 0x200);
  if (typeof device === "string") {
    throw new Error(device);
  }
  expect(IoMem.acquire(0xd000_0100, 0x200)).toBe("AccessDenied");
  device.writeU32(0x70, 0xabcd);
  expect(system.hardware.registers.get(0xd000_0070)).toBe(0xabcd);
  expect(device.readU32(0x70)).toBe(0xabcd);
  for (const offset of [0x200, 0x1fe, -4, 2, Number.NaN]) {
    expect(() => device.readU32(offset)).toThrow("device memory");
  }
  device.drop();
  expect(() => device.readU8(0)).toThrow("after drop");
  expect(() => device.drop()).toThrow("twice");
  expect(typeof IoMem.acquire(0xd000_0100, 0x200)).toBe("object");
});

test("ports of the interrupt controllers and the timer are withheld", () => {
  for (const port of [0x20, 0x21, 0xa0, 0xa1, 0x40, 0x43, 0x4d0, 0x1_0000, -1]) {
    expect(IoPort.acquire(port, 1)).toBe("AccessDenied");
  }
  expect(IoPort.acquire(0x3e, 4)).toBe("AccessDenied");
  const serial = IoPort.acquire(0x3f8, 1);
  if (typeof serial === "string") {
    throw new Error(serial);
  }
  expect(IoPort.acquire(0x3f8, 1)).toBe("AccessDenied");
  serial.write(65);
  expect(serial.read()).toBe(65);
  serial.drop();
  expect(() => serial.read()).toThrow("after drop");
});

test("DMA memory has device addresses, and is freed when driver and mapping are done", () => {
  const before = memoryStatistics();
  const ring = DmaCoherent.alloc(2);
  ring?.writeNumber64(8, 0x12_3456_789a);
  expect([ring?.readU32(8), ring?.readU16(12), ring?.size]).toEqual([0x3456_789a, 0x12, 8192]);
  const segment = new FrameAllocOptions().allocSegment(1);
  if (segment === undefined) {
    throw new Error("out of memory");
  }
  const stream = DmaStream.map(segment, "fromDevice");
  if (stream === undefined) {
    throw new Error("out of memory");
  }
  expect(stream.daddr).toBe(segment.paddr);
  segment.drop();
  // The device may still write: the frames stay allocated.
  expect(memoryStatistics().used).toBe(before.used + 3);
  const { bytes } = system.hardware.ram[0] ?? { bytes: new Uint8Array() };
  bytes[stream.daddr] = 77;
  stream.syncFromDevice();
  const out = new Uint8Array(1);
  stream.reader(0, 1).readBytes(out);
  expect(out[0]).toBe(77);
  stream.drop();
  ring?.drop();
  expect(memoryStatistics()).toEqual(before);
  expect(() => stream.daddr).toThrow("after drop");
});

test("a slice of device memory reaches its part alone, and ends with the whole", () => {
  const system = enterTestSystem();
  const memory = IoMem.acquire(0xb000_0000, 0x1000);
  if (typeof memory === "string") {
    throw new Error(memory);
  }
  const slice = memory.slice(0x100, 0x10);
  const inner = slice.slice(8, 4);
  inner.writeU32(0, 77);
  expect(memory.readU32(0x108)).toBe(77);
  expect(() => slice.readU32(0x10)).toThrow("of 16 bytes");
  expect(() => memory.slice(0xff8, 16)).toThrow("of 4096 bytes");
  inner.drop();
  expect(IoMem.acquire(0xb000_0100, 4)).toBe("AccessDenied");
  memory.drop();
  expect(() => slice.readU8(0)).toThrow("after drop");
  system.leave();
});
