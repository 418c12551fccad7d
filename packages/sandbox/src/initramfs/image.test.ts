// SPDX-License-Identifier: MPL-2.0

import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { execFileSync, spawnSync } from "node:child_process";
import { lstatSync, mkdtempSync, readFileSync, readlinkSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { readAppletPaths } from "./busybox-applets.ts";
import { BUSYBOX_PLACES, loadBusybox, whyUnusable } from "./busybox.ts";
import { bytesOf, CpioWriter } from "./cpio.ts";
import { addFilesToImage, buildSystemImage, extendImage } from "./image.ts";
import { initScript, type Command } from "./init-script.ts";

const COMMAND: Command = {
  argv: ["true"],
  env: {},
  cwd: "/",
  stdin: "port",
  stdout: "port",
  stderr: "port",
};

let directory = "";
let busyboxPath = "";

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), "aster-image-"));
  busyboxPath = BUSYBOX_PLACES.find((place) => lstatSync(place).isFile()) ?? "";
});

afterAll(() => rmSync(directory, { recursive: true }));

/** Unpacks with busybox's cpio, which is somebody else's reading of the format. */
function unpack(archive: Uint8Array): string {
  const target = mkdtempSync(join(directory, "unpacked-"));
  execFileSync(busyboxPath, ["cpio", "-id"], { cwd: target, input: archive, stdio: "pipe" });
  return target;
}

test("an archive holds what was put into it, with its modes", () => {
  const cpio = new CpioWriter();
  cpio.addFile("/a/b/c.txt", bytesOf("hello"), 0o640);
  cpio.addFile("empty", new Uint8Array(0), 0o4755);
  cpio.addSymlink("a/link", "b/c.txt");
  cpio.addDirectory("/tmp", 0o1777);
  for (let length = 1; length <= 5; length++) {
    cpio.addFile(`n${"x".repeat(length)}`, new Uint8Array(length).fill(length));
  }
  const root = unpack(cpio.finish());
  expect(readFileSync(join(root, "a/b/c.txt"), "utf8")).toBe("hello");
  expect(lstatSync(join(root, "a/b/c.txt")).mode & 0o7777).toBe(0o640);
  expect(lstatSync(join(root, "empty")).mode & 0o7777).toBe(0o4755);
  expect(lstatSync(join(root, "tmp")).mode & 0o7777).toBe(0o1777);
  expect(readlinkSync(join(root, "a/link"))).toBe("b/c.txt");
  for (let length = 1; length <= 5; length++) {
    expect([...readFileSync(join(root, `n${"x".repeat(length)}`))]).toEqual(
      Array.from({ length }, () => length),
    );
  }
});

test("paths that climb out of the root, and empty ones, are refused", () => {
  const cpio = new CpioWriter();
  expect(() => cpio.addFile("../x", new Uint8Array(0))).toThrow(/\.\./);
  expect(() => cpio.addFile("/", new Uint8Array(0))).toThrow(/no path/);
  expect(() => cpio.addFile("a\0b", new Uint8Array(0))).toThrow(/NUL/);
});

test("the applets read from the binary are those that it lists itself", () => {
  const listed = execFileSync(busyboxPath, ["--list-full"], { encoding: "utf8" });
  expect(readAppletPaths(loadBusybox())).toEqual(listed.trim().split("\n"));
});

test("a file without applet tables has none, and is not searched for ever", () => {
  expect(readAppletPaths(new Uint8Array(100_000))).toBeUndefined();
  expect(readAppletPaths(bytesOf("\0cat\0"))).toBeUndefined();
  expect(readAppletPaths(loadBusybox().subarray(0, 1000))).toBeUndefined();
});

test("what is no static 64-bit x86 program is refused with the reason", () => {
  const good = loadBusybox();
  expect(whyUnusable(good)).toBeUndefined();
  expect(whyUnusable(bytesOf("#!/bin/sh\n"))).toMatch(/expected an ELF/);
  expect(whyUnusable(new Uint8Array(0))).toMatch(/expected an ELF/);
  const narrow = good.slice(0, 4096);
  narrow[4] = 1;
  expect(whyUnusable(narrow)).toMatch(/64-bit/);
  const arm = good.slice(0, 4096);
  arm[18] = 183;
  expect(whyUnusable(arm)).toMatch(/x86-64/);
  expect(whyUnusable(readFileSync(process.execPath))).toMatch(/dynamically linked/);
  expect(() => loadBusybox(join(directory, "none"))).toThrow(/cannot read busybox/);
  expect(() => loadBusybox("/etc/passwd")).toThrow(/--busybox FILE/);
});

