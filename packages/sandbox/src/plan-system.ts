// SPDX-License-Identifier: MPL-2.0

import type { BootMode, BootOptions, TerminalSize } from "./boot-options.ts";
import { checkCommandLine, kernelCommandLine } from "./command-line.ts";
import { SandboxError } from "./errors.ts";
import { loadBusybox } from "./initramfs/busybox.ts";
import { addFilesToImage, buildImage, hasAppletTables } from "./initramfs/image.ts";
import type { LinkConfig } from "./link/link.ts";
import { mountedFolders } from "./root/host-mounts.ts";
import { checkMemory, DEFAULT_MEMORY_MIB, MIN_KERNEL_MEMORY_MIB } from "./system.ts";

/** A root in a folder of the host, as the kernel calls it. */
const ROOT_TYPE = "rootimage";
/** Memory of a guest with a root of its own: compilers and interpreters want more than busybox. */
export const ROOT_MEMORY_MIB = 1024;
/** A machine has places for 16 virtio devices; console and entropy have two of them. */
const MAX_DEVICES = 14;
const DEFAULT_SIZE: TerminalSize = { columns: 80, rows: 24 };

/** Options that only Aster's own kernel understands. */
const LINUX_ONLY: readonly (keyof BootOptions)[] = [
  ...(["busybox", "root", "mounts", "env", "onSyscall", "onTrace", "logLevel"] as const),
];

export interface SystemPlan {
  readonly config: LinkConfig;
  /** The guest's busybox has to make the names of its applets itself. */
  readonly needsApplets: boolean;
}

/** All that is decided about a system before it starts, as data. Throws `SandboxError`. */
export function planSystem(options: BootOptions): SystemPlan {
  const { mode = "commands", limits = {}, disks = [], mounts = [], root, kernel } = options;
  const { bus, iommu, jit, onSyscall, onTrace, onLog, onEarlyConsole } = options;
  checkCombination(options, mode);
  const console = consoleSize(options, mode);
  const image = imageFor(options, mode);
  const isForeign = mode === "kernel";
  const defaultMemory = root === undefined ? DEFAULT_MEMORY_MIB : ROOT_MEMORY_MIB;
  const { memoryMiB = defaultMemory } = limits;
  const config: LinkConfig = {
    ...(typeof kernel === "string" && { kernel }),
    kernelCommandLine: isForeign
      ? checkCommandLine(options.kernelArgs?.trim() ?? "")
      : commandLineFor(options, mode),
    ...(image.bytes && { initramfs: image.bytes }),
    memoryMiB: isForeign ? checkMemory(memoryMiB, MIN_KERNEL_MEMORY_MIB) : checkMemory(memoryMiB),
    disks,
    ...(root !== undefined && { root }),
    mounts,
    ...(bus && { bus }),
    ...(iommu !== undefined && { iommu }),
    ...(jit && { jit }),
    ...(console && { console }),
    hasAgent: mode === "commands",
    hasTrace: onSyscall !== undefined || onTrace !== undefined,
    hasLog: onLog !== undefined,
    hasEarlyConsole: onEarlyConsole !== undefined || isForeign,
  };
  return { config, needsApplets: image.needsApplets };
}

function commandLineFor(options: BootOptions, mode: BootMode): string {
  const { limits: { processes } = {}, root, disks = [], mounts = [], kernelArgs } = options;
  const { logLevel = "warning", initramfs, onSyscall, onTrace } = options;
  return kernelCommandLine({
    // A foreign init is a userland's own; it knows nothing of us.
    ...(mode === "init" && initramfs !== undefined && { init: "/init" }),
    logLevel,
    strace: onSyscall !== undefined || onTrace !== undefined,
    agent: mode === "commands",
    mounts: mountedFolders(mounts),
    ...(processes !== undefined && { maxProcesses: processes }),
    ...(root !== undefined && { root: { disk: disks.length, type: ROOT_TYPE } }),
    ...(kernelArgs !== undefined && { kernelArgs }),
  });
}

/** An option that would mean nothing must not be a limit, or a secret, that does not hold. */
function checkCombination(options: BootOptions, mode: BootMode): void {
  const { kernel, thread = "own", limits = {} } = options;
  if (kernel !== undefined && (typeof kernel === "string") !== (thread === "own")) {
    const rule = 'a file name for a thread of its own, the kernel itself with thread: "caller"';
    throw new SandboxError("bad-option", `kernel: expected ${rule}`);
  }
  const devices = (options.disks ?? []).length + (options.mounts ?? []).length;
  if (devices > MAX_DEVICES - (options.root === undefined ? 0 : 1)) {
    const rule = `at most ${MAX_DEVICES}, a root counted`;
    throw new SandboxError("bad-option", `${devices} disks and folders: expected ${rule}`);
  }
  if (mode !== "kernel") return;
  if (kernel === undefined) {
    throw new SandboxError("bad-option", 'mode: "kernel" needs a kernel');
  }
  const useless = [
    ...LINUX_ONLY.filter((name) => options[name] !== undefined),
    ...(limits.processes === undefined ? [] : ["limits.processes"]),
  ];
  if (useless.length === 0) return;
  const names = useless.join(", ");
  throw new SandboxError("bad-option", `${names}: only Aster's own kernel understands that`);
}

function consoleSize({ console }: BootOptions, mode: BootMode): TerminalSize | undefined {
  const isWanted = console ?? mode !== "commands";
  return isWanted === true ? DEFAULT_SIZE : isWanted === false ? undefined : isWanted;
}

interface Image {
  readonly bytes: Uint8Array | undefined;
  readonly needsApplets: boolean;
}

function imageFor(options: BootOptions, mode: BootMode): Image {
  const { initramfs, root, busybox, files = [] } = options;
  const given = Object.entries({ initramfs, root, busybox }).filter(
    ([, value]) => value !== undefined,
  );
  if (given.length > 1) {
    const names = given.map(([name]) => name).join(" and ");
    throw new SandboxError("bad-option", `${names} cannot be used together`);
  }
  if (mode !== "kernel" && initramfs !== undefined) checkArchive(initramfs);
  if (mode === "kernel" || root !== undefined || initramfs !== undefined) {
    const bytes = addFilesToImage(initramfs ?? new Uint8Array(0), files);
    return { bytes: bytes.length === 0 ? undefined : bytes, needsApplets: false };
  }
  const program = busybox instanceof Uint8Array ? busybox : loadBusybox(busybox);
  const bytes = buildImage({ busybox: program, files });
  return { bytes, needsApplets: !hasAppletTables(program) };
}

/** "070701" and "070702" of cpio(5)'s new formats, gzip, and zeros, which may stand before both. */
function checkArchive(image: Uint8Array): void {
  const start = image.findIndex((byte) => byte !== 0);
  const head = Buffer.from(image.subarray(Math.max(0, start), start + 6)).toString("latin1");
  if (/^07070[12]$|^\x1f\x8b/.test(head)) return;
  const found = start < 0 ? "and it is empty" : "and it begins otherwise";
  throw new SandboxError(
    "initramfs-unusable",
    `the initramfs: expected a cpio archive in the "newc" format, plain or gzip, ${found}`,
  );
}
