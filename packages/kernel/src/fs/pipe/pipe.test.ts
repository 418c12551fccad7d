// SPDX-License-Identifier: MPL-2.0

import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { F, O } from "../../abi/fcntl.ts";
import { POLLERR, POLLHUP, POLLIN, POLLOUT } from "../../abi/poll.ts";
import { S } from "../../abi/stat.ts";
import { SIGPIPE } from "../../abi/signal.ts";
import { TestKernel } from "../../testing/test-kernel.ts";
import type { TestThread } from "../../testing/test-kernel.ts";

let system: TestKernel;
let t: TestThread;

beforeEach(() => {
  system = new TestKernel();
  // Not process 1, which gets no signal that it does not handle.
  t = system.newThread();
});
afterEach(() => {
  system.leave();
});

function makePipe(flags = 0): [number, number] {
  const address = t.room(8);
  expect(t.call("pipe2", address, flags)).toBe(0);
  const view = t.view(address, 8);
  return [view.getInt32(0, true), view.getInt32(4, true)];
}

function ready(fd: number, events: number): number {
  return t.thread.files.get(fd)?.poll(undefined, events) ?? -1;
}

describe("pipes", () => {
  test("give bytes in order, and the end once all writers are gone", () => {
    const [reader, writer] = makePipe();
    expect(t.write(writer, "abc")).toBe(3);
    expect(t.write(writer, "def")).toBe(3);
    expect(t.read(reader, 4)).toBe("abcd");
    t.call("close", writer);
    expect(t.read(reader, 4)).toBe("ef");
    expect(t.read(reader, 4)).toBe("");
  });

  test("a read of an empty pipe waits, or is EAGAIN", () => {
    const [reader, writer] = makePipe();
    const address = t.room(4);
    expect(t.call("read", reader, address, 4)).toBe("BLOCKED");
    t.write(writer, "x");
    expect(t.call("read", reader, address, 4)).toBe(1);
    t.call("fcntl", reader, F.SETFL, O.NONBLOCK);
    expect(t.call("read", reader, address, 4)).toBe("EAGAIN");
  });

  test("a write without readers is EPIPE and raises SIGPIPE", () => {
    const [reader, writer] = makePipe();
    t.call("close", reader);
    expect(t.write(writer, "x")).toBe("EPIPE");
    expect(t.thread.signals.pending.set.has(SIGPIPE)).toBe(true);
    expect(ready(writer, POLLOUT) & POLLERR).toBe(POLLERR);
  });

  test("up to 4096 bytes go in whole or not at all, more go in part", () => {
    const [reader, writer] = makePipe(O.NONBLOCK);
    const page = t.bytes(new Uint8Array(4096));
    for (let i = 0; i < 15; i++) {
      expect(t.call("write", writer, page, 4096)).toBe(4096);
    }
    expect(t.call("write", writer, page, 4000)).toBe(4000);
    // 96 bytes of the last page are free: what does not fit there whole has to wait.
    expect(t.call("write", writer, page, 97)).toBe("EAGAIN");
    expect(t.call("write", writer, page, 96)).toBe(96);
    expect(ready(writer, POLLOUT)).toBe(0);
    t.read(reader, 4095);
    expect(t.call("write", writer, page, 1)).toBe("EAGAIN");
    t.read(reader, 1);
    expect(t.call("write", writer, t.room(8192), 8192)).toBe(4096);
  });

  test("a blocked write counts what it has moved, and goes on behind it", () => {
    const [reader, writer] = makePipe();
    const text = "0123456789abcdef".repeat(5120);
    const address = t.bytes(new Uint8Array([...text].map((c) => c.charCodeAt(0))));
    expect(t.call("write", writer, address, text.length)).toBe("BLOCKED");
    expect(t.thread.restart.bytesDone).toBe(65_536);
    const other = system.newThread();
    const pipe = t.thread.files.get(reader);
    other.thread.files.place(0, pipe?.retain() ?? fail(), false);
    expect(other.read(0, 65_536)).toBe(text.slice(0, 65_536));
    expect(t.call("write", writer, address, text.length)).toBe(text.length);
    expect(other.read(0, 65_536)).toBe(text.slice(65_536));
  });

  test("a vector of small parts stays whole", () => {
    const [reader, writer] = makePipe(O.NONBLOCK);
    t.call("write", writer, t.room(65_536), 61_440);
    const vector = new DataView(new ArrayBuffer(32));
    const part = t.bytes(new Uint8Array(3000));
    for (const at of [0, 16]) {
      vector.setUint32(at, part, true);
      vector.setUint32(at + 8, 3000, true);
    }
    const address = t.bytes(new Uint8Array(vector.buffer));
    expect(t.call("writev", writer, address, 2)).toBe(4096);
    t.read(reader, 4096);
    vector.setUint32(24, 1000, true);
    expect(t.call("writev", writer, t.bytes(new Uint8Array(vector.buffer)), 2)).toBe(4000);
  });

  test("the capacity is a power of two of pages, and holds what is there", () => {
    const [reader, writer] = makePipe(O.NONBLOCK);
    expect(t.call("fcntl", reader, F.GETPIPE_SZ, 0)).toBe(65_536);
    expect(t.call("fcntl", reader, F.SETPIPE_SZ, 5000)).toBe(8192);
    expect(t.call("write", writer, t.room(10_000), 10_000)).toBe(8192);
    expect(t.call("fcntl", reader, F.SETPIPE_SZ, 4096)).toBe("EBUSY");
    expect(t.call("fcntl", reader, F.SETPIPE_SZ, 1 << 20)).toBe(1 << 20);
    const user = system.newThread(10);
    user.thread.files.place(0, t.thread.files.get(reader)?.retain() ?? fail(), false);
    expect(user.call("fcntl", 0, F.SETPIPE_SZ, 1 << 21)).toBe("EPERM");
  });

  test("bytes that could not be copied out stay", () => {
    const [reader, writer] = makePipe();
    t.write(writer, "kept");
    expect(t.call("read", reader, 0x7000_0000, 4)).toBe("EFAULT");
    expect(t.read(reader, 4)).toBe("kept");
  });
});

