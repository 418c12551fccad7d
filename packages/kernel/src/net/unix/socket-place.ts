// SPDX-License-Identifier: MPL-2.0

import type { Inode } from "../../fs/inode.ts";
import type { Path } from "../../fs/path.ts";
import type { UnixSocket } from "./socket.ts";

/** The file that a socket is bound to: held, so that who connects finds the socket by it. */
export class SocketPlace {
  private readonly path: Path;
  private readonly inode: Inode;

  constructor(path: Path, socket: UnixSocket) {
    this.path = path;
    this.inode = path.inode;
    path.mount.hold();
    this.inode.openCount++;
    this.inode.boundSocket = socket;
  }

  /** The socket has gone; its file stays, and nobody answers behind it. */
  leave(): void {
    this.inode.boundSocket = undefined;
    this.inode.openCount--;
    this.inode.dropIfUnused();
    this.path.mount.letGo();
  }
}
