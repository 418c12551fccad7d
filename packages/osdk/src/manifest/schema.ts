// SPDX-License-Identifier: MPL-2.0

import { z } from "zod";
import { ARCHITECTURES, BOOT_METHODS, BOOT_PROTOCOLS, ENCODINGS, PROFILES } from "./values.ts";
import type { Architecture, BootMethod, BootProtocol, Encoding, Profile } from "./values.ts";

/** What OSDK.toml may hold. Every table is strict: a key that is not here is an error at any depth. */

const kernelArgument = z
  .string()
  .regex(/^[^\s=]+(=.*)?$/s, 'an argument of the form "KEY" or "KEY=VALUE"');

const build = z.strictObject({
  features: z.array(z.string()).optional(),
  no_default_features: z.boolean().optional(),
  profile: z.enum(PROFILES).optional(),
  strip_elf: z.boolean().optional(),
  encoding: z.enum(ENCODINGS).optional(),
  linux_x86_legacy_boot: z.boolean().optional(),
});

const boot = z.strictObject({
  method: z.enum(BOOT_METHODS).optional(),
  kcmd_args: z.array(kernelArgument).optional(),
  init_args: z.array(z.string()).optional(),
  initramfs: z.string().min(1).optional(),
});

const grub = z.strictObject({
  mkrescue_path: z.string().min(1).optional(),
  boot_protocol: z.enum(BOOT_PROTOCOLS).optional(),
  display_grub_menu: z.boolean().optional(),
});

const qemu = z.strictObject({
  path: z.string().min(1).optional(),
  args: z.string().optional(),
  bootdev_append_options: z.string().optional(),
  with_monitor: z.boolean().optional(),
  log_file: z.string().min(1).optional(),
});

const sections = {
  build: build.optional(),
  boot: boot.optional(),
  grub: grub.optional(),
  qemu: qemu.optional(),
};

const action = z.strictObject(sections);

const scheme = z.strictObject({
  supported_archs: z.array(z.enum(ARCHITECTURES)).optional(),
  ...sections,
  run: action.optional(),
  test: action.optional(),
});

const manifest = z.strictObject({
  project_type: z.enum(["kernel", "library"]).optional(),
  ...scheme.shape,
  scheme: z.record(z.string(), scheme).optional(),
});

/** Holds for every table below: what is absent is inherited or has its default. */
export interface Build {
  features?: string[] | undefined;
  no_default_features?: boolean | undefined;
  profile?: Profile | undefined;
  strip_elf?: boolean | undefined;
  encoding?: Encoding | undefined;
  linux_x86_legacy_boot?: boolean | undefined;
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
