// SPDX-License-Identifier: MPL-2.0

import { AGENT_PORT } from "@aster/kernel/agent";
import type { Kernel } from "@aster/ostd";
import { SandboxError } from "../errors.ts";
import { describe } from "../initramfs/busybox.ts";
import { PORT_STRACE } from "../initramfs/init-script.ts";
import { startSystem } from "../system.ts";
import type { DiskFile, Link, LinkConfig, LinkEvents } from "./link.ts";

/** What stop() leaves as power-off code; nobody sees it. */
const STOPPED_BY_HOST = 125;

/**
 * Starts a system on this thread, in turns of a few milliseconds. Without a `kernel` it is our own,
 * in no compartment: this realm may be the embedder's, where nothing is ours to freeze.
 */
export async function startOnCallerThread(
  config: LinkConfig,
  events: LinkEvents,
  kernel?: Kernel,
): Promise<Link> {
  const rootImage = config.root === undefined ? undefined : await openRoot(config.root);
  const system = await startSystem({
    ...(kernel && { kernel }),
    kernelCommandLine: config.kernelCommandLine,
    initramfs: config.initramfs,
    memoryMiB: config.memoryMiB,
    portNames: config.hasTrace ? [AGENT_PORT, PORT_STRACE] : [AGENT_PORT],
    disks: [...(await openDisks(config.disks)), ...(rootImage === undefined ? [] : [rootImage])],
    ...(config.jit && { jit: config.jit }),
    ...(config.hasTrace && { onStrace: events.trace }),
    ...(config.hasLog && { onLog: events.log }),
  });
  if (rootImage !== undefined) void system.ended.then(() => rootImage.close());
  const port = system.console.port(AGENT_PORT);
  port.output = (bytes) => {
    events.bytes(bytes);
    return true;
  };
  return {
    ended: system.ended,
    send: (bytes) => void port.send(bytes),
    stop: async () => {
      system.machine.stop(STOPPED_BY_HOST);
      await system.ended;
    },
    // A kernel that sleeps on this thread's event loop keeps it alive by itself.
    setBusy: () => {},
  };
}

async function openRoot(folder: string) {
  const { FolderImage } = await import("../root/folder-image.ts");
  return new FolderImage(folder);
}

async function openDisks(disks: readonly DiskFile[]) {
  if (disks.length === 0) return [];
  const { FileBlockBackend } = await import("@aster/machine/node");
  return disks.map(({ path, readOnly = false }) => {
    try {
      return new FileBlockBackend(path, { readOnly });
    } catch (error) {
      throw new SandboxError("bad-option", `the disk ${path}: ${describe(error)}`);
    }
  });
}
