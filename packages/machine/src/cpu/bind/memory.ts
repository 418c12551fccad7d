// SPDX-License-Identifier: MPL-2.0

import { type FunctionBuilder, type Local, type Value, i32 } from "../../wasm/index.ts";
import { SCRATCH, SPACE_READ, SPACE_WRITE } from "../layout.ts";
import { commitCross, readSlow, storeSlow, writeSlow } from "../mmu.ts";

/** Selects what makes an address leave the fast path: above 4 GiB, or where it is in its page. */
const HIGH_AND_OFFSET = 0xffff_ffff_0000_0fffn;

/** What an access needs: where code goes, the tables of the address space, and what a fault does. */
export interface MemoryContext {
  readonly f: FunctionBuilder;
  readonly space: () => Value;
  readonly leaveFault: () => void;
}

// Host addresses are kept as "address - 1", as the direct tables give them; accesses add 1 as their
// constant offset, so that 0 is free to say "fault" and "unknown".

function translate(
  c: MemoryContext,
  n: number,
  address: Value,
  table: number,
  slow: () => Value,
): Local {
  const { f } = c;
  const host = f.local("i32");
  f.block((done) => {
    f.block((miss) => {
      f.brIf(miss, address.and(HIGH_AND_OFFSET).gtU(4096 - n));
      const entry = f.let(address.wrap().shrU(10).and(~3).add(c.space()).load32(table));
      f.brIf(miss, entry.eqz());
      f.set(host, address.wrap().add(entry));
      f.br(done);
    });
    f.set(host, slow());
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
  c.f.if(host.eq(SCRATCH - 1), () => c.f.do(commitCross, []));
}

/** Stores with `put(host address - 1)`, emitted twice. */
export function storeTo(
  c: MemoryContext,
  n: number,
  address: Value,
  put: (host: Value) => void,
): void {
  const { f } = c;
  f.block((done) => {
    f.block((miss) => {
      f.brIf(miss, address.and(HIGH_AND_OFFSET).gtU(4096 - n));
      const entry = f.let(address.wrap().shrU(10).and(~3).add(c.space()).load32(SPACE_WRITE));
      f.brIf(miss, entry.eqz());
      put(f.let(address.wrap().add(entry)));
      f.br(done);
    });
    put(i32(SCRATCH - 1));
    f.brIf(done, f.call(storeSlow, address, n));
    c.leaveFault();
  });
}
