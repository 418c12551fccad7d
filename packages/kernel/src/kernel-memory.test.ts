// SPDX-License-Identifier: MPL-2.0

import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { F, O } from "./abi/fcntl.ts";
import { TestKernel } from "./testing/test-kernel.ts";
import type { TestThread } from "./testing/test-kernel.ts";

let system: TestKernel;
let t: TestThread;

beforeEach(() => {
  // 8 MiB of RAM: 4 MiB for objects of the kernel.
  system = new TestKernel(8 * 1024 * 1024);
  t = system.thread;
  // The table of descriptors has its first place from here on.
  t.put("/first", "");
});
afterEach(() => {
  system.leave();
});

/** Calls `step` until it fails, at most `most` times; why it failed. */
function untilRefused(most: number, step: (i: number) => string | number): string | number {
  for (let i = 0; i < most; i++) {
    const result = step(i);
    if (typeof result === "string") {
      return result;
    }
  }
  return most;
}

describe("programs can not make objects of the kernel without end", () => {
  test("directories, names and long links are ENOSPC, and room comes back", () => {
    const before = system.kernel.memory.used;
    expect(untilRefused(10_000, (i) => t.call("mkdir", `/d${i}`, 0o755))).toBe("ENOSPC");
    expect(t.call("mkdir", "/one-more", 0o755)).toBe("ENOSPC");
    untilRefused(10_000, (i) => t.call("rmdir", `/d${i}`));
    expect(system.kernel.memory.used).toBe(before);
    const target = "x".repeat(4000);
    expect(untilRefused(10_000, (i) => t.call("symlink", target, `/l${i}`))).toBe("ENOSPC");
    untilRefused(10_000, (i) => t.call("unlink", `/l${i}`));
    t.put("/f", "");
    expect(untilRefused(50_000, (i) => t.call("link", "/f", `/h${i}`))).toBe("ENOSPC");
    untilRefused(50_000, (i) => t.call("unlink", `/h${i}`));
    t.call("unlink", "/f");
    expect(system.kernel.memory.used).toBe(before);
  });

  test("attributes are ENOSPC", () => {
    const before = system.kernel.memory.used;
    const value = t.room(60_000);
    const files = (i: number): string => `/f${Math.floor(i / 10)}`;
    const set = (i: number): string | number => {
      t.call("mknod", files(i), 0o100644, 0);
      return t.call("setxattr", files(i), `user.${i}`, value, 60_000, 0);
    };
    expect(untilRefused(1000, set)).toBe("ENOSPC");
    untilRefused(1000, (i) => t.call("unlink", `/f${i}`));
    expect(system.kernel.memory.used).toBe(before);
  });

  test("bytes in pipes are ENOMEM", () => {
    const before = system.kernel.memory.used;
    const fill = (): string | number => {
      const address = t.room(8);
      t.call("pipe2", address, O.NONBLOCK);
      const writer = t.view(address, 8).getInt32(4, true);
      t.call("fcntl", writer, F.SETPIPE_SZ, 1 << 20);
      return untilRefused(5, () => t.call("write", writer, t.room(200_000), 200_000)) === "ENOMEM"
        ? "ENOMEM"
        : 0;
    };
    expect(untilRefused(20, fill)).toBe("ENOMEM");
    for (let fd = 0; fd < 100; fd++) {
      t.call("close", fd);
    }
    expect(system.kernel.memory.used - before).toBeLessThan(4096);
  });

  test("tables of descriptors are ENOMEM, and forks with them", () => {
    t.thread.process.limits.set(7, 1_000_000, 1_000_000);
    const fd = t.open("/", O.DIRECTORY);
    expect(t.call("fcntl", fd, F.DUPFD, 500_000)).toBe(500_000);
    expect(t.call("fcntl", fd, F.DUPFD, 500_001)).toBe("ENOMEM");
    expect(t.call("dup", fd)).toBe(1);
    t.thread.files.release(t.thread);
    expect(system.kernel.memory.isExhausted).toBe(false);
  });
});
