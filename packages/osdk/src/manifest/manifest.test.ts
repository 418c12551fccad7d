// SPDX-License-Identifier: MPL-2.0

import { describe, expect, test } from "@jest/globals";
import { decodeManifest, parseManifest } from "./load.ts";
import { ManifestError } from "./manifest-error.ts";
import { resolveAction, UnknownSchemeError } from "./resolve.ts";

function complaints(text: string): string[] {
  try {
    parseManifest(text, "OSDK.toml");
  } catch (error) {
    if (error instanceof ManifestError) return error.message.split("\n");
    throw error;
  }
  return [];
}

describe("a manifest that is wrong says where and how", () => {
  test("syntax", () => {
    expect(complaints('[boot]\nmethod = "builtin\n')).toEqual([
      expect.stringMatching(/^OSDK\.toml:2:\d+: not valid TOML: /),
    ]);
  });

  test("an unknown key at the top, in a section, in an action and in a scheme", () => {
    expect(complaints("kind = 1")).toEqual([
      'OSDK.toml:1:1: unknown key "kind" in the manifest; expected one of project_type, supported_archs, build, boot, grub, qemu, run, test, scheme',
    ]);
    expect(complaints('[boot]\nmethod = "builtin"\n  methd = "x"')).toEqual([
      'OSDK.toml:3:3: unknown key "methd" in boot; expected one of method, kcmd_args, init_args, initramfs',
    ]);
    expect(complaints("[run.qemu]\narg = ''")[0]).toMatch(
      /^OSDK\.toml:2:1: unknown key "arg" in run\.qemu; expected one of path, args,/,
    );
    expect(complaints('[scheme."a"]\nboot.kcmd = []')[0]).toMatch(
      /^OSDK\.toml:2:6: unknown key "kcmd" in scheme\.a\.boot; expected one of method/,
    );
    expect(complaints("[scheme.boot]\nfoo = 1")[0]).toMatch(
      /unknown key "foo" in scheme\.boot; expected one of supported_archs/,
    );
  });

  test("a wrong type and a wrong value", () => {
    expect(complaints("[boot]\nkcmd_args = 'a'")).toEqual([
      'OSDK.toml:2:1: boot.kcmd_args: expected an array, not the string "a"',
    ]);
    expect(complaints("[boot]\ninit_args = ['a', 1]")).toEqual([
      "OSDK.toml:2:19: boot.init_args.1: expected a string, not the number 1",
    ]);
    expect(complaints("boot = 3")).toEqual([
      "OSDK.toml:1:1: boot: expected a table, not the number 3",
    ]);
    expect(complaints("[boot]\nmethod = 'kexec'")).toEqual([
      'OSDK.toml:2:1: boot.method: expected one of "builtin", "qemu-direct", "grub-rescue-iso", "grub-qcow2", not the string "kexec"',
    ]);
  });

  test("all that is wrong is told at once", () => {
    expect(complaints("[boot]\na = 1\n[grub]\nb = 2")).toHaveLength(2);
  });

  test("a kernel argument given twice, or none at all", () => {
    expect(complaints("[boot]\nkcmd_args = ['a=1', 'b', 'a=2']")).toEqual([
      'OSDK.toml:2:26: boot.kcmd_args: the kernel argument "a" is given twice',
    ]);
    expect(complaints("[boot]\nkcmd_args = ['=1']")[0]).toMatch(/expected an argument of the form/);
  });

  test("a key that the language keeps for itself", () => {
    expect(complaints("[scheme.constructor]\n")).toEqual([
      'OSDK.toml:1:9: the key "constructor" is reserved; choose another name',
    ]);
  });
});

