// SPDX-License-Identifier: MPL-2.0

import { type FunctionBuilder, type Label, type Local, type Value, i32 } from "../../wasm/index.ts";
import { SCRATCH, SPACE_READ, SPACE_WRITE } from "../layout.ts";
import { commitCross, readSlow, storeSlow, writeSlow } from "../mmu.ts";

/** Selects what makes an address leave the fast path: above 4 GiB, or where it is in its page. */
export const HIGH_AND_OFFSET: bigint = 0xffff_ffff_0000_0fffn;

/** What an access needs: where code goes, the tables of the address space, and what a fault does. */
export interface MemoryContext {
  readonly f: FunctionBuilder;
  readonly space: () => Value;
  readonly leaveFault: () => void;
  /**
   * Where the fast path goes when it does not apply: the same micro-op is then executed from its start by
   * code that has the slow paths. Undefined in that code.
   */
  readonly slow: Label | undefined;
  /** Emits a call; what must survive it is put away around it. */
  readonly callOut: (call: () => void) => void;
}

// Host addresses are kept as "address - 1", as the direct tables give them; accesses add 1 as their
// constant offset, so that 0 is free to say "fault" and "unknown".

/** The host address - 1 by the direct table; branches to `miss` where it does not say. */
export function fastHost(
  c: MemoryContext,
  n: number,
  address: Value,
  table: number,
  miss: Label,
): Value {
  const { f } = c;
  if (address.constant !== undefined) return fastConstantHost(c, n, address, table, miss);
  f.brIf(miss, address.and(HIGH_AND_OFFSET).gtU(4096 - n));
  const entry = f.let(c.space().add(address.wrap().shrU(12).shl(2)).load32(table));
  f.brIf(miss, entry.eqz());
  return address.wrap().add(entry);
}

/** The same for an address that is known: where it is in its page is, too. */
function fastConstantHost(
  c: MemoryContext,
  n: number,
  address: Value,
  table: number,
  miss: Label,
): Value {
  const { f } = c;
  const at = BigInt.asUintN(64, address.constant ?? 0n);
  if ((at & HIGH_AND_OFFSET) > BigInt(4096 - n)) {
    f.br(miss);
    return i32(0);
  }
  const entry = f.let(c.space().load32(table + 4 * Number(at >> 12n)));
  f.brIf(miss, entry.eqz());
  return entry.add(address.wrap());
}

function translate(
  c: MemoryContext,
  n: number,
  address: Value,
  table: number,
  slow: () => Value,
): Local {
  const { f } = c;
  if (c.slow !== undefined) return f.variable(fastHost(c, n, address, table, c.slow));
  const host = f.local("i32");
  f.block((done) => {
    f.block((miss) => {
      f.set(host, fastHost(c, n, address, table, miss));
      f.br(done);
    });
    c.callOut(() => f.set(host, slow()));
    f.brIf(done, host);
    c.leaveFault();
  });
  return host;
}

/** The host address - 1 from which `n` bytes of `address` (computed) can be read. */
export function hostForRead(c: MemoryContext, n: number, address: Value): Local {
  return translate(c, n, address, SPACE_READ, () => c.f.call(readSlow, address, n));
}

/**
 * The host address - 1 of `n` bytes that hold what is at `address` and will be written.
 * `finishWrite` must follow the store.
 */
export function hostForUpdate(c: MemoryContext, n: number, address: Value): Local {
  return translate(c, n, address, SPACE_WRITE, () => c.f.call(writeSlow, address, n));
}

export function finishWrite(c: MemoryContext, host: Value): void {
  if (c.slow !== undefined) return; // the fast path knows no accesses across pages
  c.f.if(host.eq(SCRATCH - 1), () => c.callOut(() => c.f.do(commitCross, [])));
}

/** Stores with `put(host address - 1)`, emitted twice. */
export function storeTo(
  c: MemoryContext,
  n: number,
  address: Value,
  put: (host: Value) => void,
): void {
  const { f } = c;
  if (c.slow !== undefined) {
    put(f.let(fastHost(c, n, address, SPACE_WRITE, c.slow)));
    return;
  }
  f.block((done) => {
    f.block((miss) => {
      put(f.let(fastHost(c, n, address, SPACE_WRITE, miss)));
      f.br(done);
    });
    put(i32(SCRATCH - 1));
    const stored = f.local("i32");
    c.callOut(() => f.set(stored, f.call(storeSlow, address, n)));
    f.brIf(done, stored);
    c.leaveFault();
  });
}
