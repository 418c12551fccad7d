// SPDX-License-Identifier: MPL-2.0

import { fillRandom } from "@aster/ostd";

const KEY_WORDS = 8;
const BLOCK_BYTES = 64;

/**
 * Random bytes for everyone: the ChaCha20 keystream (RFC 8439) under a key that the machine's own
 * entropy gave at boot and that is replaced after each use, so that what was given out can not be
 * found from what is kept. Input of devices is mixed into the key: it can only help.
 */
export class RandomPool {
  private readonly key: Uint32Array = new Uint32Array(KEY_WORDS);
  /** The last block of the keystream, as words and as bytes: x86-64 is little-endian, as is the keystream. */
  private readonly words: Int32Array<ArrayBuffer> = new Int32Array(BLOCK_BYTES / 4);
  private readonly block: Uint8Array = new Uint8Array(this.words.buffer);
  private isSeeded = false;

  /** Mixes bytes in; nothing is assumed about how random they are. */
  mix(bytes: Uint8Array): void {
    this.seed();
    for (let i = 0; i < bytes.length; i++) {
      const word = (i >>> 2) % KEY_WORDS;
      this.key[word] = (this.key[word] ?? 0) ^ ((bytes[i] ?? 0) << (8 * (i & 3)));
      if (i % 32 === 31) this.renewKey();
    }
    this.renewKey();
  }

  /** Fills `bytes[start…start + count)`. */
  fill(bytes: Uint8Array, start = 0, count: number = bytes.length - start): void {
    this.seed();
    let done = 0;
    for (let counter = 1; done < count; counter++) {
      this.keystream(counter);
      const length = Math.min(BLOCK_BYTES, count - done);
      bytes.set(length === BLOCK_BYTES ? this.block : this.block.subarray(0, length), start + done);
      done += length;
    }
    this.renewKey();
  }

  private seed(): void {
    if (this.isSeeded) return;
    this.isSeeded = true;
    const seed = new Uint8Array(KEY_WORDS * 4);
    fillRandom(seed);
    const view = new DataView(seed.buffer);
    for (let i = 0; i < KEY_WORDS; i++) this.key[i] = view.getUint32(4 * i, true);
  }

  /** Block 0 of the keystream becomes the next key. */
  private renewKey(): void {
    this.keystream(0);
    for (let i = 0; i < KEY_WORDS; i++) this.key[i] = this.words[i] ?? 0;
    this.block.fill(0);
  }

