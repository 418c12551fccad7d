// SPDX-License-Identifier: MPL-2.0
//
// The guest's root file system and start conditions, as data. The native runner builds this root for a
// chroot; the product's own (packages/sandbox/src/initramfs) has the same layout. Change both together, then record again.

import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";

/** The whole environment of a case: TERM and TZ are unset on purpose. */
export const ENV = { HOME: "/root", PATH: "/bin:/sbin:/usr/bin:/usr/sbin" };

export const CWD = "/root";
export const UMASK = "022";

/** Directories, parents first, with their modes. */
export const DIRECTORIES = [
  ["/bin", 0o755],
  ["/sbin", 0o755],
  ["/usr", 0o755],
  ["/usr/bin", 0o755],
  ["/usr/sbin", 0o755],
  ["/etc", 0o755],
  ["/dev", 0o755],
  ["/proc", 0o555],
  ["/sys", 0o555],
  ["/var", 0o755],
  ["/run", 0o755],
  ["/mnt", 0o755],
  ["/root", 0o700],
  ["/tmp", 0o1777],
];

/** Text files other than /bin/busybox. */
export const FILES = [
  [
    "/etc/passwd",
    "root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin\n",
  ],
  ["/etc/group", "root:x:0:\ntty:x:5:\nnogroup:x:65534:\n"],
];

/** Character devices: path, major, minor (Linux's admin-guide/devices.txt). */
export const DEVICES = [
  ["/dev/null", 1, 3],
  ["/dev/zero", 1, 5],
  ["/dev/full", 1, 7],
  ["/dev/random", 1, 8],
  ["/dev/urandom", 1, 9],
];

/** Links of /dev that a shell expects. */
export const DEVICE_LINKS = [
  ["/dev/fd", "/proc/self/fd"],
  ["/dev/stdin", "/proc/self/fd/0"],
  ["/dev/stdout", "/proc/self/fd/1"],
  ["/dev/stderr", "/proc/self/fd/2"],
];

/** Where Debian's package puts the one real program of the root. */
export function findBusybox() {
  const candidates = [process.env.ASTER_BUSYBOX, "/bin/busybox", "/usr/bin/busybox"];
  const found = candidates.find((path) => path !== undefined && existsSync(path));
  if (found === undefined) {
    throw new Error(
      "no busybox found: apt-get install busybox-static, or set ASTER_BUSYBOX to one",
    );
  }
  return found;
}

/**
 * The paths of the applets, each of which is a symbolic link to /bin/busybox.
 * @param {string} busybox the program on the host
 * @returns {string[]}
 */
export function appletPaths(busybox) {
  const list = execFileSync(busybox, ["--list-full"], { encoding: "utf8" });
  return list
    .split("\n")
    .filter((path) => path !== "" && path !== "bin/busybox" && path !== "linuxrc")
    .map((path) => `/${path}`);
}
