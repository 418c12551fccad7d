// SPDX-License-Identifier: MPL-2.0

import type { Native } from "./native.ts";

// Taken before the kernel's realm is emptied of clocks (freeze.ts).
const { UTC: utc } = Date;

/** The CMOS clock (MC146818): an index port and a data port. */
const INDEX = 0x70;
const DATA = 0x71;
const SECONDS = 0;
const MINUTES = 2;
const HOURS = 4;
const DAY = 7;
const MONTH = 8;
const YEAR = 9;
const STATUS_A = 10;
const STATUS_B = 11;
const UPDATING = 0x80;
const IS_24_HOURS = 2;
const IS_BINARY = 4;
const PM = 0x80;
const MAX_TRIES = 100_000;

/** Microseconds since 1970-01-01 UTC, to the second. The CMOS clock is taken to run in UTC. */
export function readWallClockUs(native: Native): number {
  let previous = readFields(native);
  for (let tries = 0; tries < MAX_TRIES; tries++) {
    const fields = readFields(native);
    // Two equal readings are not torn by an update.
    if (fields.every((value, index) => value === previous[index])) {
      return toMicroseconds(fields, read(native, STATUS_B));
    }
    previous = fields;
  }
  throw new Error("the CMOS clock does not hold still");
}

function readFields(native: Native): number[] {
  for (let tries = 0; tries < MAX_TRIES && (read(native, STATUS_A) & UPDATING) !== 0; tries++);
  return [SECONDS, MINUTES, HOURS, DAY, MONTH, YEAR].map((register) => read(native, register));
}

function read(native: Native, register: number): number {
  native.portWrite(INDEX, 1, register);
  return native.portRead(DATA, 1);
}

function toMicroseconds(fields: readonly number[], statusB: number): number {
  const number = (value: number | undefined): number =>
    (statusB & IS_BINARY) !== 0 ? (value ?? 0) : ((value ?? 0) >> 4) * 10 + ((value ?? 0) & 15);
  const [seconds, minutes, rawHours = 0, day, month, year] = fields;
  let hours = number(rawHours & ~PM);
  if ((statusB & IS_24_HOURS) === 0) {
    hours = (hours % 12) + ((rawHours & PM) !== 0 ? 12 : 0);
  }
  const ms = utc(
    2000 + number(year),
    number(month) - 1,
    number(day),
    hours,
    number(minutes),
    number(seconds),
  );
  return ms * 1000;
}
