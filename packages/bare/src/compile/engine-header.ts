// SPDX-License-Identifier: MPL-2.0
// Compiled functions reach into the engine. What they need of its quickjs.c is taken from there:
// declarations, small functions that are to be inlined, and others by name.

import { BuildError } from "../build/build-error.ts";

/** Functions that stay in the engine; they are no longer static there. */
const CALLED = [
  ...[
    "JS_CallInternal",
    "JS_CallConstructorInternal",
    "js_call_c_function",
    "js_closure",
    "js_build_arguments",
  ],
  ...["js_build_rest", "js_function_apply", "js_op_define_class", "js_method_set_home_object"],
  ...["js_method_set_properties", "JS_DefineObjectName", "JS_DefineObjectNameComputed"],
  ...["JS_GetPropertyValue", "JS_SetPropertyValue", "JS_SetPropertyGeneric", "js_free_shape"],
  ...["js_free_shape_null", "JS_AtomIsNumericIndex", "JS_GetGlobalVar", "JS_SetGlobalVar"],
  ...["JS_CheckGlobalVar", "js_add_slow", "js_binary_arith_slow", "js_binary_logic_slow"],
  ...["js_shr_slow", "js_relational_slow", "js_eq_slow", "js_strict_eq_slow", "js_not_slow"],
  ...["js_unary_arith_slow", "js_operator_in", "js_operator_instanceof", "js_operator_typeof"],
  ...["js_operator_delete", "JS_ThrowReferenceErrorUninitialized2", "JS_ThrowTypeErrorReadOnly"],
  ...["JS_ThrowReferenceErrorUninitialized", "JS_ThrowReferenceErrorNotDefined"],
  ...["JS_ThrowSyntaxErrorVarRedeclaration", "JS_ThrowStackOverflow", "JS_CheckBrand"],
  ...["JS_AddBrand", "JS_GetPrivateField", "JS_SetPrivateField", "JS_DefinePrivateField"],
  ...["JS_NewSymbolFromAtom", "JS_IteratorClose", "js_for_of_start", "js_for_of_next"],
  ...["js_for_in_start", "js_for_in_next", "js_iterator_get_value_done", "js_append_enumerate"],
  ...["JS_CopyDataProperties", "JS_DefinePropertyValueValue", "is_backtrace_needed"],
  ...["build_backtrace", "close_var_refs", "close_lexical_var", "js_regexp_constructor_internal"],
  ...["JS_SetPrototypeInternal", "JS_ThrowTypeErrorNotAnObject", "JS_ToPropertyKey", "JS_ToObject"],
  ...["js_get_atom_index", "JS_ToNumericFree", "JS_DeleteProperty"],
];
/** Small functions that compiled code has of its own. */
const COPIED = [
  ...["set_value", "prop_hash_end"],
  ...["get_shape_prop", "find_own_property", "js_dup_shape", "__JS_AtomFromUInt32"],
];
/** Where the engine's declarations end. */
const END = /^static void js_trigger_gc\(/m;
/** What stands further down, and is needed. */
const FURTHER =
  /^#define JS_CALL_FLAG_\w+ .*$|^#define JS_THROW_\w+ .*$|^#define (?:JS_ATOM_TAG|HINT|OP_DEFINE_METHOD|JS_BACKTRACE)\w* .*$/gm;

/** The engine's source, with the functions that are called from compiled code open to it. */
export function openEngine(source: string): string {
  const open = new RegExp(
    `^static ((?:no_inline |__exception |force_inline |inline )*[\\w ]+?[ *]+(?:${CALLED.join("|")})\\()`,
    "gm",
  );
  return source.replace(open, "$1");
}

/** What compiled code is preceded by. `source` is the engine's, changed and opened. */
export function engineHeader(source: string): string {
  const end = source.search(END);
  if (end < 0) throw new BuildError("engine-missing", "quickjs.c has no js_trigger_gc");
  const rest = source.slice(end);
  const further = rest.match(FURTHER) ?? [];
  return [
    source.slice(0, end),
    ...new Set(further),
    ...CALLED.map((name) => declaration(rest, name)),
    ...COPIED.map((name) => definition(source, name)),
  ].join("\n");
}

function declaration(source: string, name: string): string {
  const head = new RegExp(`^[A-Za-z_][\\w ]*?[ *]+${name}\\([^;{]*\\)(?=\\n\\{)`, "m");
  return `${block(source, head, name).replace(/^(?:static |no_inline |inline |force_inline )+/, "extern ")};`;
}

function definition(source: string, name: string): string {
  return block(
    source,
    new RegExp(`^static [\\w ]*?[ *]+${name}\\([^;{]*\\)\\n\\{[^]*?^\\}`, "m"),
    name,
  );
}

function block(source: string, pattern: RegExp, name: string): string {
  const found = pattern.exec(source);
  if (found === null) throw new BuildError("engine-missing", `quickjs.c has no ${name}`);
  return found[0];
}
