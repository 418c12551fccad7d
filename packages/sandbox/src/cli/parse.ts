// SPDX-License-Identifier: MPL-2.0

import { readFileSync } from "node:fs";
import { LOG_LEVELS, MOUNT_MODES, type LogLevel } from "../command-line.ts";
import { SandboxError } from "../errors.ts";
import type { Argument } from "../initramfs/init-script.ts";
import { JIT_MODES } from "../jit-mode.ts";
import type { HostMount } from "../root/host-mounts.ts";
import type { RunOptions } from "./options.ts";

export const RUN_USAGE: string = `Usage: aster run [OPTIONS] [-- CMD ARGS...]

Boots a Linux-compatible kernel and gives a shell, or runs CMD in it and exits with
its exit code (128 + signal when it was killed, 125 for failures of our own).

  --memory MIB       memory of the guest (default 256)
  --cwd DIR          working directory in the guest (default /)
  --env NAME=VALUE   adds a variable to the command's environment; repeatable
  --busybox FILE     a static x86-64 busybox to use instead of the host's
  --initramfs FILE   a cpio archive, plain or gzip, to use instead of our own
  --root DIR         a folder of the host as the guest's root, such as aster rootfs makes;
                     the guest's changes stay in its memory (1024 MiB by default then)
  --disk FILE[:ro]   a disk image, seen as /dev/vda and so on; repeatable
  --mount HOST:GUEST[:ro|cow|rw]  a folder of the host in the guest: read-only, with the
                     guest's changes in its memory (cow, the default), or writable; repeatable
  --bus mmio|pci     where the devices stand (default mmio)
  --iommu            puts an IOMMU between the devices and memory
  --jit on|off|eager  whether hot code is compiled to WebAssembly (default on);
                     off is for places that forbid it, eager, which is slow, for tests
  --kcmd-args ARGS   further parameters for the kernel
  --log LEVEL        shows the kernel's log on standard error: ${LOG_LEVELS.slice(1).join(", ")}
  --strace[=FILE]    traces every system call of the guest, to standard error or FILE
  --scml-audit[=FILE]  tells of each system call outside the kernel's own SCML rules
  --scml PATH        with --scml-audit: further rules, of another kernel; repeatable
  --machine-stats    tells on standard error at the end what the CPU has counted
  --help             this text
`;

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/** Options that take a value, and what they do with it. */
const VALUE_OPTIONS: Readonly<Record<string, (options: Draft, value: string) => void>> = {
  "--memory": (options, value) => {
    if (!/^\d{1,6}$/.test(value)) throw bad(`--memory ${value}: expected a number of MiB`);
    options.memoryMiB = Number(value);
  },
  "--cwd": (options, value) => {
    options.cwd = value;
  },
  "--env": (options, value) => {
    if (!/^[^=]+=/.test(value)) throw bad(`--env ${value}: expected NAME=VALUE`);
    options.env.push(value);
  },
  "--busybox": (options, value) => {
    options.busybox = value;
  },
  "--initramfs": (options, value) => {
    options.initramfs = value;
  },
  "--root": (options, value) => {
    options.root = value;
  },
  "--disk": (options, value) => {
    options.disks.push(value);
  },
  "--mount": (options, value) => {
    options.mounts = [...(options.mounts ?? []), parseMount(value)];
  },
  "--bus": (options, value) => {
    if (value !== "mmio" && value !== "pci") throw bad(`--bus ${value}: expected mmio or pci`);
    options.bus = value;
  },
  "--scml": (options, value) => {
    options.scml = [...(options.scml ?? []), value];
  },
  "--jit": (options, value) => {
    const mode = JIT_MODES.find((name) => name === value);
    if (mode === undefined) throw bad(`--jit ${value}: expected one of ${JIT_MODES.join(", ")}`);
    options.jit = mode;
  },
  "--kcmd-args": (options, value) => {
    options.kernelArgs =
      options.kernelArgs === undefined ? value : `${options.kernelArgs} ${value}`;
  },
  "--log": (options, value) => {
    const level = LOG_LEVELS.find((name): name is LogLevel => name === value);
    if (level === undefined) throw bad(`--log ${value}: expected one of ${LOG_LEVELS.join(", ")}`);
    options.logLevel = level;
  },
};

type Draft = Mutable<RunOptions> & { env: string[]; disks: string[] };

/** Reads the arguments of `run`; "help" when that is asked for. Throws `SandboxError`. */
export function parseRunArguments(args: readonly string[]): RunOptions | "help" {
  const options: Draft = { env: [], disks: [] };
  for (let i = 0; i < args.length; i++) {
    const argument = args[i] ?? "";
    if (argument === "--") {
      const command = args.slice(i + 1);
      if (command.length === 0) throw bad("expected a command after --");
      options.command = originalBytes(command);
      return options;
    }
    if (argument === "--help" || argument === "-h") return "help";
    const [, name = argument, attached] = /^(--[^=]+)=(.*)$/s.exec(argument) ?? [];
    if (name === "--strace") {
      options.strace = attached ?? true;
      continue;
    }
    if (argument === "--machine-stats") {
      options.machineStats = true;
      continue;
    }
    if (argument === "--iommu") {
      options.iommu = true;
      continue;
    }
    if (name === "--scml-audit") {
      options.scmlAudit = attached ?? true;
      continue;
    }
    const apply = VALUE_OPTIONS[name];
    if (apply === undefined) {
      const hint = argument.startsWith("-") ? "" : "; put a command for the guest after --";
      throw bad(`unknown argument "${argument}"${hint} (see --help)`);
    }
    const value = attached ?? args[++i];
    if (value === undefined || value === "" || (attached === undefined && value === "--")) {
      throw bad(`${name}: expected a value`);
    }
    apply(options, value);
  }
  return options;
}

/** HOST:GUEST[:MODE]. The host's path may have colons, the guest's may not. */
function parseMount(value: string): HostMount {
  const wrong = `--mount ${value}: expected HOST:GUEST, or HOST:GUEST:${MOUNT_MODES.join("|")}`;
  const [, host = "", guest = "", last] = /^(.+?):(\/[^:]*)(?::([^:/]*))?$/.exec(value) ?? [];
  if (host === "" || guest === "") throw bad(`${wrong}; GUEST begins with a slash`);
  const mode = last === undefined ? "cow" : MOUNT_MODES.find((name) => name === last);
  if (mode === undefined) throw bad(wrong);
  return { host, guest, mode };
}

/**
 * Node decodes its arguments as UTF-8 and so loses bytes that are none. Where one was
 * lost, Linux still has the arguments in /proc (proc_pid_cmdline(5)).
 */
function originalBytes(command: readonly string[]): Argument[] {
  if (!command.some((argument) => argument.includes("\ufffd"))) return [...command];
  try {
    const line = readFileSync("/proc/self/cmdline");
    const words: Uint8Array[] = [];
    for (let start = 0; start < line.length;) {
      const end = line.indexOf(0, start);
      words.push(line.subarray(start, end < 0 ? line.length : end));
      start = end < 0 ? line.length : end + 1;
    }
    return words.slice(-command.length);
  } catch {
    return [...command];
  }
}

function bad(message: string): SandboxError {
  return new SandboxError("bad-option", message);
}
