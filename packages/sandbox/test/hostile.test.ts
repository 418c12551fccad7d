// SPDX-License-Identifier: MPL-2.0

// Programs that take all they can get: what a limit says must hold, the error must name it, and
// the system must serve its host afterwards.

import { expect, test } from "@jest/globals";
import { boot, LimitError, type RunningSystem } from "@aster/sandbox";
import { bootWithin } from "./support/boot-within.ts";

const TIME = { timeout: 20_000 };

async function isAlive(system: RunningSystem): Promise<void> {
  expect(await system.exec("echo alive", TIME)).toEqual({
    stdout: "alive\n",
    stderr: "",
    exitCode: 0,
  });
}

async function failureOf(promise: Promise<unknown>): Promise<LimitError> {
  const error = await promise.catch((reason: unknown) => reason);
  if (!(error instanceof LimitError)) throw new Error(`no LimitError: ${String(error)}`);
  return error;
}

test("memory: a program that wants too much is killed, and the error says why", async () => {
  await using system = await boot({ limits: { memoryMiB: 32 } });
  const hog = "awk 'BEGIN { x = \"x\"; for (;;) x = x x }'";
  const error = await failureOf(system.exec(`echo begins; ${hog}`, TIME));
  expect(error).toMatchObject({ limit: "memory", code: "memory-limit" });
  expect(error.result).toMatchObject({ stdout: "begins\n" });
  expect(error.result?.exitCode).not.toBe(0);
  // One that copes is no failure of its host's.
  const coped = await system.exec(`${hog} 2>/dev/null || echo coped; exit 0`, TIME);
  expect(coped).toMatchObject({ stdout: "coped\n", exitCode: 0, limitsHit: ["memory"] });
  await isAlive(system);
});

test("memory: files in memory do not take more than there is", async () => {
  await using system = await boot({ limits: { memoryMiB: 32 } });
  const { exitCode, stderr } = await system.exec("dd if=/dev/zero of=/tmp/big bs=1M", TIME);
  expect(exitCode).toBe(1);
  expect(stderr).toMatch(/No space left on device/);
  await system.exec("rm /tmp/big", TIME);
  await isAlive(system);
});

test("processes: a fork bomb does not get beyond the limit", async () => {
  await using system = await boot({ limits: { processes: 20 } });
  const forks = "i=0; while [ $i -lt 30 ]; do sleep 50 & i=$((i+1)); done";
  const error = await failureOf(system.exec(`${forks}; wait; exit 1`, TIME));
  expect(error).toMatchObject({ limit: "processes", code: "process-limit" });
  const count = Number(
    (await system.exec("ls -d /proc/[0-9]* | wc -l", TIME).catch(() => ({ stdout: "20" }))).stdout,
  );
  expect(count).toBeLessThanOrEqual(20);
});

test("processes: while a bomb has them all, its host has one left, and no more", async () => {
  await using system = await boot({ limits: { processes: 12 } });
  const bomb = await system.spawn("bomb() { bomb | bomb & }; bomb; while :; do sleep 60 & done");
  for (let i = 0; i < 20; i++) await isAlive(system);
  await bomb.stderr.cancel();
});

test("processes: the limit is exact, for programs and for their host", async () => {
  await using system = await boot({ limits: { processes: 12 } });
  // Ten beside the kernel's own; then the shell that started them ends.
  const forks = await system.spawn("for i in 1 2 3 4 5 6 7 8 9 10 11; do sleep 60 & done");
  expect((await forks.exit).limitsHit).toEqual(["processes"]);
  const first = await system.spawn(["sleep", "60"]);
  const last = await system.spawn(["sleep", "60"]);
  const error = await failureOf(system.exec(["true"], TIME));
  expect(error).toMatchObject({ limit: "processes", code: "process-limit", errno: "EAGAIN" });
  last.kill("SIGKILL");
  await last.exit;
  const { stdout } = await system.exec(["ls", "/proc"], TIME);
  const pids = stdout.split("\n").filter((name) => /^\d+$/.test(name));
  expect(pids).toHaveLength(12);
  first.kill("SIGKILL");
});

test("time: a busy loop, and one that ignores every signal it can, are ended", async () => {
  await using system = await boot();
  const loops = ["while :; do :; done", "trap '' TERM INT HUP QUIT; while :; do sleep 100; done"];
  for (const loop of loops) {
    const error = await failureOf(system.exec(`echo begins; ${loop}`, { timeout: 1500 }));
    expect(error).toMatchObject({ limit: "time", code: "timeout" });
    expect(error.result).toMatchObject({ stdout: "begins\n", exitCode: undefined });
  }
  await isAlive(system);
});

