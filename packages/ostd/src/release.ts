// SPDX-License-Identifier: MPL-2.0

import type { Hardware } from "@aster/hardware";
import { panic } from "./panic.ts";

/** So many places may be noted in a row. */
const BURST = 256;
/** And one in so many nanoseconds in the long run, ... */
const NS_PER_NOTE_MIN = 500_000;
/** ...or in so many times what a note costs: microseconds, or a hundred of them where engines only interpret. */
const COST_FACTOR = 100;

/** Where a handle was released: noted, or not because too many were released at once. */
export type Release = Error | "not noted";

/**
 * Notes where handles are released, so that a later use of one can name the place. What notes may
 * cost is bounded: beyond the bound a release is remembered without its place.
 */
export class ReleasePlaces {
  readonly #hardware: Hardware;
  #tokens: number = BURST;
  #refilledNs = 0;
  #nsPerNote: number = NS_PER_NOTE_MIN;

  constructor(hardware: Hardware) {
    this.#hardware = hardware;
  }

  /** To be called by a handle's `drop` itself, and kept in the handle. */
  note(): Release {
    if (this.#tokens === 0 && !this.#refill()) {
      return "not noted";
    }
    this.#tokens -= 1;
    return new Error("released");
  }

  #refill(): boolean {
    const now = this.#hardware.monotonicNs();
    this.#tokens = Math.min(BURST, Math.floor((now - this.#refilledNs) / this.#nsPerNote));
    if (this.#tokens > 0) {
      this.#refilledNs = now;
      const { message } = new Error("released");
      const costNs = message === "" ? 0 : this.#hardware.monotonicNs() - now;
      this.#nsPerNote = Math.max(NS_PER_NOTE_MIN, COST_FACTOR * costNs);
    }
    return this.#tokens > 0;
  }
}

/** The first two frames of a note are `note` and the `drop` that called it; what `using` adds after. */
const OWN_FRAMES = 2;
const USING =
  /\bat (?:\S+\.)?(?:\[Symbol\.dispose\]|__disposeResources|dispose|next)\b|Symbol\.dispose/u;

/** The place of a release as `function (file:line:column)`. */
export function placeOf(release: Release): string {
  if (release === "not noted") {
    return "a place that was not noted (too many releases at once)";
  }
  const frames = (release.stack ?? "")
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line.startsWith("at "));
  const place = frames.slice(OWN_FRAMES).find((line) => !USING.test(line)) ?? frames[0];
  return place === undefined ? "a place that the engine does not tell" : place.slice(3);
}

/** Panics because `what` was used although it had been released. */
export function panicUsed(what: string, release: Release): never {
  panic(`use of ${what} after drop; it was released at ${placeOf(release)}`);
}

/** Panics because `what` was released although it had been released. */
export function panicTwice(what: string, release: Release): never {
  panic(`${what} was dropped twice; the first time at ${placeOf(release)}`);
}
