// SPDX-License-Identifier: MPL-2.0

const TYPED_ARRAYS = [
  ...[Int8Array, Uint8Array, Uint8ClampedArray, Int16Array, Uint16Array, Int32Array, Uint32Array],
  ...[Float32Array, Float64Array, BigInt64Array, BigUint64Array],
];

/**
 * Runs `work` with an `Object.freeze` that V8 stays fast under: after a real freeze of
 * Object.prototype, or of a typed array's, each store to an element of a typed array takes some
 * fifty times as long (node 20). For these alone every property is made constant and the object
 * closed, which is all that "frozen" means; V8 only does not know that it has been done at once.
 * So too for lists: after a real freeze of Array.prototype, growing one by `list[n] = x` is slow.
 */
export async function withSoftFreeze<T>(work: () => Promise<T>): Promise<T> {
  const { defineProperty, freeze, getOwnPropertyDescriptor, getPrototypeOf, preventExtensions } =
    Object;
  const { ownKeys } = Reflect;
  const soft: ReadonlySet<unknown> = new Set<unknown>([
    Object.prototype,
    Array.prototype,
    getPrototypeOf(Uint8Array.prototype),
    ...TYPED_ARRAYS.map(({ prototype }) => prototype as unknown),
  ]);
  const softFreeze = (value: object): object => {
    if (!soft.has(value)) return freeze(value);
    for (const key of ownKeys(value)) {
      const property = getOwnPropertyDescriptor(value, key);
      const isData = property !== undefined && "value" in property;
      defineProperty(value, key, { configurable: false, ...(isData && { writable: false }) });
    }
    return preventExtensions(value);
  };
  Object.freeze = softFreeze as typeof Object.freeze;
  try {
    return await work();
  } finally {
    Object.freeze = freeze;
  }
}
