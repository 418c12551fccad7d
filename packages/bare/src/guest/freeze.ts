// SPDX-License-Identifier: MPL-2.0
// Before the kernel's code is evaluated, the language's library becomes constant, and what is not for
// kernels goes: then the kernel can change nothing under OSTD's feet.

import { KERNEL_GLOBALS } from "@aster/ostd/bundle";

/** Our own code's, and as pure as the kernel's. */
const KEPT: ReadonlySet<string> = new Set([...KERNEL_GLOBALS, "undefined", "globalThis"]);
/**
 * Objects that assignments give members of these names to (`error.name = …`), which a constant of
 * the same name in the prototype would forbid: there they are accessors that let it happen.
 */
const ASSIGNED: readonly (readonly [object, readonly string[]])[] = [
  [Object.prototype, ["toString"]],
  [Function.prototype, ["toString"]],
  ...[Error, EvalError, RangeError, ReferenceError, SyntaxError, TypeError, URIError].map(
    ({ prototype }) => [prototype, ["name", "message"]] as const,
  ),
];

const { defineProperty, freeze, getOwnPropertyDescriptor, getPrototypeOf } = Object;
const { ownKeys } = Reflect;

/** The makers of code that no global names lead to. */
function hiddenConstructors(): object[] {
  const functions = [
    function* () {},
    async () => {},
    async function* () {},
    () => {},
  ] as readonly object[];
  return functions.map((one) => getPrototypeOf(one) as object);
}

function refuse(): never {
  throw new TypeError("code is not made from strings here");
}

function letAssign(prototype: object, name: string): void {
  const found = getOwnPropertyDescriptor(prototype, name);
  if (found === undefined || !("value" in found)) return;
  const value = found.value as unknown;
  defineProperty(prototype, name, {
    get: () => value,
    set(this: object, given: unknown) {
      if (this === prototype) throw new TypeError(`${name} is constant`);
      defineProperty(this, name, {
        value: given,
        writable: true,
        enumerable: true,
        configurable: true,
      });
    },
    enumerable: false,
    configurable: false,
  });
}

const PLAIN_KEYS = 2;

/** Freezes what can be reached from `roots` by properties and prototypes. */
export function freezeAll(roots: readonly unknown[]): void {
  const done = new Set<unknown>();
  const waiting = [...roots];
  while (waiting.length > 0) {
    const value = waiting.pop();
    if ((typeof value !== "object" && typeof value !== "function") || value === null) continue;
    if (done.has(value)) continue;
    done.add(value);
    const keys = ownKeys(value);
    waiting.push(getPrototypeOf(value));
    // Of most functions there is nothing but two primitives: their length and their name.
    const isPlain = typeof value === "function" && keys.length === PLAIN_KEYS;
    for (const key of isPlain ? [] : keys) {
      const property = getOwnPropertyDescriptor(value, key);
      if (property !== undefined) waiting.push(property.value, property.get, property.set);
    }
    freeze(value);
  }
}

/**
 * Takes from the library what is not for kernels, and makes it constant. What of it is polyfilled, or
 * kept by OSTD, has to be there by now.
 */
export function tameLibrary(): void {
  const hidden = hiddenConstructors();
  for (const prototype of hidden) {
    defineProperty(prototype, "constructor", {
      value: refuse,
      writable: false,
      configurable: false,
    });
  }
  defineProperty(Math, "random", { value: undefined });
  const globals = globalThis as unknown as Record<string, unknown>;
  for (const name of Object.getOwnPropertyNames(globals)) {
    if (!KEPT.has(name)) delete globals[name];
  }
  for (const [prototype, names] of ASSIGNED) {
    for (const name of names) letAssign(prototype, name);
  }
  const iterators = [
    [][Symbol.iterator](),
    new Map().entries(),
    new Set().values(),
    ""[Symbol.iterator](),
  ];
  freezeAll([globals, iterators, ...hidden, "".matchAll(/a/g)]);
}
