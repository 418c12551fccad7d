// SPDX-License-Identifier: MPL-2.0
// The operations that compiled functions have code of their own for; its macros are in
// engine/compiled.h.

import {
  logicalNot,
  isTag,
  branch,
  call,
  leave,
  returnUndefined,
  gosub,
  ret,
  closeReturn,
} from "./control.ts";
import {
  checkBrand,
  defineField,
  definePrivate,
  getElement,
  getField,
  getGlobal,
  getLength,
  getPrivate,
  pushAtom,
  putElement,
  putField,
  putPrivate,
  toObject,
} from "./fields.ts";
import {
  arithmetic,
  integers,
  compare,
  equal,
  increment,
  postIncrement,
  stepLocal,
  addToLocal,
  negate,
  unaryPlus,
  bitwiseNot,
} from "./numbers.ts";
import {
  getLocal,
  put,
  putInitial,
  localName,
  argumentName,
  outerName,
  getArgument,
  getOuter,
  setUninitialized,
  pushThis,
  specialObject,
} from "./variables.ts";
import type { Translation } from "./translation.ts";

const constant =
  (c: string): Translation =>
  (e) =>
    e.push({ kind: "plain", c });

export const TRANSLATIONS: ReadonlyMap<string, Translation> = new Map<string, Translation>([
  ["push_i32", (e) => e.push({ kind: "plain", c: `JS_MKVAL(JS_TAG_INT, ${e.operation.operand})` })],
  ["push_const", (e) => e.push({ kind: "lent", c: `b->cpool[${e.operation.operand}]` })],
  ["undefined", constant("JS_UNDEFINED")],
  ["null", constant("JS_NULL")],
  ["push_false", constant("JS_FALSE")],
  ["push_true", constant("JS_TRUE")],
  ["push_this", pushThis],
  ["nop", () => {}],
  ["special_object", specialObject],
  ["get_field", getField("GET_FIELD", false)],
  ["get_field2", getField("GET_METHOD", true)],
  ["put_field", putField],
  ["define_field", defineField],
  ["define_private_field", definePrivate],
  ["get_length", getLength],
  ["get_array_el", getElement],
  ["put_array_el", putElement],
  ["get_private_field", getPrivate],
  ["put_private_field", putPrivate],
  ["check_brand", checkBrand],
  ["to_object", toObject],
  ["get_var", getGlobal(true)],
  ["get_var_undef", getGlobal(false)],
  ["push_atom_value", pushAtom],
  ["add", arithmetic("__builtin_add_overflow", "add_slow")],
  ["sub", arithmetic("__builtin_sub_overflow", "arithmetic_slow")],
  ["mul", arithmetic("multiply", "arithmetic_slow")],
  [
    "div",
    integers(
      () => "1",
      (x, y) => `JS_NewFloat64(ctx, (double)${x} / (double)${y})`,
      "arithmetic_slow",
    ),
  ],
  [
    "mod",
    integers(
      (x, y) => `${x} >= 0 && ${y} > 0`,
      (x, y) => `JS_NewInt32(ctx, ${x} % ${y})`,
      "arithmetic_slow",
    ),
  ],
  [
    "pow",
    integers(
      () => "0",
      () => "JS_UNDEFINED",
      "arithmetic_slow",
    ),
  ],
  [
    "and",
    integers(
      () => "1",
      (x, y) => `JS_NewInt32(ctx, ${x} & ${y})`,
      "logic_slow",
    ),
  ],
  [
    "or",
    integers(
      () => "1",
      (x, y) => `JS_NewInt32(ctx, ${x} | ${y})`,
      "logic_slow",
    ),
  ],
  [
    "xor",
    integers(
      () => "1",
      (x, y) => `JS_NewInt32(ctx, ${x} ^ ${y})`,
      "logic_slow",
    ),
  ],
  [
    "shl",
    integers(
      () => "1",
      (x, y) => `JS_NewInt32(ctx, (uint32_t)${x} << (${y} & 31))`,
      "logic_slow",
    ),
  ],
  [
    "sar",
    integers(
      () => "1",
      (x, y) => `JS_NewInt32(ctx, ${x} >> (${y} & 31))`,
      "logic_slow",
    ),
  ],
  [
    "shr",
    integers(
      () => "1",
      (x, y) => `JS_NewUint32(ctx, (uint32_t)${x} >> (${y} & 31))`,
      "shr_slow",
    ),
  ],
  ["lt", compare("<")],
  ["lte", compare("<=")],
  ["gt", compare(">")],
  ["gte", compare(">=")],
  ["eq", equal(false, false)],
  ["neq", equal(false, true)],
  ["strict_eq", equal(true, false)],
  ["strict_neq", equal(true, true)],
  ["inc", increment(true)],
  ["dec", increment(false)],
  ["post_inc", postIncrement(true)],
  ["post_dec", postIncrement(false)],
  ["inc_loc", stepLocal(true)],
  ["dec_loc", stepLocal(false)],
  ["add_loc", addToLocal],
  ["neg", negate],
  ["plus", unaryPlus],
  ["not", bitwiseNot],
  ["lnot", logicalNot],
  [
    "is_undefined_or_null",
    isTag(
      (v) => `JS_VALUE_GET_TAG(${v}) == JS_TAG_UNDEFINED || JS_VALUE_GET_TAG(${v}) == JS_TAG_NULL`,
    ),
  ],
  ["is_undefined", isTag((v) => `JS_VALUE_GET_TAG(${v}) == JS_TAG_UNDEFINED`)],
  ["is_null", isTag((v) => `JS_VALUE_GET_TAG(${v}) == JS_TAG_NULL`)],
  ["typeof_is_undefined", isTag((v) => `js_operator_typeof(ctx, ${v}) == JS_ATOM_undefined`)],
  ["typeof_is_function", isTag((v) => `js_operator_typeof(ctx, ${v}) == JS_ATOM_function`)],
  ["if_false", branch(false)],
  ["if_true", branch(true)],
  [
    "goto",
    (e) => {
      e.settle();
      e.line(`goto L${e.operation.target};`);
    },
  ],
  ["catch", (e) => e.push({ kind: "mark", target: e.operation.target })],
  ["gosub", gosub],
  ["ret", ret],
  ["iterator_close_return", closeReturn],
  ["get_loc", getLocal(false)],
  ["get_loc_check", getLocal(true)],
  ["put_loc", put(localName, false)],
  ["set_loc", put(localName, true)],
  ["put_loc_check", put(localName, false, "local")],
  ["put_loc_check_init", putInitial],
  ["set_loc_uninitialized", setUninitialized],
  ["close_loc", (e) => e.line(`close_lexical_var(ctx, sf, ${e.operation.operand}, FALSE);`)],
  ["get_arg", getArgument],
  ["put_arg", put(argumentName, false)],
  ["set_arg", put(argumentName, true)],
  ["get_var_ref", getOuter(false)],
  ["get_var_ref_check", getOuter(true)],
  ["put_var_ref", put(outerName, false)],
  ["set_var_ref", put(outerName, true)],
  ["put_var_ref_check", put(outerName, false, "outer")],
  ["call", call(false, false)],
  ["call_method", call(true, false)],
  ["tail_call", call(false, true)],
  ["tail_call_method", call(true, true)],
  ["return", leave],
  ["return_undef", returnUndefined],
]);
