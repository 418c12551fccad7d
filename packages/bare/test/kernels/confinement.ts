// SPDX-License-Identifier: MPL-2.0
// A hostile kernel: it looks for what an image must not leave it, for the global object of OSTD's context, and
// tries to change what it shares with OSTD. Prints what it got; on a sound image that is nothing.

import * as ostd from "@aster/ostd";
import { bootInfo, main, poweroff, println, VmReader } from "@aster/ostd";
import { KERNEL_GLOBALS } from "@aster/ostd/bundle";

type Anything = Record<string, unknown>;

const global = globalThis as unknown as Anything;
const constructorOf = (value: object): ((code: string) => () => unknown) =>
  (value as { constructor: never }).constructor;

/** Each gives what it got hold of, or false; many throw instead. */
const ATTEMPTS: Readonly<Record<string, () => unknown>> = {
  "further globals": () =>
    Object.getOwnPropertyNames(globalThis)
      .filter((name) => !KERNEL_GLOBALS.includes(name) && global[name] !== undefined)
      .filter((name) => !["globalThis", "undefined"].includes(name))
      .join(" ") || false,
  "globals by symbols": () => Object.getOwnPropertySymbols(globalThis).length > 0,
  "globals by inheritance": () => Object.getPrototypeOf(globalThis) !== Object.prototype,
  "another global object": () => global["globalThis"] !== globalThis,
  "OSTD's global object, as `this` of the library's": () => ofLibrary((f) => f()),
  "OSTD's global object, as `this` of a job": () => ofLibrary((f) => f.call(undefined)),
  "a caller of OSTD's": () => callerOf(),
  "the maker of functions, by construction": () =>
    Reflective.construct(
      constructorOf(() => 0),
      ["return 1"],
    ),
  "the maker of functions, by its prototypes": () => {
    const async = Object.getPrototypeOf(async () => {}) as { constructor: object };
    return typeof Object.getPrototypeOf(async.constructor) === "function"
      ? Object.getPrototypeOf(async.constructor)("return 1")()
      : false;
  },
  "a declaration by eval": () => (global["eval"] as (code: string) => unknown)("var leak = 1"),
  "a module": () => {
    const load = global["import"] ?? global["require"];
    return (load as (name: string) => unknown)("native");
  },
  "what OSTD's classes are made of": () => {
    const made = Object.values(ostd).filter((one) => typeof one === "function");
    return made.some((one) => !Object.isFrozen(one) || !Object.isFrozen(one.prototype ?? one));
  },
  "the modules that it was given": () => {
    const given = { ...ostd };
    return change(ostd as unknown as Anything, Object.keys(given)[0] ?? "");
  },
  "another library by a realm of its own": () => !([] instanceof Array && {} instanceof Object),
  "a library that is not OSTD's": () =>
    !(bootInfo() instanceof Object && failureOfLibrary() instanceof SyntaxError),
  "the intrinsics": () => global["native"] ?? false,
  "a function from a string": () => constructorOf(() => 0)("return 1")(),
  "a generator from a string": () => constructorOf(function* () {})("return 1")(),
  "an async function from a string": () => constructorOf(async () => {})("return 1")(),
  chance: () => Math.random(),
  "a global": () => change(global, "leak"),
  "a global of the library": () => change(global, "Map"),
  "a global less": () => {
    delete global["Map"];
    return global["Map"] === undefined;
  },
  "a global with a getter": () =>
    Object.defineProperty(globalThis, "Map", { get: () => Set }) === undefined,
  "other globals for all": () => Object.setPrototypeOf(globalThis, { leak: 1 }) !== undefined,
  "the prototype of all objects": () => change(Object.prototype as Anything, "leak"),
  "a method of arrays": () => change(Array.prototype as unknown as Anything, "push"),
  "a method of promises": () => change(Promise.prototype as unknown as Anything, "then"),
  "a method of typed arrays": () => change(Object.getPrototypeOf(Uint8Array.prototype), "fill"),
  "a method of maps' iterators": () => change(Object.getPrototypeOf(new Map().keys()), "next"),
  "what functions inherit": () =>
    change(
      Object.getPrototypeOf(() => 0),
      "call",
    ),
  "how errors are written": () => change(Error.prototype as unknown as Anything, "toString"),
  "OSTD's classes": () => change(VmReader as unknown as Anything, "from"),
  "OSTD's methods": () => change(VmReader.prototype as unknown as Anything, "remain"),
  "the prototype of arrays": () =>
    Object.setPrototypeOf(Array.prototype, { leak: 1 }) !== undefined,
};

const Reflective = {
  construct: (maker: unknown, given: unknown[]) => new (maker as never)(...given),
};

/** An object that has the library's names, and is not ours. */
function isOtherGlobal(value: unknown): boolean {
  return typeof value === "object" && value !== null && value !== global && "parseFloat" in value;
}

/** The library's functions that give their `this`, or call back with one. */
function ofLibrary(call: (f: () => unknown) => unknown): unknown {
  const seen: unknown[] = [];
  const note = function (this: unknown): number {
    seen.push(this);
    return 0;
  };
  [1, 2].forEach(note);
  [2, 1].sort(note);
  new Map([[1, 1]]).forEach(note);
  "a".replace(/a/, note as never);
  JSON.parse("[1]", note);
  const { valueOf } = Object.prototype;
  const { values } = Array.prototype;
  for (const one of [valueOf, values, Symbol.prototype.valueOf]) {
    try {
      seen.push(call(one as () => unknown));
    } catch {
      continue;
    }
  }
  return seen.some(isOtherGlobal);
}

function callerOf(): unknown {
  const probe = function (): unknown {
    return (probe as unknown as Anything)["caller"];
  };
  return [1].map(probe).some((one) => typeof one === "function");
}

/** What the library throws: it runs in OSTD's context. */
function failureOfLibrary(): unknown {
  try {
    return JSON.parse("{");
  } catch (error) {
    return error;
  }
}

/** Whether a member can be given another value, or a new one be made. */
function change(object: Anything, name: string): boolean {
  const mark = { isChanged: true };
  try {
    object[name] = mark;
  } catch {
    Object.defineProperty(object, name, { value: mark });
  }
  return object[name] === mark;
}

export default main(() => {
  let gained = 0;
  for (const [name, attempt] of Object.entries(ATTEMPTS)) {
    let got: unknown;
    try {
      got = attempt();
    } catch {
      got = false;
    }
    if (got === false) continue;
    gained++;
    println(`got ${name}: ${String(got)}`);
  }
  println(`${Object.keys(ATTEMPTS).length} attempts, ${gained} gained something`);
  poweroff();
});
