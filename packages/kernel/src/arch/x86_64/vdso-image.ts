// SPDX-License-Identifier: MPL-2.0

import { bytesOf } from "../../fs/byte-string.ts";

/*
 * The virtual dynamic shared object (vdso(7)): a small ELF library that the kernel maps into every
 * program. C libraries find it by AT_SYSINFO_EHDR and look its functions up by name and version.
 *
 * The functions that tell the time make the system call: the clock can be set at any moment, and a
 * call costs less than on hardware, for the kernel runs in the same thread. There is one processor,
 * so that getcpu needs no call.
 */

/** As Linux's: what C libraries ask for. */
const SONAME = "linux-vdso.so.1";
const VERSION = "LINUX_2.6";

/** Calls the system call `number` with the caller's arguments: mov eax, imm32; syscall; ret. */
function callOf(number: number): readonly number[] {
  return [0xb8, number & 0xff, number >> 8, 0, 0, 0x0f, 0x05, 0xc3];
}

/** int getcpu(unsigned *cpu, unsigned *node, void *): stores 0 where a pointer is given. */
const GETCPU: readonly number[] = [
  ...[0x48, 0x85, 0xff], // test rdi, rdi
  ...[0x74, 0x06], // jz +6
  ...[0xc7, 0x07, 0, 0, 0, 0], // mov dword [rdi], 0
  ...[0x48, 0x85, 0xf6], // test rsi, rsi
  ...[0x74, 0x06], // jz +6
  ...[0xc7, 0x06, 0, 0, 0, 0], // mov dword [rsi], 0
  ...[0x31, 0xc0], // xor eax, eax
  0xc3, // ret
];

/** Each function is there as __vdso_NAME, and as NAME, weakly. */
const FUNCTIONS: readonly (readonly [string, readonly number[]])[] = [
  ["clock_gettime", callOf(228)],
  ["gettimeofday", callOf(96)],
  ["time", callOf(201)],
  ["clock_getres", callOf(229)],
  ["getcpu", GETCPU],
];
const FUNCTION_ALIGNMENT = 16;

/** elf(5). */
const EHDR_BYTES = 64;
const PHDR_BYTES = 56;
const SYMBOL_BYTES = 24;
const ET_DYN = 3;
const EM_X86_64 = 62;
const PT_LOAD = 1;
const PT_DYNAMIC = 2;
const PF_R = 4;
const PF_X = 1;
const STB_GLOBAL_FUNC = 0x12;
const STB_WEAK_FUNC = 0x22;
/** Any section but "undefined": there are no section headers. */
const SOME_SECTION = 1;
const Dynamic = {
  HASH: 4,
  STRTAB: 5,
  SYMTAB: 6,
  STRSZ: 10,
  SYMENT: 11,
  SONAME: 14,
  VERSYM: 0x6fff_fff0,
  VERDEF: 0x6fff_fffc,
  VERDEFNUM: 0x6fff_fffd,
} as const;
const VERDEF_BYTES = 20;
const VERDAUX_BYTES = 8;
const VER_FLG_BASE = 1;
/** Versions of symbols: 1 stands for the library itself. */
const VERSION_INDEX = 2;

/** Where the next part goes, and the bytes so far. */
class Image {
  readonly bytes: Uint8Array;
  readonly view: DataView;
  private end = 0;

  constructor(size: number) {
    this.bytes = new Uint8Array(size);
    this.view = new DataView(this.bytes.buffer);
  }

  /** Takes `size` bytes: their offset. */
  take(size: number, alignment = 8): number {
    const at = Math.ceil(this.end / alignment) * alignment;
    this.end = at + size;
    return at;
  }
  get length(): number {
    return this.end;
  }

  u16(at: number, value: number): void {
    this.view.setUint16(at, value, true);
  }
  u32(at: number, value: number): void {
    this.view.setUint32(at, value, true);
  }
  u64(at: number, value: number): void {
    this.view.setUint32(at, value, true);
  }
}

/** Texts of the library, each once, behind an empty one. */
class Strings {
  text = "\0";

  add(name: string): number {
    const at = this.text.length;
    this.text += `${name}\0`;
    return at;
  }
}

