// SPDX-License-Identifier: MPL-2.0

import { ZERO_TIME } from "../time/zero-time.ts";

/** Time on the CPU and other counts of getrusage(2). */
export class CpuTime {
  /** All time on the CPU. */
  totalNs: number = ZERO_TIME;
  /** The part of `totalNs` spent in the kernel, as sampled; may exceed `totalNs` by chance. */
  sampledSystemNs: number = ZERO_TIME;
  /** How many events there are until one is timed for all of them: at first half as many as later. */
  untilSample = 16;
  minorFaults = 0;
  majorFaults = 0;
  voluntarySwitches = 0;
  involuntarySwitches = 0;
  /** The largest resident set, in KiB. */
  maxResidentKiB = 0;
  /** Bytes that read(2) and its kin gave and write(2) and its kin took, and how many calls did so. */
  readChars: number = ZERO_TIME;
  writtenChars: number = ZERO_TIME;
  readCalls = 0;
  writeCalls = 0;
  /** Bytes asked of disks, and bytes changed in memory that disks are to get. */
  diskReadBytes: number = ZERO_TIME;
  diskWrittenBytes: number = ZERO_TIME;

  get systemNs(): number {
    return Math.min(this.sampledSystemNs, this.totalNs);
  }
  get userNs(): number {
    return this.totalNs - this.systemNs;
  }

  add(other: CpuTime): void {
    this.totalNs += other.totalNs;
    this.sampledSystemNs += other.systemNs;
    this.minorFaults += other.minorFaults;
    this.majorFaults += other.majorFaults;
    this.voluntarySwitches += other.voluntarySwitches;
    this.involuntarySwitches += other.involuntarySwitches;
    this.readChars += other.readChars;
    this.writtenChars += other.writtenChars;
    this.readCalls += other.readCalls;
    this.writeCalls += other.writeCalls;
    this.diskReadBytes += other.diskReadBytes;
    this.diskWrittenBytes += other.diskWrittenBytes;
    this.maxResidentKiB = Math.max(this.maxResidentKiB, other.maxResidentKiB);
  }
}
