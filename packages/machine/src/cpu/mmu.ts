// SPDX-License-Identifier: MPL-2.0

/**
 * The memory-management unit: the page walk of the SDM (vol. 3, 5.5, 4-level paging) over guest RAM, and
 * the slow paths behind the direct tables. Everything runs in user mode, with EFER.NXE and
 * CR0.WP set, a physical width of 40 bits and no 1 GiB pages.
 */

import {
  type FunctionBuilder,
  type FunctionRef,
  type Helper,
  type Value,
  helper,
  i32,
  i64,
} from "../wasm/index.ts";
import {
  CODE_BYTES,
  CODE_SLOTS,
  CROSS_FIRST,
  CROSS_LENGTH,
  CROSS_SECOND,
  ERROR_CODE,
  FAULT_ADDRESS,
  HIGH_ENTRIES,
  LARGE_PAGES,
  ONES_PAGE,
  RAM_BASE,
  RAM_BYTES,
  ROOT,
  SCRATCH,
  SINK_PAGE,
  SPACE,
  SPACE_DIRTY,
  SPACE_HIGH_READ,
  SPACE_HIGH_USED,
  SPACE_HIGH_WRITE,
  SPACE_READ,
  SPACE_WRITE,
  TLB_MISSES,
  VECTOR,
  VECTOR_NON_CANONICAL,
  WRITABLE_PAGES,
} from "./layout.ts";

export const ACCESS_READ = 0;
export const ACCESS_WRITE = 2;
export const ACCESS_FETCH = 16;

const PRESENT = 1;
const WRITABLE = 2;
const USER = 4;
const ACCESSED = 0x20;
const DIRTY = 0x40;
const PAGE_SIZE_BIT = 0x80;
const ADDRESS_BITS = 0x000f_ffff_ffff_f000n;
/** Bits 51…40 are beyond the physical width. */
const RESERVED_ADDRESS = 0x000f_ff00_0000_0000n;
/** Bits 20…13 of an entry that maps 2 MiB. */
const RESERVED_LARGE = 0x1f_e000n;

/** How many codes of user pages the walk reports: the error code of #PF. */
const FAULT_USER = 4;
const FAULT_RESERVED = 8;

const state = i32(0);

/**
 * Walks the page table for `address` and gives the host address of its 4 KiB page, or 0 after
 * recording #PF (or a non-canonical access). Sets the A and D bits.
 */
