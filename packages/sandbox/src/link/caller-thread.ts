// SPDX-License-Identifier: MPL-2.0

import { AGENT_PORT } from "@aster/kernel/agent";
import type { Kernel } from "@aster/ostd";
import { SandboxError } from "../errors.ts";
import { describe } from "../host-error.ts";
import { PORT_STRACE } from "../initramfs/init-script.ts";
import { shareFolders } from "../root/host-mounts.ts";
import { startSystem } from "../system.ts";
import { EarlyOutput } from "./early-output.ts";
import type { DiskFile, Link, LinkConfig, LinkEvents } from "./link.ts";

/** What stop() leaves as power-off code; nobody sees it. */
const STOPPED_BY_HOST = 125;

/**
 * Assembles a system from data and starts it on this thread, in turns of a few milliseconds: what
 * every system inside Node is made by, in workers too. Without a `kernel` it is our own, in no
 * compartment: this realm may be the embedder's, where nothing is ours to freeze.
 */
export async function startOnCallerThread(
  config: LinkConfig,
  events: LinkEvents,
  kernel?: Kernel,
): Promise<Link> {
  const { initramfs, bus, iommu, jit, console: terminalSize } = config;
  const rootImage = config.root === undefined ? undefined : await openRoot(config.root);
  const folders = await shareFolders(config.mounts);
  const early = config.hasEarlyConsole ? new EarlyOutput(events.earlyConsole) : undefined;
  const system = await startSystem({
    ...(kernel && { kernel }),
    kernelCommandLine: config.kernelCommandLine,
    ...(initramfs && { initramfs }),
    memoryMiB: config.memoryMiB,
    portNames: [
      ...(config.hasAgent ? [AGENT_PORT] : []),
      ...(config.hasTrace ? [PORT_STRACE] : []),
    ],
    disks: [...(await openDisks(config.disks)), ...(rootImage === undefined ? [] : [rootImage])],
    folders: folders.folders,
    ...(terminalSize && { terminalSize }),
    ...(bus && { bus }),
    ...(iommu !== undefined && { iommu }),
    ...(jit && { jit }),
    ...(config.hasTrace && { onStrace: events.trace }),
    ...(config.hasLog && { onLog: events.log }),
    ...(early && { onEarlyConsole: (byte) => early.add(byte) }),
  });
  const { console, machine } = system;
  const ended = system.ended.finally(() => {
    rootImage?.close();
    folders.close();
    early?.flush();
  });
  if (config.hasAgent) {
    console.port(AGENT_PORT).output = (bytes) => {
      events.bytes(bytes);
      return true;
    };
  }
  return {
    ended,
    console: console.terminal,
    resize: ({ columns, rows }) => console.resize(columns, rows),
    send: (bytes) => void console.port(AGENT_PORT).send(bytes),
    stop: async () => {
      machine.stop(STOPPED_BY_HOST);
      await ended;
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
