// SPDX-License-Identifier: MPL-2.0

import {
  chmodSync,
  constants,
  fsyncSync,
  ftruncateSync,
  linkSync,
  lutimesSync,
  mkdirSync,
  readdirSync,
  readlinkSync,
  readSync,
  renameSync,
  rmdirSync,
  statfsSync,
  symlinkSync,
  unlinkSync,
  writeSync,
  type BigIntStats,
} from "node:fs";
import { constants as osConstants } from "node:os";
import type { NinePServer } from "../../../devices/virtio/ninep.ts";
import { Descriptors } from "./descriptors.ts";
import { checkName, HostError, Places } from "./places.ts";
import { CutMessage, FieldReader, FieldWriter, T } from "./wire.ts";

const VERSION = "9P2000.L";
/** The longest message: 16 pages of data and a header. */
const MESSAGE_BYTES_MAX = 17 * 4096;
/** count[4] and the header, before the data of Rread and Rreaddir. */
const DATA_OFFSET = 11;
const GETATTR_BASIC = 0x7ff;
const SETATTR = { MODE: 1, SIZE: 8, ATIME: 16, MTIME: 32, ATIME_SET: 128, MTIME_SET: 256 } as const;
const AT_REMOVEDIR = 0x200;
/** O_ACCMODE. */
const ACCESS_MODE = 3;
const QTDIR = 0x80;
const QTSYMLINK = 0x02;

/** What a fid of the guest stands for. */
interface Place {
  names: string[];
  /** A directory's entries, taken when they were read from the start. */
  entries?: readonly { readonly name: string; readonly type: number }[];
  /** Opened by Tlopen or Tlcreate: O_RDONLY, O_WRONLY or O_RDWR. */
  access?: number;
}

export interface FolderServerOptions {
  /** Every change is refused with EROFS. */
  readonly readOnly: boolean;
}

/**
 * Serves one folder of the host by 9P2000.L. The guest sees the caller's own files as root's; it can
 * do what the caller may do in the folder, and nothing outside of it. Devices, sockets and FIFOs of
 * the host can be seen, and neither opened nor made.
 */
export class FolderServer implements NinePServer {
  private readonly places: Places;
  private readonly readOnly: boolean;
  private readonly fids = new Map<number, Place>();
  private readonly descriptors = new Descriptors();
  private readonly uid = BigInt(process.getuid?.() ?? 0);
  private readonly gid = BigInt(process.getgid?.() ?? 0);

  /** Throws where the folder can not be used. */
  constructor(folder: string, options: FolderServerOptions) {
    this.places = new Places(folder);
    this.readOnly = options.readOnly;
  }

  close(): void {
    this.descriptors.closeAll();
    this.fids.clear();
  }

  serve(request: Uint8Array): Uint8Array {
    const type = request[4] ?? 0;
    const tag = (request[5] ?? 0) | ((request[6] ?? 0) << 8);
    const reply = new FieldWriter();
    try {
      this.answer(type, new FieldReader(request.subarray(7)), reply);
      return reply.finish(type + 1, tag);
    } catch (error) {
      return new FieldWriter().u32(errnoOf(error)).finish(T.LERROR + 1, tag);
    }
  }

  private answer(type: number, request: FieldReader, reply: FieldWriter): void {
    switch (type) {
      case T.VERSION:
        return this.version(request, reply);
      case T.ATTACH:
        return this.attach(request, reply);
      case T.WALK:
        return this.walk(request, reply);
      case T.GETATTR:
        return this.getattr(request, reply);
      case T.LOPEN:
        return this.open(request, reply);
      case T.READ:
        return this.read(request, reply);
      case T.READDIR:
        return this.readdir(request, reply);
      case T.READLINK:
        reply.string(
          readlinkSync(this.places.path(this.fid(request.u32()).names), "buffer").toString(
            "latin1",
          ),
        );
        return;
      case T.STATFS:
        return this.statfs(request, reply);
      case T.FSYNC:
        return this.fsync(request);
      case T.CLUNK:
        return this.clunk(request.u32());
      case T.FLUSH:
        return;
      default:
        // What is left changes something, or is unknown.
        if (this.readOnly && CHANGES.has(type)) throw new HostError("EROFS");
        return this.change(type, request, reply);
    }
  }

  private change(type: number, request: FieldReader, reply: FieldWriter): void {
    switch (type) {
      case T.LCREATE:
        return this.create(request, reply);
      case T.WRITE:
        return this.write(request, reply);
      case T.SETATTR:
        return this.setattr(request);
      case T.MKDIR: {
        const names = this.child(request);
        mkdirSync(this.places.path(names), request.u32() & 0o7777);
        return this.qid(reply, this.places.stat(names));
      }
      case T.SYMLINK: {
        const names = this.child(request);
        symlinkSync(Buffer.from(request.string(), "latin1"), this.places.path(names));
        return this.qid(reply, this.places.stat(names));
      }
      case T.LINK: {
        const directory = this.fid(request.u32()).names;
        const from = this.places.pathOfPlain(this.fid(request.u32()).names);
        linkSync(from, this.places.path(childOf(directory, request.string())));
        return;
      }
      case T.RENAMEAT: {
        const from = this.child(request);
        const to = this.child(request);
        renameSync(this.places.path(from), this.places.path(to));
        return this.moved(from, to);
      }
      case T.UNLINKAT: {
        const names = this.child(request);
        const path = this.places.path(names);
        if ((request.u32() & AT_REMOVEDIR) !== 0) rmdirSync(path);
        else unlinkSync(path);
        return;
      }
      default:
        throw new HostError("EOPNOTSUPP");
    }
  }