export const walk: Helper = helper("walk", ["i64", "i32"], ["i32"], (f, address, access) => {
  if (address === undefined || access === undefined) return;
  const entry = f.local("i64");
  const slots = [0, 1, 2, 3].map(() => f.local("i32"));
  const table = f.variable(state.load32(ROOT).extendU());
  const allowed = f.variable(i64(-1));
  const noExecute = f.variable(i64(0));

  const fault = (code: number): void => {
    f.store(state, i32(14), VECTOR);
    f.store(state, access.or(FAULT_USER | code), ERROR_CODE);
    f.store(state, address, FAULT_ADDRESS);
    f.return(0);
  };
  f.if(
    address
      .add(1n << 47n)
      .shrU(48)
      .ne(0),
    () => {
      f.store(state, i32(VECTOR_NON_CANONICAL), VECTOR);
      f.return(0);
    },
  );
  const setAccessed = (upTo: number): void => {
    for (let i = 0; i <= upTo; i++) {
      const slot = slots[i] as Value;
      f.if(slot.load32(RAM_BASE).and(ACCESSED).eqz(), () =>
        f.store(slot, slot.load32(RAM_BASE).or(ACCESSED), RAM_BASE),
      );
    }
  };
  const finish = (level: number, page: () => Value): void => {
    f.if(allowed.wrap().and(USER).eqz(), () => fault(PRESENT));
    f.if(access.eq(ACCESS_WRITE), () => {
      f.if(allowed.wrap().and(WRITABLE).eqz(), () => fault(PRESENT));
    });
    f.if(access.eq(ACCESS_FETCH).and(noExecute.ltS(0)), () => fault(PRESENT));
    setAccessed(level);
    const leaf = slots[level] as Value;
    f.if(access.eq(ACCESS_WRITE), () => {
      f.if(leaf.load32(RAM_BASE).and(DIRTY).eqz(), () =>
        f.store(leaf, leaf.load32(RAM_BASE).or(DIRTY | ACCESSED), RAM_BASE),
      );
    });
    const physical = f.let(page());
    f.if(physical.geU(state.load32(RAM_BYTES).extendU()), () => {
      f.if(access.eq(ACCESS_WRITE), () => f.return(SINK_PAGE));
      f.return(ONES_PAGE);
    });
    f.return(physical.wrap().add(RAM_BASE));
  };

  [39, 30, 21, 12].forEach((shift, level) => {
    const slot = slots[level];
    if (slot === undefined) return;
    const at = f.let(table.add(address.shrU(shift).and(511).shl(3)));
    // Outside RAM all bits read as ones: a reserved bit is set, and the walk ends below.
    f.if(
      at.geU(state.load32(RAM_BYTES).extendU()),
      () => {
        f.set(slot, i32(0));
        f.set(entry, i64(-1));
      },
      () => {
        f.set(slot, at.wrap());
        f.set(entry, slot.load64(RAM_BASE));
      },
    );
    f.if(entry.wrap().and(PRESENT).eqz(), () => fault(0));
    const reservedHere = level < 2 ? RESERVED_ADDRESS | BigInt(PAGE_SIZE_BIT) : RESERVED_ADDRESS;
    f.if(entry.and(reservedHere).ne(0), () => fault(PRESENT | FAULT_RESERVED));
    f.set(allowed, allowed.and(entry));
    f.set(noExecute, noExecute.or(entry));
    if (level === 2) {
      f.if(entry.wrap().and(PAGE_SIZE_BIT), () => {
        f.if(entry.and(RESERVED_LARGE).ne(0), () => fault(PRESENT | FAULT_RESERVED));
        f.store(state, i32(1), LARGE_PAGES);
        finish(2, () => entry.and(ADDRESS_BITS & ~0x1f_ffffn).or(address.and(0x1f_f000)));
      });
    }
    f.set(table, entry.and(ADDRESS_BITS));
  });
  finish(3, () => table);
  f.unreachable();
});

/** Slot of `address` in a table of the space that is tagged with virtual page numbers. */
export function taggedSlot(address: Value, entries: number): Value {
  return state.load32(SPACE).add(
    address
      .shrU(12)
      .wrap()
      .and(entries - 1)
      .shl(4),
  );
}

/**
 * The host address of the byte at `address` for an access of `n` bytes within one page, or 0 after
 * recording the fault. Fills the tables. A write to bytes that have been decoded drops their code.
 */