test("time: SIGTERM may be ignored, SIGKILL may not", async () => {
  await using system = await boot();
  const stubborn = await system.spawn(
    "trap 'echo no' TERM; echo ready; while :; do sleep 0.1; done",
  );
  const reader = stubborn.stdout.getReader();
  const read = async () => Buffer.from((await reader.read()).value ?? []).toString();
  expect(await read()).toBe("ready\n");
  stubborn.kill();
  expect(await read()).toContain("no\n");
  stubborn.kill("SIGKILL");
  expect(await stubborn.exit).toEqual({ exitCode: 137, signal: "SIGKILL" });
});

test("time: the whole system ends when its time is over", async () => {
  await using system = await bootWithin((timeMs) => boot({ limits: { timeMs } }));
  const error = await failureOf(system.exec("while :; do :; done"));
  expect(error).toMatchObject({ limit: "time" });
  expect(await system.ended).toMatchObject({ reason: "stopped" });
  await expect(system.exec("true")).rejects.toMatchObject({ limit: "time" });
});

test("output: endless output is cut off at the byte", async () => {
  await using system = await boot({ limits: { outputBytes: 100_000 } });
  const error = await failureOf(system.exec(["yes"]));
  expect(error).toMatchObject({ limit: "output", code: "output-limit" });
  expect(error.result?.stdout).toHaveLength(100_000);
  expect((await system.exec("head -c 100000 /dev/zero", TIME)).stdout).toHaveLength(100_000);
  const both = system.exec("head -c 60000 /dev/zero; head -c 60000 /dev/zero >&2");
  expect(await failureOf(both)).toMatchObject({ limit: "output" });
  const file = system.fs.readFile("/dev/zero");
  expect(await failureOf(file)).toMatchObject({ limit: "output", path: "/dev/zero" });
  await isAlive(system);
});

test("a command that closes its files, or never reads, keeps nobody waiting", async () => {
  await using system = await boot();
  const much = new Uint8Array(1_000_000);
  expect(await system.exec("exec <&- >&- 2>&-; sleep 0.1", { ...TIME, stdin: much })).toMatchObject(
    {
      exitCode: 0,
    },
  );
  expect((await system.exec("sleep 0.1", { ...TIME, stdin: much })).exitCode).toBe(0);
  async function* never(): AsyncGenerator<string> {
    yield "a line\n";
    await new Promise(() => {});
  }
  expect((await system.exec("head -n 1", { ...TIME, stdin: never() })).stdout).toBe("a line\n");
});

test("tens of megabytes of input go part by part, at the pace of the command", async () => {
  await using system = await boot();
  const part = Uint8Array.from({ length: 1_000_000 }, (_, i) => i & 0xff);
  let [given, ahead] = [0, 0];
  async function* parts(): AsyncGenerator<Uint8Array> {
    for (; given < 30; given++) {
      yield part;
      const taken = Number((await system.fs.stat("/tmp/count")).size);
      ahead = Math.max(ahead, given + 1 - taken);
    }
  }
  await system.fs.writeFile("/tmp/count", "");
  // One more byte in the file for each megabyte that was read.
  const script =
    "for i in $(seq 30); do head -c 1000000 > /dev/null; printf . >> /tmp/count; done; cat";
  const { stdout } = await system.exec(script, { stdin: parts() });
  expect({ stdout, given }).toEqual({ stdout: "", given: 30 });
  // The window of a stream, a pipe, and what is in the making.
  expect(ahead).toBeLessThanOrEqual(3);
});

test("a guest that crashes, and one that tries the machine, stay in the guest", async () => {
  await using system = await boot();
  const crash = await system.exec("kill -SEGV $$", TIME);
  expect(crash).toMatchObject({ exitCode: 139, signal: "SIGSEGV" });
  for (const script of [
    "dd if=/dev/zero of=/dev/mem",
    "echo c > /proc/sysrq-trigger",
    "mount -o remount,size=99999G /",
    "kill -9 -1",
    "rm -rf --no-preserve-root /tmp /var /proc /sys /dev 2>/dev/null; false",
  ]) {
    await system.exec(script, TIME);
  }
  await isAlive(system);
});
