// SPDX-License-Identifier: MPL-2.0

import { accessSync, constants, readFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import type { QemuPlan } from "./plan.ts";

/** Which Debian package brings a program. */
const DEBIAN_PACKAGES: Readonly<Record<string, string>> = {
  "qemu-system-x86_64": "qemu-system-x86",
  "qemu-system-riscv64": "qemu-system-misc",
  "qemu-system-loongarch64": "qemu-system-misc",
  "qemu-system-aarch64": "qemu-system-arm",
  "qemu-img": "qemu-utils",
  "grub-mkrescue": "grub-common grub-pc-bin grub-efi-amd64-bin",
  xorriso: "xorriso",
  mformat: "mtools",
  gdb: "gdb",
};

/** The file of a program, looked up in PATH when it has no slash; undefined when there is none. */
export function findProgram(program: string): string | undefined {
  const places = program.includes("/")
    ? [program]
    : (process.env["PATH"] ?? "").split(delimiter).map((directory) => join(directory, program));
  return places.find((place) => isAccessible(place, constants.X_OK));
}

/** How to get a program, as a sentence's end. */
export function installHint(program: string): string {
  const name = DEBIAN_PACKAGES[program];
  return name === undefined ? "" : `: apt-get install ${name}`;
}

/** Why a plan can not be carried out here; empty when it can. */
export function obstacles(plan: QemuPlan): string[] {
  const programs = [...new Set(plan.commands.map(([program = ""]) => program))];
  const found = programs
    .filter((program) => findProgram(program) === undefined)
    .map((program) => `${program} is not installed${installHint(program)}`);
  if (plan.usesKvm || plan.usesTdx) found.push(...kvmObstacles());
  if (plan.usesTdx) found.push(...tdxObstacles());
  // The image is the last thing: all else is the host's.
  found.push(
    "this version of osdk builds no bootable image of a kernel; " +
      'the built-in machine needs none: boot.method = "builtin" or --boot-method builtin',
  );
  return found;
}

export function kvmObstacles(): string[] {
  if (!isAccessible("/dev/kvm", constants.F_OK)) {
    return ["/dev/kvm is missing: the host's CPU, or the machine it runs in, offers no KVM"];
  }
  return isAccessible("/dev/kvm", constants.R_OK | constants.W_OK)
    ? []
    : ["/dev/kvm is not accessible for this user: usermod -aG kvm USER"];
}

function tdxObstacles(): string[] {
  const parameter = "/sys/module/kvm_intel/parameters/tdx";
  let value = "";
  try {
    value = readFileSync(parameter, "utf8").trim();
  } catch {
    // The module has no such parameter, or is not loaded.
  }
  return value === "Y" || value === "1"
    ? []
    : [`the host is not set up for Intel TDX (${parameter} is not Y)`];
}

function isAccessible(path: string, mode: number): boolean {
  try {
    accessSync(path, mode);
    return true;
  } catch {
    return false;
  }
}
