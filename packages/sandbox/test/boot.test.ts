// SPDX-License-Identifier: MPL-2.0

import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { boot, SandboxError, type RunningSystem, type SyscallEvent } from "@aster/sandbox";

import { bootWithin } from "./support/boot-within.ts";

// From the sources, and so on this thread; test/own-thread.test.ts has the workers.
let system: RunningSystem;

beforeAll(async () => {
  system = await boot({ thread: "caller", env: { GREETING: "it's me" } });
});
afterAll(async () => {
  await system.close();
});

async function text(stream: AsyncIterable<Uint8Array>): Promise<string> {
  const parts: Uint8Array[] = [];
  for await (const part of stream) parts.push(part);
  return Buffer.concat(parts).toString("utf8");
}

test("a line goes to the shell; output, error output and exit code come out apart", async () => {
  expect(await system.exec("echo out; echo err >&2; printf 'a\\nb'; exit 7")).toEqual({
    stdout: "out\na\nb",
    stderr: "err\n",
    exitCode: 7,
  });
});

test("a list is a program and its arguments, of any bytes but NUL", async () => {
  const bytes = Uint8Array.from({ length: 255 }, (_, i) => i + 1);
  const { stdout } = await system.exec(["printf", "%s|%s|é", bytes, ""], { encoding: "bytes" });
  expect(Buffer.from(stdout).toString("latin1")).toBe(
    `${Buffer.from(bytes).toString("latin1")}||\u00c3\u00a9`,
  );
});

test("a command that is killed gives 128 + signal, and the signal's name", async () => {
  expect(await system.exec("kill -TERM $$")).toMatchObject({ exitCode: 143, signal: "SIGTERM" });
});

test("a script that names no interpreter is the shell's, as with execvp", async () => {
  await system.fs.writeFile("/tmp/script", "echo $0 $1\n", { mode: 0o755 });
  expect(await system.exec(["/tmp/script", "x"])).toMatchObject({ stdout: "/tmp/script x\n" });
});

test("what can not be started is an error with the guest's errno", async () => {
  const cases = [
    [["no-such-command"], {}, "ENOENT"],
    [["/etc/passwd"], {}, "EACCES"],
    [["/etc"], {}, "EACCES"],
    [["true"], { cwd: "/nowhere" }, "ENOENT"],
    [["true"], { cwd: "/etc/passwd" }, "ENOTDIR"],
  ] as const;
  for (const [command, options, errno] of cases) {
    const error = await system.exec(command, options).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(SandboxError);
    expect(error).toMatchObject({ code: "spawn-failed", errno });
  }
  await expect(system.exec([])).rejects.toMatchObject({ code: "bad-option" });
  await expect(system.exec("a\0b")).rejects.toMatchObject({ code: "bad-option" });
  await expect(system.exec("true", { env: { "A=B": "" } })).rejects.toMatchObject({
    code: "bad-option",
  });
  const long = "x".repeat(2_000_000);
  await expect(system.exec(["true", long])).rejects.toMatchObject({ code: "bad-option" });
  expect((await system.exec("true")).exitCode).toBe(0);
});

test("standard input: text, bytes, or parts as they come; by default none", async () => {
  const bytes = Uint8Array.from({ length: 700_000 }, (_, i) => (i * 7) & 0xff);
  const { stdout } = await system.exec(["cat"], { stdin: bytes, encoding: "bytes" });
  expect(Buffer.from(stdout).equals(bytes)).toBe(true);
  async function* parts() {
    yield "one ";
    await new Promise((resolve) => setTimeout(resolve, 20));
    yield new TextEncoder().encode("two");
  }
  expect((await system.exec(["cat"], { stdin: parts() })).stdout).toBe("one two");
  expect((await system.exec(["cat"])).stdout).toBe("");
  // Not all input has to be read.
  expect((await system.exec("exit 3", { stdin: bytes })).exitCode).toBe(3);
  expect((await system.exec("exec <&-; sleep 0.1", { stdin: bytes })).exitCode).toBe(0);
});

