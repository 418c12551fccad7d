// SPDX-License-Identifier: MPL-2.0

import { FolderServer } from "@aster/machine/node";
import type { MountedFolder, MountMode } from "../command-line.ts";
import { SandboxError } from "../errors.ts";
import { describe } from "../initramfs/busybox.ts";
import type { SystemOptions } from "../system.ts";

/** A folder of the host in the guest. */
export interface HostMount {
  /** Path on the host. */
  readonly host: string;
  /** Absolute path in the guest; made where it is not there. */
  readonly guest: string;
  /**
   * "ro": changes are refused. "cow": they stay in the guest's memory. "rw": they are made on the
   * host.
   */
  readonly mode: MountMode;
}

interface SharedFolders {
  readonly folders: NonNullable<SystemOptions["folders"]>;
  readonly mounts: readonly MountedFolder[];
  readonly close: () => void;
}

/** Starts a server for each folder. Throws `SandboxError` where one can not be used. */
export function shareFolders(mounts: readonly HostMount[]): SharedFolders {
  const servers = mounts.map(openServer);
  return {
    folders: servers.map((server, i) => ({ tag: tagOf(i), server })),
    // A folder within another is mounted after it.
    mounts: mounts
      .map(({ guest, mode }, i) => ({ tag: tagOf(i), mode, place: guest }))
      .toSorted((a, b) => a.place.split("/").length - b.place.split("/").length),
    close: () => {
      for (const server of servers) server.close();
    },
  };
}

function openServer({ host, mode }: HostMount): FolderServer {
  try {
    return new FolderServer(host, { readOnly: mode !== "rw" });
  } catch (error) {
    throw new SandboxError("bad-option", `--mount ${host}: ${describe(error)}`);
  }
}

function tagOf(index: number): string {
  return `host${index}`;
}
