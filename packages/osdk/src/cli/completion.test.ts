// SPDX-License-Identifier: MPL-2.0

import { expect, test } from "@jest/globals";
import { complete, joinAtEquals } from "./completion.ts";
import { nearest } from "./nearest.ts";
import { readOptions } from "./sandbox-options.ts";

function words(...line: string[]): string[] {
  return complete(line, () => ["tdx", "microvm"]).candidates.map(({ word }) => word);
}

test("commands come first, then their options, then values", () => {
  expect(words("b")).toEqual(["build"]);
  expect(words("--")).toEqual(["--help", "--version"]);
  expect(words("build", "--grub-m")).toEqual(["--grub-mkrescue"]);
  expect(words("build", "--grub-boot-protocol", "multi")).toEqual(["multiboot", "multiboot2"]);
  expect(words("build", "--encoding=g")).toEqual(["--encoding=gzip"]);
  expect(words("run", "--scheme", "")).toEqual(["tdx", "microvm"]);
  expect(words("nothing", "")).toEqual([]);
});

test("an option is offered once, one that is a list again and again", () => {
  expect(words("build", "--profile", "dev", "--prof")).toEqual([]);
  expect(words("build", "--config=a=b", "--conf")).toEqual(["--config"]);
  expect(words("new", "-t", "kernel", "--ty")).toEqual([]);
});

test("names of files are left to the shell", () => {
  const pathsAt = (...line: string[]): string | undefined => complete(line, () => []).paths;
  expect(pathsAt("build", "--initramfs", "x")).toBe("files");
  expect(pathsAt("build", "--initramfs=x")).toBe("files");
  expect(pathsAt("run", "--disk", "")).toBe("files");
  expect(pathsAt("build", "--output", "x")).toBe("directories");
  expect(pathsAt("run", "--", "x")).toBe("files");
  expect(pathsAt("build", "--scheme", "x")).toBeUndefined();
});

test("words that bash split at = are one again", () => {
  expect(joinAtEquals(["run", "--scheme", "=", "td"])).toEqual(["run", "--scheme=td"]);
  expect(joinAtEquals(["run", "--scheme", "="])).toEqual(["run", "--scheme="]);
  expect(joinAtEquals(["run", "--", "a", "=", "b"])).toEqual(["run", "--", "a", "=", "b"]);
});

test.each([
  ["rnu", "run"],
  ["tset", "test"],
  ["biuld", "build"],
  ["lnit", "lint"],
  ["frobnicate", undefined],
  ["x", undefined],
])("%s probably means %s", (word, meant) => {
  expect(nearest(word, ["new", "build", "run", "test", "check", "lint"])).toBe(meant);
});

test("options are read from a help text: values, choices, and lines that go on", () => {
  const usage = `Usage: x

  --root DIR         a folder;
                     that is all
  --disk FILE[:ro]   a disk; repeatable
  --bus mmio|pci     where
  --strace[=FILE]    traces
  --iommu            puts
  --initramfs FILE   is OSDK's own
  --help             this text
`;
  expect(readOptions(usage)).toEqual([
    { name: "root", value: "DIR", about: "a folder; that is all" },
    { name: "disk", value: "FILE[:ro]", about: "a disk; repeatable", isList: true },
    { name: "bus", value: "BUS", choices: ["mmio", "pci"], about: "where" },
    { name: "strace", value: "FILE", isValueOptional: true, about: "traces" },
    { name: "iommu", about: "puts" },
  ]);
});