const translate: Helper = helper(
  "translate",
  ["i64", "i32", "i32"],
  ["i32"],
  (f, address, n, access) => {
    if (address === undefined || n === undefined || access === undefined) return;
    const offset = f.let(address.wrap().and(0xfff));
    const high = f.let(address.shrU(32).ne(0));
    const page = f.local("i32");
    const table = f.let(access.shl(21)); // ACCESS_WRITE << 21 = SPACE_WRITE - SPACE_READ
    f.if(
      high,
      () => {
        const tag = f.let(
          taggedSlot(address, HIGH_ENTRIES).add(access.shl(13)), // SPACE_HIGH_WRITE - …READ
        );
        f.if(tag.load64(SPACE_HIGH_READ).eq(address.shrU(12).add(1)), () =>
          f.return(tag.load32(SPACE_HIGH_READ + 8).or(offset)),
        );
      },
      () => {
        const entry = f.let(
          address.wrap().shrU(10).and(~3).add(state.load32(SPACE)).add(table).load32(SPACE_READ),
        );
        f.if(entry, () => f.return(address.wrap().add(entry).add(1)));
      },
    );
    f.store(state, state.load64(TLB_MISSES).add(1), TLB_MISSES);
    f.set(page, f.call(walk, address, access));
    f.if(page.eqz(), () => f.return(0));
    // Pages outside RAM are never entered into the tables.
    f.if(page.ltU(RAM_BASE), () => f.return(page.or(offset)));
    const frame = f.let(page.sub(RAM_BASE).shrU(12));
    f.if(access.eq(ACCESS_WRITE), () => {
      const slot = f.let(frame.shl(1).load16u(CODE_SLOTS));
      f.if(slot, () => {
        f.if(f.call(touchesCode, slot.sub(1), offset, n), () => f.do(dropCode(f), [frame]));
        // While the page still holds code it stays out of the tables.
        f.if(frame.shl(1).load16u(CODE_SLOTS), () => f.return(page.or(offset)));
      });
      f.store(frame, i32(1), WRITABLE_PAGES, "8");
    });
    f.if(
      high,
      () => {
        const tag = f.let(taggedSlot(address, HIGH_ENTRIES).add(access.shl(13)));
        f.store(tag, address.shrU(12).add(1), SPACE_HIGH_READ);
        f.store(tag, page, SPACE_HIGH_READ + 8);
        f.store(state.load32(SPACE), i32(1), SPACE_HIGH_USED, "8");
      },
      () => {
        const low = f.let(address.wrap());
        f.store(
          low.shrU(10).and(~3).add(state.load32(SPACE)).add(table),
          page.sub(low.and(~0xfff)).sub(1),
          SPACE_READ,
        );
        f.store(low.shrU(22).add(state.load32(SPACE)), i32(1), SPACE_DIRTY, "8");
      },
    );
    f.return(page.or(offset));
    f.unreachable();
  },
);

if (SPACE_WRITE - SPACE_READ !== ACCESS_WRITE << 21) throw new Error("layout of direct tables");
if (SPACE_HIGH_WRITE - SPACE_HIGH_READ !== ACCESS_WRITE << 13) throw new Error("layout of tables");

/** 1 when one of `n` bytes from `offset` of the page in code slot `slot` has been decoded. */
const touchesCode: Helper = helper(
  "touchesCode",
  ["i32", "i32", "i32"],
  ["i32"],
  (f, slot, offset, n) => {
    if (slot === undefined || offset === undefined || n === undefined) return;
    const i = f.variable(slot.shl(12).add(offset));
    const end = f.let(i.add(n));
    f.loop((again) => {
      const byte = i.shrU(3).load8u(CODE_BYTES);
      f.if(byte.shrU(i.and(7)).and(1), () => f.return(1));
      f.set(i, i.add(1));
      f.brIf(again, i.ltU(end));
    });
    f.return(0);
    f.unreachable();
  },
);

/** The import through which TypeScript forgets the code of a physical page. */
export const DROP_CODE = "dropCode";
export const dropCodeHelper: Helper = helper(DROP_CODE, ["i32"], [], () => {
  throw new Error("dropCode is imported");
});
function dropCode(f: FunctionBuilder): FunctionRef {
  return f.module.use(dropCodeHelper);
}

function crosses(address: Value, n: Value): Value {
  return address.wrap().and(0xfff).add(n).gtU(4096);
}

/** An access that reaches over the end of the lower canonical half is non-canonical as a whole. */
function refuseStraddling(f: FunctionBuilder, secondPage: Value): void {
  f.if(secondPage.eq(1n << 47n), () => {
    f.store(state, i32(VECTOR_NON_CANONICAL), VECTOR);
    f.return(0);
  });
}

/** Host address - 1 of `n` bytes at `address` for reading; across pages, of a copy of them. */
export const readSlow: Helper = helper("readSlow", ["i64", "i32"], ["i32"], (f, address, n) => {
  if (address === undefined || n === undefined) return;
  const first = f.variable(i32(0));
  const second = f.variable(i32(0));
  f.if(crosses(address, n).eqz(), () => {
    f.return(f.call(orFault, f.call(translate, address, n, ACCESS_READ)));
  });
  const length = f.let(i32(4096).sub(address.wrap().and(0xfff)));
  refuseStraddling(f, address.add(length.extendU()));
  f.set(first, f.call(translate, address, length, ACCESS_READ));
  f.if(first.eqz(), () => f.return(0));
  f.set(second, f.call(translate, address.add(length.extendU()), n.sub(length), ACCESS_READ));
  f.if(second.eqz(), () => f.return(0));
  f.copy(i32(SCRATCH), first, length);
  f.copy(length.add(SCRATCH), second, n.sub(length));
  f.return(SCRATCH - 1);
  f.unreachable();
});

