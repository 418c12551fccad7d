// SPDX-License-Identifier: MPL-2.0
// Stands after compiled.h: properties that compiled functions assign and define. What an addition
// made of a shape is remembered at its place, with both shapes held, so that neither changes.

#define IS_PLAIN_ADDER(object) \
  ((object)->extensible && !(object)->is_exotic && (object)->shape->is_hashed)

#define IS_REMEMBERED(object, adding) \
  ((object)->shape == (adding)->before && (adding)->changes == prototype_changes && \
   (object)->extensible && !(object)->header.is_prototype)

// Does once more what `adding` remembers of an object of this shape. Takes `value` over.
static force_inline int add_again(JSContext *ctx, JSObject *object, struct cache *adding, JSValue value) {
  JSShape *before = object->shape, *after = adding->after;
  if (before->prop_size != after->prop_size) {
    JSProperty *property = js_realloc(ctx, object->prop, sizeof *property * after->prop_size);
    if (property == NULL) {
      JS_FreeValue(ctx, value);
      return -1;
    }
    object->prop = property;
  }
  after->header.ref_count++;
  object->shape = after;
  object->prop[after->prop_count - 1].u.value = value;
  js_free_shape(ctx->rt, before);
  return TRUE;
}

// An object that had the shape `before`, whose holder this takes over, got a property.
static int remember(JSContext *ctx, JSObject *object, JSShape *before, struct cache *adding, int done) {
  JSShape *after = object->shape;
  if (done < 0 || !after->is_hashed || after->prop_count != before->prop_count + 1) {
    js_free_shape(ctx->rt, before);
    return done;
  }
  js_free_shape_null(ctx->rt, adding->before);
  js_free_shape_null(ctx->rt, adding->after);
  after->header.ref_count++;
  adding->before = before;
  adding->after = after;
  adding->changes = prototype_changes;
  return done;
}

// Whether assigning `name` makes a plain property of `object`, whose shape is hashed.
static int is_addition(JSContext *ctx, JSObject *object, JSAtom name) {
  JSProperty *property;
  if (!IS_PLAIN_ADDER(object)) return FALSE;
  for (JSObject *at = object; at != NULL; at = at->shape->proto) {
    if (at->is_exotic || find_own_property(&property, at, name) != NULL) return FALSE;
  }
  return TRUE;
}

// Takes `value` over. caches[1] is for additions.
static no_inline int put_uncached(JSContext *ctx, JSValueConst target, JSValue value,
                                  struct cache *caches, const uint8_t *atom) {
  JSAtom name = get_u32(atom);
  if (JS_VALUE_GET_TAG(target) != JS_TAG_OBJECT)
    return JS_SetPropertyInternal(ctx, target, name, value, JS_PROP_THROW_STRICT);
  JSObject *object = JS_VALUE_GET_OBJ(target);
  JSShape *before = object->shape;
  JSProperty *property;
  if (IS_REMEMBERED(object, &caches[1])) return add_again(ctx, object, &caches[1], value);
  JSShapeProperty *described = find_own_property(&property, object, name);
  if (described != NULL && PLAIN(described->flags)) {
    caches[0].shape = before->number;
    caches[0].index = property - object->prop;
    set_value(ctx, &property->u.value, value);
    return TRUE;
  }
  if (described != NULL || !is_addition(ctx, object, name))
    return JS_SetPropertyInternal(ctx, target, name, value, JS_PROP_THROW_STRICT);
  before->header.ref_count++;
  int done = JS_SetPropertyInternal(ctx, target, name, value, JS_PROP_THROW_STRICT);
  return remember(ctx, object, before, &caches[1], done);
}

#define PUT_FIELD(target, owned_v, caches, atom, label)                                    \
  if (likely(IS_SHAPE(target, &(caches)[0])))                                                  \
    set_value(ctx, &JS_VALUE_GET_OBJ(target)->prop[(caches)[0].index].u.value, owned_v);   \
  else if (unlikely(put_uncached(ctx, target, owned_v, caches, atom) < 0)) goto label;

// `{name: value}`: a property of the object's own, whatever its prototypes have. Takes `value` over.
static no_inline int define_field(JSContext *ctx, JSValueConst target, JSValue value,
                                  struct cache *adding, const uint8_t *atom) {
  const int flags = JS_PROP_C_W_E | JS_PROP_THROW;
  JSAtom name = get_u32(atom);
  if (JS_VALUE_GET_TAG(target) != JS_TAG_OBJECT)
    return JS_DefinePropertyValue(ctx, target, name, value, flags);
  JSObject *object = JS_VALUE_GET_OBJ(target);
  JSShape *before = object->shape;
  JSProperty *property;
  if (IS_REMEMBERED(object, adding)) return add_again(ctx, object, adding, value);
  if (!IS_PLAIN_ADDER(object) || find_own_property(&property, object, name) != NULL)
    return JS_DefinePropertyValue(ctx, target, name, value, flags);
  before->header.ref_count++;
  int done = JS_DefinePropertyValue(ctx, target, name, value, flags);
  return remember(ctx, object, before, adding, done);
}

// `#name = value` of a new object. Takes `value` over.
static no_inline int define_private(JSContext *ctx, JSValueConst target, JSValueConst name,
                                    JSValue value, struct cache *adding) {
  if (JS_VALUE_GET_TAG(target) != JS_TAG_OBJECT || JS_VALUE_GET_TAG(name) != JS_TAG_SYMBOL)
    return JS_DefinePrivateField(ctx, target, name, value);
  JSObject *object = JS_VALUE_GET_OBJ(target);
  JSShape *before = object->shape, *after = adding->after;
  // Each evaluation of a class has names of its own.
  if (IS_REMEMBERED(object, adding) &&
      get_shape_prop(after)[after->prop_count - 1].atom ==
          js_get_atom_index(ctx->rt, JS_VALUE_GET_PTR(name)))
    return add_again(ctx, object, adding, value);
  if (!IS_PLAIN_ADDER(object)) return JS_DefinePrivateField(ctx, target, name, value);
  before->header.ref_count++;
  int done = JS_DefinePrivateField(ctx, target, name, value);
  return remember(ctx, object, before, adding, done);
}
