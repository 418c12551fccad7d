// SPDX-License-Identifier: MPL-2.0

/** Where a device is: `virtio_mmio.device=SIZE@BASE:IRQ` (Linux, kernel-parameters). */
export interface MmioParameter {
  readonly base: number;
  readonly size: number;
  readonly line: number;
}

const UNITS: ReadonlyMap<string, number> = new Map([
  ["K", 0x400],
  ["M", 0x10_0000],
  ["G", 0x4000_0000],
]);

/** Reads the value of a parameter; undefined where it is not SIZE@BASE:IRQ with an optional :ID. */
export function parseMmioParameter(text: string): MmioParameter | undefined {
  const match = /^(0x[0-9a-f]+|\d+)([KMG]?)@(0x[0-9a-f]+|\d+)([KMG]?):(\d+)(?::\d+)?$/i.exec(text);
  if (match === null) return undefined;
  const [, size = "", sizeUnit = "", base = "", baseUnit = "", line = ""] = match;
  const parameter = {
    base: Number(base) * (UNITS.get(baseUnit.toUpperCase()) ?? 1),
    size: Number(size) * (UNITS.get(sizeUnit.toUpperCase()) ?? 1),
    line: Number(line),
  };
  const isExact = Number.isSafeInteger(parameter.base + parameter.size);
  return isExact && Number.isSafeInteger(parameter.line) ? parameter : undefined;
}
