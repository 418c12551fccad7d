// SPDX-License-Identifier: MPL-2.0
// What is changed in the engine's quickjs.c while it is compiled. What takes the place of its code
// stands in the folder engine/, with the reasons.

import { openEngine } from "../compile/engine-header.ts";
import { BuildError } from "./build-error.ts";

/** The files of the folder engine/ that the changed source includes. */
export const ADDED_FILES: readonly string[] = [
  "map-keys.c",
  "fields.c",
  "locals.c",
  "shapes.h",
  "var-refs.c",
  "compartment.c",
];

/** Functions that map-keys.c replaces, in the order in which they stand. */
const REPLACED_FUNCTIONS = ["map_normalize_key", "map_hash_key"];

export interface Change {
  readonly find: string;
  readonly put: string;
  /** How often it stands there; 1 where absent. */
  readonly times?: number;
}

export const ENGINE_CHANGES: readonly Change[] = [
  // As by the language since 2021: a number that is stored outside of a typed array is dropped, in strict code, too.
  {
    find: 'return JS_ThrowTypeErrorOrFalse(ctx, flags, "out-of-bound numeric index");',
    put: "return TRUE;",
    times: 2,
  },
  // heap.c knows how much is in use, so that the engine need not count; on the build host nobody does.
  {
    find: "static void js_trigger_gc(JSRuntime *rt, size_t size)\n{",
    put: "__attribute__((weak)) size_t heap_used;\nstatic void js_trigger_gc(JSRuntime *rt, size_t size)\n{",
  },
  {
    find: "force_gc = ((rt->malloc_state.malloc_size + size) >",
    put: "force_gc = ((heap_used + size) >",
  },
  {
    find: "rt->malloc_gc_threshold = rt->malloc_state.malloc_size +\n            (rt->malloc_state.malloc_size >> 1);",
    put: "rt->malloc_gc_threshold = heap_used + (heap_used >> 1);",
  },
  {
    find: "    return rt->mf.js_malloc(&rt->malloc_state, size);",
    put: "    return likely(heap_used + size <= rt->malloc_state.malloc_limit) ? malloc(size) : NULL;",
  },
  {
    find: "    rt->mf.js_free(&rt->malloc_state, ptr);",
    put: "    free(ptr);",
  },
  {
    find: "    return rt->mf.js_realloc(&rt->malloc_state, ptr, size);",
    put: "    if (size == 0) {\n        free(ptr);\n        return NULL;\n    }\n    return likely(heap_used + size <= rt->malloc_state.malloc_limit) ? realloc(ptr, size) : NULL;",
  },
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
  // var-refs.c
  {
    find: "static void free_var_ref(JSRuntime *rt, JSVarRef *var_ref)\n{",
    put: '#include "var-refs.c"\nstatic void free_var_ref(JSRuntime *rt, JSVarRef *var_ref)\n{',
  },
  {
    find: "                list_del(&var_ref->header.link); /* still on the stack */",
    put: "                wide_remove(rt, var_ref);\n                list_del(&var_ref->header.link);",
  },
  {
    find: "    list_for_each(el, &sf->var_ref_list) {",
    put: "    JSVarRef **wide_ref = wide_var_ref(ctx->rt, sf, var_idx, is_arg);\n    if (wide_ref && *wide_ref) {\n        (*wide_ref)->header.ref_count++;\n        return *wide_ref;\n    }\n    if (!wide_ref) list_for_each(el, &sf->var_ref_list) {",
  },
  {
    find: "        var_ref->pvalue = &sf->var_buf[var_idx];\n    var_ref->value = JS_UNDEFINED;\n",
    put: "        var_ref->pvalue = &sf->var_buf[var_idx];\n    var_ref->value = JS_UNDEFINED;\n    if (wide_ref) {\n        *wide_ref = var_ref;\n        wide.count++;\n    }\n",
  },
  {
    find: "    list_for_each_safe(el, el1, &sf->var_ref_list) {\n        var_ref = list_entry(el, JSVarRef, header.link);\n        var_idx = var_ref->var_idx;",
    put: "    if (sf == wide.frame)\n        wide_end(rt);\n    list_for_each_safe(el, el1, &sf->var_ref_list) {\n        var_ref = list_entry(el, JSVarRef, header.link);\n        var_idx = var_ref->var_idx;",
  },
  {
    find: "    int var_idx = idx;\n\n    list_for_each_safe(el, el1, &sf->var_ref_list) {",
    put: "    int var_idx = idx;\n\n    if (sf == wide.frame && !is_arg && !wide.refs[idx])\n        return;\n    list_for_each_safe(el, el1, &sf->var_ref_list) {",
  },
  {
    find: "            var_ref->value = JS_DupValue(ctx, sf->var_buf[var_idx]);\n            var_ref->pvalue = &var_ref->value;\n            list_del(&var_ref->header.link);",
    put: "            var_ref->value = JS_DupValue(ctx, sf->var_buf[var_idx]);\n            var_ref->pvalue = &var_ref->value;\n            wide_remove(ctx->rt, var_ref);\n            list_del(&var_ref->header.link);",
  },
  // compiled.h: shapes have numbers, which change with them; objects know that they are prototypes.
  {
    find: "    uint8_t mark : 4; /* used by the GC */",
    put: "    uint8_t mark : 3; /* used by the GC */\n    uint8_t is_prototype : 1;",
  },
  {
    find: "typedef struct JSFunctionBytecode {\n",
    put: '#include "shapes.h"\ntypedef struct JSFunctionBytecode {\n',
  },
  {
    find: "static no_inline JSShape *js_new_shape2(",
    put: "uint64_t last_shape, prototype_changes;\nstatic no_inline JSShape *js_new_shape2(",
  },
  {
    find: "    JSObject *proto;\n    JSShapeProperty prop[0];",
    put: "    JSObject *proto;\n    uint64_t number;\n    JSShapeProperty prop[0];",
  },
  {
    find: "    h->mark = 0;\n",
    put: "    h->mark = 0;\n    h->is_prototype = 0;\n",
  },
  // An array gets its length before it is among the collector's objects.
  {
    find: "        goto fail;\n    p->class_id = class_id;\n",
    put: "        goto fail;\n    p->header.is_prototype = 0;\n    p->class_id = class_id;\n",
  },
  // The first shape of the engine's own classes stays: else each object that is the only one of its class makes it anew.
  {
    find: "        sh = js_new_shape(ctx, proto);\n        if (!sh)\n            return JS_EXCEPTION;\n    }\n    return JS_NewObjectFromShape",
    put: "        sh = js_new_shape(ctx, proto);\n        if (!sh)\n            return JS_EXCEPTION;\n        if (proto && proto == get_proto_obj(ctx->class_proto[class_id]))\n            js_dup_shape(sh);\n    }\n    return JS_NewObjectFromShape",
  },
  {
    find: "    sh->proto = proto;\n",
    put: "    sh->proto = proto;\n    sh->number = ++last_shape;\n    if (proto)\n        proto->header.is_prototype = 1;\n",
    times: 2,
  },
  {
    find: "    sh->is_hashed = FALSE;\n    if (sh->proto) {",
    put: "    sh->is_hashed = FALSE;\n    sh->number = ++last_shape;\n    if (sh->proto) {",
  },
  {
    find: "    pr = &prop[sh->prop_count++];\n    pr->atom = JS_DupAtom(ctx, atom);",
    put: "    sh->number = ++last_shape;\n    pr = &prop[sh->prop_count++];\n    pr->atom = JS_DupAtom(ctx, atom);",
  },
  {
    find: "    sh = p->shape;\n    if (sh->is_hashed) {\n        /* try to find an existing shape */",
    put: "    sh = p->shape;\n    prototype_changes += p->header.is_prototype;\n    if (sh->is_hashed) {\n        /* try to find an existing shape */",
  },
  {
    find: "    sh = p->shape;\n    if (sh->is_hashed) {\n        if (sh->header.ref_count != 1) {\n            if (pprs)",
    put: "    sh = p->shape;\n    prototype_changes += p->header.is_prototype;\n    if (sh->is_hashed) {\n        if (sh->header.ref_count != 1) {\n            if (pprs)",
  },
  {
    find: "            js_shape_hash_unlink(ctx->rt, sh);\n            sh->is_hashed = FALSE;\n        }\n    }\n",
    put: "            js_shape_hash_unlink(ctx->rt, sh);\n            sh->is_hashed = FALSE;\n        }\n    }\n    p->shape->number = ++last_shape;\n",
  },
  // compartment.c
  {
    find: "static void JS_AddIntrinsicBasicObjects(JSContext *ctx)\n{",
    put: '#include "compartment.c"\nstatic void JS_AddIntrinsicBasicObjects(JSContext *ctx)\n{',
  },
  // compiled.h: functions that were compiled, in the order in which they are read.
  {
    find: "    uint8_t *byte_code_buf; /* (self pointer) */\n",
    put: "    uint8_t *byte_code_buf; /* (self pointer) */\n    Compiled *compiled;\n    CompiledConstructor *compiled_constructor;\n",
  },
  {
    find: "    memcpy(b, &bc, offsetof(JSFunctionBytecode, debug));\n",
    put: "    memcpy(b, &bc, offsetof(JSFunctionBytecode, debug));\n    static const struct compiled_entry *next_compiled = compiled_entries;\n    static uint32_t functions_read;\n    if (functions_read++ == next_compiled->function) {\n        b->compiled = next_compiled->compiled;\n        b->compiled_constructor = next_compiled->constructor;\n        next_compiled++;\n    }\n",
  },
  {
    find: "    b = p->u.func.function_bytecode;\n\n    if (unlikely(argc < b->arg_count ||",
    put: "    b = p->u.func.function_bytecode;\n    if (b->compiled)\n        return b->compiled(caller_ctx, p, this_obj, argc, argv);\n    if (b->compiled_constructor)\n        return b->compiled_constructor(caller_ctx, p, this_obj, argc, argv, new_target);\n\n    if (unlikely(argc < b->arg_count ||",
  },
];

