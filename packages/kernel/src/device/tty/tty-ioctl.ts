// SPDX-License-Identifier: MPL-2.0

import { Errno } from "../../abi/errno.ts";
import { O } from "../../abi/fcntl.ts";
import { SIGTTOU } from "../../abi/signal.ts";
import {
  DISABLED_CHARACTER,
  N_TTY,
  TCFLSH,
  TCGETA,
  TCGETS,
  TCGETS2,
  TCIFLUSH,
  TCIOFF,
  TCIOFLUSH,
  TCION,
  TCOFLUSH,
  TCOOFF,
  TCOON,
  TCSBRK,
  TCSBRKP,
  TCSETA,
  TCSETAF,
  TCSETAW,
  TCSETS,
  TCSETS2,
  TCSETSF,
  TCSETSF2,
  TCSETSW,
  TCSETSW2,
  TCXONC,
  TIOCCBRK,
  TIOCEXCL,
  TIOCGDEV,
  CLOCAL,
  TIOCGETD,
  TIOCGSOFTCAR,
  TIOCSSOFTCAR,
  TIOCGEXCL,
  TIOCGPGRP,
  TIOCGSID,
  TIOCGWINSZ,
  TIOCNOTTY,
  TIOCNXCL,
  TIOCOUTQ,
  TIOCSBRK,
  TIOCSCTTY,
  TIOCSETD,
  TIOCSPGRP,
  TIOCSTI,
  TIOCSWINSZ,
  TIOCVHANGUP,
  V,
} from "../../abi/termios.ts";
import type { Thread } from "../../process/thread.ts";
import { fail } from "../../result.ts";
import type { Result } from "../../result.ts";
import { Capability } from "../../security/capabilities.ts";
import { checkForeground } from "./job-control.ts";
import {
  getForegroundGroup,
  getSession,
  giveUpTty,
  setControllingTty,
  setForegroundGroup,
} from "./session-ioctl.ts";
import { TERMIO_SIZE, TERMIOS2_SIZE, TERMIOS_SIZE } from "./termios.ts";
import type { Tty } from "./tty.ts";
import type { TtyFile } from "./tty-file.ts";
import { getWindowSize, setWindowSize } from "./window-size.ts";

/** The requests of ioctl_tty(2) that an open terminal answers. */
export function ttyIoctl(thread: Thread, file: TtyFile, request: number, argument: number): Result {
  const { tty } = file;
  switch (request) {
    case TCXONC:
      return flowControl(thread, tty, argument);
    case TCFLSH:
      return flush(thread, tty, argument);
    case TIOCGPGRP:
      return getForegroundGroup(thread, tty, argument, false);
    case TIOCSPGRP:
      return setForegroundGroup(thread, tty, argument);
    case TIOCGSID:
      return getSession(thread, tty, argument, false);
    case TIOCSCTTY:
      return setControllingTty(thread, file, tty, argument);
    case TIOCNOTTY:
      return giveUpTty(thread, tty);
    case TIOCOUTQ:
      return writeInt(thread, argument, tty.driver.pendingBytes());
    case TIOCGDEV:
      return writeInt(thread, argument, tty.deviceNumber);
    case TIOCVHANGUP:
      if (!thread.credentials.has(Capability.SYS_ADMIN)) return fail(Errno.EPERM);
      tty.hangup();
      return 0;
    case TIOCSTI:
      return fakeInput(thread, tty, argument);
    default:
      return ttySettingsIoctl(thread, tty, request, argument);
  }
}

/** The requests that a pty's master answers for its slave as well. */
export function ttySettingsIoctl(
  thread: Thread,
  tty: Tty,
  request: number,
  argument: number,
): Result {
  switch (request) {
    case TCGETS:
    case TCGETS2:
    case TCGETA:
      return getTermios(thread, tty, request, argument);
    case TCSETS:
    case TCSETS2:
    case TCSETA:
    case TCSETSW:
    case TCSETSW2:
    case TCSETAW:
    case TCSETSF:
    case TCSETSF2:
    case TCSETAF:
      return setTermios(thread, tty, request, argument);
    case TCSBRK:
      // A break itself has no meaning on these terminals; tcdrain(3) comes as TCSBRK with 1.
      return waitUntilSent(thread, tty, true);
    case TCSBRKP:
    case TIOCSBRK:
    case TIOCCBRK:
      return checkForeground(thread, tty, SIGTTOU);
    case TIOCGWINSZ:
      return getWindowSize(thread, tty, argument);
    case TIOCSWINSZ:
      return setWindowSize(thread, tty, argument);
    case TIOCEXCL:
      tty.exclusive = true;
      return 0;
    case TIOCNXCL:
      tty.exclusive = false;
      return 0;
    case TIOCGEXCL:
      return writeInt(thread, argument, tty.exclusive ? 1 : 0);
    case TIOCGSOFTCAR:
      return writeInt(thread, argument, (tty.termios.cflag & CLOCAL) !== 0 ? 1 : 0);
    case TIOCSSOFTCAR:
      return setSoftCarrier(thread, tty, argument);
    case TIOCGETD:
      return writeInt(thread, argument, N_TTY);
    case TIOCSETD:
      return setDiscipline(thread, argument);
    default:
      return fail(Errno.ENOTTY);
  }
}

export function writeInt(thread: Thread, address: number, value: number): Result {
  return thread.memory.writeU32(address, value) ? 0 : fail(Errno.EFAULT);
}

function sizeOf(request: number): number {
  switch (request) {
    case TCGETA:
    case TCSETA:
    case TCSETAW:
    case TCSETAF:
      return TERMIO_SIZE;
    case TCGETS2:
    case TCSETS2:
    case TCSETSW2:
    case TCSETSF2:
      return TERMIOS2_SIZE;
    default:
      return TERMIOS_SIZE;
  }
}

