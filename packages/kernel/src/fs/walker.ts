// SPDX-License-Identifier: MPL-2.0

import { updateAccessTime } from "./access-time.ts";
import { Errno } from "../abi/errno.ts";
import { AT_FDCWD } from "../abi/fcntl.ts";
import type { Thread } from "../process/thread.ts";
import { fail } from "../result.ts";
import type { Result } from "../result.ts";
import { Dentry } from "./dentry.ts";
import { MS } from "./mount.ts";
import type { Mount } from "./mount.ts";
import { Path } from "./path.ts";
import { checkPermission, MAY } from "./permission.ts";

/** Bytes in one name (NAME_MAX). */
export const NAME_MAX = 255;
/** Bytes in a path name with its NUL (PATH_MAX). */
export const PATH_MAX = 4096;
/** Symbolic links followed in one resolution (path_resolution(7)). */
const MAX_LINKS = 40;

/** openat2(2): how far a resolution may go. */
export const RESOLVE = {
  NO_XDEV: 1,
  NO_MAGICLINKS: 2,
  NO_SYMLINKS: 4,
  BENEATH: 8,
  IN_ROOT: 16,
  CACHED: 32,
} as const;

/**
 * Walks a path name (path_resolution(7)). A walker stands at a place in the tree of mounts, and
 * moves; one walker serves all resolutions of a system in turn, so that a walk allocates little.
 */
export class Walker {
  /** Where it stands. */
  mount: Mount;
  dentry: Dentry;
  /** The last component, after `toParent`: "" when the path was only slashes. */
  last = "";
  /** The last component was followed by a slash, so it must be a directory. */
  trailingSlash = false;

  private thread: Thread | undefined = undefined;
  private root: Path;
  private linksFollowed = 0;
  private resolveFlags = 0;
  /** The directory before the last step: where a relative link starts. */
  private fromMount: Mount;
  private fromDentry: Dentry;

  constructor(root: Path) {
    this.root = root;
    this.mount = root.mount;
    this.dentry = root.dentry;
    this.fromMount = root.mount;
    this.fromDentry = root.dentry;
  }

  /** The place where it stands. */
  here(): Path {
    return new Path(this.mount, this.dentry);
  }

  /**
   * Starts a resolution of `pathname` at `dirfd`. An empty path name is the caller's to treat.
   * `resolveFlags` are those of openat2(2).
   */
  begin(thread: Thread, dirfd: number, pathname: string, resolveFlags = 0): Result {
    this.thread = thread;
    this.linksFollowed = 0;
    this.resolveFlags = resolveFlags;
    this.root = thread.fs.root;
    if (pathname.length >= PATH_MAX) {
      return fail(Errno.ENAMETOOLONG, "the path name is too long");
    }
    const confined = (resolveFlags & RESOLVE.IN_ROOT) !== 0;
    if (pathname.charCodeAt(0) === 0x2f && !confined) {
      this.standAt(this.root);
      return 0;
    }
    const started = this.standAtDescriptor(thread, dirfd);
    if (started === 0 && (resolveFlags & (RESOLVE.IN_ROOT | RESOLVE.BENEATH)) !== 0) {
      this.root = this.here();
    }
    return started;
  }

  private standAtDescriptor(thread: Thread, dirfd: number): Result {
    if (dirfd === AT_FDCWD) {
      this.standAt(thread.fs.cwd);
      return 0;
    }
    const file = thread.files.get(dirfd);
    if (file === undefined) {
      return fail(Errno.EBADF, "the directory descriptor is not open");
    }
    if (file.location === undefined) {
      return fail(Errno.ENOTDIR);
    }
    this.standAt(file.location);
    return 0;
  }

  private standAt(path: Path): void {
    this.mount = path.mount;
    this.dentry = path.dentry;
  }

