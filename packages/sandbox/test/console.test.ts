// SPDX-License-Identifier: MPL-2.0

import { afterAll, describe, expect, test } from "@jest/globals";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { bootInfo, earlyPrintln, main, poweroff } from "@aster/ostd";
import { boot, type BootOptions, type GuestConsole, type RunningSystem } from "@aster/sandbox";
import { bytesOf, CpioWriter } from "../src/initramfs/cpio.ts";

const directory = mkdtempSync(join(tmpdir(), "aster-console-"));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

/** What a console shows, until that has `text`. */
function screenOf({ output }: GuestConsole): (text: string) => Promise<string> {
  const reader = output.pipeThrough(new TextDecoderStream()).getReader();
  let shown = "";
  return async (text) => {
    while (!shown.includes(text)) {
      const { done, value } = await reader.read();
      if (done) break;
      shown += value;
    }
    return shown;
  };
}

async function textOf(stream: ReadableStream<Uint8Array>): Promise<string> {
  return await new Response(stream).text();
}

describe.each(["own", "caller"] as const)("on the thread %s", (thread) => {
  test("a shell at the console has its size, keys, Ctrl-C and what others print there", async () => {
    await using system = await boot({ thread, console: { columns: 91, rows: 17 } });
    const shows = screenOf(system.console);
    const keys = system.console.input.getWriter();
    const shell = await system.spawn(["sh"], { console: true, env: { PS1: "> " } });
    await keys.write("tty; stty size\n");
    expect(await shows("17 91")).toContain("/dev/hvc0");
    system.console.resize(120, 40);
    await keys.write("stty size\n");
    await shows("40 120");
    await keys.write("sh -c 'echo g''o; sleep 100'\n");
    await shows("\r\ngo\r\n");
    await keys.write("\x03");
    await shows("^C\r\n");
    await keys.write("echo status $?\n");
    await shows("status 130");
    await system.exec("echo from elsewhere > /dev/console");
    await shows("from elsewhere");
    await keys.write("exit 5\n");
    expect(await shell.exit).toEqual({ exitCode: 5 });
    expect(await textOf(shell.stdout)).toBe("");
    await expect(shell.stdin.getWriter().write("x")).rejects.toMatchObject({ errno: "EPIPE" });
  });

  test("each file of a command is the console or a pipe", async () => {
    await using system = await boot({ thread, console: true });
    const shows = screenOf(system.console);
    const script = "for fd in 0 1 2; do test -t $fd && echo $fd >&2; done; echo out; cat; echo end";
    const command = await system.spawn(script, { console: { stderr: true, echo: "host" } });
    const writer = command.stdin.getWriter();
    await writer.write("in\n");
    await writer.close();
    expect(await textOf(command.stdout)).toBe("out\nin\nend\n");
    expect(await command.exit).toEqual({ exitCode: 0 });
    // The terminal that it is shown on returns the carriage.
    expect(await shows("2\n")).toBe("2\n");
  });

  test("much that nobody reads keeps the console's writer waiting, and loses nothing", async () => {
    await using system = await boot({ thread, console: true });
    let isOver = false;
    const writing = system.exec("yes 1234 | head -n 60000 > /dev/hvc0").then(() => (isOver = true));
    await system.exec("sleep 0.3");
    expect(isOver).toBe(false);
    const reader = system.console.output.getReader();
    let bytes = 0;
    // With a carriage return on each line.
    while (bytes < 300_000 + 60_000) bytes += (await reader.read()).value?.length ?? NaN;
    expect(bytes).toBe(360_000);
    await writing;
  });

  test("an init of the userland's own has the console to itself", async () => {
    const cpio = new CpioWriter();
    const busybox = readFileSync("/bin/busybox");
    cpio.addFile("/bin/busybox", busybox, 0o755);
    const script = "#!/bin/busybox sh\nread line\necho got $line\n/bin/busybox poweroff -f\n";
    cpio.addFile("/init", bytesOf(script), 0o755);
    await using system = await boot({ thread, mode: "init", initramfs: cpio.finish() });
    const shows = screenOf(system.console);
    await system.console.input.getWriter().write("a line\n");
    expect(await shows("got a line")).toContain("got a line");
    expect(await system.ended).toMatchObject({ reason: "power-off", code: 0 });
    await expect(system.exec("true")).rejects.toMatchObject({ code: "no-commands" });
    await expect(system.shutdown()).rejects.toMatchObject({ code: "no-commands" });
  });

  test("a power-off writes back what the disks do not have yet", async () => {
    const image = join(directory, `${thread}.img`);
    const empty = new URL("../../kernel/test/ext2/blocks-1k.img.gz", import.meta.url);
    writeFileSync(image, gunzipSync(readFileSync(empty)));
    const disks = [{ path: image }];
    {
      await using system = await boot({ thread, disks });
      await system.exec("mount -t ext2 /dev/vda /mnt && seq 2000 > /mnt/kept");
      expect(await system.shutdown()).toMatchObject({ reason: "power-off", code: 0 });
      await expect(system.exec("true")).rejects.toMatchObject({ code: "closed" });
    }
    await using system = await boot({ thread, disks });
    const { stdout } = await system.exec("mount -t ext2 /dev/vda /mnt && wc -l < /mnt/kept; dmesg");
    expect(stdout).toMatch(/^2000\n/);
    expect(stdout).not.toMatch(/not cleanly|recover/i);
  });

  test("folders of the host are read-only, keep changes in the guest, or take them", async () => {
    const host = join(directory, `folders-${thread}`);
    for (const name of ["ro", "cow", "rw"]) {
      mkdirSync(join(host, name), { recursive: true });
      writeFileSync(join(host, name, "file"), name);
    }
    await using system = await boot({
      thread,
      mounts: [
        { host: join(host, "ro"), guest: "/in/read only", mode: "ro" },
        { host: join(host, "cow"), guest: "/in/cow" },
        { host: join(host, "rw"), guest: "/in/rw", mode: "rw" },
      ],
    });
    const { stdout, stderr } = await system.exec(
      'cat */file; for d in *; do echo new > "$d/file"; done',
      { cwd: "/in" },
    );
    expect(stdout).toBe("cowrorw");
    expect(stderr).toMatch(/Read-only file system/);
    expect(await system.fs.readFile("/in/cow/file", "utf8")).toBe("new\n");
    const onHost = ["ro", "cow", "rw"].map((name) =>
      readFileSync(join(host, name, "file"), "utf8"),
    );
    expect(onHost).toEqual(["ro", "cow", "new\n"]);
  });

  test("machines with their devices on PCI, and behind an IOMMU, take commands too", async () => {
    await using system = await boot({ thread, bus: "pci", iommu: true });
    const { stdout } = await system.exec("ls /sys/bus/pci/devices 2>/dev/null | wc -l; uname");
    expect(stdout).toContain("Linux\n");
  });
});

