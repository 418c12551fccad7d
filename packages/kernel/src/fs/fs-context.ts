// SPDX-License-Identifier: MPL-2.0

import type { Path } from "./path.ts";

/** Where a process stands in the file tree; shared with CLONE_FS. */
export class FsContext {
  private rootPath: Path;
  private workingDirectory: Path;
  /** Permission bits that new files do not get (umask(2)). */
  umask: number;
  /** Threads that share it. */
  private users = 1;

  constructor(root: Path, cwd: Path, umask: number) {
    this.rootPath = root;
    this.workingDirectory = cwd;
    this.umask = umask;
    hold(root);
    hold(cwd);
  }

  get root(): Path {
    return this.rootPath;
  }
  set root(path: Path) {
    const before = this.rootPath;
    hold(path);
    this.rootPath = path;
    letGo(before);
  }

  get cwd(): Path {
    return this.workingDirectory;
  }
  set cwd(path: Path) {
    const before = this.workingDirectory;
    hold(path);
    this.workingDirectory = path;
    letGo(before);
  }

  /** fork(2), unshare(CLONE_FS). */
  clone(): FsContext {
    return new FsContext(this.rootPath, this.workingDirectory, this.umask);
  }
  /** clone(2) with CLONE_FS. */
  share(): this {
    this.users++;
    return this;
  }
  get isShared(): boolean {
    return this.users > 1;
  }
  get userCount(): number {
    return this.users;
  }
  release(): void {
    this.users--;
    if (this.users === 0) {
      letGo(this.rootPath);
      letGo(this.workingDirectory);
    }
  }
}

/** The directory stays while a process stands in it, with its name or without. */
function hold({ mount, inode }: Path): void {
  mount.hold();
  inode.openCount++;
}

function letGo({ mount, inode }: Path): void {
  inode.openCount--;
  inode.dropIfUnused();
  mount.letGo();
}
