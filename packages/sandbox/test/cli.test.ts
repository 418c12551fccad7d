// SPDX-License-Identifier: MPL-2.0

import { expect, test } from "@jest/globals";
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { closeSync, mkdtempSync, openSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const PROGRAM = fileURLToPath(new URL("../bin/aster-run.js", import.meta.url));

interface Outcome {
  stdout: string;
  stderr: string;
  code: number | null;
}

function collect(child: ChildProcess): Promise<Outcome> {
  let stdout = "";
  let stderr = "";
  child.stdout?.on("data", (bytes: Buffer) => (stdout += bytes.toString("latin1")));
  child.stderr?.on("data", (bytes: Buffer) => (stderr += bytes.toString("latin1")));
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code) => resolve({ stdout, stderr, code }));
  });
}

function aster(args: readonly string[], input: string | Uint8Array = ""): Promise<Outcome> {
  const child = spawn(process.execPath, [PROGRAM, ...args]);
  child.stdin.end(input);
  return collect(child);
}

function shell(command: string): Promise<Outcome> {
  return collect(
    spawn("bash", ["-c", command.replaceAll("ASTER", `'${process.execPath}' '${PROGRAM}'`)]),
  );
}

test("output, error output and exit code are the command's, and nothing else is said", async () => {
  expect(await aster(["--", "sh", "-c", "cat; echo err >&2; exit 3"], "in\n")).toEqual({
    stdout: "in\n",
    stderr: "err\n",
    code: 3,
  });
});

test("without a command and a terminal, the shell reads standard input", async () => {
  expect(await aster([], "echo $0 $HOME\nexit 4\n")).toEqual({
    stdout: "/bin/sh /root\n",
    stderr: "",
    code: 4,
  });
});

test("a reader that goes away ends the command with SIGPIPE", async () => {
  const script = `ASTER -- sh -c 'yes; echo $? >&2' | head -n 1`;
  expect(await shell(script)).toEqual({ stdout: "y\n", stderr: "141\n", code: 0 });
});

test("a standard input that stays open does not keep us", async () => {
  expect(await shell("ASTER -- true < <(exec sleep 30 2>/dev/null); echo $?")).toMatchObject({
    stdout: "0\n",
  });
});

test("tens of megabytes of standard input pass, and the process ends", async () => {
  const directory = mkdtempSync(join(tmpdir(), "aster-cli-"));
  try {
    const file = join(directory, "much");
    writeFileSync(file, new Uint8Array(40_000_000));
    expect(await shell(`ASTER -- tail -c +39999998 < ${file} | od -c`)).toEqual({
      stdout: "0000000  \\0  \\0  \\0\n0000003\n",
      stderr: "",
      code: 0,
    });
  } finally {
    rmSync(directory, { recursive: true });
  }
});

test.each([
  ["SIGTERM", 143],
  ["SIGHUP", 129],
  ["SIGINT", 130],
] as const)("%s ends the run with code %i", async (signal, code) => {
  const child = spawn(process.execPath, [PROGRAM, "--", "sh", "-c", "echo up; sleep 100"]);
  child.stdout.once("data", () => child.kill(signal));
  expect(await collect(child)).toEqual({ stdout: "up\n", stderr: "", code });
});

test("bytes of all values come whole by pipe and by socket, also to a command that reads late", async () => {
  const directory = mkdtempSync(join(tmpdir(), "aster-cli-"));
  try {
    const file = join(directory, "bytes");
    const bytes = Uint8Array.from({ length: 1_500_001 }, (_, i) => (i * 7 + (i >> 8)) & 0xff);
    writeFileSync(file, bytes);
    const { stdout } = await shell(`sha256sum < ${file}`);
    for (const reader of ["sha256sum", "sh -c 'sleep 0.3; sha256sum'"]) {
      expect((await shell(`cat ${file} | ASTER -- ${reader}`)).stdout).toBe(stdout);
    }
    // A child's files are sockets.
    expect((await aster(["--", "sha256sum"], bytes)).stdout).toBe(stdout);
  } finally {
    rmSync(directory, { recursive: true });
  }
});

test("what comes little by little is seen at once, and so is the end", async () => {
  const child = spawn(process.execPath, [PROGRAM, "--", "cat"]);
  const ended = collect(child);
  for (const part of ["a", "b", "c"]) {
    const echoed = once(child.stdout, "data");
    child.stdin.write(part);
    expect(String(await echoed)).toBe(part);
  }
  child.stdin.end();
  expect(await ended).toEqual({ stdout: "abc", stderr: "", code: 0 });
});

test("a log that is asked for goes to standard error", async () => {
  const { stdout, stderr } = await aster(["--log", "info", "--", "echo", "out"]);
  expect(stdout).toBe("out\n");
  expect(stderr).toMatch(/^\[ +\d+\.\d{6}\] /);
});

