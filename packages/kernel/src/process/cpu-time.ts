// SPDX-License-Identifier: MPL-2.0

/** Time on the CPU and other counts of getrusage(2). */
export class CpuTime {
  /** All time on the CPU. */
  totalNs = 0;
  /** The part of `totalNs` spent in the kernel, as sampled; may exceed `totalNs` by chance. */
  sampledSystemNs = 0;
  /** How many events there are until one is timed for all of them. */
  untilSample = 1;
  minorFaults = 0;
  majorFaults = 0;
  voluntarySwitches = 0;
  involuntarySwitches = 0;
  /** The largest resident set, in KiB. */
  maxResidentKiB = 0;

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
    this.maxResidentKiB = Math.max(this.maxResidentKiB, other.maxResidentKiB);
  }
}
