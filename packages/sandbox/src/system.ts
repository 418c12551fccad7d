// SPDX-License-Identifier: MPL-2.0

import type {
  BlockBackend,
  Clock,
  CpuStatistics,
  EntropySource,
  Machine,
  NinePServer,
  VirtioConsole,
} from "@aster/machine";
import type { HostPort } from "@aster/machine/node";
import type { Kernel } from "@aster/ostd";
import { SandboxError } from "./errors.ts";
import { checkCompilation, type JitMode } from "./jit-mode.ts";
import { KernelLog } from "./kernel-log.ts";
import {
  PORT_STATUS,
  PORT_STDERR,
  PORT_STDIN,
  PORT_STDOUT,
  PORT_STRACE,
} from "./initramfs/init-script.ts";

/** The ports that the init script knows. */
export const INIT_PORTS: readonly string[] = [
  PORT_STDIN,
  PORT_STDOUT,
  PORT_STDERR,
  PORT_STATUS,
  PORT_STRACE,
];

/** Memory of a guest, in MiB, when the caller says nothing. */
export const DEFAULT_MEMORY_MIB = 256;
export const MIN_MEMORY_MIB = 16;
/** For a kernel that is not ours and has no userland (`MIN_RAM_BYTES` of the machine). */
export const MIN_KERNEL_MEMORY_MIB = 8;
export const MAX_MEMORY_MIB = 3072;

export interface SystemOptions {
  /** The kernel to boot; default: the Linux-compatible one of `@aster/kernel`. */
  readonly kernel?: Kernel;
  readonly kernelCommandLine: string;
  readonly initramfs?: Uint8Array;
  readonly memoryMiB?: number;
  readonly disks?: readonly BlockBackend[];
  /** Folders of the host that the guest may mount by their tags (type "9p"). */
  readonly folders?: readonly { readonly tag: string; readonly server: NinePServer }[];
  /** Names of the console device's ports; default: those of the init script. */
  readonly portNames?: readonly string[];
  /** Size of the terminal on the console, in characters. */
  readonly terminalSize?: { readonly columns: number; readonly rows: number };
  /** Where the devices stand; default "mmio". */
  readonly bus?: "mmio" | "pci";
  /** Whether the devices' DMA and interrupts go through an IOMMU; default false. */
  readonly iommu?: boolean;
  /** Whether hot code is compiled to WebAssembly; default: where the host allows it. */
  readonly jit?: JitMode;
  readonly clock?: Clock;
  readonly entropy?: EntropySource;
  /** Instructions between two looks at interrupts in user mode; default 100,000, and up to 400,000 while compiled code runs. */
  readonly tickInstructions?: number;
  /** Gets the kernel's log, by lines. */
  readonly onLog?: (bytes: Uint8Array) => void;
  /** Gets each byte that the kernel prints on its early console, where its log goes. */
  readonly onEarlyConsole?: (byte: number) => void;
  /** Gets the kernel's trace of system calls, when the command line asks for it. */
  readonly onStrace?: (bytes: Uint8Array) => void;
}

/** How a system ended: as the kernel wished, or because it failed. */
export interface SystemEnd {
  /** "stopped": by the host, which may not know what the kernel said last. */
  readonly reason: "power-off" | "restart" | "failed" | "stopped";
  /** What the kernel gave to power-off, 0…255. */
  readonly code: number;
  /** The end of the kernel's log. */
  readonly logTail: string;
  /** What happened, where the machine failed and not the kernel. */
  readonly failure?: string;
  /** What the machine's CPU has counted, of the machine inside Node. */
  readonly statistics?: CpuStatistics;
}

/** A running kernel and the host's ends of its devices, on whatever machine. */
export interface Guest {
  /** Ends it at once; nobody is asked. */
  readonly machine: { stop(code: number): void };
  readonly console: GuestConsole;
  /** The machine has the caller's terminal to itself: nobody else may read it. */
  readonly hasOwnTerminal?: boolean;
  /** Resolves when the kernel was left; never rejects. */
  readonly ended: Promise<SystemEnd>;
}

export interface GuestConsole {
  readonly terminal: HostPort;
  port(name: string): HostPort;
  /** Tells the guest the size of its terminal, in characters. */
  resize(columns: number, rows: number): void;
}

