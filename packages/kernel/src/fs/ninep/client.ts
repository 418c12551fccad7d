// SPDX-License-Identifier: MPL-2.0

import { Errno } from "../../abi/errno.ts";
import { fail } from "../../result.ts";
import type { Result } from "../../result.ts";
import type { StatFs } from "../stat.ts";
import { Timestamp } from "../timestamp.ts";
import type { NinePChannel } from "./channel.ts";
import { NinePReply, NinePRequest, NinePType } from "./message.ts";

const VERSION = "9P2000.L";
const NO_FID = 0xffff_ffff;
const NO_TAG = 0xffff;
/** size, type and tag, fid, offset and count: what stands before the data of a Twrite. */
const WRITE_HEADER_BYTES = 23;
const READ_HEADER_BYTES = 11;
const QID_BYTES = 13;
const GETATTR_BASIC = 0x7ff;
export const SETATTR = {
  MODE: 1,
  SIZE: 8,
  ATIME: 16,
  MTIME: 32,
  ATIME_SET: 128,
  MTIME_SET: 256,
} as const;
/** The largest errno (Linux's MAX_ERRNO). */
const ERRNO_MAX = 4095;

/** What Tgetattr tells of a file. */
export interface RemoteAttributes {
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly nlink: number;
  readonly rdev: number;
  readonly size: number;
  readonly atime: Timestamp;
  readonly mtime: Timestamp;
  readonly ctime: Timestamp;
}

/**
 * Speaks 9P2000.L over a channel. Every call is over when it returns: a number below zero is minus
 * an errno. Fids are numbers that the caller gives back by `clunk`.
 */
export class NinePClient {
  private readonly channel: NinePChannel;
  private messageBytes: number;
  private nextFid = 1;
  private readonly freeFids: number[] = [];

  private constructor(channel: NinePChannel) {
    this.channel = channel;
    this.messageBytes = channel.messageBytesMax;
  }

  /** Agrees on the version, and attaches to the top of the tree as fid 0. */
  static attach(channel: NinePChannel): NinePClient | Result {
    const client = new NinePClient(channel);
    const version = new NinePRequest(NinePType.VERSION).u32(client.messageBytes).string(VERSION);
    const agreed = client.call(version, NO_TAG);
    if (typeof agreed === "number") return agreed;
    client.messageBytes = Math.min(client.messageBytes, agreed.u32());
    if (agreed.string() !== VERSION || client.messageBytes < 4096) {
      return fail(Errno.EIO, "the server does not speak 9P2000.L");
    }
    const request = new NinePRequest(NinePType.ATTACH).u32(0).u32(NO_FID).string("root").string("");
    const attached = client.call(request.u32(0));
    return typeof attached === "number" ? attached : client;
  }

  /** Bytes that one `read` or `write` moves at most. */
  get dataBytesMax(): number {
    return this.messageBytes - WRITE_HEADER_BYTES;
  }

  // --- Fids

  /** A fid for `name` in the directory `fid`; without a name, a second one for the same file. */
  walk(fid: number, name?: string): number {
    const target = this.freeFids.pop() ?? this.nextFid++;
    const request = new NinePRequest(NinePType.WALK).u32(fid).u32(target);
    if (name === undefined) request.u16(0);
    else request.u16(1).string(name);
    const reply = this.call(request);
    if (typeof reply !== "number") return target;
    this.freeFids.push(target);
    return reply;
  }

  clunk(fid: number): void {
    this.call(new NinePRequest(NinePType.CLUNK).u32(fid));
    this.freeFids.push(fid);
  }

  // --- Reading

  getattr(fid: number): RemoteAttributes | Result {
    const request = new NinePRequest(NinePType.GETATTR).u32(fid).u64(GETATTR_BASIC);
    const reply = this.call(request);
    if (typeof reply === "number") return reply;
    reply.skip(8 + QID_BYTES);
    const mode = reply.u32() & 0xffff;
    const uid = reply.u32();
    const gid = reply.u32();
    const nlink = reply.u64();
    const rdev = reply.u64();
    const size = reply.u64();
    // Size and number of blocks.
    reply.skip(16);
    const attributes = {
      mode,
      uid,
      gid,
      nlink,
      rdev,
      size,
      atime: readTime(reply),
      mtime: readTime(reply),
      ctime: readTime(reply),
    };
    const isWhole = !reply.isCut && Number.isSafeInteger(attributes.size);
    return isWhole ? attributes : fail(Errno.EIO, "the server's answer is cut off");
  }

  readlink(fid: number): string | Result {
    const reply = this.call(new NinePRequest(NinePType.READLINK).u32(fid));
    return typeof reply === "number" ? reply : reply.string();
  }

  /** The names in the directory, without "." and "..". */
  list(fid: number): string[] | Result {
    const names: string[] = [];
    for (let offset = 0; ;) {
      const request = new NinePRequest(NinePType.READDIR).u32(fid).u64(offset);
      const reply = this.call(request.u32(this.messageBytes - READ_HEADER_BYTES));
      if (typeof reply === "number") return reply;
      if (reply.u32() === 0) return names;
      const before = names.length;
      while (!reply.isAtEnd && !reply.isCut) {
        reply.skip(QID_BYTES);
        offset = reply.u64();
        reply.skip(1);
        const name = reply.string();
        if (reply.isCut || name === "" || /[/\0]/.test(name)) return fail(Errno.EIO);
        if (name !== "." && name !== "..") names.push(name);
      }
      if (names.length === before) return names;
    }
  }