  /**
   * Walks all of `pathname` but its last component, which is left in `last`: the walker stands in
   * the directory that has or would have it.
   */
  toParent(pathname: string): Result {
    let path = pathname;
    let i = 0;
    if (path.charCodeAt(0) === 0x2f) {
      const rooted = this.toRoot();
      if (rooted < 0) {
        return rooted;
      }
    }
    for (;;) {
      const length = path.length;
      while (i < length && path.charCodeAt(i) === 0x2f) {
        i++;
      }
      if (i === length) {
        this.last = "";
        this.trailingSlash = true;
        return 0;
      }
      const searched = this.searchHere();
      if (searched < 0) {
        return searched;
      }
      let end = path.indexOf("/", i);
      if (end < 0) {
        end = length;
      }
      const name = path.slice(i, end);
      let next = end;
      while (next < length && path.charCodeAt(next) === 0x2f) {
        next++;
      }
      if (next === length) {
        this.last = name;
        this.trailingSlash = end < length;
        return 0;
      }
      const stepped = this.step(name);
      if (stepped < 0) {
        return stepped;
      }
      i = next;
      if (this.dentry.inode.isSymlink) {
        const target = this.follow();
        if (typeof target === "number") {
          if (target < 0) {
            return target;
          }
        } else {
          path = target + path.slice(end);
          i = 0;
          const rooted = path.charCodeAt(0) === 0x2f ? this.toRoot() : 0;
          if (rooted < 0) {
            return rooted;
          }
        }
      }
    }
  }

  /** The walker stands in a directory that the caller may search: 0, -ENOTDIR or -EACCES. */
  private searchHere(): Result {
    const { inode } = this.dentry;
    if (!inode.isDirectory) {
      return fail(Errno.ENOTDIR, "a component of the path is no directory");
    }
    const { thread } = this;
    return thread === undefined ? 0 : checkPermission(thread.credentials, inode, MAY.EXEC);
  }

  /**
   * Steps from the parent to the last component. A symbolic link is followed when `follow` is set
   * or a slash stood behind it. -ENOENT leaves the walker in the parent.
   */
  toLast(follow: boolean): Result {
    for (;;) {
      const stepped = this.last === "" ? 0 : this.step(this.last);
      if (stepped < 0) {
        return stepped;
      }
      if (!this.dentry.inode.isSymlink || !(follow || this.trailingSlash)) {
        return this.trailingSlash && !this.dentry.inode.isDirectory
          ? fail(Errno.ENOTDIR, "a slash stands behind what is no directory")
          : 0;
      }
      const continued = this.continueAtLink();
      if (continued <= 0) {
        return continued;
      }
    }
  }

  /**
   * The walker stands at a symbolic link that was the last component: walks to the parent of
   * where it leads and returns 1, or stands at its end already (a link of /proc) and returns 0.
   */
  continueAtLink(): Result {
    const slash = this.trailingSlash;
    const target = this.follow();
    if (typeof target === "number") {
      return target < 0 ? target : slash && !this.dentry.inode.isDirectory ? -Errno.ENOTDIR : 0;
    }
    const walked = this.toParent(slash ? `${target}/` : target);
    return walked < 0 ? walked : 1;
  }

  /**
   * Follows the link at which the walker stands: its text, with the walker back in the link's
   * directory, or 0 when the link led straight to a place.
   */
  private follow(): string | Result {
    if ((this.resolveFlags & RESOLVE.NO_SYMLINKS) !== 0) {
      return fail(Errno.ELOOP, "symbolic links are not to be followed");
    }
    if (this.linksFollowed++ >= MAX_LINKS) {
      return fail(Errno.ELOOP, "too many symbolic links");
    }
    if ((this.mount.flags & MS.NOSYMFOLLOW) !== 0) {
      return fail(Errno.ELOOP, "the mount does not follow symbolic links");
    }
    const { thread } = this;
    if (thread === undefined) {
      return fail(Errno.EIO);
    }
    const target = this.dentry.inode.follow(thread);
    if (typeof target === "number") {
      return target;
    }
    updateAccessTime(this.mount, this.dentry.inode, 0);
    if (typeof target === "string") {
      this.mount = this.fromMount;
      this.dentry = this.fromDentry;
      return target === "" ? fail(Errno.ENOENT) : target;
    }
    if ((this.resolveFlags & (RESOLVE.NO_MAGICLINKS | RESOLVE.BENEATH | RESOLVE.IN_ROOT)) !== 0) {
      return fail((this.resolveFlags & RESOLVE.NO_MAGICLINKS) !== 0 ? Errno.ELOOP : Errno.EXDEV);
    }
    this.standAt(target);
    return 0;
  }

