// SPDX-License-Identifier: MPL-2.0

import { existsSync, mkdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "@jest/globals";
import { O } from "../src/abi/fcntl.ts";
import { TestKernel } from "../src/testing/test-kernel.ts";
import type { TestThread } from "../src/testing/test-kernel.ts";
import { makeFolder, offerFolder, removeFolders } from "./host-folders.ts";

let system: TestKernel;
let t: TestThread;
let host: string;

beforeEach(() => {
  system = new TestKernel();
  t = system.thread;
  host = makeFolder().path;
});
afterEach(() => {
  system.leave();
  removeFolders();
});

function mount(mode: "ro" | "cow" | "rw"): void {
  offerFolder(system, host, "host", mode !== "rw");
  t.call("mkdir", "/mnt", 0o755);
  expect(t.call("mount", "host", "/mnt", "9p", 0, mode)).toBe(0);
  t.call("chdir", "/mnt");
}

test("files of the host are read, long ones too", () => {
  const text = "line of text\n".repeat(20_000);
  mkdirSync(join(host, "d"));
  writeFileSync(join(host, "d/long"), text);
  mount("ro");
  const fd = t.open("d/long", O.RDONLY);
  expect(t.fstat(fd).size).toBe(text.length);
  expect(t.pread(fd, 30, 200_001)).toBe(text.slice(200_001, 200_031));
  expect(t.contents("d/long").length).toBeGreaterThan(0);
});

test("ro refuses every change", () => {
  writeFileSync(join(host, "f"), "as it was");
  mount("ro");
  expect(t.call("open", "f", O.RDWR, 0)).toBe("EROFS");
  expect(t.call("open", "new", O.WRONLY | O.CREAT, 0o644)).toBe("EROFS");
  expect(t.call("unlink", "f")).toBe("EROFS");
  expect(t.call("mkdir", "d", 0o755)).toBe("EROFS");
  expect(t.call("chmod", "f", 0o600)).toBe("EROFS");
});

test("cow keeps changes away from the host", () => {
  writeFileSync(join(host, "f"), "as it was");
  mount("cow");
  t.put("f", "changed");
  t.put("new", "new");
  t.call("unlink", "f");
  expect(t.stat("f")).toBe("ENOENT");
  expect(readFileSync(join(host, "f"), "utf8")).toBe("as it was");
  expect(existsSync(join(host, "new"))).toBe(false);
});

test("a server that was opened for reading refuses what a mount with rw asks", () => {
  writeFileSync(join(host, "f"), "as it was");
  offerFolder(system, host, "host", true);
  t.call("mkdir", "/mnt", 0o755);
  expect(t.call("mount", "host", "/mnt", "9p", 0, "rw")).toBe(0);
  expect(t.call("unlink", "/mnt/f")).toBe("EROFS");
  expect(t.call("mkdir", "/mnt/d", 0o755)).toBe("EROFS");
  expect(readFileSync(join(host, "f"), "utf8")).toBe("as it was");
});

test("rw makes changes on the host at once", () => {
  writeFileSync(join(host, "f"), "0123456789");
  mount("rw");
  const fd = t.open("f", O.RDWR);
  t.call("pwrite64", fd, t.text("XY"), 2, 4);
  expect(readFileSync(join(host, "f"), "utf8")).toBe("0123XY6789");
  t.call("ftruncate", fd, 5);
  expect(readFileSync(join(host, "f"), "utf8")).toBe("0123X");
  t.call("mkdir", "d", 0o750);
  t.put("d/new", "made by the guest");
  t.call("rename", "d", "e");
  t.call("chmod", "e/new", 0o640);
  t.call("symlink", "new", "e/link");
  expect(readFileSync(join(host, "e/new"), "utf8")).toBe("made by the guest");
  expect(statSync(join(host, "e/new")).mode & 0o777).toBe(0o640);
  expect(t.put("e/new", "after the folder has moved")).toBeUndefined();
  expect(readFileSync(join(host, "e/link"), "utf8")).toBe("after the folder has moved");
  t.call("unlink", "e/new");
  t.call("unlink", "e/link");
  expect(t.call("rmdir", "e")).toBe(0);
  expect(existsSync(join(host, "e"))).toBe(false);
});

test("rw: a file without a name keeps its bytes while it is open", () => {
  writeFileSync(join(host, "f"), "still here");
  mount("rw");
  const fd = t.open("f", O.RDWR);
  expect(t.call("unlink", "f")).toBe(0);
  expect(existsSync(join(host, "f"))).toBe(false);
  expect(t.pread(fd, 20, 0)).toBe("still here");
  expect(t.write(fd, "more")).toBe(4);
});

test("what the host changes is seen when a file is opened, and new names are found", () => {
  writeFileSync(join(host, "f"), "first");
  mount("rw");
  expect(t.contents("f")).toBe("first");
  writeFileSync(join(host, "f"), "second, and longer");
  writeFileSync(join(host, "g"), "another");
  expect(t.contents("f")).toBe("second, and longer");
  expect(t.contents("g")).toBe("another");
  expect(t.list(".")).toContain("g");
});

test("links lead where they lead in the guest, never out on the host", () => {
  const outside = makeFolder().path;
  writeFileSync(join(outside, "secret"), "of the host");
  symlinkSync(join(outside, "secret"), join(host, "link"));
  symlinkSync(outside, join(host, "folder"));
  mount("rw");
  expect(t.call("open", "link", O.RDONLY, 0)).toBe("ENOENT");
  expect(t.call("open", "folder/secret", O.RDONLY, 0)).toBe("ENOENT");
  expect(t.call("open", "../../../../../../etc/hostname", O.RDONLY, 0)).toBe("ENOENT");
});

test("an unknown folder, and an unknown option", () => {
  t.call("mkdir", "/mnt", 0o755);
  expect(t.call("mount", "none", "/mnt", "9p", 0, "")).toBe("ENXIO");
  offerFolder(system, host, "host", true);
  expect(t.call("mount", "host", "/mnt", "9p", 0, "bogus")).toBe("EINVAL");
});
