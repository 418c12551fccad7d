// SPDX-License-Identifier: MPL-2.0
// What functions use that were compiled at build time (src/compile/). It stands after the
// declarations of the engine's quickjs.c. `label` is where exceptions go; operands that a macro
// calls `owned_…` are only evaluated on its slow path, which takes them over.

// A value in two registers: the engine's own macros leave half of a number's union as it was, which
// costs the C compiler instructions to keep.
#undef JS_MKVAL
#define JS_MKVAL(t, v) (JSValue){(JSValueUnion){.ptr = (void *)(uintptr_t)(uint32_t)(v)}, t}
#define JS_NewInt32(ctx, v) JS_MKVAL(JS_TAG_INT, v)
#define JS_NewBool(ctx, v) JS_MKVAL(JS_TAG_BOOL, (v) != 0)
static force_inline JSValue new_uint32(uint32_t v) { return v <= 0x7fffffff ? JS_MKVAL(JS_TAG_INT, v) : __JS_NewFloat64(NULL, v); }
#define JS_NewUint32(ctx, v) new_uint32(v)

#define IS_NUMBER(v) (JS_VALUE_GET_TAG(v) == JS_TAG_INT || JS_TAG_IS_FLOAT64(JS_VALUE_GET_TAG(v)))
#define NUMBER(v) (JS_VALUE_GET_TAG(v) == JS_TAG_INT ? (double)JS_VALUE_GET_INT(v) : JS_VALUE_GET_FLOAT64(v))
#define PLAIN(flags) (((flags) & (JS_PROP_TMASK | JS_PROP_WRITABLE | JS_PROP_LENGTH)) == JS_PROP_WRITABLE)

// --- Properties. A shape's number changes with whatever changes in it, and prototype_changes
// with any object that is a prototype: so the place of a property holds as long as both do.

struct cache {
  uint64_t shape;    // of the object
  uint64_t changes;  // prototype_changes, for a property of a prototype
  union {
    JSProperty *slot;  // of the prototype
    uint32_t index;    // in the object itself
    JSShape *after;    // the shape with a property that was added, held
  };
  union {
    JSShape *before;  // the shape without it, held
    void *symbol;     // a private field's name, or the home of private methods
  };
};

// In a cache's shape: the property has a getter.
#define GETTER (1ull << 63)

static force_inline JSValue call(JSContext *ctx, JSValueConst function, JSValueConst self, int argc,
                                 JSValue *argv);

// The property `name` of a prototype of `object`, plain or with a getter, if nothing in between
// could have it.
static JSProperty *inherited(JSContext *ctx, JSObject *object, JSAtom name, uint64_t *getter) {
  JSProperty *property;
  for (JSObject *at = object; at != NULL; at = at->shape->proto) {
    JSShapeProperty *described = find_own_property(&property, at, name);
    if (described != NULL) {
      int kind = described->flags & JS_PROP_TMASK;
      *getter = kind == JS_PROP_GETSET && property->u.getset.getter != NULL ? GETTER : 0;
      return kind == 0 || *getter != 0 ? property : NULL;
    }
    if (at->is_exotic && !(at->fast_array && JS_AtomIsNumericIndex(ctx, name) == 0)) return NULL;
  }
  return NULL;
}

static JSValue call_getter(JSContext *ctx, JSProperty *property, JSValueConst self) {
  // It may remove itself.
  JSValue getter = JS_DupValue(ctx, JS_MKPTR(JS_TAG_OBJECT, property->u.getset.getter));
  JSValue value = call(ctx, getter, self, 0, NULL);
  JS_FreeValue(ctx, getter);
  return value;
}

// In a cache's shape: the property is a text's, of String.prototype.
#define OF_TEXT (1ull << 62)

// `text.name`, but for the length.
static JSValue get_text_method(JSContext *ctx, JSValueConst text, struct cache *proto, JSAtom name) {
  if (proto->shape == OF_TEXT && proto->changes == prototype_changes)
    return JS_DupValue(ctx, proto->slot->u.value);
  JSObject *object = JS_VALUE_GET_OBJ(ctx->class_proto[JS_CLASS_STRING]);
  uint64_t getter = 0;
  JSProperty *property = inherited(ctx, object, name, &getter);
  if (property == NULL || getter != 0) return JS_GetPropertyInternal(ctx, text, name, text, FALSE);
  object->header.is_prototype = 1;
  proto->shape = OF_TEXT;
  proto->changes = prototype_changes;
  proto->slot = property;
  return JS_DupValue(ctx, property->u.value);
}

