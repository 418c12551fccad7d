// SPDX-License-Identifier: MPL-2.0

import { type FunctionBuilder, type Local, type Value } from "../../wasm/index.ts";
import { CODE_ENTRIES, SPACE_CODE } from "../layout.ts";

/** Sets `target` to the record at guest address `rip` and branches to `found`; falls through if none. */
export function emitLookup(
  f: FunctionBuilder,
  space: Value,
  rip: Value,
  target: Local,
  found: { readonly depth: number },
): void {
  f.block((miss) => {
    const page = f.let(rip.shrU(12));
    const entry = f.let(
      page
        .wrap()
        .and(CODE_ENTRIES - 1)
        .shl(4)
        .add(space),
    );
    // Tags are page + 1, so that an empty entry matches no page.
    f.brIf(miss, entry.load64(SPACE_CODE).ne(page.add(1)));
    f.set(
      target,
      entry
        .load32(SPACE_CODE + 8)
        .add(rip.wrap().and(0xfff).shl(2))
        .load32(),
    );
    f.brIf(found, target);
  });
}