test("environment, working directory and user are what was given, and no more", async () => {
  const { stdout } = await system.exec("env | sort; pwd; id -u", {
    env: { EXTRA: "1" },
    cwd: "/tmp",
  });
  expect(stdout).toBe(
    "EXTRA=1\nGREETING=it's me\nHOME=/root\nPATH=/bin:/sbin:/usr/bin:/usr/sbin\nPWD=/tmp\n" +
      "SHLVL=1\n/tmp\n0\n",
  );
  const nobody = await system.exec("id -u; echo x > /etc/passwd || cat /root/x", {
    user: "nobody",
  });
  expect(nobody.stdout).toBe("65534\n");
  expect(nobody.stderr).toMatch(/Permission denied[^]*Permission denied/);
  const numbers = { uid: 7, gid: 8, groups: [9] };
  expect((await system.exec("id -u; id -G", { user: numbers })).stdout).toBe("7\n8 9\n");
  await expect(system.exec("true", { user: "no-such" })).rejects.toMatchObject({
    code: "bad-option",
  });
});

test("a time limit and an abort end the command and all that it started", async () => {
  const script = "(setsid sleep 1001 &); (sleep 1002 &); sleep 1003";
  await expect(system.exec(script, { timeout: 200 })).rejects.toMatchObject({ code: "timeout" });
  const controller = new AbortController();
  const running = system.exec(script, { signal: controller.signal });
  setTimeout(() => controller.abort("enough"), 200);
  await expect(running).rejects.toMatchObject({ code: "aborted", cause: "enough" });
  await expect(system.exec("true", { signal: controller.signal })).rejects.toMatchObject({
    code: "aborted",
  });
  await expect(system.exec("while :; do :; done", { timeout: 200 })).rejects.toMatchObject({
    code: "timeout",
  });
  // They are killed all at a time, and gone one after the other.
  await system.exec("while ps | grep -q 'sleep 10[0]'; do sleep 0.02; done", { timeout: 5000 });
});

test("a command that writes too much is ended", async () => {
  await expect(system.exec(["yes"], { maxOutputBytes: 100_000 })).rejects.toMatchObject({
    code: "output-limit",
  });
  expect((await system.exec("ps")).stdout).not.toContain("yes");
});

test("what is left behind by a command runs on, and its output is nobody's", async () => {
  const { stdout } = await system.exec("(sleep 0.3; echo late; echo kept > /tmp/late) & echo soon");
  expect(stdout).toBe("soon\n");
  await system.exec("while [ ! -s /tmp/late ]; do sleep 0.05; done", { timeout: 20_000 });
});

test("several commands run at a time", async () => {
  const results = await Promise.all(
    Array.from({ length: 12 }, (_, i) => system.exec(`sleep 0.${i % 3}; echo ${i}`)),
  );
  expect(results.map(({ stdout }) => stdout)).toEqual(results.map((_, i) => `${i}\n`));
});

test("spawn: streams while the command runs, signals to its group, and how it ended", async () => {
  const cat = await system.spawn(["cat"]);
  const writer = cat.stdin.getWriter();
  const reader = cat.stdout.getReader();
  for (const word of ["one", "two"]) {
    await writer.write(word);
    const { value } = await reader.read();
    expect(Buffer.from(value ?? []).toString()).toBe(word);
  }
  await writer.close();
  expect((await reader.read()).done).toBe(true);
  expect(await cat.exit).toEqual({ exitCode: 0 });

  const sleeper = await system.spawn("sleep 1004; echo $?");
  sleeper.kill();
  expect(await sleeper.exit).toEqual({ exitCode: 143, signal: "SIGTERM" });
  expect(() => sleeper.kill("SIGNOTHING")).toThrow(SandboxError);
});

test("spawn: a reader that does not read makes the command wait", async () => {
  const writer = await system.spawn("head -c 3000000 /dev/zero; echo done > /tmp/written");
  await new Promise((resolve) => setTimeout(resolve, 300));
  await expect(system.fs.stat("/tmp/written")).rejects.toMatchObject({ errno: "ENOENT" });
  let bytes = 0;
  for await (const part of writer.stdout) bytes += part.length;
  expect(bytes).toBe(3_000_000);
  expect(await writer.exit).toEqual({ exitCode: 0 });
});

test("spawn: who cancels the output breaks the command's pipe", async () => {
  const yes = await system.spawn(["yes"]);
  await yes.stdout.cancel();
  expect(await yes.exit).toMatchObject({ signal: "SIGPIPE" });
});

