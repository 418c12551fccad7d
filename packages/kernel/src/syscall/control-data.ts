// SPDX-License-Identifier: MPL-2.0

import { Errno } from "../abi/errno.ts";
import { getI32, getU32, getU64, set32, set64, StructBuffer } from "../abi/layout.ts";
import { MSG_CMSG_CLOEXEC, SCM_CREDENTIALS, SCM_RIGHTS, SOL_SOCKET } from "../abi/socket.ts";
import { descriptorLimit } from "../fs/descriptor.ts";
import type { OpenFile } from "../fs/file.ts";
import { SenderIds } from "../net/unix/envelope.ts";
import type { Thread } from "../process/thread.ts";
import { fail } from "../result.ts";
import type { Result } from "../result.ts";
import { Capability } from "../security/capabilities.ts";
import { readStruct } from "./user-struct.ts";

/** struct cmsghdr (cmsg(3)); its data follows at once, and the next one at a multiple of 8. */
const HEADER_BYTES = 16;
const Header = { length: 0, level: 8, type: 12 } as const;
const FD_BYTES = 4;
/** SCM_MAX_FD: descriptors in one message. */
const DESCRIPTORS_MAX = 253;
/** struct ucred. */
const CREDENTIALS_BYTES = 12;
/** Where it is longer, Linux has no memory for it (net.core.optmem_max). */
const CONTROL_MAX = 131_072;

const align = (length: number): number => Math.ceil(length / 8) * 8;

/** What the control data of sendmsg(2) asks for. */
export class SentControl {
  /** Nothing is held yet. */
  readonly files: OpenFile[] = [];
  /** Who the sender says that it is, which is true or said by who may lie. */
  ids: SenderIds | undefined = undefined;
}

/**
 * The open files and credentials that the control data of sendmsg(2) passes. -EINVAL for data that
 * is malformed or of an unknown type, -EBADF for a descriptor that is not open.
 */
export function readControl(thread: Thread, from: number, length: number): SentControl | Result {
  const control = new SentControl();
  if (length === 0) return control;
  if (length > CONTROL_MAX) return fail(Errno.ENOBUFS, "the control data is too long");
  const view = readStruct(thread, from, length);
  if (view === undefined) return fail(Errno.EFAULT);
  for (let at = 0; at + HEADER_BYTES <= length;) {
    const size = getU64(view, at + Header.length);
    if (size < HEADER_BYTES || size > length - at) {
      return fail(Errno.EINVAL, "a control message has a wrong length");
    }
    if (getI32(view, at + Header.level) === SOL_SOCKET) {
      const data = new DataView(
        view.buffer,
        view.byteOffset + at + HEADER_BYTES,
        size - HEADER_BYTES,
      );
      const result = readMessage(thread, getI32(view, at + Header.type), data, control);
      if (result < 0) return result;
    }
    at += align(size);
  }
  return control;
}

function readMessage(thread: Thread, type: number, data: DataView, control: SentControl): Result {
  switch (type) {
    case SCM_RIGHTS:
      return addFiles(thread, data, control.files);
    case SCM_CREDENTIALS:
      return readCredentials(thread, data, control);
    default:
      return fail(Errno.EINVAL, "the type of a control message is unknown");
  }
}

function addFiles(thread: Thread, data: DataView, files: OpenFile[]): Result {
  const count = Math.floor(data.byteLength / FD_BYTES);
  if (files.length + count > DESCRIPTORS_MAX) return fail(Errno.EINVAL, "too many descriptors");
  for (let i = 0; i < count; i++) {
    const file = thread.files.get(getI32(data, i * FD_BYTES));
    if (file === undefined) return fail(Errno.EBADF);
    files.push(file);
  }
  return 0;
}

