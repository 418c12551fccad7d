// SPDX-License-Identifier: MPL-2.0

import { expect, test } from "@jest/globals";
import { seededEntropy } from "../../host/entropy.ts";
import { TestDriver } from "../../testing/virtio-driver.ts";
import { GuestMemory } from "../guest-memory.ts";
import { VirtioEntropy } from "./entropy.ts";
import {
  INTERRUPT_CONFIG_CHANGE,
  INTERRUPT_USED_BUFFER,
  MAGIC,
  REG,
  STATUS,
  VirtioMmio,
} from "./mmio.ts";

const RAM_BYTES = 1 << 20;
const RINGS = 0x10000;
const BUFFER = 0x80000;
const RUNNING = STATUS.ACKNOWLEDGE | STATUS.DRIVER | STATUS.FEATURES_OK | STATUS.DRIVER_OK;

function setUp() {
  const ram = new Uint8Array(RAM_BYTES);
  const line = { high: false };
  const device = new VirtioMmio(
    new VirtioEntropy(seededEntropy(1)),
    new GuestMemory(ram),
    (high) => (line.high = high),
  );
  return { ram, line, device, driver: new TestDriver(device, ram, RINGS) };
}

test("the identification registers name a modern virtio device", () => {
  const { driver } = setUp();
  expect(driver.read(REG.MAGIC_VALUE)).toBe(MAGIC);
  expect(driver.read(REG.VERSION)).toBe(2);
  expect(driver.read(REG.DEVICE_ID)).toBe(4);
  expect(driver.read(REG.SHM_LEN_LOW)).toBe(0xffff_ffff);
});

test("FEATURES_OK stays clear when VERSION_1 is missing or an unknown feature is taken", () => {
  const { driver } = setUp();
  driver.write(REG.STATUS, STATUS.ACKNOWLEDGE | STATUS.DRIVER);
  driver.write(REG.STATUS, STATUS.ACKNOWLEDGE | STATUS.DRIVER | STATUS.FEATURES_OK);
  expect(driver.read(REG.STATUS) & STATUS.FEATURES_OK).toBe(0);
  driver.write(REG.DRIVER_FEATURES_SEL, 1);
  driver.write(REG.DRIVER_FEATURES, 1 | 2);
  driver.write(REG.STATUS, STATUS.ACKNOWLEDGE | STATUS.DRIVER | STATUS.FEATURES_OK);
  expect(driver.read(REG.STATUS) & STATUS.FEATURES_OK).toBe(0);
  driver.write(REG.DRIVER_FEATURES, 1);
  driver.write(REG.STATUS, STATUS.ACKNOWLEDGE | STATUS.DRIVER | STATUS.FEATURES_OK);
  expect(driver.read(REG.STATUS) & STATUS.FEATURES_OK).toBe(STATUS.FEATURES_OK);
});

test("a buffer is filled, used, and announced by a level that the driver acknowledges", () => {
  const { driver, line, ram } = setUp();
  driver.initialize(0, [0]);
  driver.offer(0, [{ address: BUFFER, length: 64, writable: true }]);
  expect(driver.takeUsed(0)).toEqual([{ head: 0, length: 64 }]);
  expect(ram.subarray(BUFFER, BUFFER + 64).some((byte) => byte !== 0)).toBe(true);
  expect(ram[BUFFER + 64]).toBe(0);
  expect(line.high).toBe(true);
  expect(driver.read(REG.INTERRUPT_STATUS)).toBe(INTERRUPT_USED_BUFFER);
  driver.write(REG.INTERRUPT_ACK, INTERRUPT_USED_BUFFER);
  expect(line.high).toBe(false);
});

test("the driver can ask for no interrupts", () => {
  const { driver, line } = setUp();
  driver.initialize(0, [0]);
  driver.suppressInterrupts(0);
  driver.offer(0, [{ address: BUFFER, length: 8, writable: true }]);
  expect(driver.takeUsed(0)).toHaveLength(1);
  expect(line.high).toBe(false);
});

test("the ring's counters wrap around at 65536", () => {
  const { driver } = setUp();
  driver.initialize(0, [0], 2);
  let served = 0;
  for (let i = 0; i < 65_540; i++) {
    driver.offer(0, [{ address: BUFFER, length: 1, writable: true }], i & 1);
    const [used] = driver.takeUsed(0);
    if (used?.head === (i & 1) && used.length === 1) served++;
  }
  expect(served).toBe(65_540);
});

test("an indirect table serves as a chain when it was negotiated, and is refused otherwise", () => {
  for (const negotiated of [true, false]) {
    const { driver, device } = setUp();
    driver.initialize(negotiated ? 1 << 28 : 0, [0]);
    const table = 0x90000;
    for (const [i, address] of [BUFFER, BUFFER + 0x100].entries()) {
      driver.view.setUint32(table + 16 * i, address, true);
      driver.view.setUint32(table + 16 * i + 8, 16, true);
      driver.view.setUint16(table + 16 * i + 12, i === 0 ? 1 | 2 : 2, true);
      driver.view.setUint16(table + 16 * i + 14, 1, true);
    }
    driver.setDescriptor(0, 0, { address: table, length: 32, flags: 4 });
    driver.makeAvailable(0, 0);
    driver.write(REG.QUEUE_NOTIFY, 0);
    expect(driver.takeUsed(0)).toEqual(negotiated ? [{ head: 0, length: 32 }] : []);
    expect(device.failure === undefined).toBe(negotiated);
  }
});

