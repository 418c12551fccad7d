// SPDX-License-Identifier: MPL-2.0

// Every static method that a class of OSTD has, declared or not, with keys of one's own.

import { FrameAllocOptions, UFrame } from "@aster/ostd";

export default (): unknown => {
  const frame = new FrameAllocOptions().allocFrame();
  const gained: string[] = [];
  const parent = Object.getPrototypeOf(UFrame) as Record<string, (...given: unknown[]) => unknown>;
  for (const name of Object.getOwnPropertyNames(parent)) {
    const method = parent[name];
    if (typeof method !== "function") continue;
    for (const given of [[frame], [Symbol("OSTD's privilege"), frame], [{}, frame, 0, 4096]]) {
      try {
        const got = method.apply(parent, given);
        if (typeof got === "object" && got !== null) gained.push(name);
      } catch {
        // Refused.
      }
    }
  }
  return gained.length > 0 ? `GAINED ${gained.join()}` : gained.length;
};
