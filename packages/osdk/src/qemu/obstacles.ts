// SPDX-License-Identifier: MPL-2.0

import { accessSync, constants, readFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { OsdkError } from "../errors.ts";
import { ExitCode } from "../exit-codes.ts";
import type { Prepared } from "../project/prepare.ts";
import type { QemuSetup } from "./plan.ts";

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
  gcc: "gcc",
  ld: "binutils",
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
  const name = debianPackages(program);
  return name === undefined ? "" : `: apt-get install ${name}`;
}

/** The Debian packages of a program, with spaces between them; undefined when not known. */
export function debianPackages(program: string): string | undefined {
  return DEBIAN_PACKAGES[program];
}

/** The programs that a setup calls. */
function programsOf({ qemu, grubMkrescue, request }: QemuSetup): string[] {
  if (grubMkrescue === undefined) return [qemu];
  const isQcow2 = request.action.boot.method === "grub-qcow2";
  return [grubMkrescue, "xorriso", "mformat", ...(isQcow2 ? ["qemu-img"] : []), qemu];
}

/** Throws `OsdkError` with all reasons for which a setup can not be booted here. */
export function checkObstacles({ scheme, action, arch }: Prepared, setup: QemuSetup): void {
  const reasons = obstacles(setup).map((reason) => `  - ${reason}`);
  if (reasons.length === 0) return;
  const what = scheme === undefined ? "this kernel" : `the scheme "${scheme}"`;
  throw new OsdkError(
    ExitCode.RUN,
    `${what} (boot.method = "${action.boot.method ?? ""}", ${arch}) can not run here:\n` +
      `${reasons.join("\n")}\n  --dry-run prints the exact command`,
  );
}

/** Why a kernel can not be booted so here; empty when it can. */
export function obstacles(setup: QemuSetup): string[] {
  const { request, usesKvm, usesTdx } = setup;
  const missing = programsOf(setup).filter((program) => findProgram(program) === undefined);
  const found = missing.map((program) => `${program} is not installed${installHint(program)}`);
  if (setup.grubMkrescue !== undefined && missing.length === 0 && !hasGrubModules()) {
    found.push("GRUB's files are not installed: apt-get install grub-pc-bin grub-efi-amd64-bin");
  }
  const machine = setup.given.find(({ key }) => key === "machine" || key === "M")?.value ?? "";
  const isMicrovm = machine.startsWith("microvm");
  if (isMicrovm && /\bacpi=on\b/.test(machine)) {
    found.push(
      "microvm with ACPI does not tell its devices as the kernel's drivers want: acpi=off",
    );
  }
  if (isMicrovm && setup.grubMkrescue !== undefined) {
    found.push("microvm's firmware boots from no disk: -machine q35 or pc, or qemu-direct");
  }
  if (usesKvm || usesTdx) found.push(...kvmObstacles());
  if (usesTdx) found.push(...tdxObstacles());
  if (request.arch !== "x86_64") {
    found.push(`kernels are built for x86_64 alone, and ${request.arch} is wanted`);
  }
  if (setup.grubMkrescue !== undefined && request.action.grub.boot_protocol === "linux") {
    found.push(
      'this version builds no image for grub.boot_protocol = "linux"; multiboot2 and multiboot work',
    );
  }
  return found;
}

/** GRUB for BIOS and for UEFI. */
const GRUB_PLACES: readonly string[] = ["/usr/lib/grub/i386-pc", "/usr/lib/grub/x86_64-efi"];

function hasGrubModules(): boolean {
  return GRUB_PLACES.some((place) => isAccessible(place, constants.R_OK));
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
