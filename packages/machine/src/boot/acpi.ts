// SPDX-License-Identifier: MPL-2.0

/** What the machine's ACPI tables tell. */
export interface AcpiContents {
  /** Physical address of PCI's configuration space for bus 0; absent without PCI. */
  readonly pciConfigBase?: number;
  /** Physical address of the IOMMU's registers; absent without one. */
  readonly iommuBase?: number;
}

const HEADER_BYTES = 36;
const RSDP_BYTES = 36;
const GUEST_ADDRESS_BITS = 39;
const INTERRUPT_REMAPPING = 1;
const INCLUDES_ALL = 1;

/**
 * Writes RSDP, XSDT and the tables (ACPI 6.4, 5.2) into RAM from `base` on, in one page; the
 * address of the RSDP.
 */
export function writeAcpiTables(ram: Uint8Array, base: number, contents: AcpiContents): number {
  const tables: Uint8Array[] = [];
  if (contents.pciConfigBase !== undefined) tables.push(mcfg(contents.pciConfigBase));
  if (contents.iommuBase !== undefined) tables.push(dmar(contents.iommuBase));
  let at = base + RSDP_BYTES + 12;
  const addresses = tables.map((table) => {
    const address = at;
    ram.set(table, address);
    at += (table.length + 15) & ~15;
    return address;
  });
  const xsdt = withHeader("XSDT", 1, addressesAsBytes(addresses));
  ram.set(xsdt, at);
  const rsdp = new Uint8Array(RSDP_BYTES);
  const view = new DataView(rsdp.buffer);
  writeText(rsdp, 0, "RSD PTR ");
  writeText(rsdp, 9, "ASTER ");
  rsdp[15] = 2;
  view.setUint32(20, RSDP_BYTES, true);
  view.setUint32(24, at, true);
  rsdp[8] = checksum(rsdp.subarray(0, 20));
  rsdp[32] = checksum(rsdp);
  ram.set(rsdp, base);
  return base;
}

/** PCI Firmware Specification 3.3, 4.1.2: one segment, bus 0 alone. */
function mcfg(configBase: number): Uint8Array {
  const content = new Uint8Array(8 + 16);
  new DataView(content.buffer).setUint32(8, configBase, true);
  return withHeader("MCFG", 1, content);
}

/** VT-d specification 3.3, 8.1: one unit, before all devices. */
function dmar(registers: number): Uint8Array {
  const content = new Uint8Array(12 + 16);
  const view = new DataView(content.buffer);
  content[0] = GUEST_ADDRESS_BITS - 1;
  content[1] = INTERRUPT_REMAPPING;
  view.setUint16(14, 16, true);
  content[16] = INCLUDES_ALL;
  view.setUint32(20, registers, true);
  return withHeader("DMAR", 1, content);
}

function withHeader(signature: string, revision: number, content: Uint8Array): Uint8Array {
  const table = new Uint8Array(HEADER_BYTES + content.length);
  writeText(table, 0, signature);
  new DataView(table.buffer).setUint32(4, table.length, true);
  table[8] = revision;
  writeText(table, 10, "ASTER BUILTIN ");
  table.set(content, HEADER_BYTES);
  table[9] = checksum(table);
  return table;
}

function addressesAsBytes(addresses: readonly number[]): Uint8Array {
  const bytes = new Uint8Array(8 * addresses.length);
  const view = new DataView(bytes.buffer);
  addresses.forEach((address, index) => view.setUint32(8 * index, address, true));
  return bytes;
}

function writeText(bytes: Uint8Array, at: number, text: string): void {
  for (let i = 0; i < text.length; i++) bytes[at + i] = text.charCodeAt(i);
}

/** The byte that makes the sum of all zero. */
function checksum(bytes: Uint8Array): number {
  return -bytes.reduce((sum, byte) => sum + byte, 0) & 0xff;
}
