// SPDX-License-Identifier: MPL-2.0

import { expect, test } from "@jest/globals";
import { O } from "../../src/abi/fcntl.ts";
import { addDisk, ext2Image } from "./images.ts";
import type { Ext2Image } from "./images.ts";
import { check, hasE2fsck } from "./e2fsck.ts";
import { Random } from "./random.ts";
import type { DiskWrite, MemoryDisk } from "../../src/testing/memory-disk.ts";
import { TestKernel } from "../../src/testing/test-kernel.ts";
import type { TestThread } from "../../src/testing/test-kernel.ts";

/*
 * Random work on a file system, seen from the disk: the tree that is left must be clean for
 * e2fsck, and where the power was cut at any write, e2fsck must be able to mend it without a loss
 * of what had been synced. EXT2_SEED and EXT2_ROUNDS repeat a run or make it longer.
 */
const withE2fsck = hasE2fsck ? test : test.skip;
const seed = Number(process.env["EXT2_SEED"] ?? Date.now() % 1_000_000);
const rounds = Number(process.env["EXT2_ROUNDS"] ?? 3);
const CUTS_PER_ROUND = 14;
const STEPS = 220;
const DIRECTORIES = "abcdefghijkl";
const IMAGES: readonly Ext2Image[] = ["blocks-1k", "blocks-2k", "blocks-4k"];

/** A file that was synced: where it may be now, and what it may hold. */
interface Promise_ {
  readonly paths: Set<string>;
  readonly contents: Set<string>;
  /** Nothing is promised any more: it was written to, or removed. */
  isVoid: boolean;
}

/** What was on the disk for good after `writes` writes. */
interface Snapshot {
  readonly writes: number;
  readonly files: Map<string, Promise_>;
}

class Work {
  readonly t: TestThread;
  readonly disk: MemoryDisk;
  readonly snapshots: Snapshot[] = [];
  private readonly random: Random;
  private readonly files = new Map<string, string>();
  private next = 1;

  constructor(t: TestThread, disk: MemoryDisk, random: Random) {
    this.t = t;
    this.disk = disk;
    this.random = random;
    for (const directory of DIRECTORIES) t.call("mkdir", `/mnt/${directory}`, 0o755);
    this.sync();
  }

  step(): void {
    const { t, random, files } = this;
    const path = this.pick();
    switch (path === undefined ? 0 : random.below(9)) {
      case 0:
      case 1: {
        const name = `/mnt/${this.directory()}/${"n".repeat(random.below(40))}${this.next++}`;
        this.write(name, this.text());
        break;
      }
      case 2:
        this.write(path ?? "", this.text());
        break;
      case 3: {
        t.call("unlink", path ?? "");
        files.delete(path ?? "");
        this.void(path ?? "");
        break;
      }
      case 4:
      case 5:
        this.rename(path ?? "", `/mnt/${this.directory()}/${this.next++}`);
        break;
      case 6: {
        const target = this.pick();
        if (target !== undefined && target !== path) this.rename(path ?? "", target);
        break;
      }
      case 7: {
        const size = random.below(20_000);
        this.void(path ?? "");
        t.call("truncate", path ?? "", size);
        files.set(path ?? "", (files.get(path ?? "") ?? "").slice(0, size).padEnd(size, "\0"));
        break;
      }
      default:
        if (random.below(3) === 0) this.sync();
    }
  }

  /** fsync(2) of a directory: everything so far is promised. */
  sync(): void {
    const fd = this.t.open("/mnt", O.RDONLY | O.DIRECTORY);
    expect(this.t.call("fsync", fd)).toBe(0);
    this.t.call("close", fd);
    const files = new Map<string, Promise_>();
    for (const [path, text] of this.files) {
      files.set(path, { paths: new Set([path]), contents: new Set([text]), isVoid: false });
    }
    this.snapshots.push({ writes: this.disk.writes.length, files });
  }

