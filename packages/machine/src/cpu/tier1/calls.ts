// SPDX-License-Identifier: MPL-2.0

/** Calls out of a region, and back into it: a call of the guest is one of WebAssembly, where that is possible. */

import { type FunctionBuilder, type Local, type Value, i32 } from "../../wasm/index.ts";
import { FLAG_CARRIES, FLAG_KIND, FLAG_RESULT, LINKS, REGION_LAST, RIP, TICK } from "../layout.ts";
import { CALL_OUT } from "../tier0/region-calls.ts";

const state = i32(0);

/** What stands in locals between blocks but belongs to the state of the CPU. */
export interface KeptState {
  readonly tick: Local;
  readonly kind: Local;
  readonly flagA: Local;
  readonly flagB: Local;
}

/** The region that calls. */
export interface CallingRegion {
  /** Its number in the store. */
  readonly slot: number;
  /** Gives the number of an entry at LINKS. */
  readonly newLink: () => number;
}

/**
 * Emits calls of code that is not in the region. Each has a link, which says what compiled code stands at its target: that is called
 * like any function and returns to its caller when the guest does, which is compared with where the guest should be. Where the
 * callee ended otherwise (a tick, an instruction for the interpreter), so does its caller, with the state that is in memory.
 */
export class RegionCalls {
  readonly #f: FunctionBuilder;
  readonly #kept: KeptState;
  readonly #region: CallingRegion;
  readonly #code: Local;
  readonly #depth: Local;
  /** The offsets of computed calls by where their entries at LINKS are. */
  readonly links: Map<number, number> = new Map();

  constructor(f: FunctionBuilder, code: Local, kept: KeptState, region: CallingRegion) {
    this.#f = f;
    this.#kept = kept;
    this.#region = region;
    this.#code = code;
    this.#depth = f.parameters[2] as Local;
  }

  store(): void {
    const f = this.#f;
    const { tick, kind, flagA, flagB } = this.#kept;
    f.store(state, tick, TICK);
    f.store(state, kind, FLAG_KIND);
    f.store(state, flagA, FLAG_RESULT);
    f.store(state, flagB, FLAG_CARRIES);
  }

  load(): void {
    const f = this.#f;
    const { tick, kind, flagA, flagB } = this.#kept;
    f.set(tick, state.load32(TICK));
    f.set(kind, state.load32(FLAG_KIND));
    f.set(flagA, state.load64(FLAG_RESULT));
    f.set(flagB, state.load64(FLAG_CARRIES));
  }

  /**
   * Calls what stands at `target`, after the tick has been asked; what follows is executed when the guest has come to `back`. A computed
   * call is the one at `computed`.
   */
  call(target: Value, back: Value, computed?: number): void {
    const f = this.#f;
    const code = this.#code;
    this.store();
    f.store(state, target, RIP);
    const link = LINKS + 16 * this.#region.newLink();
    if (computed !== undefined) this.links.set(link, computed);
    f.set(code, f.call(CALL_OUT, link, back, this.#depth.sub(1)));
    f.if(code, () => {
      // The tick that was asked for this call has ended this region.
      f.if(state.load32(REGION_LAST).eqz(), () =>
        f.store(state, i32(this.#region.slot), REGION_LAST),
      );
      f.return(code);
    });
    this.load();
  }
}
