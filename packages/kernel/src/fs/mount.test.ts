// SPDX-License-Identifier: MPL-2.0

import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { O } from "../abi/fcntl.ts";
import { TestKernel, TestStat } from "../testing/test-kernel.ts";
import type { TestThread } from "../testing/test-kernel.ts";
import { MS } from "./mount.ts";

let system: TestKernel;
let t: TestThread;

beforeEach(() => {
  system = new TestKernel();
  t = system.thread;
  t.call("mkdir", "/mnt", 0o755);
  t.call("mkdir", "/proc", 0o755);
  t.call("mount", "proc", "/proc", "proc", 0, 0);
});
afterEach(() => {
  system.leave();
});

function ino(path: string): number {
  const stat = t.stat(path);
  return stat instanceof TestStat ? stat.ino + stat.dev * 1e9 : -1;
}

describe("mount", () => {
  test("covers the directory, and uncovers it", () => {
    t.put("/mnt/below", "");
    const below = ino("/mnt");
    expect(t.call("mount", "none", "/mnt", "tmpfs", 0, 0)).toBe(0);
    expect(t.stat("/mnt/below")).toBe("ENOENT");
    expect(ino("/mnt")).not.toBe(below);
    expect(ino("/mnt/..")).toBe(ino("/"));
    t.put("/mnt/above", "");
    expect(t.call("umount2", "/mnt", 0)).toBe(0);
    expect(t.list("/mnt")).toEqual([".", "..", "below"]);
  });

  test("is busy while anything in it is in use", () => {
    t.call("mount", "none", "/mnt", "tmpfs", 0, 0);
    t.put("/mnt/f", "");
    const fd = t.open("/mnt/f", O.RDONLY);
    expect(t.call("umount2", "/mnt", 0)).toBe("EBUSY");
    t.call("close", fd);
    t.call("chdir", "/mnt");
    expect(t.call("umount2", "/mnt", 0)).toBe("EBUSY");
    expect(t.call("rmdir", "/mnt")).toBe("EBUSY");
    t.call("chdir", "/");
    expect(t.call("umount2", "/mnt", 0)).toBe(0);
  });

  test("MNT_DETACH takes it away while it is in use", () => {
    t.call("mount", "none", "/mnt", "tmpfs", 0, 0);
    t.put("/mnt/f", "still");
    const fd = t.open("/mnt/f", O.RDONLY);
    expect(t.call("umount2", "/mnt", 2)).toBe(0);
    expect(t.stat("/mnt/f")).toBe("ENOENT");
    expect(t.read(fd, 5)).toBe("still");
  });

  test("a bind shows the same files, and may be read-only by itself", () => {
    t.call("mkdir", "/a", 0o755);
    t.put("/a/f", "one");
    expect(t.call("mount", "/a", "/mnt", 0, MS.BIND, 0)).toBe(0);
    expect(t.contents("/mnt/f")).toBe("one");
    expect(t.call("mount", 0, "/mnt", 0, MS.REMOUNT | MS.BIND | MS.RDONLY, 0)).toBe(0);
    expect(t.call("open", "/mnt/f", O.WRONLY)).toBe("EROFS");
    expect(t.call("unlink", "/mnt/f")).toBe("EROFS");
    expect(t.call("rename", "/mnt/f", "/a/g")).toBe("EXDEV");
    t.put("/a/f", "two");
    expect(t.contents("/mnt/f")).toBe("two");
  });

  test("does not become read-only while a file is open for writing", () => {
    t.call("mount", "none", "/mnt", "tmpfs", 0, 0);
    t.call("mkdir", "/a", 0o755);
    t.call("mount", "/mnt", "/a", 0, MS.BIND, 0);
    t.put("/mnt/f", "");
    const fd = t.open("/mnt/f", O.RDWR);
    expect(t.call("mount", 0, "/mnt", 0, MS.REMOUNT | MS.RDONLY, 0)).toBe("EBUSY");
    expect(t.call("mount", 0, "/mnt", 0, MS.REMOUNT | MS.BIND | MS.RDONLY, 0)).toBe("EBUSY");
    // The other mount has no writer of its own.
    expect(t.call("mount", 0, "/a", 0, MS.REMOUNT | MS.BIND | MS.RDONLY, 0)).toBe(0);
    t.call("close", fd);
    t.open("/mnt/f", O.RDONLY);
    expect(t.call("mount", 0, "/mnt", 0, MS.REMOUNT | MS.RDONLY, 0)).toBe(0);
    expect(t.call("open", "/mnt/f", O.WRONLY)).toBe("EROFS");
  });

  test("flags hold: nodev, nosymfollow, noexec", () => {
    t.call("mount", "none", "/mnt", "tmpfs", MS.NODEV | MS.NOEXEC | MS.NOSYMFOLLOW, 0);
    t.call("mknod", "/mnt/null", 0o20666, 0x103);
    t.put("/mnt/f", "", 0o755);
    t.call("symlink", "f", "/mnt/l");
    expect(t.call("open", "/mnt/null", 0)).toBe("EACCES");
    expect(t.call("open", "/mnt/l", 0)).toBe("ELOOP");
    expect(t.call("access", "/mnt/f", 1)).toBe("EACCES");
  });

  test("is listed in /proc/mounts as it was asked for", () => {
    t.call("mkdir", "/a b", 0o755);
    t.call("mount", "my source", "/a b", "tmpfs", MS.NOSUID, "size=64k");
    expect(t.contents("/proc/mounts")).toContain(
      "my\\040source /a\\040b tmpfs rw,nosuid,relatime,size=64k 0 0\n",
    );
  });

  test("a tmpfs is full at its size", () => {
    t.call("mount", "none", "/mnt", "tmpfs", 0, "size=8k,nr_inodes=3");
    const fd = t.open("/mnt/f", O.WRONLY | O.CREAT);
    expect(t.call("write", fd, t.room(16_384), 16_384)).toBe(8192);
    expect(t.write(fd, "x")).toBe("ENOSPC");
    t.put("/mnt/g", "");
    expect(t.call("mkdir", "/mnt/d", 0o755)).toBe("ENOSPC");
    t.call("unlink", "/mnt/g");
    expect(t.call("mkdir", "/mnt/d", 0o755)).toBe(0);
  });

  test("needs a type that exists, a directory and the privilege", () => {
    expect(t.call("mount", "x", "/mnt", "nofs", 0, 0)).toBe("ENODEV");
    t.put("/file", "");
    expect(t.call("mount", "x", "/file", "tmpfs", 0, 0)).toBe("ENOTDIR");
    expect(t.call("mount", "x", "/mnt", "tmpfs", 0, "no=option")).toBe("EINVAL");
    expect(system.newThread(9).call("mount", "x", "/mnt", "tmpfs", 0, 0)).toBe("EPERM");
    expect(t.call("umount2", "/mnt", 0)).toBe("EINVAL");
  });
});

describe("chroot", () => {
  test("is the top for every path name", () => {
    t.call("mkdir", "/jail", 0o755);
    t.call("mkdir", "/jail/in", 0o755);
    t.call("symlink", "/in", "/jail/link");
    t.call("chroot", "/jail");
    t.call("chdir", "/in");
    expect(t.stat("/../../jail")).toBe("ENOENT");
    expect(ino("/link/.")).toBe(ino("/in"));
    const address = t.room(64);
    expect(t.call("getcwd", address, 64)).toBe(4);
  });
});