  // --- Fids

  private fid(number: number): Place {
    const place = this.fids.get(number);
    if (place === undefined) throw new HostError("EBADF");
    return place;
  }

  /** dfid[4] name[s]: a name in a directory. */
  private child(request: FieldReader): string[] {
    return childOf(this.fid(request.u32()).names, request.string());
  }

  private clunk(number: number): void {
    if (!this.fids.delete(number)) throw new HostError("EBADF");
    this.descriptors.close(number);
  }

  /** A file, or a folder with all in it, has another name now. */
  private moved(from: readonly string[], to: readonly string[]): void {
    for (const place of this.fids.values()) {
      if (from.every((name, i) => place.names[i] === name)) {
        place.names = [...to, ...place.names.slice(from.length)];
      }
    }
  }

  // --- Requests that change nothing

  private version(request: FieldReader, reply: FieldWriter): void {
    const size = Math.min(request.u32(), MESSAGE_BYTES_MAX);
    const version = request.string();
    this.close();
    reply.u32(size).string(version === VERSION ? VERSION : "unknown");
  }

  private attach(request: FieldReader, reply: FieldWriter): void {
    const place: Place = { names: [] };
    const number = request.u32();
    this.fids.set(number, place);
    this.qid(reply, this.places.stat([]));
  }

  private walk(request: FieldReader, reply: FieldWriter): void {
    const start = this.fid(request.u32());
    const target = request.u32();
    const count = request.u16();
    let { names } = start;
    const found: BigIntStats[] = [];
    for (let i = 0; i < count; i++) {
      const next = childOf(names, request.string());
      try {
        found.push(this.places.stat(next));
      } catch (error) {
        if (i === 0) throw error;
        break;
      }
      names = next;
    }
    // A walk that did not reach its end makes no fid.
    if (found.length === count) this.fids.set(target, { names: [...names] });
    reply.u16(found.length);
    for (const stat of found) this.qid(reply, stat);
  }

  private getattr(request: FieldReader, reply: FieldWriter): void {
    const stat = this.places.stat(this.fid(request.u32()).names);
    reply.u64(GETATTR_BASIC);
    this.qid(reply, stat);
    reply
      .u32(Number(stat.mode))
      .u32(Number(stat.uid === this.uid ? 0n : stat.uid))
      .u32(Number(stat.gid === this.gid ? 0n : stat.gid))
      .u64(Number(stat.nlink))
      .u64(Number(stat.rdev))
      .u64(Number(stat.size))
      .u64(4096)
      .u64(Number(stat.blocks));
    for (const time of [stat.atimeNs, stat.mtimeNs, stat.ctimeNs, stat.birthtimeNs]) {
      reply.u64(Number(time / 1_000_000_000n)).u64(Number(time % 1_000_000_000n));
    }
    reply.u64(0).u64(0);
  }

  private open(request: FieldReader, reply: FieldWriter): void {
    const number = request.u32();
    const place = this.fid(number);
    const access = request.u32() & ACCESS_MODE;
    if (this.readOnly && access !== constants.O_RDONLY) throw new HostError("EROFS");
    const stat = this.places.stat(place.names);
    if (stat.isFile()) {
      this.descriptors.open(number, this.places.path(place.names), access);
    } else if (!stat.isDirectory()) {
      throw new HostError("EOPNOTSUPP");
    }
    place.access = access;
    this.qid(reply, stat);
    reply.u32(0);
  }

  private read(request: FieldReader, reply: FieldWriter): void {
    const fd = this.descriptor(request.u32());
    const offset = request.u64();
    const bytes = new Uint8Array(Math.min(request.u32(), MESSAGE_BYTES_MAX - DATA_OFFSET));
    let done = 0;
    while (done < bytes.length) {
      const count = readSync(fd, bytes, done, bytes.length - done, offset + done);
      if (count === 0) break;
      done += count;
    }
    reply.u32(done).data(bytes.subarray(0, done));
  }

  private descriptor(number: number): number {
    const place = this.fid(number);
    if (place.access === undefined) throw new HostError("EBADF");
    return this.descriptors.get(number, () => this.places.path(place.names), place.access);
  }

