// SPDX-License-Identifier: MPL-2.0

import type { AccessWidth } from "@aster/hardware";
import { system } from "../current.unsafe.ts";
import type { OstdError } from "../error.ts";
import { panicTwice, panicUsed } from "../release.ts";
import type { Release } from "../release.ts";
import type { System } from "../system.unsafe.ts";

/** One I/O port. Those of the interrupt controllers and of the timer are withheld. */
export class IoPort {
  readonly #system: System;
  readonly #port: number;
  readonly #width: AccessWidth;
  #released: Release | undefined;

  private constructor(owner: System, port: number, width: AccessWidth) {
    this.#system = owner;
    this.#port = port;
    this.#width = width;
  }

  /** Takes port `port` for accesses of `width` bytes, if nobody else has any of its bytes. */
  static acquire(port: number, width: AccessWidth): IoPort | OstdError {
    const owner = system();
    if (width !== 1 && width !== 2 && width !== 4) {
      return "InvalidArgs";
    }
    return owner.ioPorts.acquire(port, width) ? new IoPort(owner, port, width) : "AccessDenied";
  }

  get port(): number {
    return this.#port;
  }

  /** Bytes of an access. */
  get size(): number {
    return this.#width;
  }

  read(): number {
    this.#live();
    return this.#system.hardware.portRead(this.#port, this.#width);
  }

  write(value: number): void {
    const word = value >>> 0;
    this.#live();
    this.#system.hardware.portWrite(this.#port, this.#width, word);
  }

  #live(): void {
    if (this.#released !== undefined) {
      panicUsed("an I/O port", this.#released);
    }
  }

  /** Gives the port back. */
  drop(): void {
    if (this.#released !== undefined) {
      panicTwice("an I/O port", this.#released);
    }
    this.#released = this.#system.releases.note();
    this.#system.ioPorts.release(this.#port, this.#width);
  }

  [Symbol.dispose](): void {
    this.drop();
  }
}
