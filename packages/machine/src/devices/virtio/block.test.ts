// SPDX-License-Identifier: MPL-2.0

import { expect, test } from "@jest/globals";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { FileBlockBackend } from "../../host/node/file-block.ts";
import { TestDriver } from "../../testing/virtio-driver.ts";
import { MemoryBlockBackend, type BlockBackend } from "../block-backend.ts";
import { GuestMemory } from "../guest-memory.ts";
import { REPLY, REQUEST, SECTOR_SIZE, VirtioBlock } from "./block.ts";
import { REG, STATUS, VirtioMmio } from "./mmio.ts";

const HEADER = 0x80000;
const DATA = 0x81000;
const STATUS_BYTE = 0x90000;
const SECTORS = 8;

function setUp(backend: BlockBackend = new MemoryBlockBackend(disk())) {
  const ram = new Uint8Array(1 << 20);
  const device = new VirtioMmio(
    new VirtioBlock({ backend, serial: "disk-1" }),
    new GuestMemory(ram),
    () => {},
  );
  const driver = new TestDriver(device, ram, 0x10000);
  driver.initialize(0, [0]);
  const request = (type: number, sector: number, length: number, writable: boolean) => {
    driver.view.setUint32(HEADER, type, true);
    driver.view.setUint32(HEADER + 8, sector % 0x1_0000_0000, true);
    driver.view.setUint32(HEADER + 12, Math.floor(sector / 0x1_0000_0000), true);
    ram[STATUS_BYTE] = 0xff;
    driver.offer(0, [
      { address: HEADER, length: 16, writable: false },
      ...(length > 0 ? [{ address: DATA, length, writable }] : []),
      { address: STATUS_BYTE, length: 1, writable: true },
    ]);
    const [used] = driver.takeUsed(0);
    return { status: ram[STATUS_BYTE], written: used?.length };
  };
  return { ram, driver, device, request };
}

function disk(): Uint8Array {
  return Uint8Array.from({ length: SECTORS * SECTOR_SIZE }, (_, i) => i >>> 9);
}

test("the configuration tells capacity, block size and segment limit", () => {
  const { device } = setUp();
  expect(device.read(REG.CONFIG, 4)).toBe(SECTORS);
  expect(device.read(REG.CONFIG + 12, 4)).toBe(126);
  expect(device.read(REG.CONFIG + 20, 4)).toBe(SECTOR_SIZE);
});

test("sectors are read and written at their places", () => {
  const bytes = disk();
  const { ram, request } = setUp(new MemoryBlockBackend(bytes));
  expect(request(REQUEST.IN, 3, 1024, true)).toEqual({ status: REPLY.OK, written: 1025 });
  expect([ram[DATA], ram[DATA + 511], ram[DATA + 512]]).toEqual([3, 3, 4]);
  ram.fill(0xaa, DATA, DATA + 512);
  expect(request(REQUEST.OUT, 5, 512, false)).toEqual({ status: REPLY.OK, written: 1 });
  expect([bytes[5 * 512 - 1], bytes[5 * 512], bytes[6 * 512 - 1], bytes[6 * 512]]).toEqual([
    4, 0xaa, 0xaa, 6,
  ]);
});

test.each([
  ["beyond the end", REQUEST.IN, SECTORS, 512, true],
  ["across the end", REQUEST.IN, SECTORS - 1, 1024, true],
  ["of half a sector", REQUEST.IN, 0, 256, true],
  ["at a sector near 2^64", REQUEST.IN, 2 ** 63, 512, true],
  ["of a write beyond the end", REQUEST.OUT, SECTORS, 512, false],
])("a request %s is an I/O error", (_name, type, sector, length, writable) => {
  const { request, device } = setUp();
  expect(request(type, sector, length, writable)).toEqual({ status: REPLY.IOERR, written: 1 });
  expect(device.failure).toBeUndefined();
});

test("a read-only disk says so and refuses writes", () => {
  const { driver, request } = setUp(new MemoryBlockBackend(disk(), { readOnly: true }));
  driver.write(REG.DEVICE_FEATURES_SEL, 0);
  expect(driver.read(REG.DEVICE_FEATURES) & (1 << 5)).not.toBe(0);
  expect(request(REQUEST.OUT, 0, 512, false).status).toBe(REPLY.IOERR);
});

test("flush reaches the medium, the serial number is told, other requests are unsupported", () => {
  let flushed = 0;
  const backend = new MemoryBlockBackend(disk());
  backend.flush = () => void flushed++;
  const { ram, request } = setUp(backend);
  expect(request(REQUEST.FLUSH, 0, 0, false).status).toBe(REPLY.OK);
  expect(flushed).toBe(1);
  expect(request(REQUEST.GET_ID, 0, 20, true).status).toBe(REPLY.OK);
  expect(new TextDecoder().decode(ram.subarray(DATA, DATA + 6))).toBe("disk-1");
  expect(request(99, 0, 0, false).status).toBe(REPLY.UNSUPP);
});

test("a medium that fails is an I/O error to the guest", () => {
  const backend = new MemoryBlockBackend(disk());
  backend.read = () => {
    throw new Error("the host's disk is gone");
  };
  const { request } = setUp(backend);
  expect(request(REQUEST.IN, 0, 512, true).status).toBe(REPLY.IOERR);
});

test("a request without a status byte makes the device ask for a reset", () => {
  const { driver } = setUp();
  driver.offer(0, [{ address: HEADER, length: 16, writable: false }]);
  expect(driver.read(REG.STATUS) & STATUS.NEEDS_RESET).toBe(STATUS.NEEDS_RESET);
});

test("a file serves as a disk", () => {
  const directory = mkdtempSync(join(tmpdir(), "aster-block-"));
  try {
    const path = join(directory, "disk.img");
    writeFileSync(path, disk());
    const backend = new FileBlockBackend(path);
    const { ram, request } = setUp(backend);
    expect(request(REQUEST.IN, 7, 512, true).status).toBe(REPLY.OK);
    expect(ram[DATA]).toBe(7);
    ram.fill(0x55, DATA, DATA + 512);
    expect(request(REQUEST.OUT, 2, 512, false).status).toBe(REPLY.OK);
    expect(request(REQUEST.FLUSH, 0, 0, false).status).toBe(REPLY.OK);
    backend.close();
    expect(readFileSync(path)[1024]).toBe(0x55);
    expect(() => new FileBlockBackend(directory, { readOnly: true })).toThrow(/regular file/);
  } finally {
    rmSync(directory, { recursive: true });
  }
});
