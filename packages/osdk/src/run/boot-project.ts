// SPDX-License-Identifier: MPL-2.0

import { writeSync } from "node:fs";
import {
  createMachine,
  VirtioBlock,
  VirtioConsole,
  VirtioEntropy,
  hostEntropy,
} from "@aster/machine";
import { FileBlockBackend, loadTier0, pumpInput, pumpOutput } from "@aster/machine/node";
import type { Kernel } from "@aster/ostd";
import { bootKernel } from "@aster/ostd/boot";

export interface ProjectBoot {
  readonly kernelCommandLine: string;
  readonly initramfs?: Uint8Array;
  readonly memoryMiB?: number;
  readonly bus?: "mmio" | "pci";
  readonly iommu?: boolean;
  readonly jit?: "off" | "on" | "eager";
  readonly disks: readonly { readonly file: string; readonly readOnly: boolean }[];
}

/** Bytes of output that are written at once, at the latest. */
const OUTPUT_BYTES = 4096;
const LINE_FEED = 10;

/**
 * Boots a project's kernel on the built-in machine; the code that it powered off with. Its early
 * console and its virtio console lead to standard output, standard input to the latter.
 */
export async function bootProject(kernel: Kernel, boot: ProjectBoot): Promise<number> {
  const output = new ConsoleOutput();
  const console = new VirtioConsole({ portNames: [] });
  const tier0 = loadTier0();
  const machine = createMachine({
    kernelCommandLine: boot.kernelCommandLine,
    ...(boot.initramfs && { initramfs: boot.initramfs }),
    ...(boot.memoryMiB !== undefined && { ramBytes: boot.memoryMiB * 1024 * 1024 }),
    ...(boot.bus && { bus: boot.bus }),
    ...(boot.iommu !== undefined && { iommu: boot.iommu }),
    ...(tier0 && { tier0 }),
    ...(boot.jit && { jit: boot.jit }),
    devices: [
      console,
      new VirtioEntropy(hostEntropy),
      ...boot.disks.map(
        ({ file, readOnly }) =>
          new VirtioBlock({ backend: new FileBlockBackend(file, { readOnly }) }),
      ),
    ],
    earlyConsole: (byte) => output.add(byte),
  });
  const screen = pumpOutput(console.terminal, process.stdout);
  pumpInput(process.stdin, console.terminal);
  try {
    await bootKernel(kernel, machine);
    await screen.flush();
  } finally {
    output.flush();
    process.stdin.removeAllListeners("data");
    process.stdin.pause();
  }
  return machine.stopped?.code ?? 0;
}

/** Standard output by lines, and what has no end of line by the host's next turn. */
class ConsoleOutput {
  private readonly bytes = new Uint8Array(OUTPUT_BYTES);
  private length = 0;
  private isScheduled = false;

  add(byte: number): void {
    this.bytes[this.length] = byte;
    this.length += 1;
    if (byte === LINE_FEED || this.length === OUTPUT_BYTES) {
      this.flush();
    } else if (!this.isScheduled) {
      this.isScheduled = true;
      setImmediate(() => {
        this.isScheduled = false;
        this.flush();
      });
    }
  }

  flush(): void {
    for (let done = 0; done < this.length;) {
      done += writeSome(this.bytes.subarray(done, this.length));
    }
    this.length = 0;
  }
}

/** Writes to standard output, and waits while it takes nothing. */
function writeSome(bytes: Uint8Array): number {
  for (;;) {
    try {
      return writeSync(1, bytes);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      // Nobody reads any more, as with `osdk run | head`: end as a Unix tool does.
      if (code === "EPIPE") process.exit(141);
      if (code !== "EAGAIN") throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1);
    }
  }
}
