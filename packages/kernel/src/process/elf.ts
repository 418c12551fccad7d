// SPDX-License-Identifier: MPL-2.0

/** Parsing of ELF executables (System V gABI, chapter 4 and 5; elf(5)). Reads bytes, touches nothing else. */

export const ELF_HEADER_SIZE = 64;
const PROGRAM_HEADER_SIZE = 56;
/** Linux refuses programs whose headers exceed a page (fs/binfmt_elf.c, load_elf_phdrs). */
const MAX_PROGRAM_HEADERS_BYTES = 65536;

const ET_EXEC = 2;
const ET_DYN = 3;
const EM_X86_64 = 62;

export const PT_LOAD = 1;
export const PT_DYNAMIC = 2;
export const PT_INTERP = 3;
export const PT_PHDR = 6;
export const PT_TLS = 7;
export const PT_GNU_STACK = 0x6474e551;

export const PF_X = 1;
export const PF_W = 2;
export const PF_R = 4;

export interface ElfHeader {
  /** True for `ET_DYN`: the kernel chooses where it goes. */
  readonly positionIndependent: boolean;
  readonly entry: number;
  readonly programHeadersOffset: number;
  readonly programHeadersCount: number;
}

export interface ProgramHeader {
  readonly type: number;
  readonly flags: number;
  readonly offset: number;
  readonly address: number;
  readonly fileBytes: number;
  readonly memoryBytes: number;
  readonly alignment: number;
}

function u64(view: DataView, at: number): number {
  return view.getUint32(at + 4, true) * 0x1_0000_0000 + view.getUint32(at, true);
}

/** Parses the file header; undefined where the file is no x86-64 ELF executable (ENOEXEC). */
export function parseElfHeader(bytes: Uint8Array): ElfHeader | undefined {
  if (bytes.length < ELF_HEADER_SIZE) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  // Linux looks at the magic number and the machine alone: class and byte order are not checked.
  if (view.getUint32(0, false) !== 0x7f454c46) return undefined;
  const type = view.getUint16(16, true);
  if (type !== ET_EXEC && type !== ET_DYN) return undefined;
  if (view.getUint16(18, true) !== EM_X86_64) return undefined;
  if (view.getUint16(54, true) !== PROGRAM_HEADER_SIZE) return undefined;
  const programHeadersCount = view.getUint16(56, true);
  if (programHeadersCount === 0) return undefined;
  if (programHeadersCount * PROGRAM_HEADER_SIZE > MAX_PROGRAM_HEADERS_BYTES) return undefined;
  return {
    positionIndependent: type === ET_DYN,
    entry: u64(view, 24),
    programHeadersOffset: u64(view, 32),
    programHeadersCount,
  };
}

export function programHeadersBytes(header: ElfHeader): number {
  return header.programHeadersCount * PROGRAM_HEADER_SIZE;
}

/** Parses the table of program headers, which is all of `bytes`. */
export function parseProgramHeaders(bytes: Uint8Array): ProgramHeader[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const headers: ProgramHeader[] = [];
  for (let at = 0; at + PROGRAM_HEADER_SIZE <= bytes.length; at += PROGRAM_HEADER_SIZE) {
    headers.push({
      type: view.getUint32(at, true),
      flags: view.getUint32(at + 4, true),
      offset: u64(view, at + 8),
      address: u64(view, at + 16),
      fileBytes: u64(view, at + 32),
      memoryBytes: u64(view, at + 40),
      alignment: u64(view, at + 48),
    });
  }
  return headers;
}

/** Whether the loadable segments can be mapped at all: Linux answers ENOEXEC or EINVAL where not. */
export function segmentsAreSane(headers: readonly ProgramHeader[]): boolean {
  let previousEnd = -1;
  let loadable = 0;
  for (const header of headers) {
    if (header.type !== PT_LOAD) continue;
    loadable += 1;
    if (header.memoryBytes < header.fileBytes) return false;
    if (header.address % 4096 !== header.offset % 4096) return false;
    if (header.address < previousEnd) return false;
    previousEnd = header.address + header.memoryBytes;
    if (previousEnd > 0x7fff_ffff_f000) return false;
  }
  return loadable > 0;
}
