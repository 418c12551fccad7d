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
  private readonly block: Uint8Array = new Uint8Array(BLOCK_BYTES);
  private readonly words: Uint32Array = new Uint32Array(16);
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
    const view = new DataView(this.block.buffer);
    for (let i = 0; i < KEY_WORDS; i++) this.key[i] = view.getUint32(4 * i, true);
    this.block.fill(0);
  }

  private keystream(counter: number): void {
    const initial = [0x61707865, 0x3320646e, 0x79622d32, 0x6b206574, ...this.key, counter, 0, 0, 0];
    const { words } = this;
    words.set(initial);
    for (let round = 0; round < 10; round++) {
      quarterRound(words, 0, 4, 8, 12);
      quarterRound(words, 1, 5, 9, 13);
      quarterRound(words, 2, 6, 10, 14);
      quarterRound(words, 3, 7, 11, 15);
      quarterRound(words, 0, 5, 10, 15);
      quarterRound(words, 1, 6, 11, 12);
      quarterRound(words, 2, 7, 8, 13);
      quarterRound(words, 3, 4, 9, 14);
    }
    const view = new DataView(this.block.buffer);
    for (let i = 0; i < 16; i++) {
      view.setUint32(4 * i, ((words[i] ?? 0) + (initial[i] ?? 0)) >>> 0, true);
    }
  }
}

function quarterRound(words: Uint32Array, a: number, b: number, c: number, d: number): void {
  mixInto(words, a, b, d, 16);
  mixInto(words, c, d, b, 12);
  mixInto(words, a, b, d, 8);
  mixInto(words, c, d, b, 7);
}

/** `words[sum] += words[addend]`, then `words[turned] = (words[turned] ^ words[sum]) <<< bits`. */
function mixInto(
  words: Uint32Array,
  sum: number,
  addend: number,
  turned: number,
  bits: number,
): void {
  const total = ((words[sum] ?? 0) + (words[addend] ?? 0)) >>> 0;
  words[sum] = total;
  const value = (words[turned] ?? 0) ^ total;
  words[turned] = (value << bits) | (value >>> (32 - bits));
}
