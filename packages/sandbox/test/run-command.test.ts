// SPDX-License-Identifier: MPL-2.0

import { expect, test } from "@jest/globals";
import { gzipSync } from "node:zlib";
import { seededEntropy, VirtualClock } from "@aster/machine";
import { runCommand, type RunCommandOptions } from "@aster/sandbox";
import { bytesOf, CpioWriter } from "../src/initramfs/cpio.ts";

/** Runs a command in a guest of its own; output as text, one character per byte. */
async function run(argv: RunCommandOptions["argv"], options: Partial<RunCommandOptions> = {}) {
  const result = await runCommand({ timeoutMs: 50_000, ...options, argv });
  return {
    stdout: Buffer.from(result.stdout).toString("latin1"),
    stderr: Buffer.from(result.stderr).toString("latin1"),
    exitCode: result.exitCode,
  };
}

test("a command's output, error output and exit code come out apart, byte for byte", async () => {
  const script = "echo out; echo err >&2; printf 'a\\nb'; exit 7";
  expect(await run(["sh", "-c", script])).toEqual({
    stdout: "out\na\nb",
    stderr: "err\n",
    exitCode: 7,
  });
});

test("a command that is killed gives 128 + signal", async () => {
  expect((await run(["sh", "-c", "kill -TERM $$"])).exitCode).toBe(143);
  expect((await run(["sh", "-c", "kill -KILL $$"])).exitCode).toBe(137);
});

test("a command that does not exist gives 127, one that is no program 126", async () => {
  expect((await run(["no-such-command"])).exitCode).toBe(127);
  expect((await run(["/etc/passwd"])).exitCode).toBe(126);
});

test("standard input is passed, and ends", async () => {
  const bytes = Uint8Array.from({ length: 100_000 }, (_, i) => (i * 7) & 0xff);
  const result = await runCommand({ argv: ["cat"], stdin: bytes, timeoutMs: 50_000 });
  expect(Buffer.from(result.stdout).equals(bytes)).toBe(true);
  expect((await run(["wc", "-c"])).stdout.trim()).toBe("0");
});

test("none of the three files is a terminal", async () => {
  const script = "for fd in 0 1 2; do test -t $fd && echo $fd; done; echo done";
  expect((await run(["sh", "-c", script])).stdout).toBe("done\n");
});

test("arguments of any bytes but NUL arrive untouched", async () => {
  const bytes = Uint8Array.from({ length: 255 }, (_, i) => i + 1);
  const result = await run(["printf", "%s|%s|", bytes, ""]);
  expect(result.stdout).toBe(`${Buffer.from(bytes).toString("latin1")}||`);
});

test("the environment is HOME, PATH and what was given, and nothing of the host's", async () => {
  const result = await run(["env"], { env: { GREETING: "it's me" } });
  expect(result.stdout.split("\n").sort()).toEqual([
    "",
    "GREETING=it's me",
    "HOME=/root",
    "PATH=/bin:/sbin:/usr/bin:/usr/sbin",
  ]);
});

test("files and the working directory are the guest's own", async () => {
  const files = [{ path: "/data/hello.sh", bytes: bytesOf("#!/bin/sh\npwd\n"), mode: 0o755 }];
  expect((await run(["./hello.sh"], { files, cwd: "/data" })).stdout).toBe("/data\n");
  const missing = await run(["pwd"], { cwd: "/nowhere" });
  expect(missing.exitCode).toBe(125);
  expect(missing.stderr).toContain("/nowhere");
});

test("a command that takes too long is stopped", async () => {
  await expect(run(["sleep", "1000"], { timeoutMs: 3000 })).rejects.toMatchObject({
    code: "timeout",
  });
  await expect(run(["sh", "-c", "while :; do :; done"], { timeoutMs: 3000 })).rejects.toMatchObject(
    { code: "timeout" },
  );
});

test("a command that writes without end is stopped at the limit", async () => {
  await expect(run(["yes"], { maxOutputBytes: 1_000_000 })).rejects.toMatchObject({
    code: "output-limit",
  });
});

test("a guest that powers off without a status of its command is a failure of ours", async () => {
  await expect(run(["poweroff", "-f"])).rejects.toMatchObject({ code: "no-status" });
});

test("an initramfs of the caller's serves as userland, plain and compressed", async () => {
  const cpio = new CpioWriter();
  cpio.addFile("/etc/motto", bytesOf("mine\n"));
  const image = cpio.finish();
  for (const initramfs of [image, gzipSync(image)]) {
    expect((await run(["/.aster/busybox", "cat", "/etc/motto"], { initramfs })).stdout).toBe(
      "mine\n",
    );
  }
});

test("the trace of system calls shows the command's own", async () => {
  let trace = "";
  const onStrace = (bytes: Uint8Array): void => {
    trace += Buffer.from(bytes).toString("latin1");
  };
  await run(["echo", "traced"], { onStrace });
  expect(trace).toMatch(/write\(1, "traced\\n", 7\) += 7/);
});

test("with a virtual clock and seeded entropy, two runs are equal", async () => {
  const script =
    "date; cat /proc/uptime; head -c 8 /dev/urandom | od -x; sleep 3600; " +
    "for i in 1 2 3; do (echo $i)& done; wait; cat /proc/uptime; echo $$";
  const once = () =>
    run(["sh", "-c", script], { clock: new VirtualClock(), entropy: seededEntropy(7) });
  const first = await once();
  expect(first.stdout).toMatch(/^Sat Jan {2}1 00:00:00 UTC 2000\n/);
  expect(first.stdout).toMatch(/^36\d\d\.\d\d /m);
  expect(await once()).toEqual(first);
});

test("several guests run at the same time, each with its own files", async () => {
  const results = await Promise.all(
    ["a", "b", "c"].map((name) =>
      run(["sh", "-c", `echo ${name} > /tmp/name; sleep 0.1; cat /tmp/name`]),
    ),
  );
  expect(results.map(({ stdout }) => stdout)).toEqual(["a\n", "b\n", "c\n"]);
});