const HOSTILE: Record<string, (driver: TestDriver) => void> = {
  "a chain that loops": (driver) => {
    driver.setDescriptor(0, 0, { address: BUFFER, length: 4, flags: 1 | 2, next: 1 });
    driver.setDescriptor(0, 1, { address: BUFFER, length: 4, flags: 1 | 2, next: 0 });
    driver.makeAvailable(0, 0);
  },
  "a descriptor index beyond the table": (driver) => driver.makeAvailable(0, 8),
  "a next index beyond the table": (driver) => {
    driver.setDescriptor(0, 0, { address: BUFFER, length: 4, flags: 1 | 2, next: 9999 });
    driver.makeAvailable(0, 0);
  },
  "a buffer that starts beyond RAM": (driver) => {
    driver.setDescriptor(0, 0, { address: RAM_BYTES, length: 4, flags: 2 });
    driver.makeAvailable(0, 0);
  },
  "a buffer that crosses the end of RAM": (driver) => {
    driver.setDescriptor(0, 0, { address: RAM_BYTES - 2, length: 4, flags: 2 });
    driver.makeAvailable(0, 0);
  },
  "a 64-bit address that wraps when cut to 32 bits": (driver) => {
    driver.setDescriptor(0, 0, { address: 0x1_0000_0000 + BUFFER, length: 4, flags: 2 });
    driver.makeAvailable(0, 0);
  },
  "a buffer of 4 GiB": (driver) => {
    driver.setDescriptor(0, 0, { address: 0, length: 0xffff_ffff, flags: 2 });
    driver.makeAvailable(0, 0);
  },
  "a readable descriptor after a writable one": (driver) => {
    driver.setDescriptor(0, 0, { address: BUFFER, length: 4, flags: 1 | 2, next: 1 });
    driver.setDescriptor(0, 1, { address: BUFFER, length: 4, flags: 0 });
    driver.makeAvailable(0, 0);
  },
  "an available index far ahead": (driver) => {
    driver.view.setUint16(driver.queueBase(0) + 0x1000 + 2, 1000, true);
  },
  "a readable buffer where only writable ones belong": (driver) => {
    driver.setDescriptor(0, 0, { address: BUFFER, length: 4, flags: 0 });
    driver.makeAvailable(0, 0);
  },
};

test.each(Object.keys(HOSTILE))("%s makes the device ask for a reset", (name) => {
  const { driver, line, ram } = setUp();
  driver.initialize(0, [0]);
  const before = ram.slice(BUFFER, BUFFER + 64);
  HOSTILE[name]?.(driver);
  driver.write(REG.QUEUE_NOTIFY, 0);
  expect(driver.read(REG.STATUS)).toBe(RUNNING | STATUS.NEEDS_RESET);
  expect(driver.read(REG.INTERRUPT_STATUS) & INTERRUPT_CONFIG_CHANGE).not.toBe(0);
  expect(line.high).toBe(true);
  expect(driver.takeUsed(0)).toEqual([]);
  expect(ram.subarray(BUFFER, BUFFER + 64)).toEqual(before);
  // A reset makes it whole again.
  driver.initialize(0, [0]);
  driver.offer(0, [{ address: BUFFER, length: 4, writable: true }]);
  expect(driver.takeUsed(0)).toEqual([{ head: 0, length: 4 }]);
});

test.each([
  ["a ring beyond RAM", REG.QUEUE_DEVICE_HIGH, 1],
  ["a ring that is not aligned", REG.QUEUE_DESC_LOW, RINGS + 8],
  ["a size that is no power of two", REG.QUEUE_NUM, 7],
  ["a size above the maximum", REG.QUEUE_NUM, 128],
])("a queue with %s is refused", (_name, register, value) => {
  const { driver } = setUp();
  driver.initialize(0, []);
  driver.write(REG.QUEUE_SEL, 0);
  driver.write(REG.QUEUE_NUM, 8);
  driver.write(REG.QUEUE_DESC_LOW, RINGS);
  driver.write(REG.QUEUE_DRIVER_LOW, RINGS + 0x1000);
  driver.write(REG.QUEUE_DEVICE_LOW, RINGS + 0x2000);
  driver.write(register, value);
  driver.write(REG.QUEUE_READY, 1);
  expect(driver.read(REG.QUEUE_READY)).toBe(0);
  expect(driver.read(REG.STATUS) & STATUS.NEEDS_RESET).toBe(STATUS.NEEDS_RESET);
});

test("random writes to registers and rings never throw and never leave the device's hands", () => {
  const random = seededEntropy(42);
  const words = new Uint32Array(3);
  const bytes = new Uint8Array(words.buffer);
  const { driver, device, ram } = setUp();
  const registers = [...Object.values(REG), 0x104, 0x7fc];
  for (let i = 0; i < 50_000; i++) {
    if (i % 100 === 0) driver.initialize(0, [0]);
    random(bytes);
    const [a = 0, b = 0, c = 0] = words;
    const register = registers[a % registers.length] ?? 0;
    if (b % 4 === 0) ram[RINGS + (c % 0x3000)] = a >>> 8;
    else if (b % 4 === 1) device.read(register, 4);
    else if (b % 4 === 2) driver.write(REG.QUEUE_NOTIFY, 0);
    else driver.write(register, c % 3 === 0 ? c : c % 64);
  }
  driver.initialize(0, [0]);
  driver.offer(0, [{ address: BUFFER, length: 4, writable: true }]);
  expect(driver.takeUsed(0)).toHaveLength(1);
});
