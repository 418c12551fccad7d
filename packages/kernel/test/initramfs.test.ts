// SPDX-License-Identifier: MPL-2.0

import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { constants, deflateRawSync, gzipSync } from "node:zlib";
import { Inflater } from "../src/fs/initramfs/inflate.ts";
import { unpackRoot } from "../src/fs/boot.ts";
import { TestKernel, TestStat } from "../src/testing/test-kernel.ts";
import { cpio } from "./cpio.ts";

/** Everything that an inflater gives to its sink. */
class Collector {
  parts: Uint8Array[] = [];
  push(bytes: Uint8Array, start: number, end: number): void {
    this.parts.push(bytes.slice(start, end));
  }
  get bytes(): Buffer {
    return Buffer.concat(this.parts);
  }
}

/** Bytes that compress somewhat: words of a small vocabulary between random ones. */
function sample(size: number, seed: number): Buffer {
  let state = seed;
  const next = (): number => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0) >>> 8;
  const bytes = Buffer.alloc(size);
  let at = 0;
  while (at < size) {
    if (next() % 3 === 0 && at > 300) {
      const distance = 1 + (next() % Math.min(at, 32_768));
      const length = Math.min(3 + (next() % 300), size - at);
      for (let i = 0; i < length; i++, at++) bytes[at] = bytes[at - distance] ?? 0;
    } else {
      bytes[at++] = next();
    }
  }
  return bytes;
}

describe("inflate", () => {
  const strategies = [
    constants.Z_DEFAULT_STRATEGY,
    constants.Z_FIXED,
    constants.Z_HUFFMAN_ONLY,
    constants.Z_RLE,
  ];
  for (const strategy of strategies) {
    for (const level of [0, 1, 6, 9]) {
      test(`gives back what zlib deflated at level ${level}, strategy ${strategy}`, () => {
        for (const size of [0, 1, 100, 70_000, 500_000]) {
          const data = sample(size, size + level);
          const input = Buffer.concat([
            deflateRawSync(data, { level, strategy }),
            Buffer.from("next"),
          ]);
          const sink = new Collector();
          const inflater = new Inflater(input, 0, sink);
          expect(inflater.run()).toBeUndefined();
          expect(sink.bytes.equals(data)).toBe(true);
          expect(inflater.position).toBe(input.length - 4);
        }
      });
    }
  }

  test("tells of data that ends early, at every length", () => {
    const input = deflateRawSync(sample(3000, 1));
    for (let length = 0; length < input.length; length++) {
      const error = new Inflater(input.subarray(0, length), 0, new Collector()).run();
      expect(error).toMatch(/too early|wrong/);
    }
  });

  test("survives any damage", () => {
    const input = deflateRawSync(sample(2000, 2));
    for (let i = 0; i < 3000; i++) {
      const damaged = Buffer.from(input);
      damaged[i % damaged.length] ^= 1 << (i % 8);
      new Inflater(damaged, 0, new Collector()).run();
    }
  });
});

