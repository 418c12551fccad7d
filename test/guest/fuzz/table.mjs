// SPDX-License-Identifier: MPL-2.0
//
// The kernel's declarations of its system calls as a C header: what fuzz.c makes arguments from.

import { SYSCALLS } from "@aster/kernel/inspect";

/** What an argument means, where its declaration tells no more than how it is printed. */
const PID = /^(?:pid|tid|tgid|pgid|who|id)$/;
const LENGTH =
  /^(?:len|length|size|count|nbytes|n[a-z]*|iovcnt|vlen|bufsiz|buflen|sigsetsize|cpusetsize|rseq_len|maxevents|old_size|new_size|optlen|addrlen|msgsz|sizemask)$/;
const OFFSET = /^(?:offset|off_in|off_out)$/;
const USER = /^(?:[refs]*[ug]id|fsuid|fsgid|owner|group)$/;
const PLACE = /^(?:addr|shmaddr|old_address|new_address)$/;
const TIMEOUT = /^(?:timeout|seconds)$/;
const DESCRIPTOR = /^(?:wd|nfds|targetfd|first|last)$/;
/** Extra commands of calls that print theirs as plain numbers. */
const COMMANDS = {
  ioctl: [
    ...[0x5401, 0x5402, 0x5403, 0x5404, 0x5405, 0x540a, 0x540b, 0x540e, 0x540f, 0x5410, 0x5411],
    ...[0x5412, 0x5413, 0x5414, 0x541b, 0x5420, 0x5421, 0x5422, 0x5424, 0x5429, 0x5450, 0x5451],
    ...[0x5452, 0x8004_5430, 0x4004_5431, 0x8004_5432, 0x8004_5438, 0x8004_5439, 0x5441],
    ...[0x1260, 0x1261, 0x1268, 0x8008_1272, 0x8008_6601, 0x4008_6602, 0x8004_5200, 0x540c, 0x540d],
  ],
  fcntl: [
    0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 15, 16, 36, 37, 38, 1024, 1025, 1026, 1030, 1031, 1032,
  ],
  semctl: [0, 1, 2, 3, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20],
};
const COMMAND_ARGUMENT = { ioctl: "request", fcntl: "op", semctl: "cmd" };

/** Where fuzz.c keeps names of a kind among its paths: the first, and how many. */
const FILE_SYSTEMS = [0, 7];
const ATTRIBUTES = [7, 5];
/** The descriptors that open_all of fuzz.c gives files of a kind. */
const SLOTS = {
  epfd: [25, 2],
  sockfd: [13, 7],
  pidfd: [29, 1],
  wd: [1, 3],
};
const SLOTS_OF_CALLS = [
  [/^timerfd_/, [22, 2]],
  [/^inotify_/, [27, 1]],
  [/xattr/, [3, 3]],
  [/^(?:getdents|fchdir)/, [39, 3]],
  [/^(?:splice|tee|vmsplice)/, [8, 5]],
  [/^(?:ftruncate|fallocate|pread|pwrite|preadv|pwritev|lseek|copy_file_range|mmap|fsync)/, [3, 3]],
];

/** What fuzz.c should mostly take for an argument: the first of its values, and how many. */
function preference(call, argument, kind) {
  if (kind === "K_PATH" && argument.name === "filesystemtype") return FILE_SYSTEMS;
  if (kind === "K_PATH" && /xattr/.test(call.name) && argument.name === "name") return ATTRIBUTES;
  if (kind !== "K_FD") return undefined;
  const ofCall = SLOTS_OF_CALLS.find(([name]) => name.test(call.name));
  return SLOTS[argument.name] ?? ofCall?.[1];
}

/** The kind of an argument, as an enumerator of fuzz.c. */
function kindOf(call, { name, render }) {
  if (COMMAND_ARGUMENT[call.name] === name) return "K_ONE_OF";
  switch (render.as) {
    case "fd":
      return "K_FD";
    case "dirfd":
      return "K_DIRFD";
    case "path":
      return "K_PATH";
    case "signal":
      return "K_SIGNAL";
    case "flags":
      return "K_FLAGS";
    case "one-of":
      return "K_ONE_OF";
    case "octal":
      return "K_MODE";
    case "string-array":
      return "K_STRINGS";
    case "buffer-in":
    case "buffer-out":
      return "K_BUFFER";
    case "struct":
      return /^(?:timespec|timeval|itimer|utimbuf)/.test(render.layout) ? "K_TIME" : "K_STRUCT";
    case "address":
      return PLACE.test(name) ? "K_PLACE" : "K_POINTER";
    default:
  }
  if (PID.test(name)) return "K_PID";
  if (USER.test(name)) return "K_USER";
  if (OFFSET.test(name)) return "K_OFFSET";
  if (DESCRIPTOR.test(name)) return "K_FD";
  if (/^(?:sigsetsize|sizemask)$/.test(name)) return "K_SET_SIZE";
  if (/^(?:timerid|semid|msqid|shmid|nsems|semnum)$/.test(name)) return "K_SMALL";
  if (TIMEOUT.test(name)) return "K_TIMEOUT";
  if (LENGTH.test(name)) return "K_LENGTH";
  return "K_NUMBER";
}

/** @returns {string} */
export function tableHeader() {
  /** @type {number[]} */
  const values = [];
  const rows = [];
  for (const call of SYSCALLS) {
    const args = call.args.map((argument) => {
      const { render } = argument;
      const named = "names" in render ? Object.values(render.names) : [];
      const extra = COMMAND_ARGUMENT[call.name] === argument.name ? COMMANDS[call.name] : [];
      const kind = kindOf(call, argument);
      const preferred = preference(call, argument, kind);
      if (preferred !== undefined) return `{${kind}, ${preferred.join(", ")}}`;
      const numbers = [...new Set([...named, ...extra])];
      const first = values.length;
      values.push(...numbers);
      return `{${kind}, ${first}, ${numbers.length}}`;
    });
    rows.push(`\t{"${call.name}", ${call.number.x86_64}, ${args.length}, {${args.join(", ")}}},`);
  }
  const literals = values.map((value) => `0x${(BigInt(value) & 0xffff_ffffn).toString(16)}u`);
  return [
    "/* Made by table.mjs from the kernel's declarations. */",
    "static const unsigned flag_values[] = {",
    `\t${literals.join(", ")}, 0`,
    "};",
    "static const struct call calls[] = {",
    ...rows,
    "};",
    "",
  ].join("\n");
}