test("the system image has busybox, its links, accounts and our init", () => {
  const image = buildSystemImage({
    busybox: loadBusybox(),
    command: COMMAND,
    files: [{ path: "/data/x", bytes: bytesOf("x"), mode: 0o755 }],
  });
  const root = unpack(image);
  expect(readFileSync(join(root, "bin/busybox")).equals(loadBusybox())).toBe(true);
  expect(readlinkSync(join(root, "bin/sh"))).toBe("/bin/busybox");
  expect(readlinkSync(join(root, "usr/bin/env"))).toBe("/bin/busybox");
  expect(readFileSync(join(root, "etc/passwd"), "utf8")).toMatch(/^root:x:0:0:root:\/root:/);
  expect(lstatSync(join(root, ".aster/init")).mode & 0o777).toBe(0o755);
  expect(lstatSync(join(root, "data/x")).mode & 0o777).toBe(0o755);
  for (const name of ["proc", "sys", "dev", "tmp", "root"]) {
    expect(lstatSync(join(root, name)).isDirectory()).toBe(true);
  }
});

test("an image of the caller's is followed by ours, unpacked where it was compressed", () => {
  const own = new CpioWriter();
  own.addFile("/init", bytesOf("own"), 0o755);
  const image = own.finish();
  for (const given of [image, gzipSync(image)]) {
    const both = extendImage({ image: given, busybox: loadBusybox(), command: COMMAND });
    expect(both.subarray(0, image.length)).toEqual(image);
    const root = unpack(both.subarray(Math.ceil(image.length / 4) * 4));
    expect(readFileSync(join(root, ".aster/busybox")).equals(loadBusybox())).toBe(true);
    expect(lstatSync(join(root, ".aster/init")).mode & 0o111).not.toBe(0);
  }
  expect(() =>
    addFilesToImage(gzipSync(image).subarray(0, 30), [{ path: "a", bytes: image }]),
  ).toThrow(/damaged gzip/);
});

/** Runs the part of the init script that starts the command, with busybox's shell on this host. */
function runQuoted(argv: Command["argv"], env: Command["env"], cwd: string) {
  const script = new TextDecoder("latin1").decode(
    initScript({ ...COMMAND, argv, env, cwd }, false),
  );
  const from = script.indexOf("(cd ");
  const to = script.indexOf("\n) <");
  const body = `b=${busyboxPath}\n${script.slice(from, to)}\n)`;
  return spawnSync(busyboxPath, ["sh"], { input: Buffer.from(body, "latin1") });
}

test("any byte but NUL passes through the shell's quotes, in arguments and values", () => {
  const bytes = Uint8Array.from({ length: 255 }, (_, i) => i + 1);
  const result = runQuoted(["printf", "%s|", bytes, "", "a b", '$x `y` \\ "z"'], {}, "/");
  expect(result.stderr.toString()).toBe("");
  expect(result.stdout).toEqual(Buffer.concat([bytes, Buffer.from('||a b|$x `y` \\ "z"|')]));
  const environment = runQuoted(["env"], { A: "it's; $HOME\n2", B: "" }, "/");
  expect(environment.stdout.toString()).toBe("A=it's; $HOME\n2\nB=\n");
});

test("a program whose name has an equals sign is run, not taken for a variable", () => {
  const result = runQuoted(["/nowhere/a=b"], { PATH: "/bin" }, "/");
  expect(result.status).toBe(127);
  expect(result.stderr.toString()).toContain("/nowhere/a=b");
});

test("exit codes of the command, of a missing one and of a missing directory are told apart", () => {
  expect(runQuoted(["sh", "-c", "exit 9"], { PATH: "/bin:/usr/bin" }, "/").status).toBe(9);
  expect(runQuoted(["/nowhere/x"], {}, "/").status).toBe(127);
  expect(runQuoted(["/etc/passwd"], {}, "/").status).toBe(126);
  expect(runQuoted(["true"], {}, "/nowhere").status).toBe(125);
});

test("what cannot be an argument or a variable is refused", () => {
  const script = (change: Partial<Command>) => () => initScript({ ...COMMAND, ...change }, false);
  expect(script({ argv: ["a\0b"] })).toThrow(/NUL/);
  expect(script({ argv: [] })).toThrow(/empty/);
  expect(script({ env: { "A=B": "x" } })).toThrow(/no name/);
});
