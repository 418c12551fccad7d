// SPDX-License-Identifier: MPL-2.0
// What the engine (ES2020) lacks of the standard library that OSTD and kernels use. Each is as in
// ECMA-262, for the arguments that TypeScript admits. Not there, and not wanted in a kernel:
// WeakRef, FinalizationRegistry, structuredClone, Intl.

function define(target: object, name: PropertyKey, value: unknown): void {
  if (!(name in target)) {
    Object.defineProperty(target, name, { value, writable: true, configurable: true });
  }
}

define(Symbol, "dispose", Symbol("Symbol.dispose"));
define(Symbol, "asyncDispose", Symbol("Symbol.asyncDispose"));

define(Object, "hasOwn", (object: object, key: PropertyKey): boolean =>
  Object.prototype.hasOwnProperty.call(object, key),
);

const TYPED_ARRAY: object = Object.getPrototypeOf(Uint8Array.prototype) as object;

function at<T>(this: ArrayLike<T>, index: number): T | undefined {
  const whole = Math.trunc(index) || 0;
  return this[whole < 0 ? this.length + whole : whole];
}
define(Array.prototype, "at", at);
define(TYPED_ARRAY, "at", at);
define(String.prototype, "at", function (this: string, index: number): string | undefined {
  const whole = Math.trunc(index) || 0;
  const unit = this.charAt(whole < 0 ? this.length + whole : whole);
  return unit === "" ? undefined : unit;
});

type Test<T> = (value: T, index: number, array: ArrayLike<T>) => unknown;

function findLastIndex<T>(this: ArrayLike<T>, test: Test<T>): number {
  for (let i = this.length - 1; i >= 0; i--) {
    if (test(this[i] as T, i, this)) {
      return i;
    }
  }
  return -1;
}
function findLast<T>(this: ArrayLike<T>, test: Test<T>): T | undefined {
  return this[findLastIndex.call(this, test as Test<unknown>)];
}
for (const prototype of [Array.prototype, TYPED_ARRAY]) {
  define(prototype, "findLast", findLast);
  define(prototype, "findLastIndex", findLastIndex);
}

define(Array.prototype, "toReversed", function <T>(this: T[]): T[] {
  return this.slice().reverse();
});
define(Array.prototype, "toSorted", function <
  T,
>(this: T[], compare?: (left: T, right: T) => number): T[] {
  return this.slice().sort(compare);
});
define(Array.prototype, "with", function <T>(this: T[], index: number, value: T): T[] {
  const copy = this.slice();
  copy[index < 0 ? copy.length + index : index] = value;
  return copy;
});

define(globalThis, "queueMicrotask", (job: () => void): void => {
  void Promise.resolve().then(job);
});
