// SPDX-License-Identifier: MPL-2.0

import { type Value, i32, i64 } from "../../wasm/index.ts";
import { REGS, SLOT_PAGE, SLOT_TEMPORARY, SLOT_ZERO } from "../layout.ts";
import type { LocalsControl } from "./locals-control.ts";
import type { Operands } from "./operands.ts";

/** What addresses in compiled code are computed from. */
type AddressControl = Pick<LocalsControl, "gpr" | "page" | "sumRoot">;

/** The addresses of operands in memory, in compiled code: constants stay constants. */
export class LocalAddresses {
  readonly #control: AddressControl;

  constructor(control: AddressControl) {
    this.#control = control;
  }

  /** A register, or what stands in its place; undefined for none. */
  slot(o: Operands, at: number): Value | undefined {
    const slot = at >> 3;
    if (slot < SLOT_ZERO) return this.#control.gpr(slot);
    if (slot === SLOT_ZERO) return undefined;
    if (slot === SLOT_PAGE) return this.#control.page();
    if (slot === SLOT_TEMPORARY) return this.#first(o, undefined);
    return i32(0).load64(REGS + at);
  }

  #sum(
    base: Value | undefined,
    index: Value | undefined,
    scale: number,
    displacement: bigint,
  ): Value {
    const scaled = index?.shl(scale);
    if (base === undefined && scaled === undefined) return i64(displacement);
    if (scaled === undefined || index === undefined) return (base as Value).add(displacement);
    const sum = base === undefined ? scaled : base.add(scaled);
    if (sum !== index && index.root !== 0 && (base === undefined || base.root !== 0)) {
      const root = this.#control.sumRoot(base?.root ?? 0, index.root, scale);
      const delta = (base?.delta ?? 0) + index.delta * 2 ** scale;
      return sum.from(root, delta).add(displacement);
    }
    return sum.add(displacement);
  }

  /** The address that is computed before the rest, with `offset` in it. */
  #first(o: Operands, offset: Value | undefined): Value {
    const constant =
      BigInt(o.firstDisplacement) +
      ((BigInt(o.firstImmediateHigh) << 32n) | BigInt(o.firstImmediateLow >>> 0));
    const { firstBase, firstIndex, firstScale } = o;
    let sum = this.#sum(this.slot(o, firstBase), this.slot(o, firstIndex), firstScale, constant);
    if (offset !== undefined) sum = sum.add(offset);
    return o.addressFirst === 4 ? sum.and(0xffff_ffffn) : sum;
  }

  linear(o: Operands): Value {
    const { base, index, scale, displacement } = o;
    return this.#sum(this.slot(o, base), this.slot(o, index), scale, BigInt(displacement));
  }

  /** `offset` behind an address of 32 bits, where it wraps around. */
  narrow(o: Operands, offset: Value): Value {
    return this.#sum(this.#first(o, offset), this.slot(o, o.index), 0, 0n);
  }
}