/** So many functions of a script are counted apart. */
export const COUNTED_FUNCTIONS = 16384;
/** The array of 64-bit numbers with the operations that each function of the script has done. */
export const COUNTS_SYMBOL = "operation_counts";

/** What counts the interpreter's operations, in a source that has all changes. */
const COUNTING: readonly Change[] = [
  {
    find: "typedef struct JSFunctionBytecode {\n",
    put: `__attribute__((weak)) uint64_t ${COUNTS_SYMBOL}[${COUNTED_FUNCTIONS}];\ntypedef struct JSFunctionBytecode {\n`,
  },
  {
    find: "    Compiled *compiled;\n",
    put: "    Compiled *compiled;\n    uint32_t number;\n",
  },
  {
    find: "    if (functions_read++ == next_compiled->function) {\n",
    put: "    b->number = functions_read++;\n    if (b->number == next_compiled->function) {\n",
  },
  {
    find: "#define SWITCH(pc)      goto *dispatch_table[opcode = *pc++];\n",
    put: `#define SWITCH(pc)      { ${COUNTS_SYMBOL}[b->number % ${COUNTED_FUNCTIONS}]++; goto *dispatch_table[opcode = *pc++]; }\n`,
  },
];

/** The changed source, counting how many operations each function does: for profiles. */
export function countOperations(changed: string): string {
  return applyChanges(changed, COUNTING);
}

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
  return openEngine(applyChanges(text, ENGINE_CHANGES));
}

function applyChanges(source: string, changes: readonly Change[]): string {
  let text = source;
  for (const { find, put, times = 1 } of changes) {
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