// `atom` is where the bytecode has the property's name.
static no_inline JSValue get_uncached(JSContext *ctx, JSValueConst value, struct cache *own,
                                      struct cache *proto, const uint8_t *atom) {
  if (JS_VALUE_GET_TAG(value) == JS_TAG_OBJECT) {
    JSObject *object = JS_VALUE_GET_OBJ(value);
    uint64_t shape = object->shape->number;
    if (shape == own->shape) return JS_DupValue(ctx, object->prop[own->index].u.value);
    if (proto->changes == prototype_changes) {
      if (shape == proto->shape) return JS_DupValue(ctx, proto->slot->u.value);
      if ((shape | GETTER) == proto->shape) return call_getter(ctx, proto->slot, value);
    }
    uint64_t getter = 0;
    JSAtom name = get_u32(atom);
    JSProperty *property;
    JSShapeProperty *described = find_own_property(&property, object, name);
    if (described != NULL) {
      if (!(described->flags & JS_PROP_TMASK)) {
        own->shape = shape;
        own->index = property - object->prop;
        return JS_DupValue(ctx, property->u.value);
      }
    } else if ((property = inherited(ctx, object, name, &getter)) != NULL) {
      proto->shape = shape | getter;
      proto->changes = prototype_changes;
      proto->slot = property;
      return getter != 0 ? call_getter(ctx, property, value) : JS_DupValue(ctx, property->u.value);
    }
  } else if (JS_VALUE_GET_TAG(value) == JS_TAG_STRING && get_u32(atom) != JS_ATOM_length) {
    return get_text_method(ctx, value, proto, get_u32(atom));
  }
  return JS_GetPropertyInternal(ctx, value, get_u32(atom), value, FALSE);
}

#define IS_SHAPE(v, cache) \
  (JS_VALUE_GET_TAG(v) == JS_TAG_OBJECT && JS_VALUE_GET_OBJ(v)->shape->number == (cache)->shape)

#define GET_FIELD(r, v, caches, atom, label)                                       \
  if (likely(IS_SHAPE(v, &(caches)[0])))                                           \
    r = JS_DupValue(ctx, JS_VALUE_GET_OBJ(v)->prop[(caches)[0].index].u.value);    \
  else {                                                                               \
    r = get_uncached(ctx, v, &(caches)[0], &(caches)[1], atom);                    \
    if (unlikely(JS_IsException(r))) goto label;                                       \
  }

#define GET_METHOD(r, v, caches, atom, label)                                      \
  if (likely(IS_SHAPE(v, &(caches)[1]) && (caches)[1].changes == prototype_changes)) \
    r = JS_DupValue(ctx, (caches)[1].slot->u.value);                                   \
  else if (IS_SHAPE(v, &(caches)[0]))                                                  \
    r = JS_DupValue(ctx, JS_VALUE_GET_OBJ(v)->prop[(caches)[0].index].u.value);        \
  else {                                                                               \
    r = get_uncached(ctx, v, &(caches)[0], &(caches)[1], atom);                    \
    if (unlikely(JS_IsException(r))) goto label;                                       \
  }

static no_inline JSValue get_length(JSContext *ctx, JSValueConst value) {
  return JS_GetPropertyInternal(ctx, value, JS_ATOM_length, value, FALSE);
}

#define GET_LENGTH(r, v, label)                                                               \
  if (JS_VALUE_GET_TAG(v) == JS_TAG_OBJECT && JS_VALUE_GET_OBJ(v)->class_id == JS_CLASS_ARRAY) \
    r = JS_DupValue(ctx, JS_VALUE_GET_OBJ(v)->prop[0].u.value);                               \
  else if (JS_VALUE_GET_TAG(v) == JS_TAG_STRING)                                              \
    r = JS_NewInt32(ctx, JS_VALUE_GET_STRING(v)->len);                                        \
  else {                                                                                          \
    r = get_length(ctx, v);                                                                   \
    if (unlikely(JS_IsException(r))) goto label;                                                  \
  }

// A private field is a property whose name is a symbol. The cache remembers which, for a shape.
#define IS_PRIVATE(v, name, cache) (IS_SHAPE(v, cache) && (cache)->symbol == JS_VALUE_GET_PTR(name))

