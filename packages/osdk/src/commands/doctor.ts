// SPDX-License-Identifier: MPL-2.0

import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { ExitCode } from "../exit-codes.ts";
import { debianPackages, findProgram, kvmObstacles } from "../qemu/obstacles.ts";

/** What was looked for, and what came of it. */
interface Finding {
  readonly name: string;
  readonly state: "ok" | "missing" | "optional";
  /** The version, or what it is for. */
  readonly detail: string;
  /** The Debian packages that bring it, where it is not there. */
  readonly packages?: string;
}

/** A program that some command needs, and what for. */
interface Program {
  readonly name: string;
  readonly purpose: string;
}

const PROGRAMS: readonly Program[] = [
  { name: "pnpm", purpose: "installing a project's packages (npm does as well)" },
  { name: "gcc", purpose: "images for QEMU" },
  { name: "ld", purpose: "images for QEMU" },
  { name: "qemu-system-x86_64", purpose: "boot.method qemu-direct, grub-rescue-iso, grub-qcow2" },
  { name: "qemu-img", purpose: "boot.method grub-qcow2" },
  { name: "grub-mkrescue", purpose: "boot.method grub-rescue-iso, grub-qcow2" },
  { name: "xorriso", purpose: "grub-mkrescue" },
  { name: "mformat", purpose: "grub-mkrescue, for UEFI" },
  { name: "gdb", purpose: "debugging a kernel in QEMU" },
];

/** Files of which one is enough. */
interface Place {
  readonly name: string;
  readonly files: readonly string[];
  readonly purpose: string;
  readonly packages: string;
}

const PLACES: readonly Place[] = [
  {
    name: "C library",
    files: ["/usr/include/stdio.h"],
    purpose: "images for QEMU",
    packages: "libc6-dev",
  },
  {
    name: "musl",
    files: ["/usr/lib/x86_64-linux-musl/libc.a"],
    purpose: "images for QEMU",
    packages: "musl-dev",
  },
  {
    name: "GRUB for BIOS",
    files: ["/usr/lib/grub/i386-pc"],
    purpose: "disks that boot on a BIOS",
    packages: "grub-pc-bin",
  },
  {
    name: "GRUB for UEFI",
    files: ["/usr/lib/grub/x86_64-efi"],
    purpose: "disks that boot on UEFI",
    packages: "grub-efi-amd64-bin",
  },
  {
    name: "OVMF",
    files: ["/usr/share/OVMF/OVMF_CODE.fd", "/usr/share/ovmf/OVMF.fd"],
    purpose: "UEFI in QEMU",
    packages: "ovmf",
  },
];

const MIN_NODE = [20, 19] as const;

/** `osdk doctor`: tells what is there and what each missing thing is for; 1 without the needed. */
export function doctor(): number {
  const programs = PROGRAMS.map(program);
  const findings = [node(), esbuild(), busybox(), ...programs, ...PLACES.map(place), kvm()];
  const width = Math.max(...findings.map(({ name }) => name.length)) + 2;
  for (const { name, state, detail, packages } of findings) {
    const mark = state === "ok" ? "ok" : state === "missing" ? "MISSING" : "absent";
    const hint = packages === undefined ? "" : `: apt-get install ${packages}`;
    process.stdout.write(`${name.padEnd(width)}${mark.padEnd(9)}${detail}${hint}\n`);
  }
  const isFit = findings.every(({ state }) => state !== "missing");
  process.stdout.write(
    isFit
      ? "all that the built-in machine needs is there\n"
      : "something that every boot needs is missing\n",
  );
  const absent = new Set(findings.flatMap(({ packages }) => packages?.split(" ") ?? []));
  if (absent.size > 1) {
    process.stdout.write(`all that is absent: apt-get install ${[...absent].join(" ")}\n`);
  }
  return isFit ? ExitCode.SUCCESS : ExitCode.FAILURE;
}

function node(): Finding {
  const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
  const isNew = major > MIN_NODE[0] || (major === MIN_NODE[0] && minor >= MIN_NODE[1]);
  const detail = isNew
    ? process.versions.node
    : `${process.versions.node} is too old; ${MIN_NODE.join(".")} or later is needed`;
  return { name: "node", state: isNew ? "ok" : "missing", detail };
}

function esbuild(): Finding {
  const require = createRequire(import.meta.url);
  try {
    const program = require.resolve("esbuild/bin/esbuild");
    return { name: "esbuild", state: "ok", detail: versionOf(program) };
  } catch {
    const detail = "comes with @aster/osdk; install that again, with optional dependencies";
    return { name: "esbuild", state: "missing", detail };
  }
}

function busybox(): Finding {
  const place = ["/bin/busybox", "/usr/bin/busybox"].find((file) => existsSync(file));
  return place === undefined
    ? {
        name: "busybox",
        state: "optional",
        detail: "for the userland of the Linux-compatible kernel",
        packages: "busybox-static",
      }
    : { name: "busybox", state: "ok", detail: place };
}

function program({ name, purpose }: Program): Finding {
  const file = findProgram(name);
  if (file !== undefined) return { name, state: "ok", detail: versionOf(file) };
  const packages = debianPackages(name);
  const detail = `for ${purpose}`;
  return { name, state: "optional", detail, ...(packages !== undefined && { packages }) };
}

function place({ name, files, purpose, packages }: Place): Finding {
  const found = files.find((file) => existsSync(file));
  return found === undefined
    ? { name, state: "optional", detail: `for ${purpose}`, packages }
    : { name, state: "ok", detail: found };
}

function kvm(): Finding {
  const [obstacle] = kvmObstacles();
  return obstacle === undefined
    ? { name: "KVM", state: "ok", detail: "/dev/kvm" }
    : { name: "KVM", state: "optional", detail: `for speed in QEMU, and for TDX; ${obstacle}` };
}

/** What a program says of its version, or its file when it says nothing. */
function versionOf(file: string): string {
  try {
    const text = execFileSync(file, ["--version"], {
      encoding: "utf8",
      timeout: 10_000,
      stdio: ["ignore", "pipe", "ignore"],
    });
    const [line = ""] = text.split("\n");
    return /\d+(\.\d+)+/.exec(line)?.[0] ?? join(file);
  } catch {
    return file;
  }
}
