// SPDX-License-Identifier: MPL-2.0

import { type Decoder, MAX_INSTRUCTION_BYTES } from "../decode/decoder.ts";
import type { OpTable } from "../decode/op-table.ts";
import { ENTRY_TABLES, ENTRY_TABLE_SIZE, RAM_BASE } from "../layout.ts";
import type { CodeCache } from "../tier0/code-cache.ts";
import type { RegionSource } from "./blocks.ts";
import { type Code, PAGE_SIZE, decodeCode, pageOf } from "./code.ts";
import { effectsOf } from "./effects.ts";
import { MAX_PAGE_DISTANCE } from "./pages.ts";
import type { Address } from "./address.ts";

/** What reading code takes. */
export interface SourceHost {
  readonly bytes: Uint8Array;
  readonly table: OpTable;
  readonly decoder: Decoder;
  readonly code: CodeCache;
  /** The code slot of the page that is mapped so many pages from that of an address, or -1 where it is not known. */
  slotNear(address: Address, pages: number): number;
  /** Compiles all code that is reached, whether the interpreter has met it or not: larger regions, for tests. */
  readonly speculative: boolean;
}

/** What computed calls have been seen to call, by their offsets. */
export type Callees = ReadonlyMap<number, readonly number[]>;

/** For tests, a computed call is taken to call what stands nearest to it. */
const GUESSED_CALLEES = 6;

/** The code around the page of code slot `first`, as it is mapped at `address` now. */
export function regionSource(
  host: SourceHost,
  first: number,
  address: Address,
  seen: Callees,
): RegionSource {
  const words = new Int32Array(host.bytes.buffer);
  const { code, decoder, table, bytes, speculative } = host;
  const slots = new Map([[0, first]]);
  /** The code slot at a distance, or -1. */
  const slotAt = (distance: number): number => {
    let slot = slots.get(distance);
    if (slot === undefined) {
      slot = Math.abs(distance) > MAX_PAGE_DISTANCE ? -1 : host.slotNear(address, distance);
      // Who writes to a page that has been dropped is not noticed.
      if (slot >= 0 && !code.isAttached(slot)) slot = -1;
      slots.set(distance, slot);
    }
    return slot;
  };
  const hostPage = (slot: number): number => RAM_BASE + PAGE_SIZE * code.pageOf(slot);
  const both = new Uint8Array(2 * MAX_INSTRUCTION_BYTES);
  /** An instruction that may go on in the next page. */
  const decodeCrossing = (offset: number, at: number, rest: number): Code | undefined => {
    const next = slotAt(pageOf(offset) + 1);
    if (next < 0) return undefined;
    both.fill(0);
    both.set(bytes.subarray(at, at + rest));
    both.set(bytes.subarray(hostPage(next), hostPage(next) + both.length - rest), rest);
    return decodeCode(decoder, table, both, 0, both.length, offset);
  };
  const decode = (offset: number): Code | undefined => {
    const slot = slotAt(pageOf(offset));
    if (slot < 0) return undefined;
    const at = hostPage(slot) + (offset & (PAGE_SIZE - 1));
    const end = hostPage(slot) + PAGE_SIZE;
    const found = decodeCode(decoder, table, bytes, at, end, offset);
    if (found !== undefined || end - at >= MAX_INSTRUCTION_BYTES) return found;
    return decodeCrossing(offset, at, end - at);
  };
  const blockStarts = (page: number): number[] => {
    const found: number[] = [];
    const slot = slotAt(page);
    if (slot < 0) return found;
    const table = (ENTRY_TABLES + ENTRY_TABLE_SIZE * slot) >> 2;
    for (let inPage = 0; inPage < PAGE_SIZE; inPage++) {
      if (words[table + inPage] !== 0) found.push(PAGE_SIZE * page + inPage);
    }
    return found;
  };
  return {
    decode,
    isKnown: (offset) => {
      const slot = slotAt(pageOf(offset));
      return slot >= 0 && (speculative || code.isDecoded(slot, offset & (PAGE_SIZE - 1)));
    },
    canInline: ({ op }) => effectsOf(op).inline,
    blockStarts,
    callees: (call) => {
      const { offset } = call;
      if (!speculative) return seen.get(offset) ?? [];
      if (!isComputed(call) && !isComputed(decode(call.target))) return [];
      const far = (start: number): number => Math.abs(start - offset);
      return blockStarts(0)
        .sort((a, b) => far(a) - far(b))
        .slice(0, GUESSED_CALLEES);
    },
  };
}

function isComputed(code: Code | undefined): boolean {
  const name = code?.instruction.name;
  return name === "callIndirect" || name === "jmpIndirect";
}
