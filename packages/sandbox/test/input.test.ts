// SPDX-License-Identifier: MPL-2.0

// Input that comes part by part, names that are no text, callbacks that throw.

import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { Readable } from "node:stream";
import { boot, SandboxError, type RunningSystem } from "@aster/sandbox";

let system: RunningSystem;

beforeAll(async () => {
  system = await boot({ thread: "caller" });
});
afterAll(async () => {
  await system.close();
});

/** Counts how often it is told that nobody wants more. */
class Source implements AsyncIterable<string> {
  returns = 0;
  private readonly parts: string[];

  /** Gives `parts`, and then never anything. */
  constructor(...parts: string[]) {
    this.parts = [...parts];
  }
  [Symbol.asyncIterator](): AsyncIterator<string> {
    return {
      next: () => {
        const value = this.parts.shift();
        return value === undefined
          ? new Promise(() => {})
          : Promise.resolve({ done: false, value });
      },
      return: () => {
        this.returns++;
        return Promise.resolve({ done: true, value: undefined });
      },
    };
  }
}

test("a source is told once when the command has ended, and not when it ended itself", async () => {
  const open = new Source("a line\n");
  expect((await system.exec("head -n 1", { stdin: open })).stdout).toBe("a line\n");
  expect(open.returns).toBe(1);
  let isReleased = false;
  async function* whole() {
    try {
      yield "one ";
      yield "two";
    } finally {
      isReleased = true;
    }
  }
  expect((await system.exec(["cat"], { stdin: whole() })).stdout).toBe("one two");
  expect(isReleased).toBe(true);
});

test("a source is told when the command is aborted, takes too long, or closes its input", async () => {
  const controller = new AbortController();
  const sources = [new Source("x"), new Source("x"), new Source("x")] as const;
  const aborted = system.exec(["cat"], { stdin: sources[0], signal: controller.signal });
  setTimeout(() => controller.abort(), 50);
  await expect(aborted).rejects.toMatchObject({ code: "aborted" });
  const late = system.exec(["cat"], { stdin: sources[1], timeout: 50 });
  await expect(late).rejects.toMatchObject({ code: "timeout" });
  await system.exec("exec <&-; sleep 0.1", { stdin: sources[2] });
  expect(sources.map(({ returns }) => returns)).toEqual([1, 1, 1]);
});

test("web streams and Node's are cancelled while they wait", async () => {
  let reason: unknown;
  const web = new ReadableStream<Uint8Array>({
    start: (controller) => controller.enqueue(new TextEncoder().encode("web\n")),
    cancel: (why) => {
      reason = ["cancelled", why];
    },
  });
  expect((await system.exec("head -n 1", { stdin: web as never })).stdout).toBe("web\n");
  expect(reason).toEqual(["cancelled", undefined]);
  const node = new Readable({ read: () => {} });
  node.push("node\n");
  expect((await system.exec("head -n 1", { stdin: node })).stdout).toBe("node\n");
  expect(node.destroyed).toBe(true);
});

test("a source that fails, or gives what is no data, fails the command with its own error", async () => {
  const own = new Error("mine");
  async function* failing() {
    yield "x";
    throw own;
  }
  await expect(system.exec(["cat"], { stdin: failing() })).rejects.toBe(own);
  async function* wrong() {
    yield 5;
  }
  await expect(system.exec(["cat"], { stdin: wrong() as never })).rejects.toMatchObject({
    code: "bad-option",
  });
});

test("many small parts arrive whole, and in order", async () => {
  const numbers = Array.from({ length: 20_000 }, (_, i) => `${i}\n`);
  async function* lines() {
    for (const [i, line] of numbers.entries()) {
      if (i % 5000 === 0) await new Promise((resolve) => setTimeout(resolve, 1));
      yield line;
    }
  }
  expect((await system.exec(["cat"], { stdin: lines() })).stdout).toBe(numbers.join(""));
  const spawned = await system.spawn(["cat"]);
  const writer = spawned.stdin.getWriter();
  const writes = numbers.map((line) => writer.write(line));
  void Promise.all([...writes, writer.close()]);
  const parts: Uint8Array[] = [];
  for await (const part of spawned.stdout) parts.push(part);
  expect(Buffer.concat(parts).toString()).toBe(numbers.join(""));
});

test("a command that is killed while it is written to ends the write", async () => {
  const sleeper = await system.spawn(["sleep", "1006"]);
  const writing = sleeper.stdin.getWriter().write(new Uint8Array(5_000_000));
  const failure = writing.catch((error: unknown) => error);
  await system.exec("until ps | grep -q '[s]leep 1006'; do sleep 0.02; done");
  sleeper.kill("SIGKILL");
  expect(await sleeper.exit).toEqual({ exitCode: 137, signal: "SIGKILL" });
  expect(await failure).toMatchObject({ code: "closed", errno: "EPIPE" });
});

