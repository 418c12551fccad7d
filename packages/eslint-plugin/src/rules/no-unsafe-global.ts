// SPDX-License-Identifier: MPL-2.0

import { globalReferences, isAtModuleLevel, isTypeOnly, staticName } from "../names.ts";
import type { Ban } from "../rule.ts";

/**
 * The only names that are there without being declared. A list of what is allowed: whatever a host
 * adds to its global object stays out.
 */
export const ALLOWED_GLOBALS: ReadonlySet<string> = new Set([
  ...["undefined", "NaN", "Infinity", "isFinite", "isNaN", "parseFloat", "parseInt"],
  ...["Array", "BigInt", "Boolean", "JSON", "Map", "Math", "Number", "Object", "RegExp"],
  ...["Set", "String", "Symbol", "WeakMap", "WeakSet"],
  ...["Error", "EvalError", "RangeError", "ReferenceError", "SyntaxError", "TypeError", "URIError"],
  ...["ArrayBuffer", "DataView", "BigInt64Array", "BigUint64Array", "Float32Array"],
  ...["Float64Array", "Int8Array", "Int16Array", "Int32Array", "Uint8Array"],
  ...["Uint8ClampedArray", "Uint16Array", "Uint32Array"],
]);

/** Names with a rule of their own. */
const ELSEWHERE = new Set([
  ...["eval", "Function", "Proxy", "Reflect", "Promise", "SharedArrayBuffer", "Atomics"],
  ...["arguments", "require"],
]);

/** Members of strings, numbers and the like whose answers depend on the host's locale. */
const OF_THE_LOCALE =
  /^(?:toLocale(?:Lower|Upper)?Case|toLocale(?:Date|Time)?String|localeCompare)$/;

export const noUnsafeGlobal: Ban = {
  name: "no-unsafe-global",
  forbids: "Globals other than the pure part of ECMAScript's standard library.",
  reason: "it belongs to the host, and reaches it past OSTD.",
  fix: "Use what OSTD offers: its console, timers, clocks, tasks, entropy and memory.",
  notes: [
    `These names are allowed, and no others: ${[...ALLOWED_GLOBALS].map((n) => `\`${n}\``).join(", ")}.`,
    "`Math.random` gives chance that no seed gave, and methods such as `toLocaleString` and `localeCompare` what the host's locale says; " +
      "both make two runs differ.",
    "A name in a type, such as `Promise<void>`, does nothing and is allowed. `this` outside of functions and classes is refused " +
      "with the globals, which it is in a script.",
  ],
  bad: [
    "process.exit(1);",
    "setTimeout(() => {}, 1);",
    "export const now = () => Date.now();",
    "export const bytes = new WebAssembly.Memory({ initial: 1 });",
    "export const worker = () => new Worker('x.js');",
    "export const get = () => fetch('http://example.com');",
    "export const all = () => globalThis;",
    "export const what = () => typeof process;",
    "export const self = this;",
    "export const chance = () => Math.random();",
    "export const before = (a: string, b: string) => a.localeCompare(b) < 0;",
  ],
  good: [
    "export const words = (text: string) => new Set(text.split(' '));",
    "export const half = (value: number) => Math.floor(value / 2);",
    "export async function run(): Promise<void> {}",
    "export const isMissing = (value: unknown) => value === undefined;",
  ],
  create(context, found) {
    return {
      "Program:exit"() {
        for (const reference of globalReferences(context)) {
          const { name } = reference.identifier;
          if (ALLOWED_GLOBALS.has(name as string) || ELSEWHERE.has(name as string)) continue;
          if (isTypeOnly(reference)) continue;
          found(reference.identifier, `\`${String(name)}\``);
        }
      },
      MemberExpression(node) {
        const name = staticName(node.property, node.computed);
        if (name !== undefined && OF_THE_LOCALE.test(name)) found(node, `\`${name}\``);
        const isMath = node.object.type === "Identifier" && node.object.name === "Math";
        if (isMath && name === "random") found(node, "`Math.random`");
      },
      ThisExpression(node) {
        if (isAtModuleLevel(node)) found(node, "`this` at module level");
      },
    };
  },
};
