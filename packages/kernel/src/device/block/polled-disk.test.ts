// SPDX-License-Identifier: MPL-2.0

import { afterEach, beforeEach, expect, test } from "@jest/globals";
import { enterTestSystem } from "@aster/ostd/testing";
import type { TestSystem } from "@aster/ostd/testing";
import { memoryStatistics } from "@aster/ostd";
import type { DmaStream } from "@aster/ostd";
import { MemoryDisk } from "../../testing/memory-disk.ts";
import type { BlockCompletion } from "./block-device.ts";
import { PolledDisk } from "./polled-disk.ts";

const SECOND_NS = 1e9;

/** A disk whose room and answers need `delay` polls, each of a second. */
class LateDisk extends MemoryDisk {
  delay = 0;
  isFull = false;
  private waiting: (() => void) | undefined;
  private polls = 0;

  override submitRead(
    sector: number,
    count: number,
    memory: DmaStream,
    offset: number,
    completion: BlockCompletion,
    token: number,
  ): boolean {
    if (this.isFull) return false;
    this.waiting = (): void =>
      void super.submitRead(sector, count, memory, offset, completion, token);
    return true;
  }

  override pollCompletions(): void {
    system.hardware.advance(SECOND_NS);
    if (++this.polls < this.delay) return;
    this.isFull = false;
    this.waiting?.();
    this.waiting = undefined;
  }
}

let system: TestSystem;
let device: LateDisk;
let disk: PolledDisk;

beforeEach(() => {
  system = enterTestSystem({ ramBytes: 16 * 1024 * 1024 });
  device = new LateDisk("vda", new Uint8Array(64 * 512).fill(7));
  const opened = PolledDisk.open(device, 1, "bidirectional");
  if (opened === undefined) throw new Error("no memory");
  disk = opened;
});

afterEach(() => system.leave());

test("a request is over when the call returns, however late the device answers", () => {
  device.delay = 20;
  expect(disk.read(3, 2)).toBe(true);
  const bytes = new Uint8Array(2);
  disk.buffer.segment.readBytes(1022, bytes, 0, 2);
  expect([...bytes]).toEqual([7, 7]);
});

test("a device without room is asked again", () => {
  device.isFull = true;
  device.delay = 5;
  expect(disk.read(0, 1)).toBe(true);
});

test.each([true, false])(
  "a device that is silent for 30 s is dead, and keeps its buffer (full: %p)",
  (isFull) => {
    device.delay = Infinity;
    device.isFull = isFull;
    const { used } = memoryStatistics();
    expect(disk.read(0, 1)).toBe(false);
    expect(system.hardware.nowNs).toBeGreaterThan(30 * SECOND_NS);
    const before = system.hardware.nowNs;
    expect(disk.write(0, 1)).toBe(false);
    expect(disk.flush()).toBe(false);
    expect(system.hardware.nowNs).toBe(before);
    disk.close();
    expect(memoryStatistics().used).toBe(used);
  },
);

test("errors and ranges outside of the disk are told", () => {
  device.failsWrites = true;
  expect(disk.write(0, 1)).toBe(false);
  expect(disk.read(-1, 1)).toBe(false);
  expect(disk.read(63, 2)).toBe(false);
  expect(disk.flush()).toBe(true);
});
