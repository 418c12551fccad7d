// SPDX-License-Identifier: MPL-2.0

import { expect, test } from "@jest/globals";
import { O } from "../../src/abi/fcntl.ts";
import { MAP_SHARED, PROT_READ, PROT_WRITE } from "../../src/abi/mman.ts";
import { MS } from "../../src/fs/mount.ts";
import { TestKernel } from "../../src/testing/test-kernel.ts";
import type { TestThread } from "../../src/testing/test-kernel.ts";
import { Access, Fault, handleFault } from "../../src/vm/fault.ts";
import { vmLimitsOf } from "../../src/vm/limits.ts";
import { map } from "../../src/vm/map.ts";
import { check, hasE2fsck } from "./e2fsck.ts";
import { addDisk, ext2Image } from "./images.ts";
import type { Ext2Image } from "./images.ts";
import { Random } from "./random.ts";
import { lookAt, plant, plantedImage, workOn } from "./tree.ts";

/*
 * Disks that lie, disks that fail, and disks that are full. EXT2_SEED and EXT2_IMAGES repeat a run
 * or make it longer.
 */
const seed = Number(process.env["EXT2_SEED"] ?? Date.now() % 1_000_000);
const images = Number(process.env["EXT2_IMAGES"] ?? 60);
const IMAGES: readonly Ext2Image[] = ["blocks-1k", "blocks-2k", "blocks-4k"];
const INODE_TABLE_OF_DESCRIPTOR = 8;
/** When the file system was made, in the superblock. */
const MADE_AT = 264;
const STACK_LIMIT = 8 * 1024 * 1024;

function mount(system: TestKernel, options = ""): string | number {
  system.thread.call("mkdir", "/mnt", 0o755);
  return system.thread.call("mount", "/vda", "/mnt", "ext2", 0, options);
}

/** Numbers that a reader of a disk must not believe. */
function lie(random: Random, blocks: number): number {
  const lies = [0, 1, 2, 0xffff_ffff, 0x7fff_ffff, blocks, blocks - 1, random.below(blocks)];
  return lies[random.below(lies.length)] ?? 0;
}

/** Changes some bytes of the metadata: superblock, descriptors, bitmaps, inodes, directories, anything. */
function ruin(bytes: Uint8Array, random: Random): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const blockBytes = 1024 << view.getUint32(1024 + 24, true);
  const blocks = view.getUint32(1024 + 4, true);
  const descriptors = blockBytes === 1024 ? 2048 : blockBytes;
  const table = view.getUint32(descriptors + INODE_TABLE_OF_DESCRIPTOR, true) * blockBytes;
  const areas: readonly (readonly [number, number])[] = [
    [1024, 264],
    [descriptors, 32],
    [descriptors, blockBytes],
    [table, 128 * 40],
    [table, 128 * 120],
    [table + blockBytes * 16, blockBytes * 64],
    [0, Math.min(bytes.length, 400 * blockBytes)],
  ];
  const changes = 1 + random.below(12);
  for (let change = 0; change < changes; change++) {
    const [start, length] = areas[random.below(areas.length)] ?? [0, 1024];
    const at = Math.min(start + random.below(length), bytes.length - 4);
    const aligned = at - (at % 4);
    if (random.below(3) === 0) view.setUint8(at, random.below(256));
    else if (random.below(2) === 0) view.setUint16(aligned, random.below(65_536), true);
    else view.setUint32(aligned, lie(random, blocks), true);
  }
}