test("a disk image is a block device of the guest", async () => {
  const directory = mkdtempSync(join(tmpdir(), "aster-cli-"));
  try {
    const disk = join(directory, "disk");
    closeSync(openSync(disk, "w"));
    writeFileSync(disk, "sector zero".padEnd(512, "."));
    const { code, stderr } = await aster(["--disk", `${disk}:ro`, "--", "true"]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  } finally {
    rmSync(directory, { recursive: true });
  }
});

test.each([
  [
    ["--initramfs", "/no/such/file"],
    /cannot read the initramfs \/no\/such\/file: there is no such/,
  ],
  [["--busybox", "/no/such/file"], /cannot read busybox \/no\/such\/file: there is no such/],
  [["--busybox", "/etc/passwd"], /expected an ELF program/],
  [["--disk", "/no/such/file"], /the disk \/no\/such\/file/],
  [["--strace=/no/such/file"], /--strace=\/no\/such\/file/],
  [["--memory", "1"], /from 16 to 3072/],
  [["--unknown"], /unknown argument/],
])("%j fails with one line and 125", async (args, message) => {
  const { stdout, stderr, code } = await aster([...args, "--", "true"]);
  expect(stdout).toBe("");
  expect(stderr).toMatch(message);
  expect(stderr).toMatch(/^aster: [^\n]*\n$/);
  expect(code).toBe(125);
});

test("an initramfs that is damaged, or has no init, fails with 125 and no stack", async () => {
  const directory = mkdtempSync(join(tmpdir(), "aster-cli-"));
  try {
    for (const [name, content] of [
      ["garbage", "this is no archive"],
      ["gzip", "\x1f\x8b\x08\x00cut short"],
      ["empty", ""],
    ] as const) {
      const path = join(directory, name);
      writeFileSync(path, content, "latin1");
      const { stderr, code } = await aster(["--initramfs", path]);
      expect({ name, code }).toEqual({ name, code: 125 });
      expect(stderr).toMatch(/^aster: /);
      expect(stderr).not.toMatch(/^\s+at /m);
    }
  } finally {
    rmSync(directory, { recursive: true });
  }
});

/** Runs on a terminal of its own, by script(1); each key goes when the text before it was shown. */
async function onTerminal(command: string, steps: readonly [shown: string, keys: string][]) {
  const line = command.replaceAll("ASTER", `${process.execPath} ${PROGRAM}`);
  const child = spawn("script", ["-qefc", line, "/dev/null"], {
    env: { ...process.env, TERM: "vt100" },
  });
  let shown = "";
  let seen = 0;
  const waiting = [...steps];
  child.stdout.on("data", (bytes: Buffer) => {
    shown += bytes.toString("latin1");
    for (let step = waiting[0]; step !== undefined; step = waiting[0]) {
      const at = shown.indexOf(step[0], seen);
      if (at < 0) break;
      seen = at + step[0].length;
      child.stdin.write(step[1]);
      waiting.shift();
    }
  });
  const { code } = await collect(child);
  return { shown, code, unseen: waiting.map(([text]) => text) };
}

test("on a terminal there is a prompt, job control, and the terminal afterwards as before", async () => {
  const { shown, unseen } = await onTerminal("bash -c 'ASTER; echo code $?; stty -a'", [
    ["# ", "tty; echo $TERM\r"],
    ["vt100\r\n", ""],
    ["# ", "sh -c 'echo go; sleep 100'\r"],
    ["\r\ngo\r\n", "\x03"],
    ["# ", "sh -c 'echo go; sleep 100'\r"],
    ["\r\ngo\r\n", "\x1a"],
    ["Stopped", "exit 5\r"],
    ["You have stopped jobs.", "exit 5\r"],
    ["code 5\r\n", ""],
  ]);
  expect(unseen).toEqual([]);
  expect(shown).toContain("/dev/hvc0");
  expect(shown).toMatch(/ icanon /);
  expect(shown).toMatch(/\sopost /);
});

test("Ctrl-D at the prompt ends the shell", async () => {
  const { unseen } = await onTerminal("bash -c 'ASTER; echo code $?'", [
    ["# ", "\x04"],
    ["code 0", ""],
  ]);
  expect(unseen).toEqual([]);
});

test("a machine that restarts boots again, with its keyboard", async () => {
  const { unseen } = await onTerminal("bash -c 'ASTER; echo code $?'", [
    ["# ", "touch /tmp/before; reboot -f\r"],
    ["# ", "ls /tmp/before; exit 6\r"],
    ["No such file", ""],
    ["code 6", ""],
  ]);
  expect(unseen).toEqual([]);
});

test("each file is a terminal only where the caller's is one", async () => {
  const script = "for fd in 0 1 2; do test -t $fd && echo $fd >&2; done; echo out";
  const { shown } = await onTerminal(
    `bash -c "ASTER -- sh -c '${script.replaceAll("$", "\\$")}' | od -c"`,
    [],
  );
  expect(shown).toContain("0\r\n2\r\n");
  expect(shown).not.toMatch(/^1\r/m);
  expect(shown).toMatch(/o +u +t +\\n/);
});
