// SPDX-License-Identifier: MPL-2.0

// Another `next` for all loops.

export default function attempt(): unknown {
  const prototype = Object.getPrototypeOf([][Symbol.iterator]()) as { next: () => unknown };
  prototype.next = () => ({ done: true });
  return [...[1]];
}
