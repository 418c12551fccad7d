// SPDX-License-Identifier: MPL-2.0

// Systems in workers of their own: the compiled modules in dist/ run there.

import { expect, test } from "@jest/globals";
import { spawn } from "node:child_process";
import { monitorEventLoopDelay } from "node:perf_hooks";
import { boot, SandboxError } from "@aster/sandbox";
import { bootLinked, type StartLink } from "../src/boot.ts";
import type { Link } from "../src/link/link.ts";
import { startOnOwnThread } from "../src/link/own-thread.ts";
import type { SystemEnd } from "../src/system.ts";

/** What a second of timers tells of this thread's event loop: its delay, and how much it did. */
async function watchEventLoop(): Promise<{ medianMs: number; utilization: number }> {
  const delay = monitorEventLoopDelay({ resolution: 5 });
  const start = performance.eventLoopUtilization();
  delay.enable();
  const end = performance.now() + 1000;
  while (performance.now() < end) await new Promise((resolve) => setTimeout(resolve, 1));
  delay.disable();
  const { utilization } = performance.eventLoopUtilization(start);
  return { medianMs: delay.percentile(50) / 1e6, utilization };
}

test("the caller's event loop runs on while a guest is busy", async () => {
  await using system = await boot();
  // Beside a loop in a process of its own, which takes as much of the host as the guest will.
  const other = spawn(process.execPath, ["-e", "for (;;);"]);
  const idle = await watchEventLoop();
  other.kill("SIGKILL");
  const busy = await system.spawn("while :; do :; done");
  const used = async () => Number((await system.fs.readFile("/proc/stat", "utf8")).split(/ +/)[1]);
  const before = await used();
  const seen = await watchEventLoop();
  // In hundredths of a second: the guest did run meanwhile.
  expect(await used()).toBeGreaterThan(before + 5);
  busy.kill("SIGKILL");
  // On the guest's thread it would be 1, and the delay the guest's turn of 8 ms more.
  expect(seen.utilization).toBeLessThan(0.5);
  expect(seen.medianMs).toBeLessThan(Math.max(12, 3 * idle.medianMs));
});

test("the caller's realm is as it was", async () => {
  const names = (): string[] => Reflect.ownKeys(globalThis).map(String).sort();
  const natives = [Object, Array, Promise, Map, Uint8Array, Error, Function, Date, Math, JSON];
  const shape = (): unknown =>
    natives.map((value) => [
      Object.isFrozen(value),
      Object.isExtensible(value),
      Reflect.ownKeys(value).map(String),
      "prototype" in value && Object.isFrozen(value.prototype),
    ]);
  const before = { names: names(), shape: shape(), env: { ...process.env } };
  const listeners = process.eventNames().map((name) => [name, process.listenerCount(name)]);
  {
    await using system = await boot();
    await system.exec("echo hello");
    expect(names()).toEqual(before.names);
    expect(shape()).toEqual(before.shape);
  }
  expect(names()).toEqual(before.names);
  expect(shape()).toEqual(before.shape);
  expect({ ...process.env }).toEqual(before.env);
  expect(process.eventNames().map((name) => [name, process.listenerCount(name)])).toEqual(
    listeners,
  );
});

test("systems at the same time have nothing in common", async () => {
  const systems = await Promise.all(
    Array.from({ length: 4 }, (_, i) => boot({ env: { WHO: `${i}` } })),
  );
  try {
    await Promise.all(systems.map((system) => system.exec("echo $WHO > /tmp/who; hostname h$WHO")));
    const seen = await Promise.all(systems.map((s) => s.exec("cat /tmp/who; hostname; ls /tmp")));
    expect(seen.map(({ stdout }) => stdout)).toEqual([0, 1, 2, 3].map((i) => `${i}\nh${i}\nwho\n`));
  } finally {
    await Promise.all(systems.map((system) => system.close()));
  }
});

test("nothing of the host reaches the guest: variables, files, network", async () => {
  process.env["ASTER_TEST_SECRET"] = "hunter2";
  try {
    await using system = await boot();
    const { stdout } = await system.exec(
      "env; cat /proc/*/environ | tr '\\0' '\\n'; cat /proc/cmdline; ls / /home /root 2>/dev/null",
    );
    expect(stdout).not.toMatch(/hunter2|ASTER_TEST/);
    expect(stdout).not.toContain(process.cwd());
    await expect(system.fs.stat(import.meta.filename)).rejects.toMatchObject({ errno: "ENOENT" });
    await expect(system.fs.stat("/etc/resolv.conf")).rejects.toMatchObject({ errno: "ENOENT" });
    const net = await system.exec("wget -T 1 -O- http://127.0.0.1:1/; echo $?; ls /sys/class/net");
    expect(net.stdout).not.toMatch(/^0$/m);
    expect(net.stdout).not.toMatch(/eth/);
  } finally {
    delete process.env["ASTER_TEST_SECRET"];
  }
});

