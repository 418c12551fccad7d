// SPDX-License-Identifier: MPL-2.0

import { panic } from "../panic.ts";

// SAFETY: arrays that a kernel passes in may be of a subclass of Uint8Array, or have members of their
// own put over the built-in ones, or be something else altogether. Views on the machine's memory must
// never be handed to such a member (it would keep them), nor may its answers decide how much is
// written, nor may it run while OSTD holds an address: it could give the memory back. So an array's
// kind is asked of the engine, its elements are accessed only then, and only built-in members are called.

/** Getters that all kinds of typed arrays inherit (ECMA-262, 23.2.3). */
interface TypedArrayGetters {
  readonly [Symbol.toStringTag]: { readonly get: () => string | undefined };
  readonly length: { readonly get: () => number };
  readonly buffer: { readonly get: () => ArrayBufferLike };
  readonly byteOffset: { readonly get: () => number };
}

// SAFETY: the language says what each of these getters returns; the library's types do not.
const getters = Object.getOwnPropertyDescriptors(
  Object.getPrototypeOf(Uint8Array.prototype),
) as unknown as TypedArrayGetters;
const kindOf = getters[Symbol.toStringTag].get;
const lengthOf = getters.length.get;
const bufferOf = getters.buffer.get;
const byteOffsetOf = getters.byteOffset.get;
// SAFETY: called with typed arrays alone, as asked by `kindOf` before.
const builtInSet = Uint8Array.prototype.set;

/** How many bytes `bytes` has; a panic when it is no Uint8Array. */
export function lengthOfBytes(bytes: Uint8Array): number {
  if (kindOf.call(bytes) !== "Uint8Array") {
    panic("expected a Uint8Array, got something else");
  }
  return lengthOf.call(bytes);
}

/** Panics unless `bytes` is a Uint8Array with `length` bytes from `offset`, both primitive numbers. */
export function checkBytes(bytes: Uint8Array, offset: number, length: number): void {
  const size = lengthOfBytes(bytes);
  if (!(offset >= 0 && length >= 0 && offset + length <= size)) {
    panic(`bytes ${offset}…${offset + length} of an array of ${size}`);
  }
}

/** Copies all of `source` (a view on the machine's memory) to `target` at `offset`. */
export function copyOut(source: Uint8Array, target: Uint8Array, offset: number): void {
  builtInSet.call(target, source, offset);
}

/** Exactly `length` bytes of `bytes` from `offset`, as a plain Uint8Array. */
export function plainView(bytes: Uint8Array, offset: number, length: number): Uint8Array {
  return new Uint8Array(bufferOf.call(bytes), byteOffsetOf.call(bytes) + offset, length);
}
