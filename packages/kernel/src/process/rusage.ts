// SPDX-License-Identifier: MPL-2.0

import { Rusage, Timeval, set64 } from "../abi/layout.ts";
import type { CpuTime } from "./cpu-time.ts";

/** The unit of ru_inblock and ru_oublock. */
const SECTOR_BYTES = 512;

/** Writes struct rusage (getrusage(2)) into a cleared buffer. */
export function writeRusage(view: DataView, usage: CpuTime): void {
  writeTimeval(view, Rusage.utime, usage.userNs);
  writeTimeval(view, Rusage.stime, usage.systemNs);
  set64(view, Rusage.maxrss, usage.maxResidentKiB);
  set64(view, Rusage.minflt, usage.minorFaults);
  set64(view, Rusage.majflt, usage.majorFaults);
  set64(view, Rusage.inblock, Math.floor(usage.diskReadBytes / SECTOR_BYTES));
  set64(view, Rusage.oublock, Math.floor(usage.diskWrittenBytes / SECTOR_BYTES));
  set64(view, Rusage.nvcsw, usage.voluntarySwitches);
  set64(view, Rusage.nivcsw, usage.involuntarySwitches);
}

function writeTimeval(view: DataView, at: number, ns: number): void {
  const us = Math.floor(ns / 1000);
  set64(view, at + Timeval.sec, Math.floor(us / 1_000_000));
  set64(view, at + Timeval.usec, us % 1_000_000);
}
