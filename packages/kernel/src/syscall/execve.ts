// SPDX-License-Identifier: MPL-2.0

import { AT, AT_FDCWD } from "../abi/fcntl.ts";
import { Errno } from "../abi/errno.ts";
import { execute } from "../process/exec.ts";
import { RLIMIT_STACK } from "../process/limits.ts";
import type { Thread } from "../process/thread.ts";
import { fail } from "../result.ts";
import type { Result } from "../result.ts";
import { address, dirfd, flags, path, stringArray } from "./args.ts";
import { defineSyscall } from "./define.ts";
import type { Syscall } from "./define.ts";
import { readPath } from "./read-path.ts";

/** One argument or environment string, with its NUL (MAX_ARG_STRLEN). */
const STRING_MAX = 131_072;
/** All of them together take at most a quarter of the stack's limit, and at most this. */
const TOTAL_MAX = 6 * 1024 * 1024;
/** And at least this may be used whatever the limit (ARG_MAX). */
const TOTAL_MIN = 131_072;

/** Reads a NULL-terminated array of strings; `budget` bytes are left for strings and pointers. */
function readStrings(
  thread: Thread,
  array: number,
  budget: number,
): { readonly strings: string[]; readonly bytes: number } | Result {
  const strings: string[] = [];
  let bytes = 0;
  if (array === 0) return { strings, bytes };
  for (let at = array; ; at += 8) {
    const pointer = thread.memory.readU64(at);
    if (pointer < 0) return fail(Errno.EFAULT, "the array of strings is not readable");
    if (pointer === 0) return { strings, bytes };
    const string = thread.memory.readCString(pointer, STRING_MAX);
    if (string === "PageFault") return fail(Errno.EFAULT, "a string is not readable");
    if (string === "TooLong") return fail(Errno.E2BIG, "a string exceeds 131072 bytes");
    bytes += string.bytes.length + 1 + 8;
    if (bytes > budget) return fail(Errno.E2BIG, "arguments and environment are too large");
    strings.push(string.bytes);
  }
}

function execFrom(
  thread: Thread,
  directory: number,
  pathnameAddress: number,
  argvAddress: number,
  environmentAddress: number,
  atFlags: number,
): Result {
  const pathname = readPath(thread, pathnameAddress, (atFlags & AT.EMPTY_PATH) !== 0);
  if (typeof pathname === "number") return pathname;
  const stackShare = Math.floor(thread.process.limits.get(RLIMIT_STACK) / 4);
  const budget = Math.max(TOTAL_MIN, Math.min(TOTAL_MAX, stackShare));
  const argv = readStrings(thread, argvAddress, budget);
  if (typeof argv === "number") return argv;
  const environment = readStrings(thread, environmentAddress, budget - argv.bytes);
  if (typeof environment === "number") return environment;
  return execute(thread, {
    dirfd: directory,
    pathname,
    flags: atFlags,
    argv: argv.strings,
    environment: environment.strings,
  });
}

/** execve(2). */
export const execve: Syscall = defineSyscall({
  name: "execve",
  isCostly: true,
  number: { x86_64: 59 },
  args: [path(), stringArray("argv"), stringArray("envp")],
  support: "full",
  handler: (thread, pathname, argv, envp) => execFrom(thread, AT_FDCWD, pathname, argv, envp, 0),
});

/** execveat(2). */
export const execveat: Syscall = defineSyscall({
  name: "execveat",
  isCostly: true,
  number: { x86_64: 322 },
  args: [
    dirfd(),
    path(),
    stringArray("argv"),
    address("envp"),
    flags(
      "flags",
      {
        AT_EMPTY_PATH: AT.EMPTY_PATH,
        AT_SYMLINK_NOFOLLOW: AT.SYMLINK_NOFOLLOW,
      },
      "0",
    ),
  ],
  support: "full",
  handler(thread, directory, pathname, argv, envp, atFlags) {
    if ((atFlags & ~(AT.EMPTY_PATH | AT.SYMLINK_NOFOLLOW)) !== 0) {
      return fail(Errno.EINVAL, "the flags have unknown bits");
    }
    return execFrom(thread, directory, pathname, argv, envp, atFlags);
  },
});
