// SPDX-License-Identifier: MPL-2.0

import { expect, test } from "@jest/globals";
import { earlyPrintln, main, poweroff, restart, WaitQueue } from "@aster/ostd";
import { startSystem, type SystemOptions } from "./system.ts";

function start(entry: () => void | Promise<void>, options: Partial<SystemOptions> = {}) {
  return startSystem({
    kernel: main(entry),
    kernelCommandLine: "loglevel=4",
    memoryMiB: 16,
    ...options,
  });
}

test("a kernel that powers off ends the system with its code", async () => {
  const system = await start(() => poweroff(7));
  expect(await system.ended).toMatchObject({ reason: "power-off", code: 7, logTail: "" });
});

test("what the kernel prints early comes out by lines, and the last of it is kept", async () => {
  const lines: string[] = [];
  const system = await start(
    () => {
      earlyPrintln("one");
      earlyPrintln("two");
      poweroff();
    },
    { onLog: (bytes) => lines.push(new TextDecoder().decode(bytes)) },
  );
  expect((await system.ended).logTail).toBe("one\ntwo\n");
  expect(lines).toEqual(["one\n", "two\n"]);
});

test("a kernel that panics ends the system, and tells why", async () => {
  const system = await start(() => {
    throw new TypeError("a bug");
  });
  const end = await system.ended;
  expect(end.code).not.toBe(0);
  expect(end.logTail).toContain("a bug");
});

test("a restart is told from a power-off", async () => {
  const system = await start(() => restart());
  expect((await system.ended).reason).toBe("restart");
});

test("the host can stop a kernel that waits for ever", async () => {
  const system = await start(async () => {
    await new WaitQueue().wait();
  });
  setTimeout(() => system.machine.stop(3), 20);
  expect((await system.ended).code).toBe(3);
});

test("several systems run at the same time", async () => {
  const systems = await Promise.all([1, 2, 3].map((code) => start(() => poweroff(code))));
  const ends = await Promise.all(systems.map((system) => system.ended));
  expect(ends.map((end) => end.code)).toEqual([1, 2, 3]);
});

test("memory out of bounds is refused with a clear message", async () => {
  await expect(start(() => poweroff(), { memoryMiB: 1 })).rejects.toThrow(/from 8 to 3072/);
  await expect(start(() => poweroff(), { memoryMiB: 1.5 })).rejects.toThrow(/whole number/);
});
