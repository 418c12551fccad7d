// SPDX-License-Identifier: MPL-2.0

import { READ_IMPLIES_EXEC } from "../abi/personality.ts";
import { SIGCHLD } from "../abi/signal.ts";
import type { OpenFile } from "../fs/file.ts";
import type { AddressSpace } from "../vm/address-space.ts";
import type { Credentials } from "./credentials.ts";
import type { ExecCredentials } from "./exec-credentials.ts";
import { replaceCredentials } from "./replace-credentials.ts";
import { releaseAddressSpace } from "./release-vm.ts";
import { THREAD_NAME_MAX } from "./thread.ts";
import type { Thread } from "./thread.ts";

/** A program ready to start; `replaceImage` takes everything over. */
export interface NewImage extends ExecCredentials {
  readonly vm: AddressSpace;
  readonly entry: number;
  readonly stackPointer: number;
  /** Whether the caller could read the files: others may look into the process only then. */
  readonly isReadable: boolean;
  /** Held for /proc/PID/exe and against writers; a reference of its own. */
  readonly executable: OpenFile;
  /** For /proc/PID/comm. */
  readonly name: string;
}

/**
 * The point of no return of execve(2): the process, alone with one thread, becomes the new
 * program. What goes and what stays is execve(2)'s list, "Effect on process attributes".
 */
export function replaceImage(thread: Thread, image: NewImage): void {
  const { process } = thread;
  releaseAddressSpace(thread);
  process.vm = image.vm;
  // User mode is entered by way of where the new address space is made the active one.
  thread.needsAttention = true;
  process.executable?.release();
  process.executable = image.executable;
  process.hasExecuted = true;
  process.exitSignal = SIGCHLD;
  for (const child of process.children) child.parentHasExecuted = true;
  process.personality &= ~(READ_IMPLIES_EXEC | image.clearedPersonality);
  process.dumpable = image.isReadable && isOneself(thread.credentials) ? 1 : 0;

  if (thread.files.isShared) {
    const own = thread.files.clone();
    thread.files.release(thread);
    thread.files = own;
  }
  thread.files.closeOnExec(thread);
  if (process.handlers.isShared) {
    const own = process.handlers.clone();
    process.handlers.release();
    process.handlers = own;
  }
  process.handlers.resetForExec();
  process.timers.deleteForExec();
  thread.signals.leaveAltStack();
  replaceCredentials(thread, image.credentials);
  thread.name = image.name.slice(0, THREAD_NAME_MAX);
  thread.clearChildTid = 0;
  thread.robustList = 0;
  if (image.isSecure) thread.parentDeathSignal = 0;

  thread.context.reset();
  thread.context.rip = image.entry;
  thread.context.rsp = image.stackPointer;
}

/** Linux looks at who executes, not at who it will be; what differs takes the rest away. */
function isOneself({ uid, euid, gid, egid }: Credentials): boolean {
  return uid === euid && gid === egid;
}