describe("of a malformed manifest it is told", () => {
  test.each([
    ["= 1", "1:1: not valid TOML: unexpected token"],
    [
      "boot.method = builtin",
      "1:15: not valid TOML: unexpected character, expecting string, number,",
    ],
    ["boot.method = 'builtin", "1:23: not valid TOML: unterminated string"],
    ["[boot]\n[boot]", "2:2: not valid TOML: defining a key multiple times"],
    ["[boot]\nmethod = 'builtin' x", "2:20: not valid TOML: must be a newline"],
    ["[build]\nfeatures = ['a'", "2:16: not valid TOML: unterminated array"],
    ["boot = {method = 'builtin'}\n[boot]", "2:2: not valid TOML: defining a key"],
    ["x = 2024-13-01", "1:14: not valid TOML: unexpected invalid date"],
    ["[[run]]", "1:3: run: expected a table, not an array"],
    ["[run.run]", '1:6: unknown key "run" in run; expected one of build, boot, grub, qemu'],
    [
      "[scheme.a.scheme.b]",
      '1:11: unknown key "scheme" in scheme.a; expected one of supported_archs',
    ],
    ["scheme = {a = {boot = {method = 'kexec'}}}", "1:24: scheme.a.boot.method: expected one of"],
    ["[scheme.'']\nboot.method = 'builtin'", "1:9: scheme.: expected a name that is not empty"],
    ["[scheme.toString]", '1:9: the key "toString" is reserved'],
    ["[boot]\ninitramfs = 2024-01-01", "2:1: boot.initramfs: expected a string, not a date"],
    ["[boot]\ninitramfs = ''", "2:1: boot.initramfs: expected a string that is not empty"],
    ["supported_archs = []", "1:1: supported_archs: expected an array that is not empty"],
    ["[build]\nfeatures = ['a b']", "2:13: build.features.0: expected the name of a feature"],
    [
      "[build]\nstrip_elf = 'true'",
      '2:1: build.strip_elf: expected true or false, not the string "true"',
    ],
    [
      "[boot]\nkcmd_args = ['--']",
      '2:14: boot.kcmd_args.0: expected an argument of the form "KEY"',
    ],
    [
      "[boot]\nkcmd_args = ['a b']",
      '2:14: boot.kcmd_args.0: expected an argument of the form "KEY"',
    ],
    [
      '[boot]\ninit_args = ["\\u0000"]',
      "2:14: boot.init_args.0: expected a string without the char",
    ],
    ["[boot]\r\nmethod = 'x'\r\n", "2:1: boot.method: expected one of"],
  ])("%j: %s", (text, message) => {
    expect(complaints(text)[0]).toContain(`OSDK.toml:${message}`);
  });

  test("bytes that are not UTF-8; a byte order mark is nothing", () => {
    const bytes = Buffer.from("[boot]\nmethod = '\xff'\n", "latin1");
    expect(() => decodeManifest(bytes, "OSDK.toml")).toThrow(
      "OSDK.toml:2:11: not valid TOML: not UTF-8",
    );
    expect(decodeManifest(Buffer.from("\ufeffa = 1"), "OSDK.toml")).toBe("a = 1");
  });
});

describe("schemes", () => {
  const manifest = parseManifest(
    `
supported_archs = ["x86_64"]
[boot]
method = "builtin"
kcmd_args = ["a=1", "b"]
init_args = ["sh"]
[qemu]
args = "-m 1G"
[run.boot]
kcmd_args = ["a=2"]
init_args = ["-l"]
[scheme."s"]
supported_archs = ["riscv64"]
qemu.args = "-m 2G"
[scheme."s".run.boot]
method = "qemu-direct"
`,
    "OSDK.toml",
  );

  test("lists are joined once, general first, and keys take their earlier place", () => {
    const { boot } = resolveAction(manifest, "run");
    expect(boot).toEqual({
      method: "builtin",
      kcmd_args: ["a=2", "b"],
      init_args: ["sh", "-l"],
    });
    expect(resolveAction(manifest, "test").boot.init_args).toEqual(["sh"]);
  });

  test("a scheme inherits what it does not say", () => {
    const { boot, qemu, supportedArchs } = resolveAction(manifest, "run", "s");
    expect(boot.method).toBe("qemu-direct");
    expect(boot.init_args).toEqual(["sh", "-l"]);
    expect(qemu.args).toBe("-m 2G");
    expect(supportedArchs).toEqual(["riscv64"]);
  });

  test("an unknown scheme names those that exist", () => {
    expect(() => resolveAction(manifest, "run", "t")).toThrow(new UnknownSchemeError("t", ["s"]));
  });
});
