// SPDX-License-Identifier: MPL-2.0

import { F_WRLCK } from "../../abi/fcntl.ts";
import { deviceMajor, deviceMinor } from "../../abi/stat.ts";
import type { Inode } from "../inode.ts";
import type { ProcContext } from "./text.ts";

/** The files that are locked: a lock lives no longer than the descriptors of its file. */
function lockedFiles({ reader }: ProcContext): Set<Inode> {
  const locked = new Set<Inode>();
  for (const thread of reader.kernel.processes.threads.values()) {
    for (let fd = 0; fd < thread.files.length; fd++) {
      const inode = thread.files.get(fd)?.inode;
      if (inode?.locks !== undefined) {
        locked.add(inode);
      }
    }
  }
  return locked;
}

/** /proc/locks (proc_locks(5)). */
export function renderLocks(context: ProcContext): string {
  let text = "";
  let number = 0;
  for (const inode of lockedFiles(context)) {
    const { device } = inode.fs;
    const major = deviceMajor(device).toString(16).padStart(2, "0");
    const minor = deviceMinor(device).toString(16).padStart(2, "0");
    const file = `${major}:${minor}:${inode.ino}`;
    for (const lock of inode.locks?.recordLocks() ?? []) {
      const kind = lock.pid === -1 ? "OFDLCK" : "POSIX ";
      const type = lock.type === F_WRLCK ? "WRITE" : "READ";
      const last = lock.end === Infinity ? "EOF" : String(lock.end - 1);
      text += `${++number}: ${kind} ADVISORY  ${type} ${lock.pid} ${file} ${lock.start} ${last}\n`;
    }
    for (const lock of inode.locks?.wholeLocks() ?? []) {
      const type = lock.isExclusive ? "WRITE" : "READ";
      text += `${++number}: FLOCK  ADVISORY  ${type} ${lock.pid} ${file} 0 EOF\n`;
    }
  }
  return text;
}