test("a pty is a terminal of its own, with job control, signals from keys and a size", async () => {
  const shell = await system.spawn(["sh"], { pty: { columns: 100, rows: 30 }, env: { PS1: "> " } });
  const shown = text(shell.stdout);
  const keys = shell.stdin.getWriter();
  await keys.write("stty -echo; stty size; tty\n");
  await keys.write("sleep 1005\n");
  await system.exec("until ps | grep -q '[s]leep 1005'; do sleep 0.02; done");
  await keys.write("\x03");
  await keys.write("echo after $?; exit 9\n");
  expect(await shell.exit).toEqual({ exitCode: 9 });
  const output = await shown;
  expect(output).toMatch(/30 100\r\n\/dev\/pts\/0\r\n/);
  expect(output).toMatch(/after 130\r\n/);
});

test("a pty that is resized tells its foreground group", async () => {
  const script = "trap 'stty size; exit 9' WINCH; echo ready; while :; do sleep 0.05; done";
  const command = await system.spawn(script, { pty: true });
  const reader = command.stdout.getReader();
  expect(Buffer.from((await reader.read()).value ?? []).toString()).toBe("ready\r\n");
  command.resize(120, 40);
  reader.releaseLock();
  expect(await text(command.stdout)).toBe("40 120\r\n");
  expect(await command.exit).toEqual({ exitCode: 9 });
  expect(() => command.resize(-1, 1.5)).toThrow(SandboxError);
});

test("files: written, read, listed, looked at and removed", async () => {
  const { fs } = system;
  await fs.mkdir("/data/a/b", { recursive: true });
  await fs.mkdir("/data/a/b", { recursive: true });
  const bytes = Uint8Array.from({ length: 200_000 }, (_, i) => i & 0xff);
  await fs.writeFile("/data/a/bytes", bytes, { mode: 0o640 });
  expect(Buffer.from(await fs.readFile("/data/a/bytes")).equals(bytes)).toBe(true);
  await fs.writeFile("/data/täxt", "one\n");
  await fs.writeFile("/data/täxt", "two\n", { flag: "a" });
  expect(await fs.readFile("/data/täxt", "utf8")).toBe("one\ntwo\n");
  await expect(fs.writeFile("/data/täxt", "", { flag: "wx" })).rejects.toMatchObject({
    code: "file-failed",
    errno: "EEXIST",
    path: "/data/täxt",
  });
  await fs.symlink("a", "/data/link");
  expect(await fs.readlink("/data/link")).toBe("a");
  const byName = (a: { name: string }, b: { name: string }) => (a.name < b.name ? -1 : 1);
  expect((await fs.readdir("/data")).sort(byName)).toEqual([
    { name: "a", type: "directory" },
    { name: "link", type: "symlink" },
    { name: "täxt", type: "file" },
  ]);
  expect(await fs.stat("/data/a/bytes")).toMatchObject({
    type: "file",
    size: 200_000,
    mode: 0o100640,
    uid: 0,
  });
  expect((await fs.stat("/data/link")).type).toBe("directory");
  expect((await fs.lstat("/data/link")).type).toBe("symlink");
  await fs.chmod("/data/täxt", 0o600);
  await fs.rename("/data/täxt", "/data/text");
  expect((await system.exec("stat -c %a /data/text")).stdout).toBe("600\n");
  await expect(fs.rm("/data")).rejects.toMatchObject({ errno: "EISDIR" });
  await fs.rm("/data", { recursive: true });
  await expect(fs.stat("/data")).rejects.toMatchObject({ errno: "ENOENT" });
  await fs.rm("/data", { force: true });
  await expect(fs.readFile("/etc")).rejects.toMatchObject({ errno: "EISDIR" });
  await expect(fs.readdir("/etc/passwd")).rejects.toMatchObject({ errno: "ENOTDIR" });
  // More names than one message holds.
  await system.exec(
    "mkdir /many; cd /many; for i in $(seq 4000); do : > a-rather-long-name-$i; done",
  );
  expect(new Set((await fs.readdir("/many")).map(({ name }) => name)).size).toBe(4000);
});

test("a file that never ends is cut off with an error, and one that would block fails", async () => {
  await expect(system.fs.readFile("/dev/zero")).rejects.toMatchObject({ code: "output-limit" });
  await system.exec("mkfifo /tmp/fifo");
  await expect(system.fs.writeFile("/tmp/fifo", "x")).rejects.toMatchObject({ errno: "ENXIO" });
});

test("the agent's port is nobody else's", async () => {
  const { stdout } = await system.exec(
    "ls /dev /dev/virtio-ports 2>/dev/null | grep -c -e vport -e aster",
  );
  expect(stdout).toBe("0\n");
});

