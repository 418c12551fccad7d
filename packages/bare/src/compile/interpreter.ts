// SPDX-License-Identifier: MPL-2.0
// Operations that are not worth code of their own are done as the interpreter does them: its text
// for the operation is put into the compiled function.

import { BuildError } from "../build/build-error.ts";

/** Operations whose text in JS_CallInternal stands for itself, with what it uses of the function. */
const USABLE: ReadonlySet<string> = new Set([
  ...["push_atom_value", "object", "rest", "fclosure", "fclosure8"],
  ...["call_constructor", "array_from", "apply", "check_ctor_return", "check_ctor"],
  ...["check_brand", "add_brand", "throw", "throw_error", "get_super", "regexp", "push_this"],
  ...["check_var", "get_var_undef", "get_var", "put_var", "put_var_init", "put_var_strict"],
  ...["put_private_field", "define_private_field", "private_symbol", "get_private_field"],
  ...["define_field", "set_name", "set_name_computed", "set_proto", "set_home_object"],
  ...["define_method", "define_method_computed", "define_class", "define_class_computed"],
  ...["get_super_value", "put_super_value", "define_array_el", "append", "copy_data_properties"],
  ...["in", "instanceof", "typeof", "delete", "to_object", "to_propkey", "to_propkey2"],
  ...["for_in_start", "for_in_next", "for_of_start", "for_of_next", "iterator_get_value_done"],
  ...["iterator_check_object", "iterator_close", "iterator_next", "iterator_call"],
  ...["get_array_el2", "push_empty_string"],
]);

/** The interpreter's text for each operation that is taken from it. `source` is quickjs.c. */
export function interpreterTexts(source: string): ReadonlyMap<string, string> {
  const start = source.search(
    /^static JSValue JS_CallInternal\([^;{]*\)\n\{|^JSValue JS_CallInternal\([^;{]*\)\n\{/m,
  );
  const end = source.indexOf("\n exception:\n", start);
  if (start < 0 || end < 0) throw new BuildError("engine-missing", "quickjs.c has no interpreter");
  const texts = new Map<string, string>();
  let waiting: string[] = [];
  for (const part of source
    .slice(start, end)
    .split(/^(?= {8}CASE\(OP_)/m)
    .slice(1)) {
    const [, name = "", text = ""] = /^ {8}CASE\(OP_(\w+)\):([^]*)$/.exec(part) ?? [];
    waiting.push(name);
    if (text.trim() === "") continue;
    const body = text.replace(/^#(?:if|endif|else).*$/gm, "");
    for (const one of waiting) texts.set(one, body);
    waiting = [];
  }
  for (const name of USABLE) {
    if (!texts.has(name)) throw new BuildError("engine-missing", `the interpreter has no ${name}`);
  }
  return new Map([...texts].filter(([name]) => USABLE.has(name)));
}
