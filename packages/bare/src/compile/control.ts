// SPDX-License-Identifier: MPL-2.0
// Conditions, jumps, calls and returns.

import type { Emitter, Value } from "./emit.ts";
import { UNDEFINED, result, type Translation } from "./translation.ts";

function truthOf(e: Emitter, value: Value): string {
  return value.kind === "truth" ? value.c : `to_bool(ctx, ${e.seen(value)})`;
}

export function logicalNot(e: Emitter): void {
  const value = e.pop();
  const truth = e.freshTruth();
  e.line(`${truth} = !${truthOf(e, value)};`);
  e.free(value);
  e.push({ kind: "truth", c: truth });
}

export function isTag(condition: (v: string) => string): Translation {
  return (e) => {
    const value = e.pop();
    const truth = e.freshTruth();
    e.line(`${truth} = ${condition(e.seen(value))};`);
    e.free(value);
    e.push({ kind: "truth", c: truth });
  };
}

export function branch(isWhenTrue: boolean): Translation {
  return (e) => {
    const value = e.pop();
    let truth = truthOf(e, value);
    if (value.kind === "ours") {
      const name = e.freshTruth();
      e.line(`${name} = ${truth};`);
      e.free(value);
      truth = name;
    }
    // Where both ways meet, the stack is the same.
    e.settle();
    e.line(`if (${isWhenTrue ? "" : "!"}(${truth})) goto L${e.operation.target};`);
  };
}

/** Calls what lies below the arguments, and below that `this` if it `isMethod`. */
export function call(isMethod: boolean, returns: boolean): Translation {
  return (e) => {
    e.keepShared();
    const { operand: count, next } = e.operation;
    const values = e.stack.slice(e.stack.length - count - (isMethod ? 2 : 1));
    const [self, fn] = isMethod ? values : [UNDEFINED, values[0]];
    const passed = values.slice(values.length - count).map((value) => e.seen(value));
    const value = result(e);
    const label = e.throws();
    const given = count === 0 ? "NULL" : `(JSValue[]){${passed.join(", ")}}`;
    e.line(`sf->cur_pc = bc + ${next};`);
    e.line(
      `${value.c} = call(ctx, ${e.seen(fn ?? UNDEFINED)}, ${e.seen(self ?? UNDEFINED)}, ${count}, ${given});`,
    );
    e.line(`if (unlikely(JS_IsException(${value.c}))) goto ${label};`);
    for (const one of values.toReversed()) {
      e.pop();
      e.free(one);
    }
    e.push(value);
    if (returns) leave(e);
  };
}

/** Returns what is on top of the stack. */
export function leave(e: Emitter): void {
  e.line(`returned = ${e.owned(e.pop())};`);
  for (const value of e.stack) e.free(value);
  e.line("goto done;");
}

export function returnUndefined(e: Emitter): void {
  e.push(UNDEFINED);
  leave(e);
}

export function gosub(e: Emitter): void {
  e.push({ kind: "plain", c: `JS_MKVAL(JS_TAG_INT, ${e.operation.next})` });
  e.settle();
  e.line(`goto L${e.operation.target};`);
}

export function ret(e: Emitter): void {
  const value = e.pop();
  e.settle();
  const depth = e.stack.length;
  const cases = e.flow.returns
    .filter((place) => e.flow.stacks.get(place)?.length === depth)
    .map((place) => `case ${place}: goto L${place};`);
  e.line(`switch (JS_VALUE_GET_INT(${e.seen(value)})) { ${cases.join(" ")} default: abort(); }`);
}

export function closeReturn(e: Emitter): void {
  const value = e.pop();
  const mark = e.stack.findLastIndex(({ kind }) => kind === "mark");
  for (const dropped of e.stack.splice(mark + 1)) e.free(dropped);
  const [object, next, marked] = e.stack.splice(mark - 2, 3);
  for (const one of [value, object, next, marked]) if (one !== undefined) e.push(one);
}
