// SPDX-License-Identifier: MPL-2.0

/**
 * The medium behind a block device. Offsets and lengths are in bytes and within
 * `sizeBytes`; a method that throws is an I/O error to the guest.
 */
export interface BlockBackend {
  readonly sizeBytes: number;
  readonly readOnly: boolean;
  read(offset: number, into: Uint8Array): void;
  write(offset: number, from: Uint8Array): void;
  /** Returns when everything written has reached the medium. */
  flush(): void;
}

/** A disk in the host's memory. */
export class MemoryBlockBackend implements BlockBackend {
  readonly readOnly: boolean;
  private readonly bytes: Uint8Array;

  constructor(bytes: Uint8Array, options: { readonly readOnly?: boolean } = {}) {
    this.bytes = bytes;
    this.readOnly = options.readOnly ?? false;
  }

  get sizeBytes(): number {
    return this.bytes.length;
  }

  read(offset: number, into: Uint8Array): void {
    into.set(this.bytes.subarray(offset, offset + into.length));
  }

  write(offset: number, from: Uint8Array): void {
    this.bytes.set(from, offset);
  }

  flush(): void {}
}
