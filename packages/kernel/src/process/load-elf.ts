// SPDX-License-Identifier: MPL-2.0

import { VmWriter } from "@aster/ostd";
import { Errno } from "../abi/errno.ts";
import { PROT_EXEC, PROT_READ, PROT_WRITE } from "../abi/mman.ts";
import type { OpenFile } from "../fs/file.ts";
import { fail } from "../result.ts";
import type { Result } from "../result.ts";
import type { AddressSpace } from "../vm/address-space.ts";
import { Access, Fault, handleFault } from "../vm/fault.ts";
import { Mapping, PAGE_SIZE, pageCeil, pageFloor } from "../vm/mapping.ts";
import {
  ELF_HEADER_SIZE,
  PF_R,
  PF_W,
  PF_X,
  PT_INTERP,
  PT_LOAD,
  PT_PHDR,
  parseElfHeader,
  parseProgramHeaders,
  programHeadersBytes,
  segmentsAreSane,
} from "./elf.ts";
import type { ElfHeader, ProgramHeader } from "./elf.ts";
import type { Thread } from "./thread.ts";

/** Linux's PATH_MAX bounds the name of an interpreter. */
const INTERPRETER_NAME_MAX = 4096;

/** An ELF file that has been looked at, not mapped yet. */
export interface ElfImage {
  readonly file: OpenFile;
  readonly header: ElfHeader;
  readonly programHeaders: readonly ProgramHeader[];
  /** PT_INTERP, for dynamically linked programs. */
  readonly interpreter: string | undefined;
}

/** Where an image has been mapped. */
export interface LoadedImage {
  /** What was added to the addresses in the file. */
  readonly bias: number;
  readonly entry: number;
  /** Address of the program headers in memory; 0 where no segment holds them. */
  readonly programHeaders: number;
  readonly codeStart: number;
  readonly codeEnd: number;
  readonly dataStart: number;
  readonly dataEnd: number;
  /** One past the last byte of any segment. */
  readonly end: number;
}

/** Reads up to `length` bytes of the file; fewer at its end. Undefined when reading fails. */
export function readFile(
  thread: Thread,
  file: OpenFile,
  offset: number,
  length: number,
): Uint8Array | undefined {
  const bytes = new Uint8Array(length);
  const count = file.readAt(thread, VmWriter.from(bytes), offset);
  return count < 0 ? undefined : bytes.subarray(0, count);
}

/** Reads the headers of an ELF executable; -ENOEXEC where the file is none that can run. */
export function readElfImage(
  thread: Thread,
  file: OpenFile,
  firstBytes: Uint8Array,
): ElfImage | Result {
  const header = parseElfHeader(firstBytes.subarray(0, ELF_HEADER_SIZE));
  if (header === undefined) return fail(Errno.ENOEXEC, "not an x86-64 ELF executable");
  const size = programHeadersBytes(header);
  const table = readFile(thread, file, header.programHeadersOffset, size);
  if (table === undefined || table.length < size) {
    return fail(Errno.ENOEXEC, "the program headers lie beyond the end of the file");
  }
  const programHeaders = parseProgramHeaders(table);
  const named = programHeaders.find((entry) => entry.type === PT_INTERP);
  if (named === undefined) return { file, header, programHeaders, interpreter: undefined };

  if (named.fileBytes < 2 || named.fileBytes > INTERPRETER_NAME_MAX) {
    return fail(Errno.ENOEXEC, "the name of the interpreter is too short or too long");
  }
  const name = readFile(thread, file, named.offset, named.fileBytes);
  if (name === undefined || name.length < named.fileBytes) return fail(Errno.EIO);
  if (name[name.length - 1] !== 0) {
    return fail(Errno.ENOEXEC, "the name of the interpreter does not end");
  }
  const interpreter = String.fromCharCode(...name.subarray(0, name.indexOf(0)));
  return { file, header, programHeaders, interpreter };
}