test("a time limit about when the command ends gives the one or the other, and leaves nothing", async () => {
  const outcomes = await Promise.all(
    Array.from({ length: 30 }, async (_, i) => {
      const run = system.exec("sleep 0.1; echo done", { timeout: 90 + 2 * i });
      return run.then(
        (result) => JSON.stringify(result),
        (error: unknown) => (error instanceof SandboxError ? error.code : String(error)),
      );
    }),
  );
  const whole = JSON.stringify({ stdout: "done\n", stderr: "", exitCode: 0 });
  expect([whole, "timeout"]).toEqual(expect.arrayContaining([...new Set(outcomes)]));
  expect((await system.exec("ps | grep -c '[s]leep 0.1'")).stdout).toBe("0\n");
});

test("the end of a terminal's input ends its reader, within a line too", async () => {
  for (const typed of ["whole\n", "half"]) {
    const cat = await system.spawn(["cat"], { pty: true });
    const writer = cat.stdin.getWriter();
    await writer.write(typed);
    await writer.close();
    expect(await cat.exit).toEqual({ exitCode: 0 });
  }
});

test("names that are no UTF-8 can be listed, read and removed", async () => {
  const { fs } = system;
  await system.exec(`mkdir /n; cd /n; printf in > "$(printf 'a\\377b')"; mkdir "$(printf '\\376')"
    : > "$(printf '\\376/\\200')"`);
  const entries = await fs.readdir("/n", { encoding: "bytes" });
  const names = entries.map(({ name, type }) => [Buffer.from(name).toString("latin1"), type]);
  expect(names.sort()).toEqual([
    ["a\xffb", "file"],
    ["\xfe", "directory"],
  ]);
  const path = Buffer.from("/n/a\xffb", "latin1");
  expect(await fs.readFile(path, "utf8")).toBe("in");
  expect((await fs.stat(path)).size).toBe(2);
  await fs.rename(path, Buffer.from("/n/\xfd", "latin1"));
  await expect(fs.stat(path)).rejects.toMatchObject({ errno: "ENOENT", path: "/n/a\ufffdb" });
  await fs.rm("/n", { recursive: true });
  await expect(fs.stat("/n")).rejects.toMatchObject({ errno: "ENOENT" });
});

test("files go in and out part by part", async () => {
  const { fs } = system;
  const bytes = Uint8Array.from({ length: 300_000 }, (_, i) => (i * 7) & 0xff);
  async function* parts() {
    for (let at = 0; at < bytes.length; at += 70_000) yield bytes.subarray(at, at + 70_000);
  }
  await fs.writeFile("/parts", parts());
  const read: Uint8Array[] = [];
  for await (const part of fs.readStream("/parts")) read.push(part);
  expect(Buffer.concat(read).equals(bytes)).toBe(true);
  // Without an end, and beyond what readFile allows.
  const reader = fs.readStream("/dev/zero").getReader();
  expect((await reader.read()).value).toHaveLength(65_536);
  await reader.cancel();
  await expect(fs.readFile("/parts", { maxBytes: 1000 })).rejects.toMatchObject({
    code: "output-limit",
  });
  await expect(fs.readStream("/none").getReader().read()).rejects.toMatchObject({
    code: "file-failed",
    errno: "ENOENT",
  });
  for (const wrong of [
    () => fs.readFile("/parts", { encodin: "utf8" } as never),
    () => fs.mkdir("/x", { recursiv: true } as never),
    () => fs.rm("/x", { recursive: 1 } as never),
    () => fs.writeFile("/x", "", { flag: "r" } as never),
    () => fs.readdir("/", { encoding: "latin1" } as never),
  ]) {
    await expect(wrong()).rejects.toMatchObject({ code: "bad-option" });
  }
});

test("a callback that throws ends its system with the cause, and is not called again", async () => {
  let calls = 0;
  const cause = new Error("the callback's own");
  const watched = await boot({
    thread: "caller",
    onSyscall: () => {
      calls++;
      throw cause;
    },
  });
  const error = await watched.exec("true").catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(SandboxError);
  expect(error).toMatchObject({ code: "callback-failed", cause });
  await watched.ended;
  expect(calls).toBe(1);
});

test("what is typed behind Ctrl-C is the shell's, not of the program that it ends", async () => {
  const shell = await system.spawn(["sh"], { pty: { columns: 80, rows: 24 }, env: { PS1: "" } });
  const keys = shell.stdin.getWriter();
  const output = shell.stdout.pipeThrough(new TextDecoderStream()).getReader();
  let screen = "";
  const shows = async (text: string): Promise<void> => {
    while (!screen.includes(text)) screen += (await output.read()).value ?? "";
  };
  await keys.write("echo $((1 + 1)) programs; cat\r");
  await shows("2 programs");
  await keys.write("given to cat\r");
  await shows("given to cat\r\ngiven to cat");
  await keys.write("\u0003echo the status is $?\r");
  await shows("the status is 130");
  await keys.close();
  expect(await shell.exit).toMatchObject({ exitCode: 0 });
});