test("a worker that dies ends what was asked of the system", async () => {
  let link: Link | undefined;
  await using system = await bootLinked(async (config, events) => {
    link = await startOnOwnThread(config, events);
    return link;
  }, {});
  const running = system.exec("sleep 100").catch((error: unknown) => error);
  const spawned = await system.spawn("sleep 100");
  const reading = system.fs.readFile("/dev/zero").catch((error: unknown) => error);
  await link?.stop();
  expect(await running).toMatchObject({ code: "closed" });
  expect(await reading).toBeInstanceOf(SandboxError);
  await expect(spawned.exit).rejects.toMatchObject({ code: "closed" });
  await expect(spawned.stdout.getReader().read()).rejects.toMatchObject({ code: "closed" });
  await expect(system.exec("true")).rejects.toMatchObject({ code: "closed" });
});

test("a worker without memory for a kernel is an error, and no end of the caller", async () => {
  const start: StartLink = (config, events) => startOnOwnThread(config, events, 8);
  await expect(bootLinked(start, {})).rejects.toMatchObject({ code: "kernel-failed" });
});

test("a kernel that panics fails what runs, with the end of its log", async () => {
  let panic = (): void => {};
  const start: StartLink = async (config, events) => {
    const link = await startOnOwnThread(config, events);
    const ended = new Promise<SystemEnd>((resolve) => {
      panic = () =>
        resolve({ reason: "power-off", code: 1, logTail: "Kernel panic - not syncing" });
    });
    return {
      ended,
      send: (bytes) => link.send(bytes),
      stop: () => link.stop(),
      setBusy: (isBusy) => link.setBusy(isBusy),
    };
  };
  await using system = await bootLinked(start, {});
  const running = system.exec("sleep 100").catch((error: unknown) => error);
  panic();
  expect(await running).toMatchObject({
    code: "kernel-failed",
    message: expect.stringContaining("Kernel panic"),
  });
});

test("a guest that powers off during exec", async () => {
  await using system = await boot();
  const sleeper = system.exec("sleep 100").catch((error: unknown) => error);
  await expect(system.exec("poweroff -f")).rejects.toMatchObject({ code: "closed" });
  expect(await sleeper).toMatchObject({ code: "closed" });
  expect(await system.ended).toMatchObject({ reason: "power-off" });
});

test("after close, and with wrong arguments, calls fail at once and say why", async () => {
  const system = await boot();
  const wrong: [() => unknown, RegExp][] = [
    [() => system.exec(undefined as never), /the command/],
    [() => system.exec([]), /the command/],
    [() => system.exec([1] as never), /the command: expected/],
    [() => system.exec("true", { timeOut: 1 } as never), /timeOut/],
    [() => system.exec("true", { timeout: "1" } as never), /timeout/],
    [() => system.exec("true", { stdin: 5 } as never), /stdin/],
    [() => system.exec("true", { cwd: 5 } as never), /cwd/],
    [() => system.exec("true", { signal: {} } as never), /signal: expected an AbortSignal/],
    [() => system.spawn("true", { pty: { columns: 0.5, rows: 1 } }), /pty/],
    [() => system.fs.writeFile("/a", 5 as never), /text or bytes/],
    [() => system.fs.readFile(undefined as never), /text or bytes/],
    [() => system.fs.readFile("a\0b"), /NUL/],
  ];
  for (const [call, message] of wrong) {
    const error = await Promise.resolve()
      .then(call)
      .catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: "bad-option", message: expect.stringMatching(message) });
  }
  const { fs } = system;
  const spawned = await system.spawn(["cat"]);
  await system.close();
  await system.close();
  for (const call of [
    () => system.exec("true"),
    () => system.spawn("true"),
    () => fs.readFile("/etc/passwd"),
    () => fs.rm("/tmp/x", { force: true }),
  ]) {
    await expect(call()).rejects.toMatchObject({
      code: "closed",
      message: "the system was closed",
    });
  }
  await expect(spawned.exit).rejects.toMatchObject({ code: "closed" });
  expect(() => spawned.kill()).not.toThrow();
  await expect(spawned.stdin.getWriter().write("x")).rejects.toMatchObject({ code: "closed" });
});

test("aborted before, during and after the boot", async () => {
  await expect(boot({ signal: AbortSignal.abort("early") })).rejects.toMatchObject({
    code: "aborted",
    cause: "early",
  });
  const during = new AbortController();
  const booting = boot({ signal: during.signal });
  during.abort("meanwhile");
  await expect(booting).rejects.toMatchObject({ code: "aborted", cause: "meanwhile" });
  const after = new AbortController();
  const system = await boot({ signal: after.signal });
  const running = system.exec("sleep 100").catch((error: unknown) => error);
  after.abort("late");
  expect(await running).toMatchObject({ code: "aborted", cause: "late" });
  expect(await system.ended).toMatchObject({ reason: "stopped" });
});

test("an idle system does not keep the process, one with work does", async () => {
  // What is left of a system that nobody closes would keep jest from its end.
  const system = await boot();
  await system.exec("true");
});
