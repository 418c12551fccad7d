// SPDX-License-Identifier: MPL-2.0

/** What a function for a micro-op returns, other than the next record, which is at least COLD_CODES. */
export const COLD_FAULT = 0;
export const COLD_TRAP = 1;
export const COLD_RESTART = 2;
/** It jumped: the next record is in NEXT, and `rip` in RIP, if the tick asks. */
export const COLD_JUMP = 3;
/** It jumped directly: the record's target. */
export const COLD_DIRECT = 4;
/** A conditional jump was not taken. */
export const COLD_NOT_TAKEN = 5;
export const COLD_CODES = 8;
