// SPDX-License-Identifier: MPL-2.0
// Local variables, arguments, and variables of outer functions.

import type { Emitter } from "./emit.ts";
import type { StableVariables } from "./stable.ts";
import { doubleInC, result, type Translation } from "./translation.ts";

export function getLocal(isChecked: boolean): Translation {
  return (e, stable) => {
    const { operand } = e.operation;
    const name = e.local(operand);
    if (isChecked) checkInitialized(e, name, operand, "FALSE");
    const isShared = e.isCapturedLocal(operand) && !stable.isOwnStable(e.fn, false, operand);
    e.push(isShared ? { kind: "shared", c: name } : { kind: "lent", c: name, of: name });
  };
}

function checkInitialized(e: Emitter, name: string, index: number, isOuter: string): void {
  const label = e.throws();
  e.line(`if (unlikely(JS_IsUninitialized(${name}))) {`);
  e.line(`  JS_ThrowReferenceErrorUninitialized2(ctx, b, ${index}, ${isOuter}); goto ${label}; }`);
}

/** Assigns what is on top of the stack, and leaves it there if it `keeps` it. */
export function put(
  name: (e: Emitter) => string,
  keeps: boolean,
  check?: "outer" | "local",
): Translation {
  return (e) => {
    const variable = name(e);
    if (check !== undefined) {
      checkInitialized(e, variable, e.operation.operand, check === "outer" ? "TRUE" : "FALSE");
    }
    // Freeing the old value may run code of collections, not of scripts.
    e.keepFrom(variable);
    e.keepShared();
    const value = e.pop();
    e.line(
      `set_value(ctx, &${variable}, ${e.owned(keeps && value.kind === "ours" ? { kind: "lent", c: value.c } : value)});`,
    );
    if (keeps) e.push(value);
  };
}

/** `this` of a derived class, which `super()` gives. */
export function putInitial(e: Emitter, stable: StableVariables): void {
  const label = e.throws();
  e.line(`if (unlikely(!JS_IsUninitialized(${localName(e)}))) {`);
  e.line(`  JS_ThrowReferenceError(ctx, "'this' can be initialized only once"); goto ${label}; }`);
  put(localName, false)(e, stable);
}

export const localName = (e: Emitter): string => e.local(e.operation.operand);
export const argumentName = (e: Emitter): string => e.args[e.operation.operand] ?? "JS_UNDEFINED";
export const outerName = (e: Emitter): string => `(*var_refs[${e.operation.operand}]->pvalue)`;

export function getArgument(e: Emitter, stable: StableVariables): void {
  const { operand } = e.operation;
  const name = argumentName(e);
  const isShared = e.fn.isCaptured[operand] === true && !stable.isOwnStable(e.fn, true, operand);
  e.push(isShared ? { kind: "shared", c: name } : { kind: "lent", c: name, of: name });
}

export function getOuter(isChecked: boolean): Translation {
  return (e, stable) => {
    const name = outerName(e);
    if (isChecked) checkInitialized(e, name, e.operation.operand, "TRUE");
    const constant = isChecked ? undefined : stable.outerConstant(e.fn, e.operation.operand);
    if (constant !== undefined) {
      e.push({ kind: "plain", c: numberInC(constant) });
      return;
    }
    const kind = stable.isOuterStable(e.fn, e.operation.operand) ? "lent" : "shared";
    e.push({ kind, c: name });
  };
}

function numberInC(value: number): string {
  const isInteger = (value | 0) === value;
  return isInteger ? `JS_MKVAL(JS_TAG_INT, ${value})` : doubleInC(value);
}

export function setUninitialized(e: Emitter): void {
  const name = localName(e);
  e.keepFrom(name);
  e.line(`set_value(ctx, &${name}, JS_UNINITIALIZED);`);
}

export function pushThis(e: Emitter): void {
  e.push({ kind: "lent", c: "this_obj" });
}

/** What `special_object` makes, by its operand; others are not compiled. */
export const SPECIAL_ARGUMENTS = 0;
export const SPECIAL_FUNCTION = 2;
export const SPECIAL_NEW_TARGET = 3;
export const SPECIAL_HOME = 4;

export function specialObject(e: Emitter): void {
  const { operand } = e.operation;
  if (operand === SPECIAL_FUNCTION) {
    e.push({ kind: "lent", c: "sf->cur_func" });
  } else if (operand === SPECIAL_NEW_TARGET) {
    e.push({ kind: "lent", c: "new_target" });
  } else if (operand === SPECIAL_HOME) {
    const value = result(e);
    e.line(`${value.c} = p->u.func.home_object == NULL ? JS_UNDEFINED`);
    e.line(`  : JS_DupValue(ctx, JS_MKPTR(JS_TAG_OBJECT, p->u.func.home_object));`);
    e.push(value);
  } else {
    const label = e.throws();
    const value = result(e);
    e.line(`${value.c} = js_build_arguments(ctx, argc, (JSValueConst *)argv);`);
    e.line(`if (unlikely(JS_IsException(${value.c}))) goto ${label};`);
    e.push(value);
  }
}
