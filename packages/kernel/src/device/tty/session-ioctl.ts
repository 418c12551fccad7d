// SPDX-License-Identifier: MPL-2.0

import { Errno } from "../../abi/errno.ts";
import { SIGTTOU } from "../../abi/signal.ts";
import type { OpenFile } from "../../fs/file.ts";
import type { Thread } from "../../process/thread.ts";
import { fail } from "../../result.ts";
import type { Result } from "../../result.ts";
import { Capability } from "../../security/capabilities.ts";
import { checkForeground } from "./job-control.ts";
import type { Tty } from "./tty.ts";

/** TIOCGPGRP: the foreground group; 0 where there is none. A pty's master may always ask. */
export function getForegroundGroup(
  thread: Thread,
  tty: Tty,
  address: number,
  isMaster: boolean,
): Result {
  if (!isMaster && !tty.controls(thread)) {
    return fail(Errno.ENOTTY, "not the controlling terminal");
  }
  const pgid = tty.foregroundGroup?.pgid ?? 0;
  return thread.memory.writeU32(address, pgid) ? 0 : fail(Errno.EFAULT);
}

/** TIOCSPGRP: puts a group of the caller's session into the foreground. */
export function setForegroundGroup(thread: Thread, tty: Tty, address: number): Result {
  const allowed = checkForeground(thread, tty, SIGTTOU);
  if (allowed === -Errno.EIO) return fail(Errno.ENOTTY);
  if (allowed !== 0) return allowed;
  const { session } = thread.process;
  const word = thread.memory.readU32(address);
  if (word < 0) return fail(Errno.EFAULT);
  const pgid = word | 0;
  if (pgid < 0) return fail(Errno.EINVAL);
  if (!tty.controls(thread) || tty.session !== session) {
    return fail(Errno.ENOTTY, "not the controlling terminal");
  }
  const group = thread.kernel.processes.getGroup(pgid);
  if (group === undefined) return fail(Errno.ESRCH, "no such process group");
  if (group.session !== session) return fail(Errno.EPERM, "the group is of another session");
  tty.foregroundGroup = group;
  return 0;
}

/** TIOCGSID: the session that the terminal controls. */
export function getSession(thread: Thread, tty: Tty, address: number, isMaster: boolean): Result {
  if (!isMaster && !tty.controls(thread)) {
    return fail(Errno.ENOTTY, "not the controlling terminal");
  }
  if (tty.session === undefined) return fail(Errno.ENOTTY, "no session has the terminal");
  return thread.memory.writeU32(address, tty.session.sid) ? 0 : fail(Errno.EFAULT);
}

/** TIOCSCTTY; with 1, root takes the terminal away from another session. */
export function setControllingTty(thread: Thread, file: OpenFile, tty: Tty, steal: number): Result {
  const { process, credentials } = thread;
  const { session } = process;
  const isLeader = session.leader === process;
  if (isLeader && tty.session === session) return 0;
  if (!isLeader || session.controllingTty !== undefined) {
    return fail(Errno.EPERM, "only a session leader without a terminal may take one");
  }
  const mayAdminister = credentials.has(Capability.SYS_ADMIN);
  if (tty.session !== undefined) {
    if (steal !== 1 || !mayAdminister) return fail(Errno.EPERM, "another session has it");
    tty.session.controllingTty = undefined;
  }
  if (!file.readable && !mayAdminister) return fail(Errno.EPERM, "opened for writing only");
  tty.becomeControllingTtyOf(session, process.group);
  return 0;
}

/**
 * TIOCNOTTY. Where a session leader does it, the whole session loses the terminal. Terminals
 * belong to sessions here, so that another process can not lose it for itself alone.
 */
export function giveUpTty(thread: Thread, tty: Tty): Result {
  if (!tty.controls(thread)) return fail(Errno.ENOTTY, "not the controlling terminal");
  const { process } = thread;
  if (process.session.leader !== process) {
    return fail(Errno.EPERM, "only the session leader can give the terminal up");
  }
  tty.dissociate(false);
  return 0;
}
