// SPDX-License-Identifier: MPL-2.0

/** The host's names of errors that a caller's path can give, in words. */
const WORDS: Readonly<Record<string, string>> = {
  EACCES: "permission denied",
  EISDIR: "it is a folder",
  ELOOP: "too many symbolic links",
  ENAMETOOLONG: "the name is too long",
  ENOENT: "there is no such file or folder",
  ENOSPC: "no space left on the host's disk",
  ENOTDIR: "it is not a folder",
  EPERM: "the host does not permit it",
  EROFS: "the host's file system is read-only",
};

/** What `error` says, without its stack; errors of the host's files in words. */
export function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const code = "code" in error ? String(error.code) : error.message;
  return WORDS[code] ?? error.message;
}

/** The same of an error's name alone. */
export function describeErrno(errno: string): string {
  return WORDS[errno] ?? errno;
}