describe("FIFOs", () => {
  beforeEach(() => {
    t.call("mknod", "/fifo", S.IFIFO | 0o666, 0);
  });

  test("are opened though their name goes while the open waits", () => {
    const other = system.newThread();
    expect(t.call("open", "/fifo", O.RDONLY)).toBe("BLOCKED");
    const writer = other.open("/fifo", O.WRONLY);
    other.call("unlink", "/fifo");
    const reader = t.open("/fifo", O.RDONLY);
    other.write(writer, "text");
    expect(t.read(reader, 10)).toBe("text");
  });

  test("reader and writer wait for each other to open", () => {
    const other = system.newThread();
    expect(t.call("open", "/fifo", O.RDONLY)).toBe("BLOCKED");
    const writer = other.open("/fifo", O.WRONLY);
    other.write(writer, "meet");
    const reader = t.open("/fifo", O.RDONLY);
    expect(t.read(reader, 4)).toBe("meet");
  });

  test("a peer that came and went has let the open through, with what it wrote", () => {
    const other = system.newThread();
    expect(t.call("open", "/fifo", O.RDONLY)).toBe("BLOCKED");
    const writer = other.open("/fifo", O.WRONLY);
    other.write(writer, "bye");
    other.call("close", writer);
    const reader = t.open("/fifo", O.RDONLY);
    expect(t.read(reader, 4)).toBe("bye");
    expect(t.read(reader, 4)).toBe("");
  });

  test("an open that a signal ends leaves no end behind", () => {
    expect(t.call("open", "/fifo", O.RDONLY)).toBe("BLOCKED");
    t.thread.restart.clear();
    expect(system.newThread().call("open", "/fifo", O.WRONLY | O.NONBLOCK)).toBe("ENXIO");
  });

  test("O_NONBLOCK opens for reading, and hangs up only after a writer", () => {
    const reader = t.open("/fifo", O.RDONLY | O.NONBLOCK);
    expect(t.read(reader, 4)).toBe("");
    expect(ready(reader, POLLIN)).toBe(0);
    const writer = t.open("/fifo", O.WRONLY | O.NONBLOCK);
    expect(t.call("read", reader, t.room(4), 4)).toBe("EAGAIN");
    t.call("close", writer);
    expect(ready(reader, POLLIN)).toBe(POLLHUP);
  });
});

function fail(): never {
  throw new Error("no such descriptor");
}