/** A guest on the built-in machine. */
export interface System extends Guest {
  readonly machine: Machine;
  readonly console: VirtioConsole;
}

/** Boots a kernel. It runs on the caller's thread, in turns of a few milliseconds. */
export async function startSystem(options: SystemOptions): Promise<System> {
  // Loaded when they are needed: an embedder's own thread mostly runs no guest.
  const machineModule = await import("@aster/machine");
  const { createMachine, VirtioBlock, VirtioConsole, VirtioEntropy, VirtioNineP } = machineModule;
  const { loadTier0, nodeEntropy } = await import("@aster/machine/node");
  const { bootKernel } = await import("@aster/ostd/boot");
  const kernel = options.kernel ?? (await loadKernel());
  const tier0 = loadTier0();
  checkCompilation(options.jit, machineModule.compilationRefusal, tier0 !== undefined);
  const entropy = options.entropy ?? nodeEntropy;
  const console = new VirtioConsole({
    portNames: options.portNames ?? INIT_PORTS,
    ...(options.terminalSize && { size: options.terminalSize }),
  });
  const { onStrace, onEarlyConsole } = options;
  if (onStrace !== undefined) {
    console.port(PORT_STRACE).output = (bytes) => {
      onStrace(bytes);
      return true;
    };
  }
  const log = new KernelLog(options.onLog);
  const machine = createMachine({
    ramBytes: ramBytesOf(options),
    kernelCommandLine: options.kernelCommandLine,
    ...(options.initramfs && { initramfs: options.initramfs }),
    ...(options.clock && { clock: options.clock }),
    ...(options.tickInstructions !== undefined && { tickInstructions: options.tickInstructions }),
    ...(tier0 && { tier0 }),
    ...(options.bus && { bus: options.bus }),
    ...(options.iommu !== undefined && { iommu: options.iommu }),
    ...(options.jit && { jit: options.jit }),
    entropy,
    devices: [
      console,
      new VirtioEntropy(entropy),
      ...(options.disks ?? []).map((backend) => new VirtioBlock({ backend })),
      ...(options.folders ?? []).map(({ tag, server }) => new VirtioNineP(tag, server)),
    ],
    earlyConsole:
      onEarlyConsole === undefined
        ? (byte) => log.add(byte)
        : (byte) => {
            log.add(byte);
            onEarlyConsole(byte);
          },
  });
  return { machine, console, ended: run(() => bootKernel(kernel, machine), machine, log) };
}

async function loadKernel(): Promise<Kernel> {
  const module: { readonly default?: Kernel } = (await import("@aster/kernel")) as object;
  if (module.default === undefined) {
    throw new SandboxError("kernel-failed", "@aster/kernel has no default export to boot");
  }
  return module.default;
}

async function run(
  bootKernel: () => Promise<unknown>,
  machine: Machine,
  log: KernelLog,
): Promise<SystemEnd> {
  // A caller gets the System first, and can connect it before the kernel's first step.
  await new Promise((resolve) => setImmediate(resolve));
  let failure = "";
  try {
    await bootKernel();
  } catch (error) {
    failure = error instanceof Error ? (error.stack ?? error.message) : String(error);
  }
  log.flush();
  const logTail = log.tail() + failure;
  const { stopped, statistics } = machine;
  if (failure !== "") return { reason: "failed", code: 1, logTail, statistics };
  return { reason: stopped?.reason ?? "power-off", code: stopped?.code ?? 0, logTail, statistics };
}

function ramBytesOf({ memoryMiB = DEFAULT_MEMORY_MIB, kernel }: SystemOptions): number {
  const least = kernel === undefined ? MIN_MEMORY_MIB : MIN_KERNEL_MEMORY_MIB;
  return checkMemory(memoryMiB, least) * 1024 * 1024;
}

/** `memoryMiB`, where a machine can have as much; throws `SandboxError`. */
export function checkMemory(memoryMiB: number, least: number = MIN_MEMORY_MIB): number {
  if (!Number.isInteger(memoryMiB) || memoryMiB < least || memoryMiB > MAX_MEMORY_MIB) {
    throw new SandboxError(
      "bad-option",
      `memory of ${memoryMiB} MiB: expected a whole number from ${least} to ${MAX_MEMORY_MIB}`,
    );
  }
  return memoryMiB;
}