test("a kernel of one's own prints, hears what is typed, and ends with its code", async () => {
  const seen: string[] = [];
  const start = (options: Partial<BootOptions>) =>
    boot({
      mode: "kernel",
      thread: "caller",
      kernel: main(() => {
        earlyPrintln(bootInfo().kernelCommandLine);
        poweroff(7);
      }),
      limits: { memoryMiB: 8 },
      kernelArgs: "a=1 -- b",
      ...options,
    });
  const system = await start({});
  expect(await textOf(system.console.output)).toMatch(/^a=1 .*-- b\n$/);
  expect(await system.ended).toMatchObject({ reason: "power-off", code: 7 });
  const other = await start({
    onEarlyConsole: (bytes) => seen.push(Buffer.from(bytes).toString()),
  });
  expect(await textOf(other.console.output)).toBe("");
  expect(seen.join("")).toMatch(/^a=1 .*-- b\n$/);
});

test("what does not go together is said before anything starts", async () => {
  const cases: [unknown, RegExp][] = [
    [{ mode: "kernel" }, /needs a kernel/],
    [{ mode: "kernel", kernel: "x.js", root: "/" }, /root: only Aster's own kernel/],
    [{ mode: "kernel", kernel: "x.js", limits: { processes: 9 } }, /limits.processes: only/],
    [{ thread: "caller", kernel: "x.js" }, /the kernel itself with thread/],
    [{ mounts: [{ host: "/", guest: "relative" }] }, /expected an absolute path/],
    [{ mounts: [{ host: "/no/such", guest: "/x" }] }, /the folder \/no\/such: there is no such/],
    [{ disks: [{ path: "/no/such" }] }, /the disk \/no\/such: there is no such/],
    [{ mounts: Array(15).fill({ host: "/", guest: "/x" }) }, /15 disks and folders: expected at/],
    [{ console: { columns: 80 } }, /console: expected true or/],
    [{ mode: "shell" }, /mode: /],
  ];
  for (const [options, message] of cases) {
    await expect(boot(options as BootOptions)).rejects.toMatchObject({
      code: "bad-option",
      message: expect.stringMatching(message),
    });
  }
  await expect(boot({ initramfs: bytesOf("no archive") })).rejects.toMatchObject({
    code: "initramfs-unusable",
  });
  await expect(boot({ root: "/etc/passwd" })).rejects.toMatchObject({ code: "root-unusable" });
  await expect(boot({ mode: "kernel", kernel: "/no/such.js" })).rejects.toMatchObject({
    code: "kernel-unusable",
  });
  await using system: RunningSystem = await boot({ thread: "caller" });
  expect(() => system.console).toThrow(/boot\(\{ console: true \}\)/);
  await expect(system.spawn("true", { console: true })).rejects.toMatchObject({
    code: "bad-option",
  });
});