static no_inline JSProperty *private_field(JSContext *ctx, JSValueConst value, JSValueConst name,
                                           struct cache *cache) {
  JSProperty *property;
  if (JS_VALUE_GET_TAG(value) != JS_TAG_OBJECT || JS_VALUE_GET_TAG(name) != JS_TAG_SYMBOL) return NULL;
  JSObject *object = JS_VALUE_GET_OBJ(value);
  JSAtom atom = js_get_atom_index(ctx->rt, JS_VALUE_GET_PTR(name));
  if (find_own_property(&property, object, atom) == NULL) return NULL;
  cache->shape = object->shape->number;
  cache->symbol = JS_VALUE_GET_PTR(name);
  cache->index = property - object->prop;
  return property;
}

#define GET_PRIVATE(r, v, name, cache, label)                                    \
  if (likely(IS_PRIVATE(v, name, cache))) {                                      \
    r = JS_DupValue(ctx, JS_VALUE_GET_OBJ(v)->prop[(cache)->index].u.value);     \
  } else {                                                                       \
    JSProperty *p_ = private_field(ctx, v, name, cache);                         \
    r = p_ != NULL ? JS_DupValue(ctx, p_->u.value) : JS_GetPrivateField(ctx, v, name); \
    if (unlikely(JS_IsException(r))) goto label;                                 \
  }

#define PUT_PRIVATE(target, name, owned_v, cache, label)                         \
  if (likely(IS_PRIVATE(target, name, cache))) {                                 \
    set_value(ctx, &JS_VALUE_GET_OBJ(target)->prop[(cache)->index].u.value, owned_v); \
  } else {                                                                       \
    JSProperty *p_ = private_field(ctx, target, name, cache);                    \
    if (p_ != NULL) set_value(ctx, &p_->u.value, owned_v);                       \
    else if (JS_SetPrivateField(ctx, target, name, owned_v) < 0) goto label;     \
  }

// An object of the class whose private method `function` is has the brand of the method's home.
#define CHECK_BRAND(v, function, cache, label)                                                   \
  if (unlikely(!(IS_SHAPE(v, cache) && JS_VALUE_GET_TAG(function) == JS_TAG_OBJECT &&            \
                 JS_VALUE_GET_OBJ(function)->class_id == JS_CLASS_BYTECODE_FUNCTION &&           \
                 (cache)->symbol == JS_VALUE_GET_OBJ(function)->u.func.home_object))) {          \
    if (unlikely(JS_CheckBrand(ctx, v, function) < 0)) goto label;                               \
    if (JS_VALUE_GET_OBJ(function)->class_id == JS_CLASS_BYTECODE_FUNCTION) {                    \
      (cache)->shape = JS_VALUE_GET_OBJ(v)->shape->number;                                       \
      (cache)->symbol = JS_VALUE_GET_OBJ(function)->u.func.home_object;                          \
    }                                                                                            \
  }

// A number: an integer where it is one, for what is done with it next is quick then. -0 is none.
static force_inline JSValue new_number(double d) {
  int i = d >= -2147483648.0 && d <= 2147483647.0 ? (int)d : 0;
  return i == d && (i != 0 || 1 / d > 0) ? JS_MKVAL(JS_TAG_INT, i) : __JS_NewFloat64(NULL, d);
}

// Whether `d` modulo 2^32 is what a conversion to a 64-bit integer leaves of it.
#define IS_WORD(v) (IS_NUMBER(v) && NUMBER(v) > -0x1p62 && NUMBER(v) < 0x1p62)
#define WORD(v) (JS_VALUE_GET_TAG(v) == JS_TAG_INT ? JS_VALUE_GET_INT(v) : (int)(int64_t)JS_VALUE_GET_FLOAT64(v))

// --- Elements

#define ELEMENT_OF(v, key) \
  (JS_VALUE_GET_TAG(v) == JS_TAG_OBJECT && JS_VALUE_GET_TAG(key) == JS_TAG_INT && \
   (uint32_t)JS_VALUE_GET_INT(key) < JS_VALUE_GET_OBJ(v)->u.array.count)