  /** Moves to the component `name` of the directory where the walker stands. */
  step(name: string): Result {
    this.fromMount = this.mount;
    this.fromDentry = this.dentry;
    if (name === ".") {
      return 0;
    }
    if (name === "..") {
      return this.stepUp();
    }
    const child = this.lookup(name);
    if (typeof child === "number") {
      return child;
    }
    this.dentry = child;
    return this.intoMounts();
  }

  /** The dentry called `name` in the directory where the walker stands; mounts are not looked at. */
  lookup(name: string): Dentry | Result {
    const kept = this.dentry.children?.get(name);
    if (kept !== undefined) {
      return kept;
    }
    if (name.length > NAME_MAX) {
      if (this.dentry.inode.nlink === 0) return fail(Errno.ENOENT, "the directory was removed");
      return fail(Errno.ENAMETOOLONG, "a component of the path is too long");
    }
    const { thread } = this;
    if (thread === undefined) {
      return fail(Errno.EIO);
    }
    return lookupDentry(thread, this.dentry, name);
  }

  private intoMounts(): Result {
    while (this.dentry.mounts !== undefined) {
      const mounted = this.dentry.mountedIn(this.mount);
      if (mounted === undefined) {
        break;
      }
      if ((this.resolveFlags & RESOLVE.NO_XDEV) !== 0) {
        return fail(Errno.EXDEV, "the path crosses a mount point");
      }
      mounted.crossings++;
      this.mount = mounted;
      this.dentry = mounted.root;
    }
    return 0;
  }

  private toRoot(): Result {
    if ((this.resolveFlags & RESOLVE.BENEATH) !== 0) {
      return fail(Errno.EXDEV, "the path leaves its directory");
    }
    if ((this.resolveFlags & RESOLVE.NO_XDEV) !== 0 && this.mount !== this.root.mount) {
      return fail(Errno.EXDEV, "the path crosses a mount point");
    }
    this.standAt(this.root);
    return 0;
  }

  private stepUp(): Result {
    for (;;) {
      if (this.dentry === this.root.dentry && this.mount === this.root.mount) {
        return (this.resolveFlags & RESOLVE.BENEATH) !== 0
          ? fail(Errno.EXDEV, "the path leaves its directory")
          : 0;
      }
      if (this.dentry !== this.mount.root) {
        this.dentry = this.dentry.parent ?? this.dentry;
        return this.intoMounts();
      }
      const { parent, mountpoint } = this.mount;
      if (parent === undefined || mountpoint === undefined) {
        return 0;
      }
      if ((this.resolveFlags & RESOLVE.NO_XDEV) !== 0) {
        return fail(Errno.EXDEV, "the path crosses a mount point");
      }
      this.mount = parent;
      this.dentry = mountpoint;
    }
  }
}

/** The dentry of `name` in `directory`, from memory or from the file system. */
export function lookupDentry(thread: Thread, directory: Dentry, name: string): Dentry | Result {
  const kept = directory.children?.get(name);
  if (kept !== undefined) {
    return kept;
  }
  const inode = directory.inode.lookup(thread, name);
  return typeof inode === "number" ? inode : addDentry(directory, name, inode);
}

/** Makes the dentry of an inode that is (now) in `directory`. */
export function addDentry(directory: Dentry, name: string, inode: Dentry["inode"]): Dentry {
  const dentry = new Dentry(name, directory, inode);
  if (directory.inode.cachesNames) {
    directory.children ??= new Map();
    directory.children.set(name, dentry);
  }
  return dentry;
}
