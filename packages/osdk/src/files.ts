// SPDX-License-Identifier: MPL-2.0

import {
  chmodSync,
  existsSync,
  mkdirSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { dirname } from "node:path";
import { getSystemErrorMap } from "node:util";

/** Writes a file so that it is seen as it was or whole, never in part: also on a full disk. */
export function replaceFile(file: string, data: string | Uint8Array): void {
  const partial = `${file}.${process.pid}.partial`;
  try {
    writeFile(partial, data);
    const before = statSync(file, { throwIfNoEntry: false });
    if (before !== undefined) chmodSync(partial, before.mode & 0o7777);
    renameSync(partial, file);
  } catch (error) {
    rmSync(partial, { force: true });
    throw error;
  }
}

/**
 * Makes a folder and those around it, where they are not there. Node's own never comes back where
 * a folder that exists takes none, such as /proc.
 */
export function makeFolder(path: string): void {
  if (existsSync(path) && statSync(path).isDirectory()) return;
  const parent = dirname(path);
  if (!existsSync(parent)) makeFolder(parent);
  mkdirSync(path);
}

/** Writes a file; a failure names it also where the disk is full. */
export function writeFile(file: string, data: string | Uint8Array): void {
  try {
    writeFileSync(file, data);
  } catch (error) {
    if (isFileError(error)) error.path ??= file;
    throw error;
  }
}

/** A failure of the file system or of starting a program, such as a full disk. */
export function isFileError(error: unknown): error is NodeJS.ErrnoException {
  return typeof error === "object" && error !== null && "syscall" in error && "code" in error;
}

const ACTIONS: Readonly<Record<string, string>> = {
  open: "open",
  read: "read",
  write: "write",
  close: "write",
  mkdir: "make the folder",
  mkdtemp: "make a folder in",
  scandir: "list the folder",
  symlink: "make a link at",
  rename: "move",
  unlink: "remove",
  chmod: "change the mode of",
};

/** What was to be done, with which file, and why it was not possible. */
export function describeFileError(error: NodeJS.ErrnoException): string {
  const { syscall = "", path = "a file", errno, code, message } = error;
  // A link's own name comes second.
  const { dest = path } = error as { dest?: string };
  const files: Readonly<Record<string, string>> = { symlink: dest, mkdtemp: dirname(path) };
  const [, reason = code ?? message] = getSystemErrorMap().get(errno ?? 0) ?? [];
  const action = ACTIONS[syscall.replace(/^l?(stat|chmod)$/, "$1")] ?? syscall;
  return `cannot ${action} ${files[syscall] ?? path}: ${reason}`;
}
