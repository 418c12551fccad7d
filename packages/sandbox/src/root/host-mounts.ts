// SPDX-License-Identifier: MPL-2.0

import type { FolderServer } from "@aster/machine/node";
import type { MountedFolder, MountMode } from "../command-line.ts";
import { SandboxError } from "../errors.ts";
import { describe } from "../host-error.ts";
import type { SystemOptions } from "../system.ts";

/** A folder of the host in the guest. */
export interface HostMount {
  /** Path on the host. */
  readonly host: string;
  /** Absolute path in the guest; made where it is not there. */
  readonly guest: string;
  /**
   * "ro": changes are refused. "cow", the default: they stay in the guest's memory. "rw": they are
   * made on the host.
   */
  readonly mode?: MountMode;
}

interface SharedFolders {
  readonly folders: NonNullable<SystemOptions["folders"]>;
  readonly close: () => void;
}

/** How the kernel is told of the folders, in the order of their mounting. */
export function mountedFolders(mounts: readonly HostMount[]): readonly MountedFolder[] {
  // A folder within another is mounted after it.
  return mounts
    .map(({ guest, mode = "cow" }, i) => ({ tag: tagOf(i), mode, place: guest }))
    .toSorted((a, b) => a.place.split("/").length - b.place.split("/").length);
}

/** Starts a server for each folder. Throws `SandboxError` where one can not be used. */
export async function shareFolders(mounts: readonly HostMount[]): Promise<SharedFolders> {
  if (mounts.length === 0) return { folders: [], close: () => {} };
  const { FolderServer: Server } = await import("@aster/machine/node");
  const servers: FolderServer[] = [];
  const close = (): void => {
    for (const server of servers) server.close();
  };
  for (const { host, mode } of mounts) {
    try {
      servers.push(new Server(host, { readOnly: mode !== "rw" }));
    } catch (error) {
      close();
      throw new SandboxError("bad-option", `the folder ${host}: ${describe(error)}`);
    }
  }
  return { folders: servers.map((server, i) => ({ tag: tagOf(i), server })), close };
}

function tagOf(index: number): string {
  return `host${index}`;
}
