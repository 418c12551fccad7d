// SPDX-License-Identifier: MPL-2.0

const WORDS_PER_ENTRY = 4;
const ENTRY_MASKED = 1;

/** The table and the pending bits of MSI-X (PCI 3.0, 6.8.2). */
export class MsixTable {
  readonly size: number;
  private readonly words: Uint32Array;
  private readonly pending: boolean[];
  private readonly send: (address: number, data: number) => void;
  private isEnabled = false;
  private isMasked = false;

  constructor(size: number, send: (address: number, data: number) => void) {
    this.size = size;
    this.words = new Uint32Array(size * WORDS_PER_ENTRY);
    this.pending = new Array<boolean>(size).fill(false);
    this.send = send;
    for (let vector = 0; vector < size; vector++) this.words[vector * 4 + 3] = ENTRY_MASKED;
  }

  get enabled(): boolean {
    return this.isEnabled;
  }

  /** The message control register was written. */
  control(enabled: boolean, masked: boolean): void {
    this.isEnabled = enabled;
    this.isMasked = masked;
    for (let vector = 0; vector < this.size; vector++) this.flush(vector);
  }

  readTable(offset: number): number {
    return this.words[offset >> 2] ?? 0;
  }

  writeTable(offset: number, value: number): void {
    const word = offset >> 2;
    if (word >= this.words.length) return;
    this.words[word] = (word & 3) === 3 ? value & ENTRY_MASKED : value;
    this.flush(word >> 2);
  }

  /** The pending bits from bit 8 * `offset` on, as a word. */
  readPending(offset: number): number {
    let bits = 0;
    for (let i = 0; i < 32; i++) {
      if (this.pending[offset * 8 + i] === true) bits |= 1 << i;
    }
    return bits >>> 0;
  }

  /** Interrupts by vector `vector`; stays pending while masked. */
  raise(vector: number): void {
    if (vector >= this.size || !this.isEnabled) return;
    this.pending[vector] = true;
    this.flush(vector);
  }

  reset(): void {
    this.pending.fill(false);
  }

  private flush(vector: number): void {
    const at = vector * WORDS_PER_ENTRY;
    const masked = ((this.words[at + 3] ?? 0) & ENTRY_MASKED) !== 0;
    if (this.pending[vector] !== true || masked || this.isMasked || !this.isEnabled) return;
    this.pending[vector] = false;
    this.send(this.words[at] ?? 0, this.words[at + 2] ?? 0);
  }
}
