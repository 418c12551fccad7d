// SPDX-License-Identifier: MPL-2.0

/** frstor across two pages, on each tier: a load of it may begin the instruction again. */

import { describe, expect, test } from "@jest/globals";
import { x86_64 } from "@aster/hardware";
import { Guest, NO_EXECUTE, WRITE } from "../testing/guest.ts";

const CODE = 0x400000;
const DATA = 0x500000;
const PAGE = 4096;
const IMAGE_BYTES = 108;

describe.each([false, "eager"] as const)("with jit %s", (jit) => {
  test("frstor does not meet the exception that it loads itself", () => {
    const guest = new Guest(1 << 24, { jit });
    guest.allocate(CODE, PAGE, 0);
    guest.allocate(DATA, 2 * PAGE, WRITE | NO_EXECUTE);
    // mov al, [rdi]; mov al, [rdi + 107]; frstor [rdi]; int3: both pages are known when it begins.
    guest.write(CODE, Uint8Array.of(0x8a, 0x07, 0x8a, 0x47, 0x6b, 0xdd, 0x27, 0xcc));
    for (let before = 29; before < IMAGE_BYTES; before++) {
      const image = new Uint8Array(IMAGE_BYTES).map((_, i) => (i < 28 ? 0 : i));
      // Invalid is not masked, and pending (ES).
      image.set([0x7e, 0x03], 0);
      image.set([0x81, 0x80], 4);
      const address = DATA + PAGE - before;
      guest.write(address, image);
      guest.set(x86_64.RDI, address);
      guest.rip = CODE;
      const { bytes } = guest.frame;
      new DataView(bytes.buffer, bytes.byteOffset).setUint16(x86_64.FRAME_FXSAVE + 2, 0, true);
      guest.cpu.loadFpu(guest.frame);
      expect({ before, trap: guest.run() }).toEqual({ before, trap: x86_64.VECTOR_BREAKPOINT });
      guest.cpu.saveFpu(guest.frame);
      const st7 = bytes.subarray(x86_64.FRAME_FXSAVE + 32 + 112, x86_64.FRAME_FXSAVE + 32 + 122);
      expect([...st7]).toEqual([...image.subarray(98, 108)]);
    }
  });
});
