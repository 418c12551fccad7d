// SPDX-License-Identifier: MPL-2.0

import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { F, F_RDLCK, F_UNLCK, F_WRLCK, O } from "../../abi/fcntl.ts";
import { TestKernel } from "../../testing/test-kernel.ts";
import type { TestThread } from "../../testing/test-kernel.ts";

let system: TestKernel;
let a: TestThread;
let b: TestThread;

beforeEach(() => {
  system = new TestKernel();
  a = system.thread;
  b = system.newThread();
  a.put("/f", "");
});
afterEach(() => {
  system.leave();
});

function flockStruct(t: TestThread, type: number, start: number, length: number): number {
  const view = new DataView(new ArrayBuffer(32));
  view.setInt16(0, type, true);
  view.setBigInt64(8, BigInt(start), true);
  view.setBigInt64(16, BigInt(length), true);
  return t.bytes(new Uint8Array(view.buffer));
}

function lock(
  t: TestThread,
  fd: number,
  type: number,
  start: number,
  length: number,
  command: number = F.SETLK,
): string | number {
  return t.call("fcntl", fd, command, flockStruct(t, type, start, length));
}

/** What F_GETLK tells: type, start, length and pid of a lock in the way. */
function blocker(t: TestThread, fd: number, type: number, start: number, length: number): number[] {
  const address = flockStruct(t, type, start, length);
  expect(t.call("fcntl", fd, F.GETLK, address)).toBe(0);
  const view = t.view(address, 32);
  return [
    view.getInt16(0, true),
    Number(view.getBigInt64(8, true)),
    Number(view.getBigInt64(16, true)),
    view.getInt32(24, true),
  ];
}

describe("record locks", () => {
  test("readers share, a writer excludes", () => {
    const fa = a.open("/f", O.RDWR);
    const fb = b.open("/f", O.RDWR);
    expect(lock(a, fa, F_RDLCK, 0, 10)).toBe(0);
    expect(lock(b, fb, F_RDLCK, 5, 10)).toBe(0);
    expect(lock(b, fb, F_WRLCK, 5, 10)).toBe("EAGAIN");
    expect(lock(b, fb, F_WRLCK, 10, 0)).toBe(0);
    expect(blocker(a, fa, F_WRLCK, 0, 0).slice(0, 2)).toEqual([F_RDLCK, 5]);
  });

  test("are split, merged and given up by ranges", () => {
    const fa = a.open("/f", O.RDWR);
    const fb = b.open("/f", O.RDWR);
    lock(a, fa, F_WRLCK, 0, 100);
    lock(a, fa, F_UNLCK, 40, 20);
    expect(lock(b, fb, F_WRLCK, 40, 20)).toBe(0);
    expect(blocker(b, fb, F_WRLCK, 0, 0)).toEqual([F_WRLCK, 0, 40, a.thread.process.pid]);
    lock(b, fb, F_UNLCK, 0, 0);
    lock(a, fa, F_WRLCK, 40, 20);
    expect(blocker(b, fb, F_WRLCK, 50, 1)).toEqual([F_WRLCK, 0, 100, a.thread.process.pid]);
    lock(a, fa, F_RDLCK, 10, 5);
    expect(blocker(b, fb, F_WRLCK, 12, 1)).toEqual([F_RDLCK, 10, 5, a.thread.process.pid]);
    expect(blocker(b, fb, F_RDLCK, 12, 1)[0]).toBe(F_UNLCK);
  });

  test("go with any descriptor of the file that the process closes", () => {
    const fa = a.open("/f", O.RDWR);
    const fb = b.open("/f", O.RDWR);
    lock(a, fa, F_WRLCK, 0, 0);
    const second = a.open("/f", O.RDONLY);
    a.call("close", second);
    expect(lock(b, fb, F_WRLCK, 0, 0)).toBe(0);
  });

  test("a wait is told, and a circle of waits is EDEADLK", () => {
    const fa = a.open("/f", O.RDWR);
    const fb = b.open("/f", O.RDWR);
    lock(a, fa, F_WRLCK, 0, 1);
    lock(b, fb, F_WRLCK, 1, 1);
    expect(lock(b, fb, F_WRLCK, 0, 1, F.SETLKW)).toBe("BLOCKED");
    expect(lock(a, fa, F_WRLCK, 1, 1, F.SETLKW)).toBe("EDEADLK");
    lock(a, fa, F_UNLCK, 0, 0);
    expect(lock(b, fb, F_WRLCK, 0, 1, F.SETLKW)).toBe(0);
  });

  test("of open file descriptions conflict within one process", () => {
    const one = a.open("/f", O.RDWR);
    const two = a.open("/f", O.RDWR);
    expect(lock(a, one, F_WRLCK, 0, 1, F.OFD_SETLK)).toBe(0);
    expect(lock(a, two, F_WRLCK, 0, 1, F.OFD_SETLK)).toBe("EAGAIN");
    a.call("close", one);
    expect(lock(a, two, F_WRLCK, 0, 1, F.OFD_SETLK)).toBe(0);
  });

  test("need the access that they protect", () => {
    const fd = a.open("/f", O.RDONLY);
    expect(lock(a, fd, F_WRLCK, 0, 1)).toBe("EBADF");
    expect(lock(a, fd, F_RDLCK, -1, 1)).toBe("EINVAL");
    expect(lock(a, fd, 7, 0, 1)).toBe("EINVAL");
  });
});

describe("flock", () => {
  const SH = 1;
  const EX = 2;
  const NB = 4;
  const UN = 8;

  test("belongs to the open file description", () => {
    const one = a.open("/f", O.RDONLY);
    const two = b.open("/f", O.RDONLY);
    expect(a.call("flock", one, EX)).toBe(0);
    expect(b.call("flock", two, SH | NB)).toBe("EAGAIN");
    const copy = a.call("dup", one);
    a.call("close", one);
    expect(b.call("flock", two, SH | NB)).toBe("EAGAIN");
    a.call("close", copy);
    expect(b.call("flock", two, SH | NB)).toBe(0);
  });

  test("waits, and gives an old lock up before it waits for another kind", () => {
    const one = a.open("/f", O.RDONLY);
    const two = b.open("/f", O.RDONLY);
    a.call("flock", one, SH);
    b.call("flock", two, SH);
    expect(a.call("flock", one, EX)).toBe("BLOCKED");
    expect(b.call("flock", two, EX)).toBe(0);
    b.call("flock", two, UN);
    expect(a.call("flock", one, EX)).toBe(0);
  });
});

test("a lock of flock(2) that can not be converted is lost", () => {
  const one = a.open("/f", O.RDWR);
  const other = b.open("/f", O.RDWR);
  const LOCK_SH = 1;
  const LOCK_EX = 2;
  const LOCK_NB = 4;
  expect(a.call("flock", one, LOCK_SH)).toBe(0);
  expect(b.call("flock", other, LOCK_SH)).toBe(0);
  expect(a.call("flock", one, LOCK_EX | LOCK_NB)).toBe("EAGAIN");
  expect(b.call("flock", other, LOCK_EX | LOCK_NB)).toBe(0);
});
