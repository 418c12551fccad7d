// SPDX-License-Identifier: MPL-2.0

import { describe, expect, test } from "@jest/globals";
import { MANIFEST_OPTIONS } from "../cli/options.ts";
import { takeOptions } from "../cli/take-options.ts";
import { actionOfOptions } from "./command-line.ts";
import { manifestOfConfig } from "./config-option.ts";
import { parseManifest } from "./load.ts";
import { resolveAction, type ResolvedAction } from "./resolve.ts";

const MANIFEST = parseManifest(
  `
[build]
features = ["a"]
[boot]
kcmd_args = ["k=1", "quiet"]
init_args = ["sh"]
initramfs = "disk/image.cpio"
[qemu]
path = "/usr/bin/qemu-system-x86_64"
[test.boot]
kcmd_args = ["k=2"]
`,
  "OSDK.toml",
);

function resolved(action: "run" | "test" | "build", ...args: string[]): ResolvedAction {
  const { values } = takeOptions(args, MANIFEST_OPTIONS);
  const configs = (values.get("config") ?? []).map(manifestOfConfig);
  return resolveAction(MANIFEST, action, undefined, [
    ...configs,
    actionOfOptions(values, "/home/u"),
  ]);
}

describe("the command line stands above the manifest", () => {
  test("scalars are replaced, lists joined, and a kernel argument's KEY takes its place", () => {
    const { boot, build } = resolved(
      "run",
      "--kcmd-args=k=3 new",
      "--init-args=-c 'echo hi'",
      "--features",
      "b,c d",
      "--release",
    );
    expect(boot.kcmd_args).toEqual(["k=3", "quiet", "new"]);
    expect(boot.init_args).toEqual(["sh", "-c", "echo hi"]);
    expect(build).toEqual({ features: ["a", "b", "c", "d"], profile: "release" });
  });

  test("also above the action's own table", () => {
    expect(resolved("test").boot.kcmd_args).toEqual(["k=2", "quiet"]);
    expect(resolved("test", "--kcmd-args=k=3").boot.kcmd_args).toEqual(["k=3", "quiet"]);
  });

  test("files of the caller are relative to the caller, programs without / are of PATH", () => {
    const { boot, qemu, grub } = resolved(
      "run",
      "--initramfs=my.cpio",
      "--qemu-exe=kvm",
      "--grub-mkrescue=./bin/grub",
    );
    expect(boot.initramfs).toBe("/home/u/my.cpio");
    expect(qemu.path).toBe("kvm");
    expect(grub.mkrescue_path).toBe("/home/u/bin/grub");
  });

  test("--config sets any key, with a value of TOML or a plain string", () => {
    expect(resolved("run", "--config", "qemu.path=/opt/q").qemu.path).toBe("/opt/q");
    expect(resolved("run", "--qemu.path=/opt/q").qemu.path).toBe("/opt/q");
    expect(resolved("run", "--config=build.strip_elf=true").build.strip_elf).toBe(true);
    expect(resolved("run", '--config=boot.init_args=["-l"]').boot.init_args).toEqual(["sh", "-l"]);
    expect(resolved("run", '--config=supported_archs=["riscv64"]').supportedArchs).toEqual([
      "riscv64",
    ]);
  });

  test.each([
    ["--config=boot.kcmd=1", /--config boot\.kcmd=1: unknown key "kcmd" in boot/],
    ["--config=boot.method=kexec", /expected one of "builtin"/],
    ["--config=nothing", /expected KEY=VALUE/],
    ["--config=build.strip_elf=maybe", /expected true or false/],
    ["--kcmd-args=a=1 a=2", /the kernel argument "a" is given twice/],
    ["--kcmd-args==1", /of the form "KEY" or "KEY=VALUE"/],
    ["--init-args='open", /a single quote has no end/],
    ["--profile=fast", /--profile fast: expected one of dev, release, test, bench/],
  ])("%s is refused", (option, message) => {
    expect(() => resolved("run", option)).toThrow(message);
  });

  test("--release and --profile exclude each other", () => {
    expect(() => resolved("run", "--release", "--profile=dev")).toThrow(/exclude each other/);
  });
});
