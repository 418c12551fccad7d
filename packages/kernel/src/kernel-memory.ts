// SPDX-License-Identifier: MPL-2.0

/**
 * What the kernel's own objects cost, in bytes. They live beside the machine's RAM, so without a
 * count a program could make more of them than the host has memory for. The figures are rough:
 * about what the objects take, and about what Linux's take of RAM.
 */
export const ObjectCost = {
  INODE: 1024,
  /** A name in a directory. */
  NAME: 256,
  /** A place in a table of descriptors, whether it is used or not. */
  DESCRIPTOR: 16,
  OPEN_FILE: 256,
  /** A descriptor that an epoll file watches. */
  EPOLL_ENTRY: 256,
  /** A pty: its buffers. */
  PTY: 49_152,
  /** A message on its way between sockets, beside its bytes. */
  MESSAGE: 128,
  /** An extended attribute, beside its name and value. */
  ATTRIBUTE: 128,
} as const;

/** Counts the memory of kernel objects that programs can make without end. */
export class KernelMemory {
  /** Bytes that the objects may take in all. */
  readonly limit: number;
  used = 0;
  /** Open file descriptions: /proc/sys/fs/file-nr. */
  openFiles = 0;

  constructor(limit: number) {
    this.limit = limit;
  }

  /** Counts `bytes` more, unless that would go over the limit: false then. */
  charge(bytes: number): boolean {
    if (this.used + bytes > this.limit) {
      return false;
    }
    this.used += bytes;
    return true;
  }

  /** Counts `bytes` more, whatever the limit: for what can not fail. */
  chargeAlways(bytes: number): void {
    this.used += bytes;
  }

  release(bytes: number): void {
    this.used -= bytes;
  }

  /** Counts an open file description. */
  chargeOpenFile(): void {
    this.openFiles++;
    this.used += ObjectCost.OPEN_FILE;
  }
  releaseOpenFile(): void {
    this.openFiles--;
    this.used -= ObjectCost.OPEN_FILE;
  }

  get isExhausted(): boolean {
    return this.used >= this.limit;
  }
}
