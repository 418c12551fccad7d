// SPDX-License-Identifier: MPL-2.0

import {
  ARCHITECTURES,
  BOOT_METHODS,
  BOOT_PROTOCOLS,
  ENCODINGS,
  PROFILES,
} from "../manifest/values.ts";

/** One option of the command line: what parsing, help and completion need to know of it. */
export interface OptionSpec {
  /** Without the leading dashes. */
  readonly name: string;
  /** Other ways to write it, with their dashes. */
  readonly aliases?: readonly string[];
  /** What its value is called; absent when it takes none. */
  readonly value?: string;
  /** The value may be left out; where it is given it is attached. */
  readonly isValueOptional?: boolean;
  readonly choices?: readonly string[];
  /** May stand several times. */
  readonly isList?: boolean;
  readonly about: string;
}

/** The options by which `build`, `run` and `test` stand above the manifest. */
export const MANIFEST_OPTIONS: readonly OptionSpec[] = [
  { name: "scheme", value: "NAME", about: "a scheme of OSDK.toml" },
  {
    name: "target-arch",
    value: "ARCH",
    choices: ARCHITECTURES,
    about: "architecture to build for (default: OSDK_TARGET_ARCH, or the host's)",
  },
  {
    name: "profile",
    value: "PROFILE",
    choices: PROFILES,
    about: "how the kernel is built (default: dev)",
  },
  { name: "release", about: "same as --profile release" },
  {
    name: "features",
    value: "NAMES",
    isList: true,
    about: "features of package.json to activate, separated by commas or spaces",
  },
  { name: "no-default-features", about: "leaves the feature `default` out" },
  {
    name: "config",
    value: "KEY=VALUE",
    isList: true,
    about: "sets any key of the manifest, e.g. --config qemu.path=/usr/bin/kvm",
  },
  {
    name: "kcmd-args",
    value: "ARGS",
    isList: true,
    about: "parameters for the kernel; a KEY that the manifest has is replaced",
  },
  { name: "init-args", value: "ARGS", isList: true, about: "arguments for the init process" },
  { name: "initramfs", value: "FILE", about: "a cpio archive, plain or gzip" },
  {
    name: "boot-method",
    value: "METHOD",
    choices: BOOT_METHODS,
    about: "how the kernel is started (default: builtin, the machine inside Node)",
  },
  { name: "qemu-exe", value: "FILE", about: "the QEMU to use" },
  { name: "qemu-args", value: "ARGS", isList: true, about: "further arguments for QEMU" },
  {
    name: "bootdev-append-options",
    value: "OPTIONS",
    about: "further options of the drive that GRUB boots from",
  },
  { name: "grub-mkrescue", value: "FILE", about: "the grub-mkrescue to use" },
  {
    name: "grub-boot-protocol",
    value: "PROTOCOL",
    choices: BOOT_PROTOCOLS,
    about: "how GRUB hands over to the kernel (default: multiboot2)",
  },
  { name: "display-grub-menu", about: "shows GRUB's menu" },
  {
    name: "encoding",
    value: "FORMAT",
    choices: ENCODINGS,
    about: "how the kernel image is packed, with the boot protocol linux (default: raw)",
  },
  { name: "strip-elf", about: "strips the kernel image" },
  { name: "linux-x86-legacy-boot", about: "uses the 32-bit entry of Linux's boot protocol" },
];

/** Options of `run` beside the manifest's and those of the sandbox. */
export const RUN_OPTIONS: readonly OptionSpec[] = [
  { name: "dry-run", about: "prints what would be executed, and does not" },
  { name: "watch", about: "rebuilds and reboots when a source file is saved" },
  { name: "bundle", value: "FILE", about: "boots a bundle that `osdk build` made" },
  {
    name: "timeout",
    value: "SECONDS",
    about: "ends a guest that takes longer, with exit code 124",
  },
];

export const BUILD_OPTIONS: readonly OptionSpec[] = [
  {
    name: "output",
    value: "DIR",
    about: "where the bundle goes (default: target/osdk/NAME)",
  },
];

export const TEST_OPTIONS: readonly OptionSpec[] = [
  { name: "timeout", value: "SECONDS", about: "ends a test that takes longer (default: 60)" },
  { name: "show-output", about: "prints what tests print, also where they pass" },
  { name: "junit", value: "FILE", about: "writes a JUnit report" },
  { name: "tap", value: "FILE", about: "writes a TAP report; - is standard output" },
  { name: "coverage", about: "measures coverage, and merges it with that of the unit tests" },
];

export const NEW_OPTIONS: readonly OptionSpec[] = [
  { name: "kernel", about: "a kernel, which can be run" },
  { name: "library", aliases: ["--lib"], about: "a library for kernels: the default" },
  {
    name: "type",
    aliases: ["-t"],
    value: "TYPE",
    choices: ["kernel", "library", "lib"],
    about: "the same by name",
  },
  {
    name: "packages",
    value: "DIR",
    about: "takes Aster's packages from tarballs (pnpm pack) in DIR instead of a registry",
  },
];

export const ROOTFS_OPTIONS: readonly OptionSpec[] = [
  {
    name: "packages",
    value: "NAMES",
    isList: true,
    about: "Debian packages, separated by commas; all that they depend on is added",
  },
];