  /** Block `counter` of the keystream, into `block`. The words of the state are variables: they stay in registers. */
  private keystream(counter: number): void {
    const { key, words } = this;
    const k0 = (key[0] ?? 0) | 0;
    const k1 = (key[1] ?? 0) | 0;
    const k2 = (key[2] ?? 0) | 0;
    const k3 = (key[3] ?? 0) | 0;
    const k4 = (key[4] ?? 0) | 0;
    const k5 = (key[5] ?? 0) | 0;
    const k6 = (key[6] ?? 0) | 0;
    const k7 = (key[7] ?? 0) | 0;
    let x0 = 0x61707865;
    let x1 = 0x3320646e;
    let x2 = 0x79622d32;
    let x3 = 0x6b206574;
    let x4 = k0;
    let x5 = k1;
    let x6 = k2;
    let x7 = k3;
    let x8 = k4;
    let x9 = k5;
    let x10 = k6;
    let x11 = k7;
    let x12 = counter | 0;
    let x13 = 0;
    let x14 = 0;
    let x15 = 0;
    for (let round = 0; round < 10; round++) {
      x0 = (x0 + x4) | 0;
      x12 ^= x0;
      x12 = (x12 << 16) | (x12 >>> 16);
      x8 = (x8 + x12) | 0;
      x4 ^= x8;
      x4 = (x4 << 12) | (x4 >>> 20);
      x0 = (x0 + x4) | 0;
      x12 ^= x0;
      x12 = (x12 << 8) | (x12 >>> 24);
      x8 = (x8 + x12) | 0;
      x4 ^= x8;
      x4 = (x4 << 7) | (x4 >>> 25);
      x1 = (x1 + x5) | 0;
      x13 ^= x1;
      x13 = (x13 << 16) | (x13 >>> 16);
      x9 = (x9 + x13) | 0;
      x5 ^= x9;
      x5 = (x5 << 12) | (x5 >>> 20);
      x1 = (x1 + x5) | 0;
      x13 ^= x1;
      x13 = (x13 << 8) | (x13 >>> 24);
      x9 = (x9 + x13) | 0;
      x5 ^= x9;
      x5 = (x5 << 7) | (x5 >>> 25);
      x2 = (x2 + x6) | 0;
      x14 ^= x2;
      x14 = (x14 << 16) | (x14 >>> 16);
      x10 = (x10 + x14) | 0;
      x6 ^= x10;
      x6 = (x6 << 12) | (x6 >>> 20);
      x2 = (x2 + x6) | 0;
      x14 ^= x2;
      x14 = (x14 << 8) | (x14 >>> 24);
      x10 = (x10 + x14) | 0;
      x6 ^= x10;
      x6 = (x6 << 7) | (x6 >>> 25);
      x3 = (x3 + x7) | 0;
      x15 ^= x3;
      x15 = (x15 << 16) | (x15 >>> 16);
      x11 = (x11 + x15) | 0;
      x7 ^= x11;
      x7 = (x7 << 12) | (x7 >>> 20);
      x3 = (x3 + x7) | 0;
      x15 ^= x3;
      x15 = (x15 << 8) | (x15 >>> 24);
      x11 = (x11 + x15) | 0;
      x7 ^= x11;
      x7 = (x7 << 7) | (x7 >>> 25);
      x0 = (x0 + x5) | 0;
      x15 ^= x0;
      x15 = (x15 << 16) | (x15 >>> 16);
      x10 = (x10 + x15) | 0;
      x5 ^= x10;
      x5 = (x5 << 12) | (x5 >>> 20);
      x0 = (x0 + x5) | 0;
      x15 ^= x0;
      x15 = (x15 << 8) | (x15 >>> 24);
      x10 = (x10 + x15) | 0;
      x5 ^= x10;
      x5 = (x5 << 7) | (x5 >>> 25);
      x1 = (x1 + x6) | 0;
      x12 ^= x1;
      x12 = (x12 << 16) | (x12 >>> 16);
      x11 = (x11 + x12) | 0;
      x6 ^= x11;
      x6 = (x6 << 12) | (x6 >>> 20);
      x1 = (x1 + x6) | 0;
      x12 ^= x1;
      x12 = (x12 << 8) | (x12 >>> 24);
      x11 = (x11 + x12) | 0;
      x6 ^= x11;
      x6 = (x6 << 7) | (x6 >>> 25);
      x2 = (x2 + x7) | 0;
      x13 ^= x2;
      x13 = (x13 << 16) | (x13 >>> 16);
      x8 = (x8 + x13) | 0;
      x7 ^= x8;
      x7 = (x7 << 12) | (x7 >>> 20);
      x2 = (x2 + x7) | 0;
      x13 ^= x2;
      x13 = (x13 << 8) | (x13 >>> 24);
      x8 = (x8 + x13) | 0;
      x7 ^= x8;
      x7 = (x7 << 7) | (x7 >>> 25);
      x3 = (x3 + x4) | 0;
      x14 ^= x3;
      x14 = (x14 << 16) | (x14 >>> 16);
      x9 = (x9 + x14) | 0;
      x4 ^= x9;
      x4 = (x4 << 12) | (x4 >>> 20);
      x3 = (x3 + x4) | 0;
      x14 ^= x3;
      x14 = (x14 << 8) | (x14 >>> 24);
      x9 = (x9 + x14) | 0;
      x4 ^= x9;
      x4 = (x4 << 7) | (x4 >>> 25);
    }
    words[0] = x0 + 0x61707865;
    words[1] = x1 + 0x3320646e;
    words[2] = x2 + 0x79622d32;
    words[3] = x3 + 0x6b206574;
    words[4] = x4 + k0;
    words[5] = x5 + k1;
    words[6] = x6 + k2;
    words[7] = x7 + k3;
    words[8] = x8 + k4;
    words[9] = x9 + k5;
    words[10] = x10 + k6;
    words[11] = x11 + k7;
    words[12] = x12 + counter;
    words[13] = x13;
    words[14] = x14;
    words[15] = x15;
  }
}
