// SPDX-License-Identifier: MPL-2.0

/** What a range of physical memory is; the numbers order the kinds by how usable they are. */
export type MemoryRegionType =
  | "bad"
  | "unknown"
  | "reserved"
  | "kernel"
  | "module"
  | "framebuffer"
  | "reclaimable"
  | "usable";

export interface MemoryRegion {
  /** Physical address of the first byte. */
  readonly base: number;
  /** Length in bytes. */
  readonly length: number;
  readonly type: MemoryRegionType;
}

/** What a processor says of itself (Intel SDM, CPUID). */
export interface ProcessorIdentity {
  /** e.g. "GenuineIntel". */
  readonly vendor: string;
  readonly modelName: string;
  readonly family: number;
  readonly model: number;
  readonly stepping: number;
  /** Features: EDX and ECX of leaf 1, each as an unsigned number of 32 bits. */
  readonly featuresEdx: number;
  readonly featuresEcx: number;
  /** The same of leaf 7: EBX and ECX; 0 where there is no such leaf. */
  readonly structuredEbx: number;
  readonly structuredEcx: number;
  /** The same of leaf 0x80000001: EDX and ECX. */
  readonly extendedEdx: number;
  readonly extendedEcx: number;
}

/** What the boot loader tells the kernel. */
export interface BootInfo {
  readonly bootloaderName: string;
  /** The kernel command line, one character per byte. */
  readonly kernelCommandLine: string;
  /** Where the initramfs (cpio, plain or gzip) stands in RAM; absent when none was given. */
  readonly initramfs: { readonly base: number; readonly length: number } | undefined;
  readonly memoryRegions: readonly MemoryRegion[];
  /** Physical address of ACPI's root pointer (RSDP); absent on a machine without ACPI tables. */
  readonly acpiRsdp?: number;
  /** Absent on the built-in machine, which is what it is. */
  readonly processor?: ProcessorIdentity;
}
