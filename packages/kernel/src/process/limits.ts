// SPDX-License-Identifier: MPL-2.0

/** Resource limits (getrlimit(2)); numbers of x86-64. */
export const RLIMIT_CPU = 0;
export const RLIMIT_FSIZE = 1;
export const RLIMIT_DATA = 2;
export const RLIMIT_STACK = 3;
export const RLIMIT_CORE = 4;
export const RLIMIT_RSS = 5;
export const RLIMIT_NPROC = 6;
export const RLIMIT_NOFILE = 7;
export const RLIMIT_MEMLOCK = 8;
export const RLIMIT_AS = 9;
export const RLIMIT_LOCKS = 10;
export const RLIMIT_SIGPENDING = 11;
export const RLIMIT_MSGQUEUE = 12;
export const RLIMIT_NICE = 13;
export const RLIMIT_RTPRIO = 14;
export const RLIMIT_RTTIME = 15;
export const RLIMIT_COUNT = 16;

/** No limit; user space sees all ones. */
export const RLIM_INFINITY: number = Infinity;

/** fs.nr_open: the hard limit that RLIMIT_NOFILE can be raised to. */
export const MAX_OPEN_FILES = 1_048_576;

/** Soft and hard limits of one process; `RLIM_INFINITY` where there is none. */
export class ResourceLimits {
  private readonly soft: number[];
  private readonly hard: number[];

  private constructor(soft: number[], hard: number[]) {
    this.soft = soft;
    this.hard = hard;
  }

  /** What init starts with (include/asm-generic/resource.h). */
  static initial(maxProcesses: number): ResourceLimits {
    const soft: number[] = Array.from({ length: RLIMIT_COUNT }, () => RLIM_INFINITY);
    const hard: number[] = Array.from({ length: RLIMIT_COUNT }, () => RLIM_INFINITY);
    soft[RLIMIT_STACK] = 8 * 1024 * 1024;
    soft[RLIMIT_CORE] = 0;
    soft[RLIMIT_NPROC] = hard[RLIMIT_NPROC] = maxProcesses;
    soft[RLIMIT_NOFILE] = 1024;
    hard[RLIMIT_NOFILE] = 4096;
    soft[RLIMIT_MEMLOCK] = hard[RLIMIT_MEMLOCK] = 8 * 1024 * 1024;
    soft[RLIMIT_SIGPENDING] = hard[RLIMIT_SIGPENDING] = maxProcesses;
    soft[RLIMIT_MSGQUEUE] = hard[RLIMIT_MSGQUEUE] = 819_200;
    soft[RLIMIT_NICE] = hard[RLIMIT_NICE] = 0;
    soft[RLIMIT_RTPRIO] = hard[RLIMIT_RTPRIO] = 0;
    return new ResourceLimits(soft, hard);
  }

  /** The soft limit of `RLIMIT_*`. */
  get(resource: number): number {
    return this.soft[resource] ?? RLIM_INFINITY;
  }
  getHard(resource: number): number {
    return this.hard[resource] ?? RLIM_INFINITY;
  }
  set(resource: number, soft: number, hard: number): void {
    this.soft[resource] = soft;
    this.hard[resource] = hard;
  }
  clone(): ResourceLimits {
    return new ResourceLimits([...this.soft], [...this.hard]);
  }
}
