// SPDX-License-Identifier: MPL-2.0

import { O } from "../../src/abi/fcntl.ts";
import { TestKernel } from "../../src/testing/test-kernel.ts";
import type { TestThread } from "../../src/testing/test-kernel.ts";
import { addDisk, ext2Image } from "./images.ts";
import type { Ext2Image } from "./images.ts";

/** Everything that ext2 has a shape of its own for, below /mnt. */
export function plant(t: TestThread): void {
  for (const name of ["/mnt/d", "/mnt/d/e", "/mnt/d/e/f", "/mnt/many"])
    t.call("mkdir", name, 0o755);
  for (let i = 0; i < 60; i++) t.put(`/mnt/many/${"n".repeat(i)}${i}`, `file ${i}`);
  // With single and double indirect blocks, and with holes between them.
  t.put("/mnt/large", "l".repeat(330_000));
  const fd = t.open("/mnt/sparse", O.RDWR | O.CREAT);
  for (const at of [0, 50_000, 400_000, 3_000_000]) {
    t.call("pwrite64", fd, t.bytes(new Uint8Array([1, 2, 3])), 3, at);
  }
  t.call("close", fd);
  t.call("symlink", "d/e/f", "/mnt/short");
  t.call("symlink", "x".repeat(200), "/mnt/long");
  t.call("link", "/mnt/large", "/mnt/d/second");
  t.call("mknod", "/mnt/device", 0o020644, 0x103);
  t.call("mknod", "/mnt/fifo", 0o010644, 0);
  t.call("setxattr", "/mnt/large", "user.name", t.bytes(new Uint8Array([7, 8])), 2, 0);
}

/** The bytes of a disk with that tree, as it was unmounted. */
export function plantedImage(image: Ext2Image): Uint8Array {
  const system = new TestKernel();
  try {
    const disk = addDisk(system, ext2Image(image));
    const { thread } = system;
    thread.call("mkdir", "/mnt", 0o755);
    thread.call("mount", "/vda", "/mnt", "ext2", 0, "");
    plant(thread);
    thread.call("umount2", "/mnt", 0);
    return disk.bytes;
  } finally {
    system.leave();
  }
}

/** Names in a directory, as far as they can be listed; at most `most`. */
export function namesIn(t: TestThread, path: string, most: number): readonly string[] {
  const fd = t.call("open", path, O.RDONLY | O.DIRECTORY, 0);
  if (typeof fd === "string") return [];
  const names: string[] = [];
  while (names.length < most) {
    const address = t.room(4096);
    const count = t.call("getdents64", fd, address, 4096);
    if (typeof count === "string" || count === 0) break;
    const bytes = t.peek(address, count);
    const view = new DataView(bytes.buffer);
    for (let at = 0; at < count; at += view.getUint16(at + 16, true)) {
      const end = bytes.indexOf(0, at + 19);
      names.push(String.fromCharCode(...bytes.subarray(at + 19, end)));
    }
  }
  t.call("close", fd);
  return names.slice(0, most);
}

/** Looks at everything below `path`: stat, text, target, attributes. How many files were seen. */
export function lookAt(t: TestThread, path: string, depth: number): number {
  let seen = 0;
  for (const name of namesIn(t, path, 80)) {
    if (name === "." || name === "..") continue;
    const file = `${path}/${name}`;
    seen++;
    const stat = t.stat(file);
    t.call("readlink", file, t.room(256), 256);
    t.call("listxattr", file, t.room(256), 256);
    t.call("getxattr", file, "user.name", t.room(64), 64);
    const isDirectory = typeof stat !== "string" && (stat.mode & 0o170000) === 0o040000;
    const isRegular = typeof stat !== "string" && (stat.mode & 0o170000) === 0o100000;
    if (isDirectory && depth > 0) seen += lookAt(t, file, depth - 1);
    if (!isRegular) continue;
    const fd = t.call("open", file, O.RDONLY, 0);
    if (typeof fd === "string") continue;
    for (const at of [0, 13_000, 300_000, 3_000_000, 2 ** 31, 2 ** 41]) t.pread(fd, 4096, at);
    t.call("close", fd);
  }
  return seen;
}

/** Changes of every kind. Whether they succeed is another matter. */
export function workOn(t: TestThread): void {
  const text = t.bytes(new Uint8Array(9000).fill(65));
  const fd = t.call("open", "/mnt/new", O.RDWR | O.CREAT, 0o644);
  if (typeof fd === "number") {
    for (const at of [0, 100_000, 9_000_000]) t.call("pwrite64", fd, text, 9000, at);
    t.call("ftruncate", fd, 50_000);
    t.call("fallocate", fd, 3, 4096, 20_000);
    t.call("fsync", fd);
    t.call("close", fd);
  }
  t.call("mkdir", "/mnt/d/new", 0o755);
  t.call("rename", "/mnt/many", "/mnt/d/new/moved");
  t.call("rename", "/mnt/large", "/mnt/sparse");
  t.call("link", "/mnt/d/second", "/mnt/third");
  t.call("symlink", "y".repeat(100), "/mnt/link");
  t.call("unlink", "/mnt/long");
  t.call("unlink", "/mnt/short");
  t.call("truncate", "/mnt/sparse", 10);
  t.call("setxattr", "/mnt/third", "user.other", t.bytes(new Uint8Array(100)), 100, 0);
  t.call("removexattr", "/mnt/third", "user.name");
  t.call("rmdir", "/mnt/d/e/f");
  t.call("chmod", "/mnt/d", 0o700);
  for (let i = 0; i < 20; i++) t.call("unlink", `/mnt/d/new/moved/${"n".repeat(i)}${i}`);
  t.call("unlink", "/mnt/third");
  t.call("sync");
}
