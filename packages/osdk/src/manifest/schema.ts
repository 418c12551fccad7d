// SPDX-License-Identifier: MPL-2.0

import { z } from "zod";
import { ARCHITECTURES, BOOT_METHODS, BOOT_PROTOCOLS, ENCODINGS, PROFILES } from "./values.ts";
import type { Architecture, BootMethod, BootProtocol, Encoding, Profile } from "./values.ts";

/** What OSDK.toml may hold. Every table is strict: a key that is not here is an error at any depth. */

/** What goes to a program, a kernel or a file system: none of them takes these. */
const text = z.string().regex(/^[^\0]*$/, "a string without the character U+0000");
const fileName = text.min(1);

/** The line goes on behind `--` with the arguments of init; GRUB's and QEMU's end with the line. */
const kernelArgument = z
  .string()
  .regex(/^(?!--$)[^\s=\0]+(=[^\n\r\0]*)?$/, 'an argument of the form "KEY" or "KEY=VALUE"');

const feature = z.string().regex(/^[^\s,\0]+$/, "the name of a feature");

const build = z.strictObject({
  features: z.array(feature).optional(),
  no_default_features: z.boolean().optional(),
  profile: z.enum(PROFILES).optional(),
  strip_elf: z.boolean().optional(),
  encoding: z.enum(ENCODINGS).optional(),
  linux_x86_legacy_boot: z.boolean().optional(),
  interpret: z.boolean().optional(),
});

const boot = z.strictObject({
  method: z.enum(BOOT_METHODS).optional(),
  kcmd_args: z.array(kernelArgument).optional(),
  init_args: z.array(text).optional(),
  initramfs: fileName.optional(),
});

const grub = z.strictObject({
  mkrescue_path: fileName.optional(),
  boot_protocol: z.enum(BOOT_PROTOCOLS).optional(),
  display_grub_menu: z.boolean().optional(),
});

const qemu = z.strictObject({
  path: fileName.optional(),
  args: text.optional(),
  bootdev_append_options: text.optional(),
  with_monitor: z.boolean().optional(),
  log_file: fileName.optional(),
});

const sections = {
  build: build.optional(),
  boot: boot.optional(),
  grub: grub.optional(),
  qemu: qemu.optional(),
};

const action = z.strictObject(sections);

const scheme = z.strictObject({
  supported_archs: z.array(z.enum(ARCHITECTURES)).min(1).optional(),
  ...sections,
  run: action.optional(),
  test: action.optional(),
});

const manifest = z.strictObject({
  project_type: z.enum(["kernel", "library"]).optional(),
  ...scheme.shape,
  scheme: z.record(z.string().min(1), scheme).optional(),
});

/** Holds for every table below: what is absent is inherited or has its default. */
export interface Build {
  features?: string[] | undefined;
  no_default_features?: boolean | undefined;
  profile?: Profile | undefined;
  strip_elf?: boolean | undefined;
  encoding?: Encoding | undefined;
  linux_x86_legacy_boot?: boolean | undefined;
  /** Leaves all of a kernel in an image to the interpreter. */
  interpret?: boolean | undefined;
}

export interface Boot {
  method?: BootMethod | undefined;
  kcmd_args?: string[] | undefined;
  init_args?: string[] | undefined;
  initramfs?: string | undefined;
}

export interface Grub {
  mkrescue_path?: string | undefined;
  boot_protocol?: BootProtocol | undefined;
  display_grub_menu?: boolean | undefined;
}

export interface Qemu {
  path?: string | undefined;
  args?: string | undefined;
  bootdev_append_options?: string | undefined;
  with_monitor?: boolean | undefined;
  log_file?: string | undefined;
}

/** The options of one action. */
export interface Action {
  build?: Build | undefined;
  boot?: Boot | undefined;
  grub?: Grub | undefined;
  qemu?: Qemu | undefined;
}

export interface Scheme extends Action {
  supported_archs?: Architecture[] | undefined;
  run?: Action | undefined;
  test?: Action | undefined;
}

export interface Manifest extends Scheme {
  project_type?: "kernel" | "library" | undefined;
  scheme?: Record<string, Scheme> | undefined;
}

export const Manifest: z.ZodType<Manifest> = manifest;
