// SPDX-License-Identifier: MPL-2.0
// Added to the engine's quickjs.c: the contexts of an image, in which code can not be made from strings.

// OSTD's: all of the library but `eval` and Proxy. The engine's compiler is then used by nothing, and is left out
// of the image.
JSContext *new_context(JSRuntime *runtime)
{
    JSContext *ctx = JS_NewContextRaw(runtime);
    if (!ctx)
        return NULL;
    JS_AddIntrinsicBaseObjects(ctx);
    JS_AddIntrinsicDate(ctx);
    JS_AddIntrinsicStringNormalize(ctx);
    JS_AddIntrinsicRegExp(ctx);
    JS_AddIntrinsicJSON(ctx);
    JS_AddIntrinsicMapSet(ctx);
    JS_AddIntrinsicTypedArrays(ctx);
    JS_AddIntrinsicPromise(ctx);
    JS_AddIntrinsicBigInt(ctx);
    return ctx;
}

// The kernel's: it has `global` for itself, and all else of the library is that of `shared`. So what the two give
// each other is of the same classes, and the library needs to be frozen once. NULL when memory is out.
JSContext *new_compartment(JSContext *shared, JSValueConst global)
{
    JSRuntime *rt = shared->rt;
    JSContext *ctx = js_malloc_rt(rt, sizeof *ctx);
    JSValue *protos = js_malloc_rt(rt, sizeof *protos * rt->class_count);
    JSValue variables = JS_NewObjectProto(shared, JS_NULL);
    if (!ctx || !protos || JS_IsException(variables))
        return NULL;
    memcpy(ctx, shared, sizeof *ctx);
    memcpy(protos, shared->class_proto, sizeof *protos * rt->class_count);
    for (int i = 0; i < rt->class_count; i++)
        JS_DupValue(ctx, protos[i]);
    // The library's values stand one after the other, and then the global object.
    for (JSValue *value = &ctx->function_proto; value < &ctx->global_obj; value++)
        JS_DupValue(ctx, *value);
    ctx->class_proto = protos;
    ctx->array_shape = js_dup_shape(shared->array_shape);
    ctx->global_obj = JS_DupValue(ctx, global);
    ctx->global_var_obj = variables;
    ctx->eval_internal = NULL;
    init_list_head(&ctx->loaded_modules);
    list_add_tail(&ctx->link, &rt->context_list);
    ctx->header.ref_count = 1;
    add_gc_object(rt, &ctx->header, JS_GC_OBJ_TYPE_JS_CONTEXT);
    return ctx;
}

// The value of a script that was compiled, or JS_EXCEPTION.
JSValue evaluate_script(JSContext *ctx, const uint8_t *start, const uint8_t *end)
{
    JSValue code = JS_ReadObject(ctx, start, end - start, JS_READ_OBJ_BYTECODE);
    return JS_IsException(code) ? code : JS_EvalFunction(ctx, code);
}
