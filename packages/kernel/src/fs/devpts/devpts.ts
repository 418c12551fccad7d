// SPDX-License-Identifier: MPL-2.0

import { Errno } from "../../abi/errno.ts";
import { S } from "../../abi/stat.ts";
import { PTMX_DEVICE } from "../../device/tty/ptmx-device.ts";
import type { Pty } from "../../device/tty/pty.ts";
import type { Thread } from "../../process/thread.ts";
import { fail } from "../../result.ts";
import type { Result } from "../../result.ts";
import { Dentry } from "../dentry.ts";
import { DirectoryFile } from "../directory-file.ts";
import type { OpenFile } from "../file.ts";
import { FileSystem } from "../file-system.ts";
import type { FileSystemType } from "../file-system.ts";
import { Inode } from "../inode.ts";
import type { DirectorySink } from "../inode.ts";
import type { Path } from "../path.ts";
import type { StatFs } from "../stat.ts";
import type { Vfs } from "../vfs.ts";
import { parseDevptsOptions } from "./options.ts";
import type { DevptsOptions } from "./options.ts";

const DEVPTS_MAGIC = 0x1cd1;
const ROOT_INO = 1;
const PTMX_INO = 2;
/** Inode numbers of slaves start here, as on Linux. */
const FIRST_SLAVE_INO = 3;

/**
 * The file system at /dev/pts: a node for the slave of each pty, and ptmx. All mounts show the
 * same ptys; each has its own options.
 */
export class DevptsFs extends FileSystem {
  readonly root: Dentry;
  readonly options: DevptsOptions;

  constructor(vfs: Vfs, device: number, options: DevptsOptions) {
    super(vfs, "devpts", device);
    this.options = options;
    this.root = new Dentry("", undefined, new DevptsRoot(this));
  }

  statfs(out: StatFs): Result {
    out.type = DEVPTS_MAGIC;
    return 0;
  }

  override mountOptions(): string {
    const { gid, mode, ptmxMode } = this.options;
    const octal = (value: number): string => value.toString(8).padStart(3, "0");
    const group = gid === undefined ? "" : `gid=${gid},`;
    return `${group}mode=${octal(mode)},ptmxmode=${octal(ptmxMode)}`;
  }
}

class DevptsRoot extends Inode {
  override readonly fs: DevptsFs;
  private readonly ptmx: DevptsNode;
  private readonly slaves: (DevptsSlave | undefined)[] = [];

  constructor(fs: DevptsFs) {
    super(fs, ROOT_INO, S.IFDIR | 0o755, 0, 0);
    this.fs = fs;
    this.nlink = 2;
    this.ptmx = new DevptsNode(fs, PTMX_INO, S.IFCHR | fs.options.ptmxMode, 0, 0);
    this.ptmx.rdev = PTMX_DEVICE;
  }

  get size(): number {
    return 0;
  }

  /** Slaves come and go with their masters. */
  override get cachesNames(): boolean {
    return false;
  }

  override open(_thread: Thread, path: Path, flags: number): OpenFile {
    return new DirectoryFile(path, flags);
  }

  override lookup(_thread: Thread, name: string): Inode | Result {
    if (name === "ptmx") return this.ptmx;
    if (!/^(0|[1-9]\d{0,6})$/.test(name)) return -Errno.ENOENT;
    const pty = this.fs.kernel.devices.ptys.get(Number(name));
    return pty === undefined ? -Errno.ENOENT : this.slaveOf(pty);
  }

  override readdir(_thread: Thread, from: number, sink: DirectorySink): Result {
    const { ptys } = this.fs.kernel.devices;
    const type = S.IFCHR >> 12;
    if (from <= 2 && !sink.emit("ptmx", PTMX_INO, type, 3)) return 0;
    for (let index = Math.max(0, from - 3); index < ptys.length; index++) {
      if (ptys.get(index) === undefined) continue;
      if (!sink.emit(String(index), FIRST_SLAVE_INO + index, type, index + 4)) break;
    }
    return 0;
  }

  private slaveOf(pty: Pty): DevptsSlave {
    const known = this.slaves[pty.index];
    if (known !== undefined && known.pty === pty) return known;
    const slave = new DevptsSlave(this.fs, pty);
    this.slaves[pty.index] = slave;
    return slave;
  }
}

/** A device node: the VFS opens it by its number. */
class DevptsNode extends Inode {
  override readonly fs: DevptsFs;

  constructor(fs: DevptsFs, ino: number, mode: number, uid: number, gid: number) {
    super(fs, ino, mode, uid, gid);
    this.fs = fs;
  }

  get size(): number {
    return 0;
  }
}

class DevptsSlave extends DevptsNode {
  readonly pty: Pty;

  constructor(fs: DevptsFs, pty: Pty) {
    const { gid, mode, uid } = fs.options;
    const ino = FIRST_SLAVE_INO + pty.index;
    super(fs, ino, S.IFCHR | mode, uid ?? pty.uid, gid ?? pty.gid);
    this.rdev = pty.slave.deviceNumber;
    this.pty = pty;
  }
}

/** mount -t devpts. */
class DevptsType implements FileSystemType {
  readonly name = "devpts";
  readonly nodev = true;
  create(vfs: Vfs, device: number, _source: string, text: string): FileSystem | Result {
    const options = parseDevptsOptions(text);
    if (options === undefined) return fail(Errno.EINVAL, "an option of devpts is unknown or wrong");
    return new DevptsFs(vfs, device, options);
  }
}

export const DEVPTS: FileSystemType = new DevptsType();
