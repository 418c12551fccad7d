// SPDX-License-Identifier: MPL-2.0

import { ENTRY_TABLES, ENTRY_TABLE_SIZE } from "../layout.ts";

export const PAGE_SIZE = 4096;

/** The decoded code of one physical page. */
export interface CodePage {
  readonly slot: number;
  page: number;
  attached: boolean;
  readonly chunks: number[];
  /** The part of the last chunk that is free. */
  low: number;
  high: number;
  /** Records that stand for targets in this page which are not decoded yet, by offset. */
  readonly stubs: Map<number, number>;
  /** Where records hold the address of such a stub. */
  readonly links: Map<number, number[]>;
  /** Slots with an instruction that ends in this page. */
  readonly dependents: Set<number>;
}

/** Where the table of the slot's page says which record starts at `offset`: an index of 32-bit words. */
export function entryWord(slot: number, offset: number): number {
  return (ENTRY_TABLES + ENTRY_TABLE_SIZE * slot + 4 * offset) >> 2;
}
