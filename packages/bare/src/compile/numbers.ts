// SPDX-License-Identifier: MPL-2.0
// Sums, comparisons and the like: integers in place, all else by the engine's functions.

import type { Emitter, Value } from "./emit.ts";
import { UNDEFINED, doubleOf, result, type Translation } from "./translation.ts";

/** Both operands: as they are seen, and as the slow path takes them. */
function operands(e: Emitter): { seen: string; owned: string; label: string } {
  e.keepShared();
  const y = e.pop();
  const x = e.pop();
  const label = e.throws();
  return { seen: `${e.seen(x)}, ${e.seen(y)}`, owned: `${e.owned(x)}, ${e.owned(y)}`, label };
}

export function arithmetic(builtin: string, slow: string): Translation {
  return (e) => {
    const { seen, owned, label } = operands(e);
    const value = result(e);
    const op = e.operation.opcode.number;
    e.line(`ARITHMETIC(${value.c}, ${seen}, ${builtin}, ${slow}, ${op}, ${owned}, ${label});`);
    e.push(value);
  };
}

/** `outcome(x, y)`: in C, of two integers. */
export function integers(
  condition: (x: string, y: string) => string,
  outcome: (x: string, y: string) => string,
  slow: string,
): Translation {
  return (e) => {
    const [y, x] = [e.stack.at(-1) ?? UNDEFINED, e.stack.at(-2) ?? UNDEFINED];
    const { seen, owned, label } = operands(e);
    const [a, b] = [`JS_VALUE_GET_INT(${e.seen(x)})`, `JS_VALUE_GET_INT(${e.seen(y)})`];
    const value = result(e);
    const op = e.operation.opcode.number;
    e.line(
      `INTEGERS(${value.c}, ${seen}, (${condition(a, b)}), (${outcome(a, b)}), ${slow}, ${op}, ${owned}, ${label});`,
    );
    e.push(value);
  };
}

export function compare(operator: string): Translation {
  return (e) => {
    const [y, x] = [e.stack.at(-1) ?? UNDEFINED, e.stack.at(-2) ?? UNDEFINED];
    const number = doubleOf(y);
    const { seen, owned, label } = operands(e);
    const truth = e.freshTruth();
    const op = e.operation.opcode.number;
    if (number !== undefined) {
      // Mostly a bound that no integer reaches, so that the C compiler knows the outcome.
      const v = e.seen(x);
      e.line(`if (JS_VALUE_GET_TAG(${v}) == JS_TAG_INT)`);
      e.line(`  ${truth} = (double)JS_VALUE_GET_INT(${v}) ${operator} ${number};`);
      e.line(`else if (JS_TAG_IS_FLOAT64(JS_VALUE_GET_TAG(${v})))`);
      e.line(`  ${truth} = JS_VALUE_GET_FLOAT64(${v}) ${operator} ${number};`);
      e.line("else");
    }
    e.line(`COMPARE(${truth}, ${seen}, ${operator}, ${op}, ${owned}, ${label});`);
    e.push({ kind: "truth", c: truth });
  };
}

/** `x == null` is true of both. */
const NOTHING: ReadonlySet<string> = new Set(["(JS_NULL)", "(JS_UNDEFINED)"]);

export function equal(isStrict: boolean, isNegated: boolean): Translation {
  return (e) => {
    e.keepShared();
    const y = e.pop();
    const x = e.pop();
    const label = e.throws();
    const truth = e.freshTruth();
    const [a, b] = [e.seen(x), e.seen(y)];
    const not = isNegated ? "!" : "";
    const other = NOTHING.has(a) ? y : NOTHING.has(b) ? x : undefined;
    if (!isStrict && other !== undefined) {
      const tag = `JS_VALUE_GET_TAG(${e.seen(other)})`;
      e.line(`${truth} = ${not}(${tag} == JS_TAG_UNDEFINED || ${tag} == JS_TAG_NULL);`);
      e.free(other);
      e.push({ kind: "truth", c: truth });
      return;
    }
    e.line(`if (JS_VALUE_IS_BOTH_INT(${a}, ${b})) {`);
    e.line(`  ${truth} = ${not}(JS_VALUE_GET_INT(${a}) == JS_VALUE_GET_INT(${b}));`);
    const simple = isStrict
      ? `IS_SIMPLE(${a}) || IS_SIMPLE(${b})`
      : `IS_SIMPLE(${a}) && IS_SIMPLE(${b}) && JS_VALUE_GET_TAG(${a}) == JS_VALUE_GET_TAG(${b})`;
    e.line(`} else if (${simple}) {`);
    e.line(`  ${truth} = ${not}(SAME_BITS(${a}, ${b}));`);
    e.free(x);
    e.free(y);
    e.line("} else {");
    const slow = isStrict ? "strictly_equal_slow" : "equal_slow";
    e.line(`  JSValue v_ = ${slow}(ctx, ${e.owned(x)}, ${e.owned(y)}, ${isNegated ? 1 : 0});`);
    e.line(`  if (unlikely(JS_IsException(v_))) goto ${label};`);
    e.line(`  ${truth} = JS_VALUE_GET_INT(v_);`);
    e.line("}");
    e.push({ kind: "truth", c: truth });
  };
}

