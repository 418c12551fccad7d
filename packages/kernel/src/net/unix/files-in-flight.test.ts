// SPDX-License-Identifier: MPL-2.0

import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { AF_UNIX, SCM_RIGHTS, SOCK_SEQPACKET, SOCK_STREAM, SOL_SOCKET } from "../../abi/socket.ts";
import { RLIMIT_NOFILE } from "../../process/limits.ts";
import { CapabilitySet } from "../../security/capabilities.ts";
import { TestKernel } from "../../testing/test-kernel.ts";
import type { TestThread } from "../../testing/test-kernel.ts";

let system: TestKernel;
let t: TestThread;
let filesAtFirst: number;
let bytesAtFirst: number;

beforeEach(() => {
  system = new TestKernel();
  t = system.newThread();
  filesAtFirst = system.kernel.memory.openFiles;
  bytesAtFirst = system.kernel.memory.used;
});
afterEach(() => {
  system.leave();
});

function pairOf(type: number): [number, number] {
  const address = t.room(8);
  expect(t.call("socketpair", AF_UNIX, type, 0, address)).toBe(0);
  const view = t.view(address, 8);
  return [view.getInt32(0, true), view.getInt32(4, true)];
}

/** Sends one byte with descriptors. */
function pass(socket: number, ...fds: number[]): string | number {
  const base = t.room(128 + fds.length * 4);
  const [part, control, byte] = [base + 56, base + 72, base + 120 + fds.length * 4];
  const view = new DataView(new ArrayBuffer(120 + fds.length * 4));
  view.setUint32(16, part, true);
  view.setUint32(24, 1, true);
  view.setUint32(32, control, true);
  view.setUint32(40, 16 + fds.length * 4, true);
  view.setUint32(56, byte, true);
  view.setUint32(64, 1, true);
  view.setUint32(72, 16 + fds.length * 4, true);
  view.setUint32(80, SOL_SOCKET, true);
  view.setUint32(84, SCM_RIGHTS, true);
  for (const [index, fd] of fds.entries()) view.setInt32(88 + index * 4, fd, true);
  const bytes = new Uint8Array(view.buffer);
  expect(t.thread.memory.writeBytes(base, bytes, 0, bytes.length)).toBe(bytes.length);
  return t.call("sendmsg", socket, base, 0);
}

function close(...fds: number[]): void {
  for (const fd of fds) expect(t.call("close", fd)).toBe(0);
}

describe("files on their way", () => {
  test("sockets in each other's queues end when no descriptor leads to them", () => {
    const [a, b] = pairOf(SOCK_STREAM);
    const [c, d] = pairOf(SOCK_SEQPACKET);
    expect(pass(a, b, c, d)).toBe(1);
    expect(pass(c, a, b)).toBe(1);
    close(a, b, c);
    expect(system.kernel.memory.openFiles).toBe(filesAtFirst + 4);
    close(d);
    expect(system.kernel.memory.openFiles).toBe(filesAtFirst);
  });

  test("a ring lives while a socket outside of it has it in its queue", () => {
    const [outside, outer] = pairOf(SOCK_STREAM);
    const [a, b] = pairOf(SOCK_STREAM);
    expect(pass(a, b)).toBe(1);
    expect(pass(outside, b)).toBe(1);
    close(a, b);
    expect(system.kernel.memory.openFiles).toBe(filesAtFirst + 3);
    close(outer);
    expect(system.kernel.memory.openFiles).toBe(filesAtFirst + 1);
    close(outside);
    expect(system.kernel.memory.openFiles).toBe(filesAtFirst);
  });

  test("a chain of any length ends", () => {
    let [sender, receiver] = pairOf(SOCK_SEQPACKET);
    for (let depth = 0; depth < 4000; depth++) {
      const next = pairOf(SOCK_SEQPACKET);
      expect(pass(next[0], receiver)).toBe(1);
      close(sender, receiver);
      [sender, receiver] = next;
    }
    close(sender, receiver);
    expect(system.kernel.memory.openFiles).toBe(filesAtFirst);
    expect(system.kernel.filesInFlight.countOf(0)).toBe(0);
    // The table of descriptors has grown by a few places, and keeps them.
    expect(system.kernel.memory.used - bytesAtFirst).toBeLessThan(256);
  });

  test("a user without privilege may have as many on their way as RLIMIT_NOFILE says", () => {
    t = system.newThread(1000);
    t.thread.credentials.permitted = CapabilitySet.NONE;
    t.thread.credentials.effective = CapabilitySet.NONE;
    t.thread.process.limits.set(RLIMIT_NOFILE, 4, 4);
    const [a, b] = pairOf(SOCK_SEQPACKET);
    for (let i = 0; i < 5; i++) expect(pass(a, b)).toBe(1);
    expect(pass(a, b)).toBe("ETOOMANYREFS");
  });
});
