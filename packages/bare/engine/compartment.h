// SPDX-License-Identifier: MPL-2.0
// What compartment.c adds to the engine's functions, for the native runtime.

#include "quickjs.h"

JSContext *new_context(JSRuntime *runtime);
JSContext *new_compartment(JSContext *shared, JSValueConst global);
JSValue evaluate_script(JSContext *ctx, const uint8_t *start, const uint8_t *end);
