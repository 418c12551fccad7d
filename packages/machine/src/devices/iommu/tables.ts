// SPDX-License-Identifier: MPL-2.0

import type { GuestMemory } from "../guest-memory.ts";
import { GUEST_ADDRESS_LIMIT, REASON } from "./registers.ts";

const PRESENT = 1;
const READ = 1;
const WRITE = 2;
const LARGE = 1 << 7;
const PAGE = 4096;
const TWO_32 = 0x1_0000_0000;
/** Address width field of a context entry for tables of three levels. */
const WIDTH_3_LEVELS = 1;
const TRANSLATION_TYPE = 12;

/** A translated page: its physical address and the rights of the whole way. */
export interface Translation {
  readonly frame: number;
  readonly rights: number;
}

/** The right that an access needs. */
export function neededRight(isWrite: boolean): number {
  return isWrite ? WRITE : READ;
}

/**
 * Walks root table, context table and second-level tables for the page of `address` (VT-d 3.4
 * and 3.7). A number is the reason why there is no translation.
 */
export function walk(
  memory: GuestMemory,
  rootTable: number,
  source: number,
  address: number,
): Translation | number {
  const root = entry(memory, rootTable + (source >> 8) * 16);
  if (root === undefined) return REASON.TABLE_UNREACHABLE;
  if ((root.low & PRESENT) === 0) return REASON.ROOT_NOT_PRESENT;
  const contextAt = root.address + (source & 0xff) * 16;
  const context = entry(memory, contextAt);
  if (context === undefined) return REASON.TABLE_UNREACHABLE;
  if ((context.low & PRESENT) === 0) return REASON.CONTEXT_NOT_PRESENT;
  const width = memory.readU32(contextAt + 8) & 7;
  if ((context.low & TRANSLATION_TYPE) !== 0 || width !== WIDTH_3_LEVELS) {
    return REASON.CONTEXT_INVALID;
  }
  if (address >= GUEST_ADDRESS_LIMIT) return REASON.BEYOND_WIDTH;
  let table = context.address;
  let rights = READ | WRITE;
  for (let span = 2 ** 30; ; span /= 512) {
    const found = entry(memory, table + (Math.floor(address / span) % 512) * 8);
    if (found === undefined) return REASON.TABLE_UNREACHABLE;
    rights &= found.low;
    if (rights === 0) return { frame: 0, rights };
    if (span === PAGE || (found.low & LARGE) !== 0) {
      // A large page covers the pages behind its own address.
      const offset = (address % span) - (address % PAGE);
      return { frame: found.address + offset, rights };
    }
    table = found.address;
  }
}

/** An entry of any table; undefined where it is not in RAM. */
function entry(memory: GuestMemory, at: number): { low: number; address: number } | undefined {
  if (!memory.contains(at, 8)) return undefined;
  const low = memory.readU32(at);
  const high = memory.readU32(at + 4) & 0xf_ffff;
  return { low, address: high * TWO_32 + (low - (low & 0xfff)) };
}