// An object that is no array has other things where arrays have their count: the class decides.
#define GET_ELEMENT(r, v, key, owned_key, label)                                              \
  do {                                                                                            \
    if (likely(ELEMENT_OF(v, key))) {                                                         \
      JSObject *o_ = JS_VALUE_GET_OBJ(v);                                                     \
      uint32_t i_ = JS_VALUE_GET_INT(key);                                                        \
      if (o_->class_id == JS_CLASS_ARRAY) { r = JS_DupValue(ctx, o_->u.array.u.values[i_]); break; } \
      if (o_->class_id == JS_CLASS_INT32_ARRAY) { r = JS_NewInt32(ctx, o_->u.array.u.int32_ptr[i_]); break; } \
      if (o_->class_id == JS_CLASS_UINT8_ARRAY) { r = JS_NewInt32(ctx, o_->u.array.u.uint8_ptr[i_]); break; } \
      if (o_->class_id == JS_CLASS_UINT32_ARRAY) { r = JS_NewUint32(ctx, o_->u.array.u.uint32_ptr[i_]); break; } \
    }                                                                                             \
    r = get_element(ctx, v, owned_key);                                              \
    if (unlikely(JS_IsException(r))) goto label;                                                  \
  } while (0)

// Of a key that is an integer, but kept as a double, the engine would make a text.
static no_inline JSValue get_element(JSContext *ctx, JSValueConst value, JSValue key) {
  if (JS_TAG_IS_FLOAT64(JS_VALUE_GET_TAG(key))) key = new_number(JS_VALUE_GET_FLOAT64(key));
  return JS_GetPropertyValue(ctx, value, key);
}

static no_inline int put_element(JSContext *ctx, JSValueConst target, JSValue key, JSValue value) {
  if (JS_TAG_IS_FLOAT64(JS_VALUE_GET_TAG(key))) key = new_number(JS_VALUE_GET_FLOAT64(key));
  if (ELEMENT_OF(target, key) && IS_WORD(value)) {
    JSObject *object = JS_VALUE_GET_OBJ(target);
    if (object->class_id == JS_CLASS_INT32_ARRAY || object->class_id == JS_CLASS_UINT32_ARRAY) {
      object->u.array.u.int32_ptr[JS_VALUE_GET_INT(key)] = WORD(value);
      return TRUE;
    }
  }
  return JS_SetPropertyValue(ctx, target, key, value, JS_PROP_THROW_STRICT);
}

#define PUT_ELEMENT(target, key, v, owned_key, owned_v, label)                            \
  do {                                                                                            \
    if (likely(ELEMENT_OF(target, key))) {                                                        \
      JSObject *o_ = JS_VALUE_GET_OBJ(target);                                                    \
      uint32_t i_ = JS_VALUE_GET_INT(key);                                                        \
      if (o_->class_id == JS_CLASS_ARRAY) { set_value(ctx, &o_->u.array.u.values[i_], owned_v); break; } \
      if (JS_VALUE_GET_TAG(v) == JS_TAG_INT) {                                                \
        if (o_->class_id == JS_CLASS_INT32_ARRAY || o_->class_id == JS_CLASS_UINT32_ARRAY) {      \
          o_->u.array.u.int32_ptr[i_] = JS_VALUE_GET_INT(v);                                  \
          break;                                                                                  \
        }                                                                                         \
        if (o_->class_id == JS_CLASS_UINT8_ARRAY) {                                               \
          o_->u.array.u.uint8_ptr[i_] = JS_VALUE_GET_INT(v);                                  \
          break;                                                                                  \
        }                                                                                         \
      }                                                                                           \
    }                                                                                             \
    if (unlikely(put_element(ctx, target, owned_key, owned_v) < 0)) \
      goto label;                                                                                 \
  } while (0)

// --- Numbers

// Any of the engine's slow functions of two operands, which work on its operand stack.
#define SLOW(name, call)                                                        \
  static no_inline JSValue name(JSContext *ctx, JSValue x, JSValue y, int op) { \
    JSValue sp_[2] = {x, y}, *sp = sp_ + 2;                                     \
    return call ? JS_EXCEPTION : sp_[0];                                        \
  }
SLOW(other_logic, js_binary_logic_slow(ctx, sp, op))
SLOW(other_shr, js_shr_slow(ctx, sp))
SLOW(other_add, js_add_slow(ctx, sp))
SLOW(other_arithmetic, js_binary_arith_slow(ctx, sp, op))
SLOW(other_relation, js_relational_slow(ctx, sp, op))
SLOW(equal_slow, js_eq_slow(ctx, sp, op))
SLOW(other_strictly_equal, js_strict_eq_slow(ctx, sp, op))

