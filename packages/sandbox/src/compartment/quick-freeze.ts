// SPDX-License-Identifier: MPL-2.0

/** The prototypes that every list, typed array and plain object looks through. */
const LOOKED_THROUGH: ReadonlySet<object> = new Set<object>([
  Object.prototype,
  Array.prototype,
  Object.getPrototypeOf(Uint8Array.prototype) as object,
  ...[Int8Array, Uint8Array, Uint8ClampedArray, Int16Array, Uint16Array, Int32Array].map(
    ({ prototype }) => prototype as object,
  ),
  ...[Uint32Array, Float32Array, Float64Array, BigInt64Array, BigUint64Array].map(
    ({ prototype }) => prototype as object,
  ),
]);
/** V8 describes at most so many properties of an object by its hidden class (node 20). */
const MAX_DESCRIBED_PROPERTIES = 1020;

/**
 * Runs `work` with an `Object.freeze` that does the same, and that V8 (node 20) stays fast under.
 *
 * After a plain freeze of Object.prototype, or of a typed array's, each store to an element of a typed
 * array takes some fifty times as long, and so does growing a list by `list[n] = x` after one of
 * Array.prototype: V8 sees prototypes whose *elements* are frozen, although there are none. Making
 * their properties constant one by one instead makes `slice`, `map`, `for…of` and `[...list]` some
 * fifty times as slow: V8 takes every definition of `constructor` or `Symbol.iterator` for a new one.
 *
 * An object whose properties are in a table is frozen without a word on its elements. So these prototypes
 * get a table, are frozen, and are made a prototype once more, for which V8 goes back to a hidden class.
 */
export async function withQuickFreeze<T>(work: () => Promise<T>): Promise<T> {
  const { assign, create, freeze } = Object;
  const { setPrototypeOf } = Reflect;
  const tooMany = refuseToBeCopied(MAX_DESCRIBED_PROPERTIES + 1);
  const quickFreeze = (value: object): object => {
    if (!LOOKED_THROUGH.has(value)) return freeze(value);
    try {
      // Makes the table, as there is much to come; then nothing comes.
      assign(value, tooMany);
    } catch {
      // Its first property says so.
    }
    freeze(value);
    setPrototypeOf(create(null) as object, value);
    return value;
  };
  Object.freeze = quickFreeze as typeof Object.freeze;
  try {
    return await work();
  } finally {
    Object.freeze = freeze;
  }
}

/** An object of so many properties, the first of which can not be read. */
function refuseToBeCopied(properties: number): object {
  const all = Object.create(null) as Record<string, number>;
  Object.defineProperty(all, "first", {
    get(): never {
      throw new TypeError("not to be copied");
    },
    enumerable: true,
  });
  for (let index = 1; index < properties; index += 1) all[`property${index}`] = index;
  return all;
}
