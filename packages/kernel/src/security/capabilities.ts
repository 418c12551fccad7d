// SPDX-License-Identifier: MPL-2.0

/** Capabilities of Linux (capabilities(7), linux/capability.h). */
export const Capability = {
  CHOWN: 0,
  DAC_OVERRIDE: 1,
  DAC_READ_SEARCH: 2,
  FOWNER: 3,
  FSETID: 4,
  KILL: 5,
  SETGID: 6,
  SETUID: 7,
  SETPCAP: 8,
  LINUX_IMMUTABLE: 9,
  NET_BIND_SERVICE: 10,
  NET_BROADCAST: 11,
  NET_ADMIN: 12,
  NET_RAW: 13,
  IPC_LOCK: 14,
  IPC_OWNER: 15,
  SYS_MODULE: 16,
  SYS_RAWIO: 17,
  SYS_CHROOT: 18,
  SYS_PTRACE: 19,
  SYS_PACCT: 20,
  SYS_ADMIN: 21,
  SYS_BOOT: 22,
  SYS_NICE: 23,
  SYS_RESOURCE: 24,
  SYS_TIME: 25,
  SYS_TTY_CONFIG: 26,
  MKNOD: 27,
  LEASE: 28,
  AUDIT_WRITE: 29,
  AUDIT_CONTROL: 30,
  SETFCAP: 31,
  MAC_OVERRIDE: 32,
  MAC_ADMIN: 33,
  SYSLOG: 34,
  WAKE_ALARM: 35,
  BLOCK_SUSPEND: 36,
  AUDIT_READ: 37,
  PERFMON: 38,
  BPF: 39,
  CHECKPOINT_RESTORE: 40,
} as const;
export type Capability = (typeof Capability)[keyof typeof Capability];

export const LAST_CAPABILITY = 40;

/** Capabilities 32…40. */
const FULL_HIGH = 0x1ff;

/** A set of capabilities, in two 32-bit halves. Immutable. */
export class CapabilitySet {
  readonly low: number;
  readonly high: number;

  constructor(low: number, high: number) {
    this.low = low;
    this.high = high & FULL_HIGH;
  }

  static readonly NONE: CapabilitySet = new CapabilitySet(0, 0);
  static readonly FULL: CapabilitySet = new CapabilitySet(-1, 0x1ff);

  has(capability: number): boolean {
    return capability < 32
      ? (this.low & (1 << capability)) !== 0
      : (this.high & (1 << (capability - 32))) !== 0;
  }
  isSubsetOf(other: CapabilitySet): boolean {
    return (this.low & ~other.low) === 0 && (this.high & ~other.high) === 0;
  }
  union(other: CapabilitySet): CapabilitySet {
    return new CapabilitySet(this.low | other.low, this.high | other.high);
  }
  intersection(other: CapabilitySet): CapabilitySet {
    return new CapabilitySet(this.low & other.low, this.high & other.high);
  }
  without(other: CapabilitySet): CapabilitySet {
    return new CapabilitySet(this.low & ~other.low, this.high & ~other.high);
  }
  with(capability: number): CapabilitySet {
    return capability < 32
      ? new CapabilitySet(this.low | (1 << capability), this.high)
      : new CapabilitySet(this.low, this.high | (1 << (capability - 32)));
  }
}