static no_inline JSValue strictly_equal_slow(JSContext *ctx, JSValue x, JSValue y, int is_negated) {
  if (IS_NUMBER(x) && IS_NUMBER(y)) return JS_NewBool(ctx, (NUMBER(x) == NUMBER(y)) != is_negated);
  if (JS_VALUE_GET_TAG(x) != JS_TAG_OBJECT || JS_VALUE_GET_TAG(y) != JS_TAG_OBJECT)
    return other_strictly_equal(ctx, x, y, is_negated);
  int is_same = JS_VALUE_GET_OBJ(x) == JS_VALUE_GET_OBJ(y);
  JS_FreeValue(ctx, x);
  JS_FreeValue(ctx, y);
  return JS_NewBool(ctx, is_same != is_negated);
}

static no_inline JSValue logic_slow(JSContext *ctx, JSValue x, JSValue y, int op) {
  if (IS_WORD(x) && IS_WORD(y)) {
    int a = WORD(x), b = WORD(y);
    switch (op) {
      case OP_and: return JS_NewInt32(ctx, a & b);
      case OP_or: return JS_NewInt32(ctx, a | b);
      case OP_xor: return JS_NewInt32(ctx, a ^ b);
      case OP_shl: return JS_NewInt32(ctx, (uint32_t)a << (b & 31));
      case OP_sar: return JS_NewInt32(ctx, a >> (b & 31));
    }
  }
  return other_logic(ctx, x, y, op);
}

static no_inline JSValue shr_slow(JSContext *ctx, JSValue x, JSValue y, int op) {
  if (IS_WORD(x) && IS_WORD(y)) return JS_NewUint32(ctx, (uint32_t)WORD(x) >> (WORD(y) & 31));
  return other_shr(ctx, x, y, op);
}

static no_inline JSValue add_slow(JSContext *ctx, JSValue x, JSValue y, int op) {
  if (IS_NUMBER(x) && IS_NUMBER(y)) return new_number(NUMBER(x) + NUMBER(y));
  return other_add(ctx, x, y, op);
}

static no_inline JSValue arithmetic_slow(JSContext *ctx, JSValue x, JSValue y, int op) {
  if (IS_NUMBER(x) && IS_NUMBER(y)) {
    double a = NUMBER(x), b = NUMBER(y);
    if (op == OP_sub) return new_number(a - b);
    if (op == OP_mul) return new_number(a * b);
    if (op == OP_div) return new_number(a / b);
    // Integers that are exact; the result has the sign of the first, which is not -0 here.
    if (op == OP_mod && a > 0 && b > 0 && a < 0x1p53 && b < 0x1p53 && a == (int64_t)a && b == (int64_t)b)
      return new_number((int64_t)a % (int64_t)b);
  }
  return other_arithmetic(ctx, x, y, op);
}

static no_inline JSValue relation_slow(JSContext *ctx, JSValue x, JSValue y, int op) {
  if (IS_NUMBER(x) && IS_NUMBER(y)) {
    double a = NUMBER(x), b = NUMBER(y);
    return JS_NewBool(ctx, op == OP_lt ? a < b : op == OP_lte ? a <= b : op == OP_gt ? a > b : a >= b);
  }
  return other_relation(ctx, x, y, op);
}

static no_inline JSValue unary_slow(JSContext *ctx, JSValue x, int op) {
  JSValue sp[1] = {x};
  return js_unary_arith_slow(ctx, sp + 1, op) ? JS_EXCEPTION : sp[0];
}

static no_inline JSValue not_slow(JSContext *ctx, JSValue x) {
  JSValue sp[1] = {x};
  return js_not_slow(ctx, sp + 1) ? JS_EXCEPTION : sp[0];
}

#define ARITHMETIC(r, x, y, builtin, slow, op, owned_x, owned_y, label)                \
  do {                                                                                           \
    int i_;                                                                                      \
    if (likely(JS_VALUE_IS_BOTH_INT(x, y)) && !builtin(JS_VALUE_GET_INT(x), JS_VALUE_GET_INT(y), &i_)) { \
      r = JS_NewInt32(ctx, i_);                                                                  \
    } else {                                                                                     \
      r = slow(ctx, owned_x, owned_y, op);                                                       \
      if (unlikely(JS_IsException(r))) goto label;                                               \
    }                                                                                            \
  } while (0)

// A product that is -0 is no integer.
static force_inline int multiply(int x, int y, int *r) {
  return __builtin_mul_overflow(x, y, r) || (*r == 0 && (x | y) < 0);
}