  /** Opens the file behind `fid` with O_RDONLY, O_WRONLY or O_RDWR. */
  open(fid: number, access: number): Result {
    return this.result(new NinePRequest(NinePType.LOPEN).u32(fid).u32(access));
  }

  /** Bytes of an opened file; fewer than `count` at its end. */
  read(fid: number, offset: number, count: number): Uint8Array | Result {
    const request = new NinePRequest(NinePType.READ).u32(fid).u64(offset).u32(count);
    const reply = this.call(request);
    if (typeof reply === "number") return reply;
    const got = reply.u32();
    const bytes = reply.data(got);
    return reply.isCut || got > count ? fail(Errno.EIO, "the server's answer is cut off") : bytes;
  }

  statfs(fid: number, out: StatFs): Result {
    const reply = this.call(new NinePRequest(NinePType.STATFS).u32(fid));
    if (typeof reply === "number") return reply;
    out.type = reply.u32();
    out.blockSize = reply.u32();
    out.blocks = reply.u64();
    out.blocksFree = reply.u64();
    out.blocksAvailable = reply.u64();
    out.files = reply.u64();
    out.filesFree = reply.u64();
    return 0;
  }

  // --- Writing

  /** All of `bytes`, at most `dataBytesMax`, at `offset`: 0 or an error. */
  write(fid: number, offset: number, bytes: Uint8Array): Result {
    const request = new NinePRequest(NinePType.WRITE).u32(fid).u64(offset).u32(bytes.length);
    const reply = this.call(request.data(bytes));
    if (typeof reply === "number") return reply;
    return reply.u32() === bytes.length ? 0 : fail(Errno.EIO, "the server wrote a part");
  }

  /** Makes a regular file; `fid` of the directory becomes the opened file's. */
  create(fid: number, name: string, access: number, mode: number, gid: number): Result {
    const request = new NinePRequest(NinePType.LCREATE).u32(fid).string(name).u32(access);
    return this.result(request.u32(mode).u32(gid));
  }

  mkdir(fid: number, name: string, mode: number, gid: number): Result {
    return this.result(new NinePRequest(NinePType.MKDIR).u32(fid).string(name).u32(mode).u32(gid));
  }

  symlink(fid: number, name: string, target: string, gid: number): Result {
    const request = new NinePRequest(NinePType.SYMLINK).u32(fid).string(name).string(target);
    return this.result(request.u32(gid));
  }

  link(directory: number, fid: number, name: string): Result {
    return this.result(new NinePRequest(NinePType.LINK).u32(directory).u32(fid).string(name));
  }

  rename(from: number, name: string, to: number, newName: string): Result {
    const request = new NinePRequest(NinePType.RENAMEAT).u32(from).string(name);
    return this.result(request.u32(to).string(newName));
  }

  /** `flags`: AT_REMOVEDIR for a directory. */
  unlink(directory: number, name: string, flags: number): Result {
    return this.result(new NinePRequest(NinePType.UNLINKAT).u32(directory).string(name).u32(flags));
  }

  /** `valid`: of SETATTR. */
  setattr(
    fid: number,
    valid: number,
    mode: number,
    size: number,
    atime?: Timestamp,
    mtime?: Timestamp,
  ): Result {
    const request = new NinePRequest(NinePType.SETATTR).u32(fid).u32(valid).u32(mode);
    request.u32(0).u32(0).u64(size);
    request.u64(Math.max(0, atime?.seconds ?? 0)).u64(atime?.nanoseconds ?? 0);
    request.u64(Math.max(0, mtime?.seconds ?? 0)).u64(mtime?.nanoseconds ?? 0);
    return this.result(request);
  }

  fsync(fid: number): Result {
    return this.result(new NinePRequest(NinePType.FSYNC).u32(fid).u32(0));
  }

  // --- Messages

  private result(request: NinePRequest): Result {
    const reply = this.call(request);
    return typeof reply === "number" ? reply : 0;
  }

  private call(request: NinePRequest, tag = 0): NinePReply | Result {
    const bytes = this.channel.exchange(request.finish(tag));
    if (bytes === undefined) return fail(Errno.EIO, "the server does not answer");
    const reply = new NinePReply(bytes);
    if (reply.isCut) return fail(Errno.EIO, "the server's answer is cut off");
    if (reply.type === NinePType.LERROR + 1) {
      const errno = reply.u32();
      return errno >= 1 && errno <= ERRNO_MAX ? -errno : -Errno.EIO;
    }
    return reply.type === request.type + 1 ? reply : fail(Errno.EIO, "another answer was expected");
  }
}

function readTime(reply: NinePReply): Timestamp {
  const seconds = reply.u64();
  return new Timestamp(seconds, reply.u64());
}
