// SPDX-License-Identifier: MPL-2.0
// Reading and writing properties and elements.

import type { Emitter } from "./emit.ts";
import { UNDEFINED, atomOf, result, cachesOf, type Translation } from "./translation.ts";

/** Reads a property of what is on top of the stack, which `keeps` it. */
export function getField(macro: string, keeps: boolean): Translation {
  return (e) => {
    e.keepShared();
    const object = e.stack.at(-1) ?? UNDEFINED;
    const value = result(e);
    e.line(`${macro}(${value.c}, ${e.seen(object)}, ${cachesOf(e)}, ${atomOf(e)}, ${e.throws()});`);
    if (!keeps) e.free(e.pop());
    e.push(value);
  };
}

export function putField(e: Emitter): void {
  e.keepShared();
  const value = e.pop();
  const target = e.stack.at(-1) ?? UNDEFINED;
  const label = e.throws();
  e.line(
    `PUT_FIELD(${e.seen(target)}, ${e.owned(value)}, ${cachesOf(e)}, ${atomOf(e)}, ${label});`,
  );
  e.free(e.pop());
}

export function getLength(e: Emitter): void {
  e.keepShared();
  const object = e.stack.at(-1) ?? UNDEFINED;
  const value = result(e);
  e.line(`GET_LENGTH(${value.c}, ${e.seen(object)}, ${e.throws()});`);
  e.free(e.pop());
  e.push(value);
}

export function getElement(e: Emitter): void {
  e.keepShared();
  const key = e.pop();
  const object = e.stack.at(-1) ?? UNDEFINED;
  const value = result(e);
  const label = e.throws();
  e.line(`GET_ELEMENT(${value.c}, ${e.seen(object)}, ${e.seen(key)}, ${e.owned(key)}, ${label});`);
  e.free(e.pop());
  e.push(value);
}

export function putElement(e: Emitter): void {
  e.keepShared();
  const value = e.pop();
  const key = e.pop();
  const target = e.stack.at(-1) ?? UNDEFINED;
  const label = e.throws();
  const operands = `${e.seen(target)}, ${e.seen(key)}, ${e.seen(value)}`;
  e.line(`PUT_ELEMENT(${operands}, ${e.owned(key)}, ${e.owned(value)}, ${label});`);
  e.free(e.pop());
}

export function privateField(e: Emitter): void {
  e.keepShared();
  const name = e.stack.at(-1) ?? UNDEFINED;
  const object = e.stack.at(-2) ?? UNDEFINED;
  const value = result(e);
  const label = e.throws();
  e.line(`${value.c} = get_private_field(ctx, ${e.seen(object)}, ${e.seen(name)});`);
  e.line(`if (unlikely(JS_IsException(${value.c}))) goto ${label};`);
  e.free(e.pop());
  e.free(e.pop());
  e.push(value);
}