/** The library, in `size` bytes (a page): everything is relative to where it is mapped. */
export function buildVdso(size: number): Uint8Array {
  const image = new Image(size);
  image.take(EHDR_BYTES);
  const headers = image.take(2 * PHDR_BYTES);
  const strings = new Strings();
  const soname = strings.add(SONAME);
  const version = strings.add(VERSION);
  const names = FUNCTIONS.flatMap(([name]) => [`__vdso_${name}`, name]);
  const nameOffsets = names.map((name) => strings.add(name));
  const symbolCount = names.length + 1;

  const hash = image.take(4 * (3 + symbolCount));
  const symbols = image.take(symbolCount * SYMBOL_BYTES);
  const stringTable = image.take(strings.text.length);
  const versions = image.take(2 * symbolCount);
  const definitions = image.take(2 * (VERDEF_BYTES + VERDAUX_BYTES));
  const dynamic = image.take(16 * 10);
  const code = FUNCTIONS.map(([, bytes]) => {
    const at = image.take(bytes.length, FUNCTION_ALIGNMENT);
    image.bytes.set(bytes, at);
    return at;
  });

  image.bytes.set(bytesOf(strings.text), stringTable);
  writeHash(image, hash, symbolCount);
  FUNCTIONS.forEach(([, bytes], i) => {
    for (const [form, info] of [STB_GLOBAL_FUNC, STB_WEAK_FUNC].entries()) {
      const index = 2 * i + form + 1;
      const at = symbols + index * SYMBOL_BYTES;
      image.u32(at, nameOffsets[index - 1] ?? 0);
      image.view.setUint8(at + 4, info);
      image.u16(at + 6, SOME_SECTION);
      image.u64(at + 8, code[i] ?? 0);
      image.u64(at + 16, bytes.length);
      image.u16(versions + 2 * index, VERSION_INDEX);
    }
  });
  writeDefinition(image, definitions, VER_FLG_BASE, 1, SONAME, soname, false);
  const second = definitions + VERDEF_BYTES + VERDAUX_BYTES;
  writeDefinition(image, second, 0, VERSION_INDEX, VERSION, version, true);
  const entries: readonly (readonly [number, number])[] = [
    [Dynamic.SONAME, soname],
    [Dynamic.HASH, hash],
    [Dynamic.STRTAB, stringTable],
    [Dynamic.SYMTAB, symbols],
    [Dynamic.STRSZ, strings.text.length],
    [Dynamic.SYMENT, SYMBOL_BYTES],
    [Dynamic.VERSYM, versions],
    [Dynamic.VERDEF, definitions],
    [Dynamic.VERDEFNUM, 2],
    [0, 0],
  ];
  entries.forEach(([tag, value], i) => {
    image.u64(dynamic + 16 * i, tag);
    image.u64(dynamic + 16 * i + 8, value);
  });
  writeHeader(image, headers);
  writeSegment(image, headers, PT_LOAD, PF_R | PF_X, 0, image.length, size);
  writeSegment(image, headers + PHDR_BYTES, PT_DYNAMIC, PF_R, dynamic, 16 * entries.length, 8);
  return image.bytes;
}

function writeHeader(image: Image, headers: number): void {
  image.bytes.set([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1]);
  image.u16(16, ET_DYN);
  image.u16(18, EM_X86_64);
  image.u32(20, 1);
  image.u64(32, headers);
  image.u16(52, EHDR_BYTES);
  image.u16(54, PHDR_BYTES);
  image.u16(56, 2);
}

function writeSegment(
  image: Image,
  at: number,
  type: number,
  flags: number,
  offset: number,
  length: number,
  alignment: number,
): void {
  image.u32(at, type);
  image.u32(at + 4, flags);
  image.u64(at + 8, offset);
  image.u64(at + 16, offset);
  image.u64(at + 24, offset);
  image.u64(at + 32, length);
  image.u64(at + 40, length);
  image.u64(at + 48, alignment);
}

/** DT_HASH with a single bucket: every symbol is in its chain. */
function writeHash(image: Image, at: number, symbolCount: number): void {
  image.u32(at, 1);
  image.u32(at + 4, symbolCount);
  image.u32(at + 8, 1);
  for (let i = 1; i < symbolCount; i++) {
    image.u32(at + 12 + 4 * i, i + 1 < symbolCount ? i + 1 : 0);
  }
}

function writeDefinition(
  image: Image,
  at: number,
  flags: number,
  index: number,
  name: string,
  nameOffset: number,
  isLast: boolean,
): void {
  image.u16(at, 1);
  image.u16(at + 2, flags);
  image.u16(at + 4, index);
  image.u16(at + 6, 1);
  image.u32(at + 8, elfHash(name));
  image.u32(at + 12, VERDEF_BYTES);
  image.u32(at + 16, isLast ? 0 : VERDEF_BYTES + VERDAUX_BYTES);
  image.u32(at + VERDEF_BYTES, nameOffset);
}

/** The hash of the System V ABI. */
export function elfHash(name: string): number {
  let hash = 0;
  for (let i = 0; i < name.length; i++) {
    hash = ((hash << 4) + name.charCodeAt(i)) >>> 0;
    const high = hash & 0xf000_0000;
    hash = ((hash ^ (high >>> 24)) & ~high) >>> 0;
  }
  return hash;
}