function getTermios(thread: Thread, tty: Tty, request: number, argument: number): Result {
  const bytes = new Uint8Array(sizeOf(request));
  if (request === TCGETA) tty.termios.encodeTermio(bytes);
  else tty.termios.encode(bytes);
  const written = thread.memory.writeBytes(argument, bytes, 0, bytes.length);
  return written === bytes.length ? 0 : fail(Errno.EFAULT);
}

function setTermios(thread: Thread, tty: Tty, request: number, argument: number): Result {
  const allowed = checkForeground(thread, tty, SIGTTOU);
  if (allowed !== 0) return allowed;
  const bytes = new Uint8Array(sizeOf(request));
  if (thread.memory.readBytes(argument, bytes, 0, bytes.length) < bytes.length) {
    return fail(Errno.EFAULT);
  }
  const isImmediate = request === TCSETS || request === TCSETS2 || request === TCSETA;
  const flushes = request === TCSETSF || request === TCSETSF2 || request === TCSETAF;
  if (!isImmediate) {
    const sent = waitUntilSent(thread, tty, false);
    if (sent !== 0) return sent;
  }
  const settings = tty.termios.clone();
  if (bytes.length === TERMIO_SIZE) settings.decodeTermio(bytes);
  else settings.decode(bytes);
  if (flushes) tty.flushInput();
  tty.setTermios(settings);
  return 0;
}

/** tcdrain(3): until the device has sent everything. */
function waitUntilSent(thread: Thread, tty: Tty, checks: boolean): Result {
  const allowed = checks ? checkForeground(thread, tty, SIGTTOU) : 0;
  if (allowed !== 0) return allowed;
  return tty.driver.pendingBytes() === 0 ? 0 : thread.block(tty.writeQueue);
}

/** tcflow(3). */
function flowControl(thread: Thread, tty: Tty, action: number): Result {
  const allowed = checkForeground(thread, tty, SIGTTOU);
  if (allowed !== 0) return allowed;
  switch (action) {
    case TCOOFF:
      tty.setFlowStopped(true);
      return 0;
    case TCOON:
      tty.setFlowStopped(false);
      return 0;
    case TCIOFF:
      return sendFlowCharacter(thread, tty, tty.termios.cc[V.STOP] ?? DISABLED_CHARACTER);
    case TCION:
      return sendFlowCharacter(thread, tty, tty.termios.cc[V.START] ?? DISABLED_CHARACTER);
    default:
      return fail(Errno.EINVAL);
  }
}

function sendFlowCharacter(thread: Thread, tty: Tty, byte: number): Result {
  if (byte === DISABLED_CHARACTER || tty.sendPriority(byte)) return 0;
  return thread.block(tty.writeQueue);
}

/** tcflush(3). */
function flush(thread: Thread, tty: Tty, which: number): Result {
  const allowed = checkForeground(thread, tty, SIGTTOU);
  if (allowed !== 0) return allowed;
  if (which !== TCIFLUSH && which !== TCOFLUSH && which !== TCIOFLUSH) return fail(Errno.EINVAL);
  if (which !== TCOFLUSH) tty.flushInput();
  tty.driver.settle();
  if (which !== TCIFLUSH) tty.discardOutput();
  return 0;
}

/** TIOCSTI, as Linux with dev.tty.legacy_tiocsti off: only root types for others. */
function fakeInput(thread: Thread, tty: Tty, address: number): Result {
  if (!thread.credentials.has(Capability.SYS_ADMIN)) {
    return fail(Errno.EIO, "faking terminal input is not permitted");
  }
  const byte = thread.memory.readU8(address);
  if (byte < 0) return fail(Errno.EFAULT);
  tty.driver.settle();
  tty.receive(Uint8Array.of(byte), 0, 1);
  return 0;
}

/** TIOCSSOFTCAR: CLOCAL alone. */
function setSoftCarrier(thread: Thread, tty: Tty, argument: number): Result {
  const isLocal = thread.memory.readU32(argument);
  if (isLocal < 0) return fail(Errno.EFAULT);
  const settings = tty.termios.clone();
  settings.cflag = isLocal === 0 ? settings.cflag & ~CLOCAL : settings.cflag | CLOCAL;
  tty.setTermios(settings);
  return 0;
}

/** N_TTY is the one line discipline there is. */
function setDiscipline(thread: Thread, argument: number): Result {
  const discipline = thread.memory.readU32(argument);
  if (discipline < 0) return fail(Errno.EFAULT);
  return discipline === N_TTY ? 0 : fail(Errno.EINVAL, "no such line discipline");
}

/** Whether `thread` may open `tty` once more: 0, -EBUSY or -EIO. */
export function mayOpenTty(thread: Thread, tty: Tty): Result {
  if (tty.exclusive && !thread.credentials.has(Capability.SYS_ADMIN)) {
    return fail(Errno.EBUSY, "the terminal is open exclusively");
  }
  return 0;
}

/**
 * open(2) of a terminal by a session leader that has none makes it the controlling terminal,
 * unless O_NOCTTY is given, it is opened for writing only, or it controls another session.
 */
export function acquireAtOpen(thread: Thread, tty: Tty, flags: number): void {
  const { process } = thread;
  const { session } = process;
  if ((flags & O.NOCTTY) !== 0 || (flags & O.ACCMODE) === O.WRONLY) return;
  if (session.leader !== process || session.controllingTty !== undefined) return;
  if (tty.session === undefined) tty.becomeControllingTtyOf(session, process.group);
}
