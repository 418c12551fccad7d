// SPDX-License-Identifier: MPL-2.0

import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { addDisk, ext2Image } from "./ext2/images.ts";
import { O } from "../src/abi/fcntl.ts";
import { BAD_ADDRESS, TestKernel } from "../src/testing/test-kernel.ts";
import type { TestThread } from "../src/testing/test-kernel.ts";
import { MS } from "../src/fs/mount.ts";

const MNT_DETACH = 2;
const FALLOC_KEEP_SIZE = 1;
const PAGE_SIZE = 4096;

let system: TestKernel;
let t: TestThread;

beforeEach(() => {
  system = new TestKernel();
  t = system.thread;
  t.call("mkdir", "/mnt", 0o755);
  // The table of descriptors grows once, and stays.
  t.call("close", t.open("/mnt", O.RDONLY));
});
afterEach(() => {
  system.leave();
});

/** Frames and charged bytes that `work` leaves behind. */
function leftBy(work: () => void): { frames: number; bytes: number } {
  const { memory } = system.kernel;
  const before = { frames: system.framesUsed, bytes: memory.used };
  work();
  return { frames: system.framesUsed - before.frames, bytes: memory.used - before.bytes };
}

const NOTHING = { frames: 0, bytes: 0 };

function fillMount(): void {
  t.call("mount", "none", "/mnt", "tmpfs", 0, 0);
  t.call("mkdir", "/mnt/d", 0o755);
  t.put("/mnt/d/f", "x".repeat(3 * PAGE_SIZE));
  t.call("link", "/mnt/d/f", "/mnt/again");
  t.call("symlink", "d/f", "/mnt/link");
}

describe("a file system in memory", () => {
  test("goes with its last mount", () => {
    const left = leftBy(() => {
      fillMount();
      expect(t.call("umount2", "/mnt", 0)).toBe(0);
    });
    expect(left).toEqual(NOTHING);
  });

  test("stays while another mount shows it", () => {
    t.call("mkdir", "/other", 0o755);
    fillMount();
    t.call("mount", "/mnt", "/other", 0, MS.BIND, 0);
    t.call("umount2", "/mnt", 0);
    expect(t.contents("/other/again").length).toBe(3 * PAGE_SIZE);
    expect(t.call("umount2", "/other", 0)).toBe(0);
  });

  test("that was detached goes with the last file that is open in it", () => {
    const left = leftBy(() => {
      fillMount();
      const fd = t.open("/mnt/d/f", O.RDONLY);
      expect(t.call("umount2", "/mnt", MNT_DETACH)).toBe(0);
      expect(t.read(fd, 3)).toBe("xxx");
      t.call("close", fd);
    });
    expect(left).toEqual(NOTHING);
  });
});

describe("a file without a name", () => {
  test("is given back once, though it was opened while a process stood in it", () => {
    const left = leftBy(() => {
      t.call("mkdir", "/gone", 0o755);
      t.call("chdir", "/gone");
      t.call("rmdir", "/gone");
      for (let again = 0; again < 3; again++) t.call("close", t.open(".", O.RDONLY));
      t.call("chdir", "/");
    });
    expect(left).toEqual(NOTHING);
  });

  test("is kept by a bind mount of it", () => {
    t.put("/place", "");
    const left = leftBy(() => {
      t.put("/file", "text");
      t.call("mount", "/file", "/place", 0, MS.BIND, 0);
      t.call("unlink", "/file");
      for (let again = 0; again < 3; again++) expect(t.contents("/place")).toBe("text");
      t.call("umount2", "/place", 0);
    });
    expect(left).toEqual(NOTHING);
  });
});

describe("pages of a file", () => {
  test("that a failed write has made go at once", () => {
    t.call("close", t.open("/f", O.RDWR | O.CREAT));
    const left = leftBy(() => {
      const fd = t.open("/f", O.RDWR);
      expect(t.call("pwrite64", fd, BAD_ADDRESS, 10, 100)).toBe("EFAULT");
      expect(t.call("pwrite64", fd, BAD_ADDRESS, 10, 0)).toBe("EFAULT");
      t.call("close", fd);
    });
    expect(left).toEqual(NOTHING);
  });

  test("that were reserved beyond its end go with it", () => {
    const left = leftBy(() => {
      const fd = t.open("/f", O.RDWR | O.CREAT);
      expect(t.call("fallocate", fd, FALLOC_KEEP_SIZE, 0, 4 * PAGE_SIZE)).toBe(0);
      t.call("close", fd);
      t.call("unlink", "/f");
    });
    expect(left).toEqual(NOTHING);
  });
});

describe("ext2", () => {
  test("keeps no block beyond the end of a file", () => {
    addDisk(system, ext2Image("blocks-1k"));
    t.call("mount", "/vda", "/mnt", "ext2", 0, 0);
    const fd = t.open("/mnt/f", O.RDWR | O.CREAT);
    expect(t.call("pwrite64", fd, BAD_ADDRESS, 9000, 0)).toBe("EFAULT");
    expect(t.fstat(fd)).toMatchObject({ size: 0, blocks: 0 });
    expect(t.call("fallocate", fd, FALLOC_KEEP_SIZE, 0, 8192)).toBe("EOPNOTSUPP");
    expect(t.fstat(fd)).toMatchObject({ size: 0, blocks: 0 });
    t.call("pwrite64", fd, t.text("x".repeat(2000)), 2000, 0);
    const { blocks } = t.fstat(fd);
    expect(t.call("pwrite64", fd, BAD_ADDRESS, 9000, 2000)).toBe("EFAULT");
    expect(t.fstat(fd)).toMatchObject({ size: 2000, blocks });
    expect(t.pread(fd, 4000, 0)).toBe("x".repeat(2000));
  });
});
