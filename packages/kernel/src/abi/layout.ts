// SPDX-License-Identifier: MPL-2.0

/**
 * Layouts of the structures that user space and the kernel share on x86-64, as offsets in bytes,
 * and straight-line readers and writers of their fields.
 *
 * 64-bit fields are read as numbers: exact up to 2^53, rounded above, which no check can miss.
 * Opaque 64-bit values (signal values, epoll data) are read as two 32-bit halves.
 */

const TWO_TO_32 = 0x1_0000_0000;

/** A block of bytes that structures are copied through. */
export class StructBuffer {
  readonly bytes: Uint8Array;
  readonly view: DataView;

  constructor(size: number) {
    this.bytes = new Uint8Array(size);
    this.view = new DataView(this.bytes.buffer);
  }

  clear(size: number = this.bytes.length): void {
    this.bytes.fill(0, 0, size);
  }
}

export function getI32(view: DataView, offset: number): number {
  return view.getInt32(offset, true);
}
export function getU32(view: DataView, offset: number): number {
  return view.getUint32(offset, true);
}
export function getI64(view: DataView, offset: number): number {
  return view.getInt32(offset + 4, true) * TWO_TO_32 + view.getUint32(offset, true);
}
export function getU64(view: DataView, offset: number): number {
  return view.getUint32(offset + 4, true) * TWO_TO_32 + view.getUint32(offset, true);
}

export function setU16(view: DataView, offset: number, value: number): void {
  view.setUint16(offset, value, true);
}
/** Writes the low 32 bits of an integer, signed or unsigned. */
export function set32(view: DataView, offset: number, value: number): void {
  view.setInt32(offset, value, true);
}
/** Writes an integer, signed or unsigned, as 64 bits. */
export function set64(view: DataView, offset: number, value: number): void {
  const high = Math.floor(value / TWO_TO_32);
  view.setUint32(offset, value - high * TWO_TO_32, true);
  view.setInt32(offset + 4, high, true);
}
/** Writes a byte string, ended and filled up with zeros to `size` bytes. */
export function setString(view: DataView, offset: number, size: number, text: string): void {
  const length = Math.min(text.length, size - 1);
  for (let index = 0; index < size; index++) {
    view.setUint8(offset + index, index < length ? text.charCodeAt(index) : 0);
  }
}

/** struct timespec (time_t, long). */
export const Timespec = { name: "timespec", size: 16, sec: 0, nsec: 8 } as const;
/** struct timeval (time_t, suseconds_t). */
export const Timeval = { name: "timeval", size: 16, sec: 0, usec: 8 } as const;
/** struct timezone of gettimeofday(2). */
export const Timezone = { name: "timezone", size: 8, minuteswest: 0, dsttime: 4 } as const;
/** struct itimerval of setitimer(2). */
export const Itimerval = { name: "itimerval", size: 32, interval: 0, value: 16 } as const;
/** struct itimerspec of timer_settime(2) and timerfd_settime(2). */
export const Itimerspec = { name: "itimerspec", size: 32, interval: 0, value: 16 } as const;
/** struct tms of times(2), in clock ticks. */
export const Tms = { name: "tms", size: 32, utime: 0, stime: 8, cutime: 16, cstime: 24 } as const;

/** struct rlimit and rlimit64. */
export const Rlimit = { name: "rlimit", size: 16, cur: 0, max: 8 } as const;
/** struct rusage: two timevals and fourteen longs. */
export const Rusage = {
  name: "rusage",
  size: 144,
  utime: 0,
  stime: 16,
  maxrss: 32,
  minflt: 64,
  majflt: 72,
  nswap: 80,
  inblock: 88,
  oublock: 96,
  nvcsw: 128,
  nivcsw: 136,
} as const;

/** struct new_utsname: six strings of 65 bytes. */
export const Utsname = {
  name: "utsname",
  size: 390,
  stringSize: 65,
  sysname: 0,
  nodename: 65,
  release: 130,
  version: 195,
  machine: 260,
  domainname: 325,
} as const;

