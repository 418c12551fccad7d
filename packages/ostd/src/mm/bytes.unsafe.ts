// SPDX-License-Identifier: MPL-2.0

// SAFETY: arrays that a kernel passes in may be of a subclass of Uint8Array with methods of its
// own. Views on the machine's memory must never be handed to such a method (it would keep them),
// nor may its answers decide how much is written. So only the built-in methods are called.
const builtInSet = Uint8Array.prototype.set;

/** Copies all of `source` (a view on the machine's memory) to `target` at `offset`. */
export function copyOut(source: Uint8Array, target: Uint8Array, offset: number): void {
  builtInSet.call(target, source, offset);
}

/** Exactly `length` bytes of `bytes` from `offset`, as a plain Uint8Array. */
export function plainView(bytes: Uint8Array, offset: number, length: number): Uint8Array {
  return new Uint8Array(bytes.buffer, bytes.byteOffset + offset, length);
}
