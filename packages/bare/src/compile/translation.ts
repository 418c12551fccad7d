// SPDX-License-Identifier: MPL-2.0
// What translations of operations share.

import type { Emitter, Value } from "./emit.ts";
import type { StableVariables } from "./stable.ts";

export type Translation = (e: Emitter, stable: StableVariables) => void;

export const UNDEFINED: Value = { kind: "plain", c: "JS_UNDEFINED" };
const OPERAND = "bc + ";

export function atomOf(e: Emitter): string {
  return `${OPERAND}${e.operation.at + 1}`;
}

/** A double that is known. */
export function doubleInC(value: number): string {
  const digits = String(value);
  return `__JS_NewFloat64(ctx, ${/[.e]/.test(digits) ? digits : `${digits}.0`})`;
}

/** What `doubleInC` made a value of; undefined of others. */
export function doubleOf(value: Value): string | undefined {
  return value.kind === "plain"
    ? /^__JS_NewFloat64\(ctx, ([-\d.e+]+)\)$/.exec(value.c)?.[1]
    : undefined;
}

/** A result in a variable of its own. */
export function result(e: Emitter): Value & { kind: "ours" } {
  return { kind: "ours", c: e.fresh() };
}

export function cachesOf(e: Emitter): string {
  const { at } = e.operation;
  const { code, nameOf } = e.fn;
  e.names.push(nameOf(new DataView(code.buffer, code.byteOffset).getUint32(at + 1, true)));
  const caches = `&caches[${e.caches}]`;
  e.caches += 2;
  return caches;
}

/** Of an operation that takes the name from the stack. */
export function privateCache(e: Emitter): string {
  e.caches += 1;
  return `&caches[${e.caches - 1}]`;
}
