// SPDX-License-Identifier: MPL-2.0
// Reading and writing properties and elements.

import type { Emitter } from "./emit.ts";
import {
  UNDEFINED,
  atomOf,
  result,
  cachesOf,
  privateCache,
  type Translation,
} from "./translation.ts";

/** Reads a property of what is on top of the stack, which `keeps` it. */
export function getField(macro: string, keeps: boolean): Translation {
  return (e) => {
    e.keepShared();
    const object = e.stack.at(-1) ?? UNDEFINED;
    const value = result(e);
    // A method is a prototype's, most often; what is put away at once is no method.
    const isPut = keeps && /^(?:put|set)_/.test(e.nextName);
    const how = isPut ? "GET_FIELD" : macro;
    e.line(`${how}(${value.c}, ${e.seen(object)}, ${cachesOf(e)}, ${atomOf(e)}, ${e.throws()});`);
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

/** The stack has the object, which stays, and the value. */
export function defineField(e: Emitter): void {
  e.keepShared();
  const value = e.pop();
  const target = e.stack.at(-1) ?? UNDEFINED;
  const label = e.throws();
  const { at } = e.operation;
  e.names.push(
    e.fn.nameOf(new DataView(e.fn.code.buffer, e.fn.code.byteOffset).getUint32(at + 1, true)),
  );
  const operands = `${e.seen(target)}, ${e.owned(value)}, ${privateCache(e)}, ${atomOf(e)}`;
  e.line(`if (unlikely(define_field(ctx, ${operands}) < 0)) goto ${label};`);
}

/** The stack has the object, which stays, the field's name and the value. */
export function definePrivate(e: Emitter): void {
  e.keepShared();
  const value = e.pop();
  const name = e.stack.at(-1) ?? UNDEFINED;
  const target = e.stack.at(-2) ?? UNDEFINED;
  const label = e.throws();
  const operands = `${e.seen(target)}, ${e.seen(name)}, ${e.owned(value)}, ${privateCache(e)}`;
  e.line(`if (unlikely(define_private(ctx, ${operands}) < 0)) goto ${label};`);
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

export function getPrivate(e: Emitter): void {
  e.keepShared();
  const name = e.stack.at(-1) ?? UNDEFINED;
  const object = e.stack.at(-2) ?? UNDEFINED;
  const value = result(e);
  const label = e.throws();
  const operands = `${e.seen(object)}, ${e.seen(name)}`;
  e.line(`GET_PRIVATE(${value.c}, ${operands}, ${privateCache(e)}, ${label});`);
  e.free(e.pop());
  e.free(e.pop());
  e.push(value);
}

/** The stack has the object, the value and the field's name. */
export function putPrivate(e: Emitter): void {
  e.keepShared();
  const name = e.pop();
  const value = e.pop();
  const target = e.stack.at(-1) ?? UNDEFINED;
  e.push(name);
  const label = e.throws();
  const operands = `${e.seen(target)}, ${e.seen(name)}, ${e.owned(value)}`;
  e.line(`PUT_PRIVATE(${operands}, ${privateCache(e)}, ${label});`);
  e.free(e.pop());
  e.free(e.pop());
}

export function checkBrand(e: Emitter): void {
  e.keepShared();
  const method = e.stack.at(-1) ?? UNDEFINED;
  const object = e.stack.at(-2) ?? UNDEFINED;
  const label = e.throws();
  e.line(`CHECK_BRAND(${e.seen(object)}, ${e.seen(method)}, ${privateCache(e)}, ${label});`);
}

/** What is no object becomes one, and null and undefined an exception. */
export function toObject(e: Emitter): void {
  e.keepShared();
  const value = e.pop();
  const object = result(e);
  e.line(`${object.c} = ${e.owned(value)};`);
  e.push(object);
  const label = e.throws();
  e.line(`if (unlikely(JS_VALUE_GET_TAG(${object.c}) != JS_TAG_OBJECT)) {`);
  e.line(`  JSValue o_ = JS_ToObject(ctx, ${object.c});`);
  e.line(`  if (unlikely(JS_IsException(o_))) goto ${label};`);
  e.line(`  JS_FreeValue(ctx, ${object.c}); ${object.c} = o_; }`);
}

/** Globals that nothing can change or hide (ECMA-262, 19.1). */
const CONSTANTS: ReadonlyMap<string, string> = new Map([
  ["undefined", "JS_UNDEFINED"],
  ["Infinity", "__JS_NewFloat64(ctx, __builtin_inf())"],
  ["NaN", '__JS_NewFloat64(ctx, __builtin_nan(""))'],
]);

/** A variable of the script itself; an exception where there is none, if it `mustBe`. */
export function getGlobal(mustBe: boolean): Translation {
  return (e) => {
    const { code, nameOf } = e.fn;
    const name = nameOf(
      new DataView(code.buffer, code.byteOffset).getUint32(e.operation.at + 1, true),
    );
    const constant = CONSTANTS.get(name);
    if (constant !== undefined) {
      e.push({ kind: "plain", c: constant });
      return;
    }
    e.keepShared();
    const value = result(e);
    const label = e.throws();
    e.line(`${value.c} = JS_GetGlobalVar(ctx, get_u32(${atomOf(e)}), ${mustBe ? 1 : 0});`);
    e.line(`if (unlikely(JS_IsException(${value.c}))) goto ${label};`);
    e.push(value);
  };
}

export function pushAtom(e: Emitter): void {
  const value = result(e);
  e.line(`${value.c} = JS_AtomToValue(ctx, get_u32(${atomOf(e)}));`);
  e.push(value);
}