/** One more or one less of the value `of`, which the slow path takes over; into `to`. */
function step(e: Emitter, to: string, of: Value, isMore: boolean, label: string): void {
  const builtin = isMore ? "__builtin_add_overflow" : "__builtin_sub_overflow";
  const v = e.seen(of);
  const op = isMore ? "OP_inc" : "OP_dec";
  e.line(`{ int i_;`);
  e.line(
    `if (likely(JS_VALUE_GET_TAG(${v}) == JS_TAG_INT && !${builtin}(JS_VALUE_GET_INT(${v}), 1, &i_)))`,
  );
  e.line(`  ${to} = JS_NewInt32(ctx, i_);`);
  e.line(`else { ${to} = unary_slow(ctx, ${e.owned(of)}, ${op});`);
  e.line(`  if (unlikely(JS_IsException(${to}))) goto ${label}; } }`);
}

export function increment(isMore: boolean): Translation {
  return (e) => {
    e.keepShared();
    const value = e.pop();
    const next = result(e);
    step(e, next.c, value, isMore, e.throws());
    e.push(next);
  };
}

/** The engine's own way; only numbers are likely. */
export function postIncrement(isMore: boolean): Translation {
  return (e) => {
    e.keepShared();
    const value = e.pop();
    const label = e.throws();
    const [before, next] = [result(e), result(e)];
    e.line(`${before.c} = ${e.owned(value)};`);
    e.line(`if (unlikely(!IS_NUMBER(${before.c}))) {`);
    e.line(`  ${before.c} = JS_ToNumericFree(ctx, ${before.c});`);
    e.line(`  if (unlikely(JS_IsException(${before.c}))) goto ${label};`);
    e.line("}");
    e.push(before);
    step(e, next.c, { kind: "lent", c: before.c }, isMore, e.throws());
    e.push(next);
  };
}

export function stepLocal(isMore: boolean): Translation {
  return (e) => {
    e.keepShared();
    const name = e.local(e.operation.operand);
    e.keepFrom(name);
    const next = e.fresh();
    step(e, next, { kind: "lent", c: name }, isMore, e.throws());
    e.line(`set_value(ctx, &${name}, ${next});`);
  };
}

export function addToLocal(e: Emitter): void {
  e.keepShared();
  const name = e.local(e.operation.operand);
  e.keepFrom(name);
  const y = e.pop();
  const label = e.throws();
  const sum = e.fresh();
  e.line(
    `ARITHMETIC(${sum}, ${name}, ${e.seen(y)}, __builtin_add_overflow, add_slow, OP_add, JS_DupValue(ctx, ${name}), ${e.owned(y)}, ${label});`,
  );
  e.line(`set_value(ctx, &${name}, ${sum});`);
}

export function negate(e: Emitter): void {
  e.keepShared();
  const value = e.pop();
  const label = e.throws();
  const v = e.seen(value);
  const next = result(e);
  e.line(
    `if (JS_VALUE_GET_TAG(${v}) == JS_TAG_INT && JS_VALUE_GET_INT(${v}) != 0 && JS_VALUE_GET_INT(${v}) != INT32_MIN)`,
  );
  e.line(`  ${next.c} = JS_NewInt32(ctx, -JS_VALUE_GET_INT(${v}));`);
  e.line(`else if (IS_NUMBER(${v})) ${next.c} = __JS_NewFloat64(ctx, -NUMBER(${v}));`);
  e.line(`else { ${next.c} = unary_slow(ctx, ${e.owned(value)}, OP_neg);`);
  e.line(`  if (unlikely(JS_IsException(${next.c}))) goto ${label}; }`);
  e.push(next);
}

export function unaryPlus(e: Emitter): void {
  e.keepShared();
  const value = e.pop();
  const label = e.throws();
  const next = result(e);
  e.line(`if (IS_NUMBER(${e.seen(value)})) ${next.c} = ${e.seen(value)};`);
  e.line(`else { ${next.c} = unary_slow(ctx, ${e.owned(value)}, OP_plus);`);
  e.line(`  if (unlikely(JS_IsException(${next.c}))) goto ${label}; }`);
  e.push(next);
}

export function bitwiseNot(e: Emitter): void {
  e.keepShared();
  const value = e.pop();
  const label = e.throws();
  const next = result(e);
  e.line(
    `if (likely(JS_VALUE_GET_TAG(${e.seen(value)}) == JS_TAG_INT)) ${next.c} = JS_NewInt32(ctx, ~JS_VALUE_GET_INT(${e.seen(value)}));`,
  );
  e.line(`else { ${next.c} = not_slow(ctx, ${e.owned(value)});`);
  e.line(`  if (unlikely(JS_IsException(${next.c}))) goto ${label}; }`);
  e.push(next);
}
