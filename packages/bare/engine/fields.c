// SPDX-License-Identifier: MPL-2.0
// Added to the engine's quickjs.c (src/build/engine-changes.ts): how the interpreter reads and
// writes `object.name`. Nearly always the object, or its prototype, has a plain property of that
// name; then no function needs to be called. All else is left to the engine's own functions.

static force_inline JSValue get_field(JSContext *ctx, JSValueConst value, JSAtom name)
{
    if (likely(JS_VALUE_GET_TAG(value) == JS_TAG_OBJECT)) {
        JSObject *object = JS_VALUE_GET_OBJ(value);
        JSProperty *property;
        JSShapeProperty *described = find_own_property(&property, object, name);
        if (described == NULL && !object->is_exotic && object->shape->proto != NULL)
            described = find_own_property(&property, object->shape->proto, name);
        if (likely(described != NULL && !(described->flags & JS_PROP_TMASK)))
            return JS_DupValue(ctx, property->u.value);
    }
    return JS_GetProperty(ctx, value, name);
}

static force_inline int put_field(JSContext *ctx, JSValueConst target, JSAtom name, JSValue value)
{
    const int plain = JS_PROP_TMASK | JS_PROP_WRITABLE | JS_PROP_LENGTH;
    if (likely(JS_VALUE_GET_TAG(target) == JS_TAG_OBJECT)) {
        JSProperty *property;
        JSShapeProperty *described = find_own_property(&property, JS_VALUE_GET_OBJ(target), name);
        if (likely(described != NULL && (described->flags & plain) == JS_PROP_WRITABLE)) {
            set_value(ctx, &property->u.value, value);
            return TRUE;
        }
    }
    return JS_SetPropertyInternal(ctx, target, name, value, JS_PROP_THROW_STRICT);
}

static force_inline JSValue get_private_field(JSContext *ctx, JSValueConst value, JSValueConst name)
{
    if (likely(JS_VALUE_GET_TAG(value) == JS_TAG_OBJECT && JS_VALUE_GET_TAG(name) == JS_TAG_SYMBOL)) {
        JSProperty *property;
        JSAtom atom = js_get_atom_index(ctx->rt, JS_VALUE_GET_PTR(name));
        if (likely(find_own_property(&property, JS_VALUE_GET_OBJ(value), atom) != NULL))
            return JS_DupValue(ctx, property->u.value);
    }
    return JS_GetPrivateField(ctx, value, name);
}
