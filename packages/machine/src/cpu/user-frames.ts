// SPDX-License-Identifier: MPL-2.0

import type { UserFrame } from "@aster/hardware";
import { x86_64 } from "@aster/hardware";
import { FRAMES, FRAME_STRIDE, MAX_FRAMES } from "./layout.ts";

/** The registers of one thread, in the CPU's memory. */
export class Frame implements UserFrame {
  readonly address: number;
  readonly words: Int32Array;
  readonly bytes: Uint8Array;
  alive = true;

  constructor(buffer: ArrayBuffer, address: number) {
    this.address = address;
    this.words = new Int32Array(buffer, address, x86_64.FRAME_SIZE / 4);
    this.bytes = new Uint8Array(buffer, address, x86_64.FRAME_SIZE);
  }
}

/** What moves the live floating-point state to and from an FXSAVE image at an address. */
export interface FpuImages {
  saveFpuImage(image: number): void;
  loadFpuImage(image: number): void;
}

/** The frames of all threads, and whose floating-point state is in the live image: it moves only when another thread runs. */
export class UserFrames {
  readonly #buffer: ArrayBuffer;
  readonly #images: FpuImages;
  readonly #free: number[] = [];
  #used = 0;
  #fpuOwner: Frame | undefined;

  constructor(buffer: ArrayBuffer, images: FpuImages) {
    this.#buffer = buffer;
    this.#images = images;
  }

  /** A frame with the registers of a new thread. */
  create(): Frame {
    const index = this.#free.pop() ?? this.#used++;
    if (index >= MAX_FRAMES) throw new Error(`more than ${MAX_FRAMES} user frames`);
    const frame = new Frame(this.#buffer, FRAMES + FRAME_STRIDE * index);
    frame.words.fill(0);
    frame.words[x86_64.FRAME_RFLAGS >> 2] = 0x202;
    frame.words[x86_64.FRAME_FXSAVE >> 2] = 0x37f;
    frame.words[(x86_64.FRAME_FXSAVE + 24) >> 2] = 0x1f80;
    frame.words[(x86_64.FRAME_FXSAVE + 28) >> 2] = 0xffff;
    return frame;
  }

  destroy(frame: UserFrame): void {
    const own = this.#own(frame);
    own.alive = false;
    if (this.#fpuOwner === own) this.#fpuOwner = undefined;
    this.#free.push((own.address - FRAMES) / FRAME_STRIDE);
  }

  #own(frame: UserFrame): Frame {
    if (!(frame instanceof Frame) || !frame.alive) throw new Error("not a live frame of this CPU");
    return frame;
  }

  /** Brings the image in the frame up to date. */
  saveFpu(frame: UserFrame): void {
    const own = this.#own(frame);
    if (this.#fpuOwner === own) this.#images.saveFpuImage(own.address + x86_64.FRAME_FXSAVE);
  }

  /** Takes over what was written to the image in the frame. */
  loadFpu(frame: UserFrame): void {
    const own = this.#own(frame);
    const mxcsr = (x86_64.FRAME_FXSAVE + 24) >> 2;
    own.words[mxcsr] = (own.words[mxcsr] ?? 0) & 0xffff;
    if (this.#fpuOwner === own) this.#images.loadFpuImage(own.address + x86_64.FRAME_FXSAVE);
  }

  /** The address of a frame whose thread is about to run, its floating-point state live. */
  enter(frame: UserFrame): number {
    const own = frame as Frame;
    if (!own.alive) throw new Error("not a live frame of this CPU");
    if (this.#fpuOwner !== own) this.#takeFpu(own);
    return own.address;
  }

  #takeFpu(frame: Frame): void {
    const old = this.#fpuOwner;
    if (old !== undefined) this.#images.saveFpuImage(old.address + x86_64.FRAME_FXSAVE);
    this.#images.loadFpuImage(frame.address + x86_64.FRAME_FXSAVE);
    this.#fpuOwner = frame;
  }
}