for (const [index, image] of IMAGES.entries()) {
  test(`${image}, seed ${seed}: no image makes the kernel fail, hang or keep memory`, () => {
    const planted = plantedImage(image);
    const random = new Random(seed + index);
    let mounted = 0;
    for (let round = 0; round < images; round++) {
      const bytes = planted.slice();
      ruin(bytes, random);
      const system = new TestKernel();
      try {
        addDisk(system, bytes);
        const before = system.framesUsed;
        const started = performance.now();
        if (mount(system) === 0) {
          mounted++;
          lookAt(system.thread, "/mnt", 4);
          workOn(system.thread);
          lookAt(system.thread, "/mnt", 2);
          expect(system.thread.call("umount2", "/mnt", 0)).toBe(0);
          expect(system.framesUsed).toBeLessThanOrEqual(before + 4);
        }
        const seconds = (performance.now() - started) / 1000;
        expect(`round ${round}: ${seconds < 5 ? "quick" : `${seconds} s`}`).toBe(
          `round ${round}: quick`,
        );
      } finally {
        system.leave();
      }
    }
    // Most lies are about one file: the rest has to be there.
    expect(mounted).toBeGreaterThan(images / 4);
  });

  test(`${image}, seed ${seed}: a disk that fails gives EIO, and what was there can be mended`, () => {
    const random = new Random(seed + 100 + index);
    const planted = plantedImage(image);
    for (let round = 0; round < images / 6; round++) {
      const system = new TestKernel();
      let bytes: Uint8Array;
      try {
        const disk = addDisk(system, planted.slice());
        ({ bytes } = disk);
        expect(mount(system)).toBe(0);
        const { thread } = system;
        for (let step = 0; step < 6; step++) {
          disk.failsReads = random.below(3) === 0;
          disk.failsWrites = random.below(3) === 0;
          if (random.below(2) === 0) lookAt(thread, "/mnt", 2);
          else workOn(thread);
          thread.call("sync");
        }
        disk.failsReads = disk.failsWrites = true;
        const fd = thread.call("open", "/mnt/d/second", O.RDONLY, 0);
        if (typeof fd === "number") thread.call("close", fd);
        disk.failsReads = disk.failsWrites = false;
        thread.call("umount2", "/mnt", 0);
      } finally {
        system.leave();
      }
      if (hasE2fsck) expect(check(bytes, "-y").code).toBeLessThanOrEqual(2);
    }
  });

  test(`${image}: what is removed at a time without room on the disk is no file to be deleted`, () => {
    const planted = plantedImage(image);
    // Where the file system itself was made at such a time, e2fsck does not mind.
    new DataView(planted.buffer).setUint32(1024 + MADE_AT, 1_000_000_000, true);
    const system = new TestKernel();
    let bytes: Uint8Array;
    try {
      ({ bytes } = addDisk(system, planted));
      const { thread } = system;
      const { clock } = system.kernel;
      clock.setRealtimeUs(1e15);
      expect(mount(system)).toBe(0);
      // The field has 32 bits, of which 7 s are left.
      clock.setRealtimeUs((2 ** 32 + 7) * 1_000_000);
      expect(thread.call("unlink", "/mnt/large")).toBe(0);
      expect(thread.call("unlink", "/mnt/d/second")).toBe(0);
      expect(thread.call("sync")).toBe(0);
      clock.setRealtimeUs(1e15);
      expect(thread.call("umount2", "/mnt", 0)).toBe(0);
    } finally {
      system.leave();
    }
    if (hasE2fsck) expect(check(bytes, "-n")).toMatchObject({ code: 0 });
  });

  test(`${image}: a failing disk is told to the program`, () => {
    const planted = plantedImage(image);
    const system = new TestKernel();
    try {
      const disk = addDisk(system, planted);
      expect(mount(system)).toBe(0);
      const { thread } = system;
      const fd = thread.open("/mnt/large", O.RDWR);
      disk.failsReads = true;
      expect(thread.pread(fd, 100, 200_000)).toEqual({ failed: "EIO" });
      expect(thread.call("stat", "/mnt/many/nn2", thread.room(144))).toBe("EIO");
      disk.failsReads = false;
      expect(thread.pread(fd, 3, 200_000)).toBe("lll");
      thread.call("pwrite64", fd, thread.bytes(new Uint8Array([77])), 1, 200_000);
      disk.failsWrites = true;
      expect(thread.call("fsync", fd)).toBe("EIO");
      disk.failsWrites = false;
      thread.call("close", fd);
    } finally {
      system.leave();
    }
  });

  test(`${image}: a full disk says ENOSPC, loses nothing and can be used again`, () => {
    const system = new TestKernel();
    const disk = addDisk(system, ext2Image(image));
    try {
      expect(mount(system)).toBe(0);
      const { thread } = system;
      thread.put("/mnt/kept", "kept");
      const written = fill(thread, "/mnt/full");
      expect(written).toBeGreaterThan(100_000);
      const stat = thread.stat("/mnt/full");
      expect(typeof stat === "string" ? stat : stat.size).toBe(written);
      // Directories and long links take blocks too.
      expect(thread.call("mkdir", "/mnt/directory", 0o755)).toBe("ENOSPC");
      expect(thread.call("symlink", "s".repeat(200), "/mnt/link")).toBe("ENOSPC");
      expect(thread.call("rename", "/mnt/full", "/mnt/still")).toBe(0);
      expect(thread.contents("/mnt/kept")).toBe("kept");
      expect(thread.call("unlink", "/mnt/still")).toBe(0);
      expect(thread.call("mkdir", "/mnt/directory", 0o755)).toBe(0);
      expect(fill(thread, "/mnt/directory/again")).toBeGreaterThan(written / 2);
      expect(thread.call("unlink", "/mnt/directory/again")).toBe(0);
      // Inodes come to an end as well.
      let made = 0;
      while (thread.call("mknod", `/mnt/directory/${made}`, 0o100644, 0) === 0) made++;
      expect(thread.call("mknod", "/mnt/one", 0o100644, 0)).toBe("ENOSPC");
      expect(made).toBeGreaterThan(10);
      expect(thread.call("umount2", "/mnt", 0)).toBe(0);
    } finally {
      system.leave();
    }
    if (hasE2fsck) expect(check(disk.bytes, "-n").code).toBe(0);
  });

  test(`${image}: files without a name that are in use when the system goes down are free`, () => {
    const system = new TestKernel();
    const disk = addDisk(system, ext2Image(image));
    try {
      expect(mount(system)).toBe(0);
      const { thread } = system;
      for (const name of ["open", "bound"]) thread.put(`/mnt/${name}`, "x".repeat(20_000));
      thread.call("mkdir", "/mnt/directory", 0o755);
      const fd = thread.open("/mnt/open", O.RDWR);
      thread.open("/mnt/directory", O.RDONLY);
      thread.put("/place", "");
      expect(thread.call("mount", "/mnt/bound", "/place", 0, MS.BIND, 0)).toBe(0);
      for (const name of ["open", "bound"]) {
        expect(thread.call("unlink", `/mnt/${name}`)).toBe(0);
      }
      expect(thread.call("rmdir", "/mnt/directory")).toBe(0);
      const readOnly = MS.REMOUNT | MS.RDONLY;
      expect(thread.call("mount", 0, "/mnt", 0, readOnly, 0)).toBe("EBUSY");
      system.kernel.vfs.shutdown();
      thread.call("close", fd);
    } finally {
      system.leave();
    }
    if (hasE2fsck) expect(check(disk.bytes, "-n")).toMatchObject({ code: 0 });
  });

  test(`${image}: stores to a shared mapping reach the disk`, () => {
    const system = new TestKernel();
    const disk = addDisk(system, ext2Image(image));
    try {
      expect(mount(system)).toBe(0);
      const { thread } = system;
      plant(thread);
      const fd = thread.open("/mnt/sparse", O.RDWR);
      const address = mapFile(thread, fd, 100_000);
      store(thread, address + 5000, "into a hole");
      store(thread, address + 50_000, "over");
      expect(thread.pread(fd, 11, 5000)).toBe("into a hole");
      expect(thread.call("fsync", fd)).toBe(0);
      // What was written is watched anew: later stores are not lost.
      store(thread, address + 5000, "once more..");
      thread.call("pwrite64", fd, thread.bytes(new Uint8Array([33])), 1, 50_004);
      expect(new TextDecoder().decode(thread.peek(address + 50_000, 5))).toBe("over!");
      expect(thread.call("umount2", "/mnt", 0)).toBe("EBUSY");
      thread.call("close", fd);
      thread.thread.vm.unmap(address, address + 102_400);
      expect(thread.call("umount2", "/mnt", 0)).toBe(0);
    } finally {
      system.leave();
    }
    if (hasE2fsck) expect(check(disk.bytes, "-n").code).toBe(0);
    const again = new TestKernel();
    try {
      addDisk(again, disk.bytes);
      expect(mount(again)).toBe(0);
      const fd = again.thread.open("/mnt/sparse", O.RDONLY);
      expect(again.thread.pread(fd, 11, 5000)).toBe("once more..");
      expect(again.thread.pread(fd, 5, 50_000)).toBe("over!");
      expect(again.thread.pread(fd, 3, 3_000_000)).toBe("\u0001\u0002\u0003");
    } finally {
      again.leave();
    }
  });
}