describe("initramfs", () => {
  let system: TestKernel;
  beforeEach(() => {
    system = new TestKernel();
  });
  afterEach(() => {
    system.leave();
  });

  const unpack = (bytes: Uint8Array): { files: number; error: string | undefined } =>
    unpackRoot(system.kernel, new Uint8Array(bytes));
  const statOf = (path: string): TestStat => {
    const stat = system.thread.stat(path);
    if (!(stat instanceof TestStat)) throw new Error(stat);
    return stat;
  };

  const archive = cpio([
    { name: ".", mode: 0o40755 },
    { name: "bin", mode: 0o40755 },
    { name: "bin/tool", mode: 0o100755, data: "tool".repeat(3000), mtime: 1234567 },
    { name: "bin/link", mode: 0o120777, data: "tool" },
    { name: "etc", mode: 0o40700, uid: 3, gid: 4 },
    { name: "dev-null", mode: 0o20666, rdev: [1, 3] },
    { name: "fifo", mode: 0o10644 },
  ]);

  for (const [kind, bytes] of [
    ["plain", archive],
    ["gzip", gzipSync(archive)],
  ] as const) {
    test(`unpacks files of every type from ${kind} cpio`, () => {
      expect(unpack(bytes)).toEqual({ files: 7, error: undefined });
      const t = system.thread;
      expect(t.contents("/bin/tool")).toBe("tool".repeat(3000));
      expect(statOf("/bin/tool").mode).toBe(0o100755);
      expect(statOf("/bin/tool").mtime).toBe(1234567);
      expect(t.readlink("/bin/link")).toBe("tool");
      expect([statOf("/etc").uid, statOf("/etc").gid, statOf("/etc").mode]).toEqual([
        3, 4, 0o40700,
      ]);
      expect(statOf("/dev-null").rdev).toBe(0x103);
      expect(statOf("/fifo").mode).toBe(0o10644);
    });
  }

  test("takes archives one behind the other, of both kinds, the later file winning", () => {
    const second = cpio([{ name: "bin/tool", mode: 0o100644, data: "other" }]);
    const third = cpio([{ name: "third", mode: 0o100644, data: "3" }]);
    const bytes = Buffer.concat([
      archive,
      Buffer.alloc(512),
      gzipSync(second),
      Buffer.alloc(3),
      gzipSync(third),
    ]);
    expect(unpack(bytes).error).toBeUndefined();
    expect(system.thread.contents("/bin/tool")).toBe("other");
    expect(system.thread.contents("/third")).toBe("3");
  });

  test("keeps hard links, wherever their data is", () => {
    const bytes = cpio([
      { name: "a", mode: 0o100644, ino: 7, nlink: 3 },
      { name: "b", mode: 0o100644, ino: 7, nlink: 3, data: "shared" },
      { name: "c", mode: 0o100644, ino: 7, nlink: 3 },
    ]);
    expect(unpack(bytes).error).toBeUndefined();
    expect(system.thread.contents("/a")).toBe("shared");
    expect(statOf("/c").nlink).toBe(3);
    expect(statOf("/c").ino).toBe(statOf("/a").ino);
  });

  test("follows links to directories on the way", () => {
    const bytes = cpio([
      { name: "usr", mode: 0o40755 },
      { name: "usr/lib", mode: 0o40755 },
      { name: "lib", mode: 0o120777, data: "usr/lib" },
      { name: "lib/x", mode: 0o100644, data: "x" },
    ]);
    expect(unpack(bytes).error).toBeUndefined();
    expect(system.thread.contents("/usr/lib/x")).toBe("x");
  });

  test("says what is wrong, and keeps what was whole", () => {
    expect(unpack(archive.subarray(0, 1000)).error).toBe(
      "the archive ends in the middle of a file",
    );
    expect(system.thread.contents("/bin/tool").length).toBe(1000 - 348);
    expect(unpack(gzipSync(archive).subarray(0, 100)).error).toBe(
      "the compressed data ends too early",
    );
    expect(unpack(Buffer.from("no archive at all")).error).toBe(
      "byte 0 starts neither a cpio archive nor gzip data",
    );
    expect(unpack(Buffer.from([0xfd, 0x37, 0x7a, 0x58, 0x5a, 0])).error).toBe(
      "it is compressed by xz; only gzip is supported",
    );
    expect(unpack(Buffer.alloc(0)).error).toBe("it is empty");
    const broken = Buffer.from(gzipSync(archive));
    broken[broken.length - 6] ^= 1;
    expect(unpack(broken).error).toBe("the checksum of the compressed data is wrong");
    expect(unpackRoot(system.kernel, undefined).error).toBe("there is none");
    const { records } = system.kernel.log;
    expect(records.some(({ text }) => text.startsWith("initramfs: the archive ends"))).toBe(true);
  });

  test("no truncation and no damage stops the kernel", () => {
    for (let length = 0; length < archive.length; length += 37) unpack(archive.subarray(0, length));
    for (let i = 0; i < 500; i++) {
      const damaged = Buffer.from(archive);
      damaged[(i * 13) % damaged.length] = (i * 7) % 256;
      unpack(damaged);
    }
  });
});
