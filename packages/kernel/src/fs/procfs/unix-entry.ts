// SPDX-License-Identifier: MPL-2.0

import { SOCK_STREAM } from "../../abi/socket.ts";
import { UnixSocket } from "../../net/unix/socket.ts";
import type { ProcTree } from "./static-directory.ts";
import type { ProcContext } from "./text.ts";

/** __SO_ACCEPTCON; SS_UNCONNECTED and SS_CONNECTED. */
const ACCEPTS = 0x1_0000;
const UNCONNECTED = 1;
const CONNECTED = 3;

const hex = (value: number, digits: number): string =>
  value.toString(16).toUpperCase().padStart(digits, "0");

/** /proc/net/unix: the sockets that somebody has open. */
function renderUnix({ reader }: ProcContext): string {
  const sockets = new Map<number, UnixSocket>();
  for (const thread of reader.kernel.processes.threads.values()) {
    for (let fd = 0; fd < thread.files.length; fd++) {
      const file = thread.files.get(fd);
      if (file instanceof UnixSocket) sockets.set(file.location.inode.ino, file);
    }
  }
  let text = "Num       RefCount Protocol Flags    Type St Inode Path\n";
  for (const [ino, socket] of [...sockets].toSorted(([a], [b]) => a - b)) {
    const flags = socket.listener === undefined ? 0 : ACCEPTS;
    const state = socket.isConnected ? CONNECTED : UNCONNECTED;
    const name = socket.name === "" ? "" : ` ${socket.name.replaceAll("\0", "@")}`;
    const type = socket.type === SOCK_STREAM ? 1 : socket.type;
    text +=
      `${"0".repeat(16)}: ${hex(socket.isConnected ? 3 : 2, 8)} ${hex(0, 8)} ${hex(flags, 8)} ` +
      `${hex(type, 4)} ${hex(state, 2)} ${String(ino).padStart(5)}${name}\n`;
  }
  return text;
}

/** /proc/net. */
export const NET_TREE: ProcTree = {
  files: [{ name: "unix", render: renderUnix }],
  directories: {},
};
