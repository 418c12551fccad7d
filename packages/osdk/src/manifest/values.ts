// SPDX-License-Identifier: MPL-2.0

// What may stand in the manifest and on the command line. Apart from the schema, so that parsing a
// command line does not load it.

export const ARCHITECTURES = ["aarch64", "riscv64", "x86_64", "loongarch64"] as const;
export type Architecture = (typeof ARCHITECTURES)[number];

export const BOOT_METHODS = ["builtin", "qemu-direct", "grub-rescue-iso", "grub-qcow2"] as const;
export type BootMethod = (typeof BOOT_METHODS)[number];

export const BOOT_PROTOCOLS = ["linux", "multiboot", "multiboot2"] as const;
export type BootProtocol = (typeof BOOT_PROTOCOLS)[number];

export const ENCODINGS = ["raw", "gzip", "zlib"] as const;
export type Encoding = (typeof ENCODINGS)[number];

export const PROFILES = ["dev", "release", "test", "bench"] as const;
export type Profile = (typeof PROFILES)[number];
