// SPDX-License-Identifier: MPL-2.0

/** File types in a mode, as in inode(7). */
export const S_IFREG = 0o100000;
export const S_IFDIR = 0o040000;
export const S_IFLNK = 0o120000;

const HEADER_BYTES = 110;
const TRAILER = "TRAILER!!!";
/** A field of the header is eight hexadecimal digits. */
const MAX_FIELD = 0xffff_ffff;

/** `text` as UTF-8. */
export function bytesOf(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

/**
 * Writes a cpio archive in the "newc" format, which is what Linux takes for an
 * initramfs (Documentation/driver-api/early-userspace/buffer-format). Parents of
 * a file are added as needed; a later entry of the same path replaces an earlier
 * one when the kernel unpacks.
 */
export class CpioWriter {
  private readonly parts: Uint8Array[] = [];
  private length = 0;
  private nextInode = 1;
  private readonly directories = new Set<string>();

  /** Adds a directory; `path` may start with a slash. */
  addDirectory(path: string, mode = 0o755): void {
    const name = normalize(path);
    if (name === "" || this.directories.has(name)) return;
    this.addParents(name);
    this.directories.add(name);
    this.addEntry(name, S_IFDIR | (mode & 0o7777), new Uint8Array(0), 2);
  }

  /** Tells which directories are there where the archive is unpacked: they are left as they are. */
  addExistingDirectories(paths: readonly string[]): void {
    for (const path of paths) {
      const names = normalize(path).split("/");
      names.forEach((_, index) => this.directories.add(names.slice(0, index + 1).join("/")));
    }
  }

  addFile(path: string, content: Uint8Array, mode = 0o644): void {
    const name = normalize(path);
    if (name === "") throw new Error(`"${path}" is no path for a file`);
    this.addParents(name);
    this.addEntry(name, S_IFREG | (mode & 0o7777), content, 1);
  }

  addSymlink(path: string, target: string): void {
    const name = normalize(path);
    if (name === "") throw new Error(`"${path}" is no path for a symbolic link`);
    this.addParents(name);
    this.addEntry(name, S_IFLNK | 0o777, bytesOf(target), 1);
  }

  /** Ends the archive. */
  finish(): Uint8Array {
    this.addEntry(TRAILER, 0, new Uint8Array(0), 1);
    const archive = new Uint8Array(this.length);
    let offset = 0;
    for (const part of this.parts) {
      archive.set(part, offset);
      offset += part.length;
    }
    return archive;
  }

  private addParents(name: string): void {
    const slash = name.lastIndexOf("/");
    if (slash > 0) this.addDirectory(name.slice(0, slash));
  }

  private addEntry(name: string, mode: number, content: Uint8Array, links: number): void {
    if (content.length > MAX_FIELD) throw new RangeError(`${name}: larger than a cpio can hold`);
    const nameBytes = bytesOf(name);
    const isTrailer = name === TRAILER && mode === 0;
    const fields = [
      isTrailer ? 0 : this.nextInode++, // ino
      mode,
      0, // uid
      0, // gid
      links,
      0, // mtime
      content.length,
      0, // devmajor
      0, // devminor
      0, // rdevmajor
      0, // rdevminor
      nameBytes.length + 1,
      0, // check
    ];
    const header = "070701" + fields.map((f) => f.toString(16).padStart(8, "0")).join("");
    this.append(bytesOf(header));
    this.append(nameBytes);
    // The name ends with a NUL; header and name together, and the content, are padded to 4.
    this.pad(1 + ((4 - ((HEADER_BYTES + nameBytes.length + 1) & 3)) & 3));
    this.append(content);
    this.pad((4 - (content.length & 3)) & 3);
  }

  private append(bytes: Uint8Array): void {
    this.parts.push(bytes);
    this.length += bytes.length;
  }

  private pad(count: number): void {
    if (count > 0) this.append(new Uint8Array(count));
  }
}

/** Drops slashes at both ends and doubled ones; refuses what would climb out of the root. */
function normalize(path: string): string {
  if (path.includes("\0")) throw new Error("a path holds a NUL");
  const parts = path.split("/").filter((part) => part !== "" && part !== ".");
  if (parts.includes("..")) throw new Error(`"${path}": ".." is not allowed in an initramfs`);
  return parts.join("/");
}