const orFault: Helper = helper("orFault", ["i32"], ["i32"], (f, host) => {
  if (host === undefined) return;
  f.if(host, () => f.return(host.sub(1)));
  f.return(0);
  f.unreachable();
});

/** Probes both pages of an access that crosses for writing and notes where it goes. */
const probeCross: Helper = helper("probeCross", ["i64", "i32"], ["i32"], (f, address, n) => {
  if (address === undefined || n === undefined) return;
  const length = f.let(i32(4096).sub(address.wrap().and(0xfff)));
  refuseStraddling(f, address.add(length.extendU()));
  const first = f.variable(f.call(translate, address, length, ACCESS_WRITE));
  f.if(first.eqz(), () => f.return(0));
  const second = f.variable(
    f.call(translate, address.add(length.extendU()), n.sub(length), ACCESS_WRITE),
  );
  f.if(second.eqz(), () => f.return(0));
  f.store(state, first, CROSS_FIRST);
  f.store(state, second, CROSS_SECOND);
  f.store(state, length, CROSS_LENGTH);
  f.store(state, n.sub(length), CROSS_LENGTH + 4);
  f.return(1);
  f.unreachable();
});

/**
 * Host address - 1 of `n` bytes at `address` for reading and writing. Across pages it is SCRATCH - 1, which
 * holds a copy, and `commitCross` writes it back.
 */
export const writeSlow: Helper = helper("writeSlow", ["i64", "i32"], ["i32"], (f, address, n) => {
  if (address === undefined || n === undefined) return;
  f.if(crosses(address, n).eqz(), () => {
    f.return(f.call(orFault, f.call(translate, address, n, ACCESS_WRITE)));
  });
  f.if(f.call(probeCross, address, n).eqz(), () => f.return(0));
  f.copy(i32(SCRATCH), state.load32(CROSS_FIRST), state.load32(CROSS_LENGTH));
  f.copy(
    state.load32(CROSS_LENGTH).add(SCRATCH),
    state.load32(CROSS_SECOND),
    state.load32(CROSS_LENGTH + 4),
  );
  f.return(SCRATCH - 1);
  f.unreachable();
});

/** Writes SCRATCH back to the two pages that `writeSlow` found. */
export const commitCross: Helper = helper("commitCross", [], [], (f) => {
  f.copy(state.load32(CROSS_FIRST), i32(SCRATCH), state.load32(CROSS_LENGTH));
  f.copy(
    state.load32(CROSS_SECOND),
    state.load32(CROSS_LENGTH).add(SCRATCH),
    state.load32(CROSS_LENGTH + 4),
  );
});

/** Stores the first `n` bytes of SCRATCH at `address`; 0 after recording a fault. */
export const storeSlow: Helper = helper("storeSlow", ["i64", "i32"], ["i32"], (f, address, n) => {
  if (address === undefined || n === undefined) return;
  f.if(crosses(address, n).eqz(), () => {
    const host = f.variable(f.call(translate, address, n, ACCESS_WRITE));
    f.if(host.eqz(), () => f.return(0));
    f.copy(host, i32(SCRATCH), n);
    f.return(1);
  });
  f.if(f.call(probeCross, address, n).eqz(), () => f.return(0));
  f.do(commitCross, []);
  f.return(1);
  f.unreachable();
});

/** Host address of the byte at `address` if `n` bytes within its page can be accessed, else 0. */
export const translatePage: Helper = translate;

/** 1 if `n` bytes at `address` can be written, else 0 after recording the fault. Changes no byte. */
export const probeSlow: Helper = helper("probeSlow", ["i64", "i32"], ["i32"], (f, address, n) => {
  if (address === undefined || n === undefined) return;
  f.if(crosses(address, n), () => f.return(f.call(probeCross, address, n)));
  f.return(f.call(translate, address, n, ACCESS_WRITE).ne(0));
  f.unreachable();
});
