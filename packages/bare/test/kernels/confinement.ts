// SPDX-License-Identifier: MPL-2.0
// A hostile kernel: it looks for what an image must not leave it, and tries to change what it shares with
// OSTD. Prints what it got; on a sound image that is nothing.

import { main, poweroff, println, VmReader } from "@aster/ostd";
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
      .filter((name) => name !== "globalThis")
      .join(" ") || false,
  "the intrinsics": () => global["native"] ?? false,
  "a function from a string": () => constructorOf(() => 0)("return 1")(),
  "a generator from a string": () => constructorOf(function* () {})("return 1")(),
  "an async function from a string": () => constructorOf(async () => {})("return 1")(),
  chance: () => Math.random(),
  "a global": () => change(global, "leak"),
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