/** struct sysinfo. */
export const Sysinfo = {
  name: "sysinfo",
  size: 112,
  uptime: 0,
  loads: 8,
  totalram: 32,
  freeram: 40,
  sharedram: 48,
  bufferram: 56,
  totalswap: 64,
  freeswap: 72,
  procs: 80,
  totalhigh: 88,
  freehigh: 96,
  memUnit: 104,
} as const;

/** struct kernel_sigaction of rt_sigaction(2). */
export const Sigaction = {
  name: "sigaction",
  size: 32,
  handler: 0,
  flags: 8,
  restorer: 16,
  mask: 24,
} as const;
/** sigset_t as system calls see it: 64 bits. */
export const Sigset = { name: "sigset", size: 8, low: 0, high: 4 } as const;
/** stack_t of sigaltstack(2). */
export const StackT = { name: "stack_t", size: 24, sp: 0, flags: 8, stackSize: 16 } as const;

/** siginfo_t; the union starts at 16. */
export const Siginfo = {
  name: "siginfo",
  size: 128,
  /** What the kernel keeps of it. */
  kernelSize: 48,
  signo: 0,
  errno: 4,
  code: 8,
  /** kill, SIGCHLD and rt_sigqueueinfo. */
  pid: 16,
  uid: 20,
  /** SIGCHLD. */
  status: 24,
  utime: 32,
  stime: 40,
  /** rt_sigqueueinfo, timers and message queues: a sigval in two halves. */
  value: 24,
  /** POSIX timers. */
  timerId: 16,
  overrun: 20,
  /** Faults. */
  address: 16,
  addressLsb: 24,
  /** SIGPOLL. */
  band: 16,
  fd: 24,
  /** SIGSYS. */
  callAddress: 16,
  syscall: 24,
  arch: 28,
} as const;

/** struct sigcontext of x86-64 (asm/sigcontext.h). */
export const Sigcontext = {
  name: "sigcontext",
  size: 256,
  r8: 0,
  r9: 8,
  r10: 16,
  r11: 24,
  r12: 32,
  r13: 40,
  r14: 48,
  r15: 56,
  rdi: 64,
  rsi: 72,
  rbp: 80,
  rbx: 88,
  rdx: 96,
  rax: 104,
  rcx: 112,
  rsp: 120,
  rip: 128,
  eflags: 136,
  cs: 144,
  gs: 146,
  fs: 148,
  ss: 150,
  err: 152,
  trapno: 160,
  oldmask: 168,
  cr2: 176,
  fpstate: 184,
} as const;

/** struct ucontext of x86-64 (asm-generic/ucontext.h). */
export const Ucontext = {
  name: "ucontext",
  flags: 0,
  link: 8,
  stack: 16,
  mcontext: 40,
  sigmask: 296,
  size: 304,
} as const;

/** struct rt_sigframe: return address, ucontext, siginfo (arch/x86/include/asm/sigframe.h). */
export const RtSigframe = {
  name: "rt_sigframe",
  pretcode: 0,
  ucontext: 8,
  siginfo: 312,
  size: 440,
} as const;

/** struct robust_list_head of set_robust_list(2). */
export const RobustListHead = {
  name: "robust_list_head",
  size: 24,
  list: 0,
  futexOffset: 8,
  pending: 16,
} as const;

/** struct clone_args of clone3(2), as of CLONE_ARGS_SIZE_VER2. */
export const CloneArgs = {
  name: "clone_args",
  size: 88,
  sizeVersion0: 64,
  flags: 0,
  pidfd: 8,
  childTid: 16,
  parentTid: 24,
  exitSignal: 32,
  stack: 40,
  stackSize: 48,
  tls: 56,
  setTid: 64,
  setTidSize: 72,
  cgroup: 80,
} as const;