#define INTEGERS(r, x, y, condition, result, slow, op, owned_x, owned_y, label)                  \
  if (likely(JS_VALUE_IS_BOTH_INT(x, y) && (condition))) {                                       \
    r = result;                                                                                  \
  } else {                                                                                       \
    r = slow(ctx, owned_x, owned_y, op);                                                         \
    if (unlikely(JS_IsException(r))) goto label;                                                 \
  }

#define COMPARE(b, x, y, operator, op, owned_x, owned_y, label)                                  \
  if (likely(JS_VALUE_IS_BOTH_INT(x, y))) {                                                      \
    b = JS_VALUE_GET_INT(x) operator JS_VALUE_GET_INT(y);                                        \
  } else {                                                                                       \
    JSValue v_ = relation_slow(ctx, owned_x, owned_y, op);                                       \
    if (unlikely(JS_IsException(v_))) goto label;                                                \
    b = JS_VALUE_GET_INT(v_);                                                                    \
  }

// Values without a number, text or anything else to look into are equal when their bits are.
#define IS_POINTED(v) (JS_VALUE_GET_TAG(v) == JS_TAG_OBJECT || JS_VALUE_GET_TAG(v) == JS_TAG_SYMBOL)
#define IS_SIMPLE(v) \
  (IS_POINTED(v) || (JS_VALUE_GET_TAG(v) > JS_TAG_INT && JS_VALUE_GET_TAG(v) <= JS_TAG_UNDEFINED))
#define SAME_BITS(x, y) \
  (JS_VALUE_GET_TAG(x) == JS_VALUE_GET_TAG(y) && \
   (IS_POINTED(x) ? JS_VALUE_GET_PTR(x) == JS_VALUE_GET_PTR(y) \
                                         : JS_VALUE_GET_TAG(x) != JS_TAG_BOOL || JS_VALUE_GET_INT(x) == JS_VALUE_GET_INT(y)))

static force_inline int to_bool(JSContext *ctx, JSValueConst v) {
  return (uint32_t)JS_VALUE_GET_TAG(v) <= JS_TAG_UNDEFINED ? JS_VALUE_GET_INT(v) : JS_ToBool(ctx, v);
}

// --- Calls and exceptions

static no_inline JSValue call_other(JSContext *ctx, JSValueConst function, JSValueConst self,
                                    int argc, JSValue *argv) {
  if (JS_VALUE_GET_TAG(function) == JS_TAG_OBJECT &&
      JS_VALUE_GET_OBJ(function)->class_id == JS_CLASS_C_FUNCTION)
    return js_call_c_function(ctx, function, self, argc, argv, 0);
  return JS_CallInternal(ctx, function, self, JS_UNDEFINED, argc, argv, JS_CALL_FLAG_COPY_ARGV);
}

static force_inline JSValue call(JSContext *ctx, JSValueConst function, JSValueConst self, int argc,
                                 JSValue *argv) {
  if (likely(JS_VALUE_GET_TAG(function) == JS_TAG_OBJECT)) {
    JSObject *object = JS_VALUE_GET_OBJ(function);
    if (likely(object->class_id == JS_CLASS_BYTECODE_FUNCTION)) {
      Compiled *compiled = object->u.func.function_bytecode->compiled;
      if (likely(compiled != NULL)) return compiled(ctx, object, self, argc, argv);
    }
  }
  return call_other(ctx, function, self, argc, argv);
}

// Frees the operand stack down to the innermost handler's mark, and puts the exception in the
// mark's place; how much is left of the stack, or -1 without a handler.
static no_inline int unwind(JSContext *ctx, JSStackFrame *frame, const uint8_t *pc, JSValue *stack,
                            JSValue *sp) {
  JSRuntime *rt = ctx->rt;
  if (is_backtrace_needed(ctx, rt->current_exception)) {
    frame->cur_pc = pc;
    build_backtrace(ctx, rt->current_exception, NULL, 0, 0);
  }
  while (sp > stack) {
    JSValue value = *--sp;
    JS_FreeValue(ctx, value);
    if (JS_VALUE_GET_TAG(value) != JS_TAG_CATCH_OFFSET) continue;
    if (JS_VALUE_GET_INT(value) != 0) {
      *sp = rt->current_exception;
      rt->current_exception = JS_NULL;
      return sp - stack;
    }
    JS_FreeValue(ctx, *--sp);
    JS_IteratorClose(ctx, sp[-1], TRUE);
  }
  return -1;
}
