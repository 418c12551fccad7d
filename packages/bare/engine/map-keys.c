// SPDX-License-Identifier: MPL-2.0
// Replaces two functions of the engine's quickjs.c, by name (src/build/engine.ts). The engine
// keeps a number as an integer or as a double, depending on how it was computed, and its Map and
// Set hash the two differently: `map.get(28 / 2)` may miss what `map.set(14, …)` put there.

static JSValueConst map_normalize_key(JSContext *ctx, JSValueConst key)
{
    // JS_NewFloat64 makes an integer of what is one; adding zero makes -0 one.
    if (JS_TAG_IS_FLOAT64(JS_VALUE_GET_TAG(key)))
        return JS_NewFloat64(ctx, JS_VALUE_GET_FLOAT64(key) + 0.0);
    return key;
}

static uint32_t map_hash_key(JSContext *ctx, JSValueConst key)
{
    uint32_t tag = JS_VALUE_GET_NORM_TAG(key);
    uint64_t bits = 0;
    double number;

    switch (tag) {
    case JS_TAG_BOOL:
    case JS_TAG_INT:
        bits = (uint32_t)JS_VALUE_GET_INT(key);
        break;
    case JS_TAG_STRING:
        bits = hash_string(JS_VALUE_GET_STRING(key), 0);
        break;
    case JS_TAG_OBJECT:
    case JS_TAG_SYMBOL:
        bits = (uintptr_t)JS_VALUE_GET_PTR(key) >> 4;
        break;
    case JS_TAG_FLOAT64:
        number = JS_VALUE_GET_FLOAT64(key);
        // All values that are not a number are one key.
        if (number == number)
            memcpy(&bits, &number, sizeof bits);
        break;
    }
    // Fibonacci hashing: the table is indexed by the low bits, which depend on all of the key.
    return (uint32_t)((bits + tag) * 0x9e3779b97f4a7c15u >> 32);
}