  private rename(from: string, to: string): void {
    expect(this.t.call("rename", from, to)).toBe(0);
    const last = this.snapshots.at(-1)?.files ?? new Map<string, Promise_>();
    const text = this.files.get(from) ?? "";
    for (const promise of last.values()) {
      // What was replaced may still be there, or the file that replaced it.
      if (promise.paths.has(to)) promise.contents.add(text);
    }
    for (const promise of last.values()) {
      if (promise.paths.has(from)) promise.paths.add(to);
    }
    this.files.delete(from);
    this.files.set(to, text);
  }

  private write(path: string, text: string): void {
    this.void(path);
    this.t.put(path, text);
    this.files.set(path, text);
  }

  private void(path: string): void {
    for (const promise of this.snapshots.at(-1)?.files.values() ?? []) {
      if (promise.paths.has(path)) promise.isVoid = true;
    }
  }

  private directory(): string {
    return DIRECTORIES[this.random.below(DIRECTORIES.length)] ?? "a";
  }
  private pick(): string | undefined {
    const names = [...this.files.keys()];
    return names[this.random.below(names.length)];
  }
  private text(): string {
    const size = this.random.below(4) === 0 ? this.random.below(60_000) : this.random.below(3000);
    return String.fromCharCode(97 + this.random.below(26)).repeat(size);
  }

  /** All files as they should be in the end. */
  get expected(): ReadonlyMap<string, string> {
    return this.files;
  }
}

function mountDisk(system: TestKernel, bytes: Uint8Array): MemoryDisk {
  const disk = addDisk(system, bytes);
  system.thread.call("mkdir", "/mnt", 0o755);
  expect(system.thread.call("mount", "/vda", "/mnt", "ext2", 0, "")).toBe(0);
  return disk;
}

/** The medium after the first `count` writes. */
function mediumAfter(start: Uint8Array, writes: readonly DiskWrite[], count: number): Uint8Array {
  const bytes = start.slice();
  for (const write of writes.slice(0, count)) bytes.set(write.bytes, write.at);
  return bytes;
}

/** What is wrong with the promises on this medium, or undefined. */
function brokenPromise(bytes: Uint8Array, snapshot: Snapshot): string | undefined {
  const system = new TestKernel();
  try {
    mountDisk(system, bytes);
    for (const [path, promise] of snapshot.files) {
      if (promise.isVoid) continue;
      const found = [...promise.paths].filter(
        (name) => typeof system.thread.stat(name) !== "string",
      );
      const isKept = found.some((name) => promise.contents.has(system.thread.contents(name)));
      if (!isKept) return `${path} is lost (found: ${found.join(" ") || "nothing"})`;
    }
    return undefined;
  } finally {
    system.leave();
  }
}

for (let round = 0; round < rounds; round++) {
  const image = IMAGES[round % IMAGES.length] ?? "blocks-1k";
  withE2fsck(`${image}, seed ${seed + round}: clean at the end, mendable at any write`, () => {
    const random = new Random(seed + round);
    const start = ext2Image(image);
    const system = new TestKernel();
    const disk = mountDisk(system, start.slice());
    const mounted = disk.bytes.slice();
    disk.recording = true;
    const work = new Work(system.thread, disk, random);
    for (let i = 0; i < STEPS; i++) work.step();
    for (const [path, text] of work.expected) expect(system.thread.contents(path)).toBe(text);
    expect(system.thread.call("umount2", "/mnt", 0)).toBe(0);
    system.leave();

    const clean = check(disk.bytes, "-n");
    expect(clean.text).not.toMatch(/differences|\? no|WARNING|not cleanly unmounted/);
    expect(clean.code).toBe(0);

    for (let cut = 0; cut < CUTS_PER_ROUND; cut++) {
      const at = random.below(disk.writes.length + 1);
      const snapshot = work.snapshots.findLast(({ writes }) => writes <= at);
      const mended = check(mediumAfter(mounted, disk.writes, at), "-y");
      expect(`cut at write ${at}: ${mended.code <= 2 ? "mended" : mended.text}`).toBe(
        `cut at write ${at}: mended`,
      );
      if (snapshot === undefined) continue;
      expect(`cut at write ${at}: ${brokenPromise(mended.bytes, snapshot) ?? "kept"}`).toBe(
        `cut at write ${at}: kept`,
      );
    }
  });
}