  private readdir(request: FieldReader, reply: FieldWriter): void {
    const place = this.fid(request.u32());
    const start = request.u64();
    const room = Math.min(request.u32(), MESSAGE_BYTES_MAX - DATA_OFFSET);
    if (start === 0 || place.entries === undefined) {
      place.entries = readdirSync(this.places.pathOfFolder(place.names), {
        encoding: "buffer",
        withFileTypes: true,
      }).map((entry) => ({
        name: entry.name.toString("latin1"),
        type: entry.isDirectory() ? 4 : 0,
      }));
    }
    const entries = new FieldWriter();
    const before = entries.length;
    for (let i = start; i < place.entries.length; i++) {
      const entry = place.entries[i];
      if (entry === undefined || entries.length - before + 24 + entry.name.length > room) break;
      entries
        .u8(entry.type === 4 ? QTDIR : 0)
        .u32(0)
        .u64(0);
      entries
        .u64(i + 1)
        .u8(entry.type)
        .string(entry.name);
    }
    const bytes = entries.finish(0, 0).subarray(before);
    reply.u32(bytes.length).data(bytes);
  }

  private statfs(request: FieldReader, reply: FieldWriter): void {
    const stat = statfsSync(this.places.path(this.fid(request.u32()).names));
    reply.u32(0x0102_1997).u32(stat.bsize).u64(stat.blocks).u64(stat.bfree).u64(stat.bavail);
    reply.u64(stat.files).u64(stat.ffree).u64(0).u32(255);
  }

  private fsync(request: FieldReader): void {
    const number = request.u32();
    if (this.fid(number).access !== undefined) fsyncSync(this.descriptor(number));
  }

  // --- Requests that change something

  private create(request: FieldReader, reply: FieldWriter): void {
    const number = request.u32();
    const place = this.fid(number);
    const names = childOf(place.names, request.string());
    const access = request.u32() & ACCESS_MODE;
    const mode = request.u32() & 0o7777;
    this.descriptors.create(number, this.places.path(names), access, mode);
    // As 9P has it, the fid stands for the new file from now on.
    place.names = names;
    place.access = access;
    chmodSync(this.places.pathOfPlain(names), mode);
    this.qid(reply, this.places.stat(names));
    reply.u32(0);
  }

  private write(request: FieldReader, reply: FieldWriter): void {
    const fd = this.descriptor(request.u32());
    const offset = request.u64();
    const bytes = request.data(request.u32());
    let done = 0;
    while (done < bytes.length) {
      done += writeSync(fd, bytes, done, bytes.length - done, offset + done);
    }
    reply.u32(done);
  }

  private setattr(request: FieldReader): void {
    const number = request.u32();
    const { names } = this.fid(number);
    const valid = request.u32();
    const mode = request.u32() & 0o7777;
    request.u32();
    request.u32();
    const size = request.u64();
    const atime = request.u64() + request.u64() / 1e9;
    const mtime = request.u64() + request.u64() / 1e9;
    if ((valid & SETATTR.SIZE) !== 0) {
      if (!this.places.stat(names).isFile()) throw new HostError("EINVAL");
      const path = this.places.path(names);
      this.descriptors.withDescriptor(path, constants.O_RDWR, (fd) => ftruncateSync(fd, size));
    }
    if ((valid & SETATTR.MODE) !== 0) chmodSync(this.places.pathOfPlain(names), mode);
    if ((valid & (SETATTR.ATIME | SETATTR.MTIME)) !== 0) {
      const now = Date.now() / 1000;
      const stat = this.places.stat(names);
      const pick = (set: number, exact: number, given: number, old: bigint): number =>
        (valid & set) === 0 ? Number(old) / 1e9 : (valid & exact) === 0 ? now : given;
      lutimesSync(
        this.places.path(names),
        pick(SETATTR.ATIME, SETATTR.ATIME_SET, atime, stat.atimeNs),
        pick(SETATTR.MTIME, SETATTR.MTIME_SET, mtime, stat.mtimeNs),
      );
    }
  }

  /** qid[13]: what kind of file, and which. */
  private qid(reply: FieldWriter, stat: BigIntStats): void {
    const type = stat.isDirectory() ? QTDIR : stat.isSymbolicLink() ? QTSYMLINK : 0;
    reply.u8(type).u32(Number(stat.mtimeNs & 0xffff_ffffn));
    reply.u64(Number(stat.ino & 0x1f_ffff_ffff_ffffn));
  }
}

const CHANGES: ReadonlySet<number> = new Set([
  T.LCREATE,
  T.WRITE,
  T.SETATTR,
  T.MKDIR,
  T.SYMLINK,
  T.LINK,
  T.RENAMEAT,
  T.UNLINKAT,
]);

function childOf(directory: readonly string[], name: string): string[] {
  checkName(name);
  return [...directory, name];
}

/** The number of an error as Linux has it, whatever the host is; EIO where it has none. */
function errnoOf(error: unknown): number {
  if (error instanceof CutMessage) return 22;
  const isCoded = typeof error === "object" && error !== null && "code" in error;
  const code = isCoded ? String(error.code) : "";
  const numbers: Readonly<Record<string, number>> = osConstants.errno;
  return numbers[code] ?? 5;
}
