// SPDX-License-Identifier: MPL-2.0

import { gunzipSync } from "node:zlib";
import { SandboxError } from "../errors.ts";
import { readAppletPaths } from "./busybox-applets.ts";
import { bytesOf, CpioWriter } from "./cpio.ts";
import {
  ASTER_DIRECTORY,
  BUSYBOX_PATH,
  INIT_PATH,
  initScript,
  type Command,
} from "./init-script.ts";

/** A file that the caller puts into the guest. */
export interface GuestFile {
  /** Absolute, or relative to the root; missing parents are made. */
  readonly path: string;
  readonly bytes: Uint8Array;
  /** Permission bits; default 0o644. */
  readonly mode?: number;
}

/** The host's environment never reaches the guest; this is what a command starts with. */
export const DEFAULT_ENVIRONMENT: Readonly<Record<string, string>> = {
  HOME: "/root",
  PATH: "/bin:/sbin:/usr/bin:/usr/sbin",
};

const ETC_FILES: Readonly<Record<string, string>> = {
  "/etc/passwd":
    "root:x:0:0:root:/root:/bin/sh\n" +
    "nobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin\n",
  "/etc/group": "root:x:0:\ntty:x:5:\nnogroup:x:65534:\n",
  "/etc/hostname": "aster\n",
  "/etc/hosts": "127.0.0.1\tlocalhost aster\n",
  "/etc/shells": "/bin/sh\n/bin/ash\n",
};

/** An initramfs with busybox and its applets. */
export function buildImage(options: {
  readonly busybox: Uint8Array;
  readonly files?: readonly GuestFile[];
}): Uint8Array {
  const { cpio } = startImage(options.busybox);
  addFiles(cpio, options.files);
  return cpio.finish();
}

/** Whether `buildImage` can make the names of the applets: with others, the guest has to. */
export function hasAppletTables(busybox: Uint8Array): boolean {
  return readAppletPaths(busybox) !== undefined;
}

/** As `buildImage`, with an init that runs `command`. */
export function buildSystemImage(options: {
  readonly busybox: Uint8Array;
  readonly command: Command;
  readonly files?: readonly GuestFile[];
}): Uint8Array {
  const { cpio, hasApplets } = startImage(options.busybox);
  cpio.addDirectory(ASTER_DIRECTORY);
  cpio.addSymlink(BUSYBOX_PATH, "/bin/busybox");
  // With a busybox whose tables cannot be read, the guest makes the links itself.
  cpio.addFile(INIT_PATH, initScript(options.command, !hasApplets), 0o755);
  addFiles(cpio, options.files);
  return cpio.finish();
}

/** An image with directories, busybox and its applets, to which more is added. */
export function startImage(busybox: Uint8Array): { cpio: CpioWriter; hasApplets: boolean } {
  const cpio = new CpioWriter();
  for (const path of ["/bin", "/sbin", "/usr/bin", "/usr/sbin", "/etc", "/var", "/run", "/mnt"]) {
    cpio.addDirectory(path);
  }
  cpio.addDirectory("/root", 0o700);
  cpio.addDirectory("/tmp", 0o1777);
  addMountPoints(cpio);
  for (const [path, text] of Object.entries(ETC_FILES)) cpio.addFile(path, bytesOf(text));
  cpio.addFile("/bin/busybox", busybox, 0o755);
  const applets = readAppletPaths(busybox);
  for (const path of applets ?? ["bin/sh"]) {
    // The program itself, and a name for the init of an initrd, which this is not.
    if (path !== "bin/busybox" && path !== "linuxrc") cpio.addSymlink(path, "/bin/busybox");
  }
  return { cpio, hasApplets: applets !== undefined };
}

/**
 * The caller's own initramfs, followed by an archive with our init and its busybox;
 * the kernel unpacks one after the other.
 */
export function extendImage(options: {
  readonly image: Uint8Array;
  /** Undefined when the caller's image has its own at /bin/busybox. */
  readonly busybox: Uint8Array | undefined;
  readonly command: Command;
  readonly files?: readonly GuestFile[];
}): Uint8Array {
  const cpio = new CpioWriter();
  addMountPoints(cpio);
  if (options.busybox === undefined) cpio.addSymlink(BUSYBOX_PATH, "/bin/busybox");
  else cpio.addFile(BUSYBOX_PATH, options.busybox, 0o755);
  cpio.addFile(INIT_PATH, initScript(options.command, false), 0o755);
  addFiles(cpio, options.files);
  return concatenate(plain(options.image), cpio.finish());
}

/** The caller's own initramfs with files added, for a run of its own init. */
export function addFilesToImage(image: Uint8Array, files: readonly GuestFile[]): Uint8Array {
  if (files.length === 0) return image;
  const cpio = new CpioWriter();
  addFiles(cpio, files);
  return concatenate(plain(image), cpio.finish());
}

function addMountPoints(cpio: CpioWriter): void {
  for (const path of ["/dev", "/proc", "/sys"]) cpio.addDirectory(path);
}

/** Throws `SandboxError` where a path is none. */
export function addFiles(cpio: CpioWriter, files: readonly GuestFile[] = []): void {
  for (const file of files) {
    try {
      cpio.addFile(file.path, file.bytes, file.mode);
    } catch (error) {
      throw new SandboxError("bad-option", error instanceof Error ? error.message : String(error));
    }
  }
}

/** An archive that something follows must not be compressed as a whole. */
function plain(image: Uint8Array): Uint8Array {
  if (image[0] !== 0x1f || image[1] !== 0x8b) return image;
  try {
    return gunzipSync(image);
  } catch {
    throw new SandboxError("initramfs-unusable", "the initramfs is a damaged gzip file");
  }
}

/** The second archive starts at a multiple of four; zeros between archives are skipped. */
function concatenate(first: Uint8Array, second: Uint8Array): Uint8Array {
  const start = Math.ceil(first.length / 4) * 4;
  const whole = new Uint8Array(start + second.length);
  whole.set(first);
  whole.set(second, start);
  return whole;
}
