// SPDX-License-Identifier: MPL-2.0

import { byteString } from "../byte-string.ts";
import type { ByteSink } from "./inflate.ts";

/** The header of one file in the "newc" format (cpio(5)). */
export interface CpioHeader {
  readonly ino: number;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly nlink: number;
  readonly mtime: number;
  readonly fileSize: number;
  readonly devMajor: number;
  readonly devMinor: number;
  readonly rdevMajor: number;
  readonly rdevMinor: number;
}

/** Told of the files of an archive in their order. */
export interface CpioVisitor {
  /** A file starts; `fileSize` bytes of data follow in any number of parts. */
  file(name: string, header: CpioHeader): void;
  /** Data of the file that started last. The bytes are only lent. */
  data(bytes: Uint8Array, start: number, end: number): void;
  /** The file that started last is complete. */
  fileEnd(): void;
  /** The end of an archive; another may follow. */
  trailer(): void;
}

const HEADER_BYTES = 110;
/** Of eight digits each, behind the magic. */
const FIELDS = 13;
const MAGIC_NEWC = "070701";
const MAGIC_CRC = "070702";
const TRAILER_NAME = "TRAILER!!!";
/** PATH_MAX: Linux takes longer names for a damaged archive. */
const NAME_MAX = 4096;

type State = "between" | "header" | "name" | "data" | "padding" | "broken";

/** Reads concatenated newc archives that arrive in parts of any size. */
export class CpioReader implements ByteSink {
  private readonly visitor: CpioVisitor;
  private state: State = "between";
  private readonly collected: Uint8Array = new Uint8Array(HEADER_BYTES + NAME_MAX);
  private collectedBytes = 0;
  private header: CpioHeader | undefined = undefined;
  private nameBytes = 0;
  /** Data bytes that are still to come, then padding bytes. */
  private left = 0;
  /** Position in the archive, for padding to multiples of 4 and for messages. */
  private offset = 0;
  /** Why the archive can not be read further. */
  error: string | undefined = undefined;

  constructor(visitor: CpioVisitor) {
    this.visitor = visitor;
  }

  /** Whether the reader stands between archives or files, not in the middle of one. */
  get isComplete(): boolean {
    return this.state === "between";
  }

  push(bytes: Uint8Array, start: number, end: number): void {
    let at = start;
    while (at < end && this.state !== "broken") {
      at += this.step(bytes, at, end);
    }
  }

  /** As `push`, but stops behind the end of a file or archive; the bytes used. */
  pushFile(bytes: Uint8Array, start: number, end: number): number {
    let at = start;
    while (at < end && this.state !== "broken") {
      at += this.step(bytes, at, end);
      if (this.state === "between") {
        break;
      }
    }
    return at - start;
  }

  /** Uses some bytes from `at`; how many. */
  private step(bytes: Uint8Array, at: number, end: number): number {
    switch (this.state) {
      case "between":
        return this.skipZeros(bytes, at, end);
      case "header":
        return this.collect(bytes, at, end, HEADER_BYTES);
      case "name":
        return this.collect(bytes, at, end, this.nameBytes);
      case "data":
        return this.passData(bytes, at, end);
      case "padding": {
        const count = Math.min(this.left, end - at);
        this.left -= count;
        this.offset += count;
        if (this.left === 0) {
          this.state = "between";
        }
        return count;
      }
      case "broken":
        return end - at;
    }
  }

  private skipZeros(bytes: Uint8Array, at: number, end: number): number {
    let next = at;
    while (next < end && bytes[next] === 0) {
      next++;
    }
    if (next < end) {
      this.state = "header";
      this.collectedBytes = 0;
      this.offset = 0;
    }
    return next - at;
  }

  /** Gathers `size` bytes of a header or a name, which then is looked at. */
  private collect(bytes: Uint8Array, at: number, end: number, size: number): number {
    const count = Math.min(size - this.collectedBytes, end - at);
    this.collected.set(bytes.subarray(at, at + count), this.collectedBytes);
    this.collectedBytes += count;
    this.offset += count;
    if (this.collectedBytes === size) {
      if (this.state === "header") {
        this.headerDone();
      } else {
        this.nameDone();
      }
    }
    return count;
  }

  private headerDone(): void {
    const { collected } = this;
    const magic = byteString(collected, 0, 6);
    if (magic !== MAGIC_NEWC && magic !== MAGIC_CRC) {
      this.fail(
        magic === "070707"
          ? "the archive is in the old portable format; use -H newc"
          : "a file of the archive does not start with the cpio magic",
      );
      return;
    }
    const fields: number[] = [];
    for (let index = 0; index < FIELDS; index++) {
      const value = hexNumber(collected, 6 + 8 * index);
      if (value < 0) {
        this.fail("a header of the archive holds other than hexadecimal digits");
        return;
      }
      fields[index] = value;
    }
    const field = (index: number): number => fields[index] ?? 0;
    this.header = {
      ino: field(0),
      mode: field(1),
      uid: field(2),
      gid: field(3),
      nlink: field(4),
      mtime: field(5),
      fileSize: field(6),
      devMajor: field(7),
      devMinor: field(8),
      rdevMajor: field(9),
      rdevMinor: field(10),
    };
    const nameSize = field(11);
    if (nameSize < 1 || nameSize > NAME_MAX) {
      this.fail(`a name of the archive has ${nameSize} bytes`);
      return;
    }
    // Header and name together are padded to a multiple of 4.
    this.nameBytes = nameSize + ((4 - ((HEADER_BYTES + nameSize) % 4)) % 4);
    this.collectedBytes = 0;
    this.state = "name";
  }

  private nameDone(): void {
    const { header } = this;
    const zero = this.collected.indexOf(0);
    if (header === undefined || zero < 0 || zero >= this.nameBytes) {
      this.fail("a name of the archive has no end");
      return;
    }
    const name = byteString(this.collected, 0, zero);
    if (name === TRAILER_NAME) {
      this.visitor.trailer();
      this.state = "between";
      return;
    }
    this.visitor.file(name, header);
    this.left = header.fileSize;
    this.state = "data";
    if (this.left === 0) {
      this.dataDone();
    }
  }

  private passData(bytes: Uint8Array, at: number, end: number): number {
    const count = Math.min(this.left, end - at);
    this.visitor.data(bytes, at, at + count);
    this.left -= count;
    this.offset += count;
    if (this.left === 0) {
      this.dataDone();
    }
    return count;
  }

  private dataDone(): void {
    this.visitor.fileEnd();
    this.left = (4 - ((this.header?.fileSize ?? 0) % 4)) % 4;
    this.state = this.left === 0 ? "between" : "padding";
  }

  private fail(reason: string): void {
    this.error = reason;
    this.state = "broken";
  }
}

/** The number of eight hexadecimal digits; -1 where there are others. */
function hexNumber(bytes: Uint8Array, start: number): number {
  let value = 0;
  for (let at = start; at < start + 8; at++) {
    const byte = bytes[at] ?? 0;
    // Letters of either case have bit 5 in common.
    const letter = (byte | 0x20) - 0x61;
    let digit = -1;
    if (byte >= 0x30 && byte <= 0x39) digit = byte - 0x30;
    else if (letter >= 0 && letter <= 5) digit = 10 + letter;
    if (digit < 0) return -1;
    value = value * 16 + digit;
  }
  return value;
}
