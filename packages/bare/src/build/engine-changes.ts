// SPDX-License-Identifier: MPL-2.0
// What is changed in the engine's quickjs.c while it is compiled. What takes the place of its code
// stands in the folder engine/, with the reasons.

import { BuildError } from "./build-error.ts";

/** The files of the folder engine/ that the changed source includes. */
export const ADDED_FILES: readonly string[] = ["map-keys.c", "fields.c", "locals.c"];

/** Functions that map-keys.c replaces, in the order in which they stand. */
const REPLACED_FUNCTIONS = ["map_normalize_key", "map_hash_key"];

export interface Change {
  readonly find: string;
  readonly put: string;
  /** How often it stands there; 1 where absent. */
  readonly times?: number;
}

export const ENGINE_CHANGES: readonly Change[] = [
  // fields.c
  {
    find: "static JSValue JS_CallInternal(JSContext *caller_ctx,",
    put: '#include "fields.c"\nstatic JSValue JS_CallInternal(JSContext *caller_ctx,',
  },
  {
    find: "val = JS_GetProperty(ctx, sp[-1], atom);",
    put: "val = get_field(ctx, sp[-1], atom);",
    times: 2,
  },
  {
    find: "val = JS_GetPrivateField(ctx, sp[-2], sp[-1]);",
    put: "val = get_private_field(ctx, sp[-2], sp[-1]);",
  },
  {
    find: "ret = JS_SetPropertyInternal(ctx, sp[-2], atom, sp[-1],\n                                             JS_PROP_THROW_STRICT);",
    put: "ret = put_field(ctx, sp[-2], atom, sp[-1]);",
  },
  // locals.c
  {
    find: "    uint8_t is_captured : 1;\n    uint8_t var_kind : 4; /* see JSVarKindEnum */\n    /*",
    put: "    uint8_t is_captured : 1;\n    uint8_t is_initialized : 1;\n    uint8_t is_checked : 1;\n    uint8_t var_kind : 4;\n    /*",
  },
  {
    find: "static int resolve_scope_var(JSContext *ctx, JSFunctionDef *s,",
    put: '#include "locals.c"\nstatic int resolve_scope_var(JSContext *ctx, JSFunctionDef *s,',
  },
  {
    find: "if (s->vars[var_idx].is_lexical)\n                        get_op",
    put: "if (needs_check(&s->vars[var_idx]))\n                        get_op",
  },
  {
    find: "                            else\n                                dbuf_putc(bc, OP_put_loc);",
    put: "                            else {\n                                s->vars[var_idx].is_initialized = 1;\n                                dbuf_putc(bc, OP_put_loc);\n                            }",
  },
  {
    find: "                            dbuf_putc(bc, OP_put_loc_check);\n",
    put: "                            dbuf_putc(bc, needs_check(&s->vars[var_idx]) ? OP_put_loc_check : OP_put_loc);\n",
  },
  {
    find: "if (s->vars[var_idx].is_lexical) {\n                        dbuf_putc(bc, OP_get_loc_check);",
    put: "if (needs_check(&s->vars[var_idx])) {\n                        dbuf_putc(bc, OP_get_loc_check);",
  },
  {
    find: "        case OP_line_num:\n            /* line number info (for debug). We put it in a separate",
    put: "        case OP_set_loc_uninitialized:\n            {\n                JSVarDef *vd = &s->vars[get_u16(bc_buf + pos + 1)];\n                if (vd->is_captured || vd->is_checked)\n                    goto no_change;\n            }\n            break;\n\n        case OP_line_num:\n            /* line number info (for debug). We put it in a separate",
  },
];

/** The engine's source with all changes in it. Throws a `BuildError` when it is another source. */
export function changeEngine(source: string): string {
  let text = source;
  for (const name of REPLACED_FUNCTIONS) {
    const definition = new RegExp(`^static \\w+ ${name}\\([^;{]*\\)\\n\\{\\n[^]*?^\\}\\n`, "gm");
    requireTimes(name, text.match(definition)?.length ?? 0, 1);
    // The first is replaced by all of ours.
    const isFirst = name === REPLACED_FUNCTIONS[0];
    text = text.replace(definition, isFirst ? '#include "map-keys.c"\n' : "");
  }
  for (const { find, put, times = 1 } of ENGINE_CHANGES) {
    const parts = text.split(find);
    requireTimes(find, parts.length - 1, times);
    text = parts.join(put);
  }
  return text;
}

function requireTimes(what: string, found: number, expected: number): void {
  if (found !== expected) {
    throw new BuildError(
      "engine-missing",
      `quickjs.c has ${found} times, not ${expected}: ${what}`,
    );
  }
}
