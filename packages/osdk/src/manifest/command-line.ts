// SPDX-License-Identifier: MPL-2.0

import { resolve } from "node:path";
import type { OptionValues } from "../cli/take-options.ts";
import { OsdkError } from "../errors.ts";
import { ExitCode } from "../exit-codes.ts";
import { splitWords, UnbalancedQuoteError } from "../qemu/split-words.ts";
import type { Action } from "./schema.ts";
import type { BootMethod, BootProtocol, Encoding } from "./values.ts";
import { PROFILES, type Profile } from "./values.ts";

/**
 * What the options of the command line say, as one more layer above the manifest's. File names
 * are relative to `cwd` and come out absolute; `--config` and `--qemu-args` are not in it.
 */
export function actionOfOptions(values: OptionValues, cwd: string): Action {
  const file = (name: string): string | undefined => {
    const path = values.get(name)?.[0];
    return path === undefined ? undefined : resolve(cwd, path);
  };
  // A program without a slash is looked up in PATH.
  const program = (name: string): string | undefined =>
    values.get(name)?.[0]?.includes("/") === true ? file(name) : one(name);
  const one = (name: string): string | undefined => values.get(name)?.[0];
  const flag = (name: string): true | undefined => (values.has(name) ? true : undefined);
  const choice = <T extends string>(name: string): T | undefined => one(name) as T | undefined;
  const words = (name: string): string[] | undefined =>
    values.get(name)?.flatMap((value) => wordsOf(name, value));
  return {
    build: defined({
      profile: profileOf(values),
      features: values.get("features")?.flatMap((value) => value.split(/[\s,]+/).filter(Boolean)),
      no_default_features: flag("no-default-features"),
      strip_elf: flag("strip-elf"),
      encoding: choice<Encoding>("encoding"),
      linux_x86_legacy_boot: flag("linux-x86-legacy-boot"),
    }),
    boot: defined({
      method: choice<BootMethod>("boot-method"),
      kcmd_args: kernelArguments(words("kcmd-args")),
      init_args: words("init-args"),
      initramfs: file("initramfs"),
    }),
    grub: defined({
      mkrescue_path: program("grub-mkrescue"),
      boot_protocol: choice<BootProtocol>("grub-boot-protocol"),
      display_grub_menu: flag("display-grub-menu"),
    }),
    qemu: defined({
      path: program("qemu-exe"),
      bootdev_append_options: one("bootdev-append-options"),
    }),
  };
}

function defined<T extends object>(section: T): T {
  const entries = Object.entries(section).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries) as T;
}

function profileOf(values: OptionValues): Profile | undefined {
  const profile = values.get("profile")?.[0];
  if (values.has("release")) {
    if (profile !== undefined) {
      throw new OsdkError(ExitCode.USAGE, "--release and --profile exclude each other");
    }
    return "release";
  }
  const known = PROFILES.find((name) => name === profile);
  if (profile !== undefined && known === undefined) {
    const expected = PROFILES.join(", ");
    throw new OsdkError(ExitCode.USAGE, `--profile ${profile}: expected one of ${expected}`);
  }
  return known;
}

function wordsOf(name: string, value: string): string[] {
  try {
    return splitWords(value);
  } catch (error) {
    if (!(error instanceof UnbalancedQuoteError)) throw error;
    throw new OsdkError(ExitCode.USAGE, `--${name} ${value}: ${error.message}`);
  }
}

/** By the Book each KEY may be given once; `console` stands for several devices. */
function kernelArguments(list: string[] | undefined): string[] | undefined {
  const seen = new Set<string>();
  for (const argument of list ?? []) {
    const key = argument.split("=", 1)[0] ?? "";
    if (key === "" || argument === "--") {
      const form = 'expected arguments of the form "KEY" or "KEY=VALUE"';
      throw new OsdkError(ExitCode.USAGE, `--kcmd-args ${argument}: ${form}`);
    }
    if (seen.has(key) && key !== "console") {
      const message = `--kcmd-args: the kernel argument "${key}" is given twice`;
      throw new OsdkError(ExitCode.USAGE, message);
    }
    seen.add(key);
  }
  return list;
}
