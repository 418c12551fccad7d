// SPDX-License-Identifier: MPL-2.0

import { Readable } from "node:stream";
import { SandboxError } from "../errors.ts";
import { toBytes } from "./byte-strings.ts";

/** What a command reads, or a file is to hold: all of it at once, or as it comes. */
export type GuestInput = string | Uint8Array | AsyncIterable<string | Uint8Array>;

type Part = IteratorResult<unknown, unknown>;

/** Gives input part by part, and can be stopped while it waits for the next one. */
export class InputSource {
  private readonly pull: () => Promise<Part>;
  private readonly release: () => unknown;
  private hasEnded = false;
  private rejectWait: ((error: unknown) => void) | undefined;

  constructor(input: GuestInput) {
    if (typeof input === "string" || input instanceof Uint8Array) {
      const parts = [toBytes(input)].values();
      this.pull = () => Promise.resolve(parts.next());
      this.release = () => undefined;
    } else if (input instanceof ReadableStream) {
      // Its iterator can not be left while it waits.
      const reader = input.getReader();
      this.pull = () => reader.read() as Promise<Part>;
      this.release = () => reader.cancel();
    } else {
      const iterator = input[Symbol.asyncIterator]();
      this.pull = () => iterator.next();
      this.release = () => {
        // A stream of Node's leaves its wait only when it is destroyed.
        if (input instanceof Readable) input.destroy();
        return iterator.return?.();
      };
    }
  }

  /** The next part; undefined at the end. Rejects with what the source fails with, or `stop` says. */
  async next(): Promise<Uint8Array | undefined> {
    const part = await new Promise<Part>((resolve, reject) => {
      this.rejectWait = reject;
      this.pull().then(resolve, (error: unknown) => {
        this.hasEnded = true;
        reject(error);
      });
    });
    this.rejectWait = undefined;
    if (part.done !== true) return toBytes(part.value as string | Uint8Array);
    this.hasEnded = true;
    return undefined;
  }

  /** Nobody wants more: tells the source, unless it has ended by itself. */
  stop(reason: SandboxError): void {
    this.rejectWait?.(reason);
    if (this.hasEnded) return;
    this.hasEnded = true;
    // What the source says to that is nobody's business; it may never answer.
    void (async () => this.release())().catch(() => {});
  }
}