/**
 * Writes until there is no room; the bytes that found some. A large piece that has no room for a whole page leaves
 * blocks free, as on Linux; small ones take those too.
 */
function fill(t: TestThread, path: string): number {
  const fd = t.open(path, O.WRONLY | O.CREAT);
  const piece = t.bytes(new Uint8Array(65_536).fill(70));
  let written = 0;
  for (const size of [65_536, 1024]) {
    for (;;) {
      const count = t.call("write", fd, piece, size);
      if (typeof count === "string") {
        expect(count).toBe("ENOSPC");
        break;
      }
      expect(count).toBeGreaterThan(0);
      written += count;
    }
  }
  t.call("close", fd);
  return written;
}

function mapFile(t: TestThread, fd: number, length: number): number {
  const { thread } = t;
  const file = thread.files.get(fd);
  const request = {
    address: 0,
    length,
    protection: PROT_READ | PROT_WRITE,
    flags: MAP_SHARED,
    file,
    offset: 0,
  };
  const address = map(thread.vm, request, vmLimitsOf(thread));
  expect(address).toBeGreaterThan(0);
  return address;
}

/** As a program's store: with the page fault that it may take. */
function store(t: TestThread, address: number, text: string): void {
  const { thread } = t;
  expect(handleFault(thread.vm, address, Access.WRITE, STACK_LIMIT)).toBe(Fault.RESOLVED);
  const bytes = new TextEncoder().encode(text);
  expect(thread.memory.writeBytes(address, bytes, 0, bytes.length)).toBe(bytes.length);
}