/** Maps the segments of `image`; undefined where that fails, with the space to be thrown away. */
export function mapElfImage(
  vm: AddressSpace,
  image: ElfImage,
  stackLimit: number,
): LoadedImage | undefined {
  const { programHeaders, header } = image;
  if (!segmentsAreSane(programHeaders)) return undefined;
  const segments = programHeaders.filter((entry) => entry.type === PT_LOAD);
  const first = segments[0];
  const last = segments[segments.length - 1];
  if (first === undefined || last === undefined) return undefined;

  const lowest = pageFloor(first.address);
  const span = pageCeil(last.address + last.memoryBytes) - lowest;
  const bias = header.positionIndependent ? chooseBias(vm, image, lowest, span) : 0;
  if (bias === undefined) return undefined;
  for (const segment of segments) {
    if (!mapSegment(vm, image.file, segment, bias, stackLimit)) return undefined;
  }

  const code = segments.filter((segment) => (segment.flags & PF_X) !== 0);
  const codeStart = Math.min(...segments.map((segment) => segment.address));
  const codeEnd = Math.max(...code.map((segment) => segment.address + segment.fileBytes), 0);
  const dataEnd = Math.max(...segments.map((segment) => segment.address + segment.fileBytes));
  return {
    bias,
    entry: header.entry + bias,
    programHeaders: findProgramHeaders(image, bias),
    codeStart: codeStart + bias,
    codeEnd: codeEnd + bias,
    dataStart: last.address + bias,
    dataEnd: dataEnd + bias,
    end: Math.max(...segments.map((segment) => segment.address + segment.memoryBytes)) + bias,
  };
}

/** A position-independent program goes to the layout's place, its interpreter where mmap would put it. */
function chooseBias(
  vm: AddressSpace,
  image: ElfImage,
  lowest: number,
  span: number,
): number | undefined {
  const { pieBase } = vm.layout;
  const isProgram = !vm.mappings.overlaps(pieBase, pieBase + span) && vm.mappings.count === 0;
  if (isProgram) {
    const alignment = Math.max(PAGE_SIZE, ...image.programHeaders.map(alignmentOf));
    return pieBase - (pieBase % alignment) - lowest;
  }
  const found = vm.findFree(span, 0);
  return found < 0 ? undefined : found - lowest;
}

function alignmentOf(header: ProgramHeader): number {
  const isPowerOfTwo = Number.isInteger(Math.log2(header.alignment));
  return header.type === PT_LOAD && isPowerOfTwo ? header.alignment : PAGE_SIZE;
}

function mapSegment(
  vm: AddressSpace,
  file: OpenFile,
  segment: ProgramHeader,
  bias: number,
  stackLimit: number,
): boolean {
  const address = segment.address + bias;
  const start = pageFloor(address);
  const fileEnd = pageCeil(address + segment.fileBytes);
  const end = pageCeil(address + segment.memoryBytes);
  if (vm.mappings.overlaps(start, end)) return false;
  const protection =
    ((segment.flags & PF_R) !== 0 ? PROT_READ : 0) |
    ((segment.flags & PF_W) !== 0 ? PROT_WRITE : 0) |
    ((segment.flags & PF_X) !== 0 ? PROT_EXEC : 0);

  if (segment.fileBytes > 0) {
    const source = file.pageSource();
    if (source === undefined) return false;
    const sourcePage = pageFloor(segment.offset) / PAGE_SIZE;
    vm.add(
      new Mapping({ start, end: fileEnd, protection, shared: false, source, sourcePage, file }),
    );
  }
  const bssStart = segment.fileBytes > 0 ? fileEnd : start;
  if (end > bssStart) {
    vm.add(new Mapping({ start: bssStart, end, protection, shared: false }));
  }
  const isWritable = (protection & PROT_WRITE) !== 0;
  const tail = address + segment.fileBytes;
  const needsZeros = segment.memoryBytes > segment.fileBytes && tail % PAGE_SIZE !== 0;
  if (segment.fileBytes === 0 || !needsZeros || !isWritable) return true;
  // The rest of the last page of file data is bss: it must read as zero.
  if (handleFault(vm, tail, Access.WRITE, stackLimit) !== Fault.RESOLVED) return false;
  const bytes = fileEnd - tail;
  return vm.space.fillZeros(tail, bytes) === bytes;
}

function findProgramHeaders(image: ElfImage, bias: number): number {
  const own = image.programHeaders.find((entry) => entry.type === PT_PHDR);
  if (own !== undefined) return own.address + bias;
  const { programHeadersOffset } = image.header;
  const holder = image.programHeaders.find(
    (entry) =>
      entry.type === PT_LOAD &&
      programHeadersOffset >= entry.offset &&
      programHeadersOffset < entry.offset + entry.fileBytes,
  );
  if (holder === undefined) return 0;
  return holder.address + (programHeadersOffset - holder.offset) + bias;
}