/** Only its own ids may a thread tell, unless it is privileged. */
function readCredentials(thread: Thread, data: DataView, control: SentControl): Result {
  if (data.byteLength !== CREDENTIALS_BYTES) return fail(Errno.EINVAL);
  const { credentials, process, kernel } = thread;
  const { uid, euid, suid, gid, egid, sgid } = credentials;
  const pid = getI32(data, 0);
  const mayTell =
    (pid === process.pid || credentials.has(Capability.SYS_ADMIN)) &&
    ([uid, euid, suid].includes(getU32(data, 4)) || credentials.has(Capability.SETUID)) &&
    ([gid, egid, sgid].includes(getU32(data, 8)) || credentials.has(Capability.SETGID));
  if (!mayTell) return fail(Errno.EPERM, "the ids are not the sender's");
  if (kernel.processes.get(pid) === undefined) return fail(Errno.ESRCH);
  control.ids = new SenderIds(pid, getU32(data, 4), getU32(data, 8));
  return 0;
}

/** Where recvmsg(2) writes control data. */
export class ControlWriter {
  private readonly thread: Thread;
  private readonly start: number;
  private readonly room: number;
  /** Bytes that were written. */
  bytes = 0;
  /** Whether more came than there was room, or descriptors, for: MSG_CTRUNC. */
  isCut = false;

  constructor(thread: Thread, to: number, room: number) {
    this.thread = thread;
    this.start = to;
    this.room = to === 0 ? 0 : room;
  }

  /** SCM_CREDENTIALS, cut to the room for it. */
  writeIds({ pid, uid, gid }: SenderIds): void {
    const length = HEADER_BYTES + CREDENTIALS_BYTES;
    if (this.room < HEADER_BYTES) {
      this.isCut = true;
      return;
    }
    const { view, bytes } = new StructBuffer(length);
    const told = Math.min(length, this.room);
    set64(view, Header.length, told);
    set32(view, Header.level, SOL_SOCKET);
    set32(view, Header.type, SCM_CREDENTIALS);
    set32(view, HEADER_BYTES, pid);
    set32(view, HEADER_BYTES + 4, uid);
    set32(view, HEADER_BYTES + 8, gid);
    this.isCut ||= told < length;
    if (this.thread.memory.writeBytes(this.start, bytes, 0, told) < told) return;
    this.bytes = Math.min(align(told), this.room);
  }

  /**
   * Gives descriptors for as many of `files` as there is room for, writes them, and lets go of the
   * others. Takes over the references.
   */
  writeFiles(files: readonly OpenFile[], receiveFlags: number): void {
    const { thread } = this;
    const { memory } = thread;
    const to = this.start + this.bytes;
    const room = this.room - this.bytes;
    const most = Math.min(files.length, Math.max(0, Math.floor((room - HEADER_BYTES) / FD_BYTES)));
    let given = 0;
    while (given < most && giveFile(thread, to, given, files[given], receiveFlags)) given++;
    for (let i = given; i < files.length; i++) files[i]?.release();
    this.isCut ||= given < files.length;
    if (given === 0) return;
    const length = HEADER_BYTES + given * FD_BYTES;
    const isTold =
      memory.writeU64(to + Header.length, length, 0) &&
      memory.writeU32(to + Header.level, SOL_SOCKET) &&
      memory.writeU32(to + Header.type, SCM_RIGHTS);
    if (isTold) this.bytes += Math.min(align(length), room);
  }
}

function giveFile(
  thread: Thread,
  to: number,
  index: number,
  file: OpenFile | undefined,
  receiveFlags: number,
): boolean {
  if (file === undefined) return false;
  const closeOnExec = (receiveFlags & MSG_CMSG_CLOEXEC) !== 0;
  const fd = thread.files.install(file, closeOnExec, descriptorLimit(thread));
  if (fd < 0) return false;
  if (thread.memory.writeU32(to + HEADER_BYTES + index * FD_BYTES, fd)) return true;
  // As if it had never been given: the caller lets go of it.
  file.retain();
  thread.files.close(thread, fd);
  return false;
}
