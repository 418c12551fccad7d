// SPDX-License-Identifier: MPL-2.0

import { Errno } from "../../abi/errno.ts";
import type { DiskDevice } from "../../device/block/disk-device.ts";
import type { Device } from "../../device/device.ts";
import type { Kernel } from "../../kernel.ts";
import type { Thread } from "../../process/thread.ts";
import type { Result } from "../../result.ts";
import type { Inode } from "../inode.ts";
import { ProcDirectory } from "../procfs/directory.ts";
import type { ProcFs } from "../procfs/procfs.ts";
import { ProcStaticDirectory } from "../procfs/static-directory.ts";
import { ProcFixedLink } from "../procfs/symlink.ts";
import { ProcTextInode } from "../procfs/text.ts";
import { DEVICE_NAME_KEY, DISK_KEYS } from "../procfs/entries.ts";
import { DISK_FILES, disksOf, HARDWARE_FILES, numberOf, QUEUE_FILES } from "./device-files.ts";
import type { DiskFiles } from "./device-files.ts";

type DiskPart = keyof typeof DISK_KEYS;

const FILES_OF: Readonly<Record<DiskPart, DiskFiles>> = {
  disk: DISK_FILES,
  queue: QUEUE_FILES,
  hardware: HARDWARE_FILES,
};

/** A directory of one disk: its own, that of its queue, or that of the device that it is on. */
class DiskDirectory extends ProcDirectory {
  private readonly disk: string;
  private readonly part: DiskPart;

  constructor(fs: ProcFs, disk: string, part: DiskPart) {
    super(fs, fs.numberFor(`${disk}/${part}`), 0o555, 0, 0);
    this.disk = disk;
    this.part = part;
  }

  private get files(): DiskFiles {
    return FILES_OF[this.part];
  }

  override lookup(_thread: Thread, name: string): Inode | Result {
    const { fs, disk, part } = this;
    const ino = fs.numberFor(`${disk}/${part}/${name}`);
    if (this.files.has(name)) {
      return new ProcTextInode(fs, ino, DISK_KEYS[part] + name, disk, 0, 0, 0, 0);
    }
    if (part !== "disk") return -Errno.ENOENT;
    switch (name) {
      case "device":
        return new DiskDirectory(fs, disk, "hardware");
      case "queue":
        return new DiskDirectory(fs, disk, "queue");
      case "holders":
      case "slaves":
        return new ProcStaticDirectory(fs, { files: [], directories: {} }, "");
      case "subsystem":
        return new ProcFixedLink(fs, ino, "../../../class/block");
      default:
        return -Errno.ENOENT;
    }
  }

  protected override names(): readonly string[] {
    const names = [...this.files.keys()];
    if (this.part === "disk") names.push("device", "holders", "queue", "slaves", "subsystem");
    return names.toSorted();
  }
}

/** How a directory shows the disks. */
export type DiskListKind = "directories" | "block-links" | "class-links" | "number-links";

/** /sys/devices/disks, and the directories that link to what is there. */
export class DiskListDirectory extends ProcDirectory {
  private readonly kind: DiskListKind;

  constructor(fs: ProcFs, kind: DiskListKind) {
    super(fs, fs.takeInodeNumber(), 0o555, 0, 0);
    this.kind = kind;
  }

  override lookup(thread: Thread, name: string): Inode | Result {
    const { fs, kind } = this;
    const disk = disksOf(thread.kernel).find((one) => this.nameOf(one) === name);
    if (disk === undefined) return -Errno.ENOENT;
    if (kind === "directories") return new DiskDirectory(fs, disk.name, "disk");
    const up = kind === "block-links" ? ".." : "../..";
    const ino = fs.numberFor(`${kind}/${name}`);
    return new ProcFixedLink(fs, ino, `${up}/devices/disks/${disk.name}`);
  }

  private nameOf(disk: DiskDevice): string {
    return this.kind === "number-links" ? numberOf(disk) : disk.name;
  }

  protected override names(thread: Thread): readonly string[] {
    return disksOf(thread.kernel).map((disk) => this.nameOf(disk));
  }
}

/** /sys/class/tty and /sys/dev/char: a directory for each device, with its number. */
export class DeviceLinkDirectory extends ProcDirectory {
  private readonly kind: "tty" | "number";

  constructor(fs: ProcFs, kind: "tty" | "number") {
    super(fs, fs.takeInodeNumber(), 0o555, 0, 0);
    this.kind = kind;
  }

  override lookup(thread: Thread, name: string): Inode | Result {
    const { fs } = this;
    for (const device of this.devices(thread.kernel)) {
      if (this.nameOf(device) !== name) continue;
      const text = `MAJOR=${device.major}\nMINOR=${device.minor}\nDEVNAME=${device.name}`;
      const inodes = new Map<string, Inode>();
      for (const [index, told] of [numberOf(device), text].entries()) {
        const ino = fs.numberFor(`${this.kind}/${name}/${index}`);
        const inode = new ProcTextInode(fs, ino, DEVICE_NAME_KEY, told, 0, 0, 0, 0);
        inodes.set(index === 0 ? "dev" : "uevent", inode);
      }
      return new ProcStaticDirectory(fs, { files: [], directories: {} }, "", inodes);
    }
    return -Errno.ENOENT;
  }

  private devices(kernel: Kernel): readonly Device[] {
    const all = [...kernel.devices.list("char")];
    return this.kind === "number" ? all : all.filter(({ major }) => TTY_MAJORS.has(major));
  }

  private nameOf(device: Device): string {
    return this.kind === "number" ? numberOf(device) : device.name;
  }

  protected override names(thread: Thread): readonly string[] {
    return this.devices(thread.kernel).map((device) => this.nameOf(device));
  }
}

/** Terminals by their major numbers: tty, console and ptmx; virtio's consoles. */
const TTY_MAJORS: ReadonlySet<number> = new Set([4, 5, 229]);
