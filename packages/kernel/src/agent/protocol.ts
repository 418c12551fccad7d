// SPDX-License-Identifier: MPL-2.0

/**
 * What the agent in the kernel and the host say to each other on a console port of their own.
 *
 * A message is its length in bytes without these four (u32), its type (u8), the id of the
 * command or request that it is about (u32, chosen by the host), and a payload, all little
 * endian. In the payloads below, `text` is a u32 length and that many bytes, `list` a u32 count
 * and that many of what it is a list of, and `rest` all bytes up to the end.
 */

/** The port's name. The kernel keeps it: no program can open it. */
export const AGENT_PORT = "aster.control";
export const PROTOCOL_VERSION = 2;

/** Type and id. */
export const HEADER_BYTES = 5;
/** The longest message, without its length. */
export const MESSAGE_BYTES_MAX: number = 1024 * 1024;
/** The most bytes of data in one message but for INPUT; longer data goes in several. */
export const DATA_BYTES_MAX: number = 64 * 1024;
/** Bytes that may be on their way in one stream before its reader has given credit for more. */
export const WINDOW_BYTES: number = 256 * 1024;

/** From the host. */
export const HostMessage = {
  /**
   * Starts a command: flags u32 (`SPAWN_*`), columns u32, rows u32, uid u32, gid u32,
   * groups list of u32, cwd text, argv list of text, environment list of text. Answered by
   * STARTED or FAILED; then OUTPUT, OUTPUT_END and EXITED follow.
   */
  SPAWN: 1,
  /** Standard input: rest, at most what the window has room for. */
  INPUT: 2,
  INPUT_END: 3,
  /** The host has taken output: stream u32, bytes u32. */
  OUTPUT_CREDIT: 4,
  /** Nobody wants the output any more: stream u32. */
  OUTPUT_CLOSE: 5,
  /** number u32, scope u32 (`SignalScope`). */
  SIGNAL: 6,
  /** The terminal's size: columns u32, rows u32. */
  RESIZE: 7,
  /** Writes back what the file systems hold, and powers the machine off; not answered. */
  POWER_OFF: 8,

  /** All below are answered by REPLY or FAILED. path text, flags u32 (O_*), mode u32 → handle u32. */
  OPEN: 16,
  /** handle u32, bytes u32 → rest; none at the end of the file. */
  READ: 17,
  /** handle u32, rest → bytes u32. */
  WRITE: 18,
  CLOSE: 19,
  /** handle u32 → list of (type u32, name text), as d_type of getdents64(2); empty at the end. */
  READ_DIRECTORY: 20,
  /** path text, flags u32 (AT_SYMLINK_NOFOLLOW) → `FileStatus`, each field f64, in their order. */
  STAT: 21,
  /** path text, mode u32. */
  MAKE_DIRECTORY: 22,
  /** path text. */
  UNLINK: 23,
  REMOVE_DIRECTORY: 24,
  /** from text, to text. */
  RENAME: 25,
  /** target text, path text. */
  SYMLINK: 26,
  /** path text → rest. */
  READLINK: 27,
  /** path text, mode u32. */
  CHMOD: 28,
} as const;

/** From the guest. */
export const GuestMessage = {
  /** The system is up; id 0: version u32. */
  READY: 1,
  /** pid u32. */
  STARTED: 2,
  /** errno u32, what failed: text. */
  FAILED: 3,
  /** stream u32, rest. */
  OUTPUT: 4,
  /** stream u32. */
  OUTPUT_END: 5,
  /** The guest has taken input: bytes u32. */
  INPUT_CREDIT: 6,
  /** Nobody reads the input any more. */
  INPUT_CLOSED: 7,
  /**
   * The command's first process has ended: status u32, as wait(2) gives it, and the limits that
   * the command has met, u32 (`LimitHit`).
   */
  EXITED: 8,
  REPLY: 9,
} as const;

/** The command gets a terminal: INPUT is typed there, and all output comes as stream 1. */
export const SPAWN_PTY = 1;
/** These files of the command are the system's console, the others pipes; not with `SPAWN_PTY`. */
export const SPAWN_CONSOLE_INPUT = 2;
export const SPAWN_CONSOLE_OUTPUT = 4;
export const SPAWN_CONSOLE_ERROR = 8;
/** The console is shown on a terminal that echoes what is typed, and ends lines, by itself. */
export const SPAWN_CONSOLE_COOKED = 16;

export const STDOUT = 1;
export const STDERR = 2;

/** Who gets a signal. */
export const SignalScope = {
  /** The command's first process. */
  PROCESS: 0,
  /** Its process group. */
  GROUP: 1,
  /** Everything that descends from it, whatever session it is in. */
  ALL: 2,
} as const;

/** The fields of STAT's reply. */
export const FILE_STATUS_FIELDS = [
  "dev",
  "ino",
  "mode",
  "nlink",
  "uid",
  "gid",
  "rdev",
  "size",
  "blocks",
  "atimeMs",
  "mtimeMs",
  "ctimeMs",
] as const;
export type FileStatus = Record<(typeof FILE_STATUS_FIELDS)[number], number>;
