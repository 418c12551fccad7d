// SPDX-License-Identifier: MPL-2.0

/** Reads one byte of physical memory, RAM or not. */
export type ReadByte = (address: number) => number;

/** A table of the firmware, copied. */
export interface AcpiTable {
  /** Four characters, e.g. "MCFG". */
  readonly signature: string;
  /** The whole table with its header of 36 bytes. */
  readonly bytes: Uint8Array;
}

/** Length of the header that every table but the RSDP has (ACPI 6.4, 5.2.6). */
export const HEADER_BYTES = 36;
const RSDP_BYTES_1 = 20;
const RSDP_BYTES_2 = 36;
/** More than any table of a sound firmware. */
const MAX_TABLE_BYTES = 0x10_0000;
const BIOS_START = 0xe_0000;
const BIOS_END = 0x10_0000;
const PARAGRAPH = 16;
/** Of "RSD PTR ". */
const FIRST_BYTE = 0x52;

/** The address of the RSDP in the BIOS's read-only memory (ACPI 6.4, 5.2.5.1), or undefined. */
export function scanForRsdp(read: ReadByte): number | undefined {
  for (let at = BIOS_START; at < BIOS_END; at += PARAGRAPH) {
    // Most of 8,192 places are told by one byte.
    if (read(at) !== FIRST_BYTE) continue;
    if (text(read, at, 8) === "RSD PTR " && sum(copy(read, at, RSDP_BYTES_1)) === 0) return at;
  }
  return undefined;
}

/**
 * All tables that the RSDP at `rsdp` leads to. Tables with a wrong checksum or length are left
 * out, and so is everything where the RSDP itself is not sound.
 */
export function acpiTables(read: ReadByte, rsdp: number): readonly AcpiTable[] {
  if (text(read, rsdp, 8) !== "RSD PTR " || sum(copy(read, rsdp, RSDP_BYTES_1)) !== 0) return [];
  const revision = read(rsdp + 15);
  const isExtended = revision >= 2 && sum(copy(read, rsdp, RSDP_BYTES_2)) === 0;
  const pointer = new Fields(copy(read, rsdp, isExtended ? RSDP_BYTES_2 : RSDP_BYTES_1));
  const root = isExtended
    ? (readTable(read, pointer.number64(24)) ?? readTable(read, pointer.u32(16)))
    : readTable(read, pointer.u32(16));
  if (root === undefined) return [];
  const entryBytes = root.signature === "XSDT" ? 8 : 4;
  const fields = new Fields(root.bytes);
  const tables: AcpiTable[] = [];
  for (let at = HEADER_BYTES; at + entryBytes <= root.bytes.length; at += entryBytes) {
    const address = entryBytes === 8 ? fields.number64(at) : fields.u32(at);
    const table = readTable(read, address);
    if (table !== undefined) tables.push(table);
  }
  return tables;
}

function readTable(read: ReadByte, address: number): AcpiTable | undefined {
  if (address === 0) return undefined;
  const length = new Fields(copy(read, address + 4, 4)).u32(0);
  if (length < HEADER_BYTES || length > MAX_TABLE_BYTES) return undefined;
  const bytes = copy(read, address, length);
  return sum(bytes) === 0 ? { signature: text(read, address, 4), bytes } : undefined;
}

function copy(read: ReadByte, address: number, length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  for (let i = 0; i < length; i++) bytes[i] = read(address + i);
  return bytes;
}

function text(read: ReadByte, address: number, length: number): string {
  return String.fromCharCode(...copy(read, address, length));
}

function sum(bytes: Uint8Array): number {
  return bytes.reduce((total, byte) => (total + byte) & 0xff, 0);
}

/** Little-endian fields of a table; 0 beyond its end. */
export class Fields {
  readonly bytes: Uint8Array;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
  }

  u8(at: number): number {
    return this.bytes[at] ?? 0;
  }

  u16(at: number): number {
    return this.u8(at) + this.u8(at + 1) * 0x100;
  }

  u32(at: number): number {
    return this.u16(at) + this.u16(at + 2) * 0x1_0000;
  }

  /** A 64-bit field, exact below 2^53. */
  number64(at: number): number {
    return this.u32(at) + this.u32(at + 4) * 0x1_0000_0000;
  }
}