test("process 1 is the kernel: it reaps orphans, and nothing kills it", async () => {
  await system.exec("(sleep 0.05 &); kill -9 1; kill -TERM 1");
  await system.exec("sleep 0.2");
  expect((await system.exec("ps -o pid,stat,comm")).stdout).not.toMatch(/Z/);
  expect((await system.exec("cat /proc/1/comm")).stdout).toBe("init\n");
});

test("onSyscall sees every call of the guest, with its arguments and result", async () => {
  const events: SyscallEvent[] = [];
  await using traced = await boot({ thread: "caller", onSyscall: (event) => events.push(event) });
  await traced.exec(["sh", "-c", "echo traced; (sleep 0.05) & wait; cat /none; kill -9 $$"]);
  const calls = events.filter((event) => event.kind === "call");
  expect(calls.find(({ args }) => args[1] === '"traced\\n"')).toMatchObject({
    name: "write",
    args: ["1", '"traced\\n"', "7"],
    result: 7,
    errno: undefined,
    text: 'write(1, "traced\\n", 7) = 7',
  });
  const shell = calls[0]?.pid;
  expect(calls[0]).toMatchObject({ name: "execve", result: 0 });
  expect(calls[0]?.text).toMatch(
    /^execve\("\/bin\/sh", \["sh", "-c", "echo traced; [^"]*"\.\.\.\], /,
  );
  expect(shell).toBeGreaterThan(1);
  expect(calls.find(({ args }) => args.includes('"/none"'))).toMatchObject({
    result: -1,
    errno: "ENOENT",
  });
  // The wait for the child is one event, though other threads speak meanwhile.
  const waits = calls.filter(({ name, pid }) => name === "wait4" && pid === shell);
  expect(waits.some(({ result = 0 }) => result > 1)).toBe(true);
  expect(events.find(({ kind }) => kind === "signal")).toMatchObject({ signal: "SIGCHLD" });
  expect(events.at(-1)).toMatchObject({
    kind: "exit",
    pid: shell,
    text: "+++ killed by SIGKILL +++",
  });
  expect(calls.filter(({ name }) => name === "exit_group")[0]).toMatchObject({ result: undefined });
});

test("a system that powers off, or runs out of time, ends what still runs", async () => {
  const off = await boot({ thread: "caller" });
  const sleeper = off.exec("sleep 1007");
  await expect(off.exec("poweroff -f")).rejects.toMatchObject({ code: "closed" });
  await expect(sleeper).rejects.toMatchObject({ code: "closed" });
  expect(await off.ended).toMatchObject({ reason: "power-off", code: 0 });
  await expect(off.exec("true")).rejects.toMatchObject({ code: "closed" });

  const brief = await bootWithin((timeMs) => boot({ thread: "caller", limits: { timeMs } }));
  await expect(brief.exec("sleep 1008")).rejects.toMatchObject({ code: "timeout" });
  await brief.ended;
});

test("options out of bounds are refused before anything is booted", async () => {
  const bad: [object, RegExp][] = [
    [{ limits: { memoryMiB: 1 } }, /memory of 1 MiB: expected .* 16 to 3072/],
    [{ limits: { processes: 1 } }, /limits\.processes/],
    [{ limits: { timeMs: -1 } }, /limits\.timeMs/],
    [{ limits: { memory: 64 } }, /"memory"/],
    [{ memoryMiB: 64 }, /"memoryMiB"/],
    [{ env: { "A=B": "" } }, /env/],
    [{ env: { A: 1 } }, /env\.A/],
    [{ files: [{ path: "/a", content: "" }] }, /files\.0/],
    [{ onSyscall: true }, /onSyscall: expected a function/],
    [{ initramfs: new Uint8Array(4), root: "/" }, /initramfs and root/],
    [{ busybox: "/none" }, /none/],
    [{ root: "/no/such/folder" }, /folder/],
    [{ disks: [{ path: "/no/such/disk" }] }, /disk/],
  ];
  for (const [options, message] of bad) {
    const error = await boot({ thread: "caller", ...options }).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(SandboxError);
    expect(error).toMatchObject({ message: expect.stringMatching(message) });
  }
  await expect(boot({ signal: AbortSignal.abort() })).rejects.toMatchObject({ code: "aborted" });
});
