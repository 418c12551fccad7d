// SPDX-License-Identifier: MPL-2.0

/** An address in the guest, in halves. */
export interface Address {
  readonly low: number;
  readonly high: number;
}

/** The address of the page of an address in the lower half, which a number holds exactly. */
export function pageAddress({ low, high }: Address): number {
  return high * 0x1_0000_0000 + (low >>> 12) * 4096;
}
