// SPDX-License-Identifier: MPL-2.0
// Where C begins: sets the machine up and runs the image's bytecode until nothing is left to do.

#include "quickjs.h"
#include "bare.h"
#include "intrinsics.h"

// Of the stack's 2 MiB some is left for C below the engine.
#define ENGINE_STACK (STACK_SIZE - 0x20000)
#define HEAP_RESERVE 0x100000
// Cycles are looked for once so much was allocated; then as the heap grows.
#define FIRST_COLLECTION 0x800000

// Prints the pending exception with its stack, and stops.
static _Noreturn void fail(JSContext *ctx) {
  JSValue error = JS_GetException(ctx);
  const char *text = JS_ToCString(ctx, error);
  console_printf("\naster: uncaught %s\n", text ? text : "exception");
  if (JS_IsError(ctx, error)) {
    const char *stack = JS_ToCString(ctx, JS_GetPropertyStr(ctx, error, "stack"));
    if (stack) console_print(stack);
  }
  machine_stop(EXIT_PANIC_CODE);
}

static void run(JSContext *ctx) {
  JSValue result = evaluate_script(ctx, program_start, program_end);
  if (JS_IsException(result)) fail(ctx);
  JS_FreeValue(ctx, result);
  for (;;) {
    JSContext *where;
    int done = JS_ExecutePendingJob(JS_GetRuntime(ctx), &where);
    if (done < 0) fail(where);
    if (done == 0) native_panic("no task is left and nobody powered the machine off");
  }
}

void native_main(uint32_t kind, uint64_t information) {
  console_init();
  cpu_init();
  boot_info_read(kind, information);
  memory_init();
  interrupts_init();

  JSRuntime *runtime = JS_NewRuntime();
  JSContext *ctx = runtime ? new_context(runtime) : NULL;
  if (ctx == NULL) native_panic("the heap is too small for the engine");
  JS_SetMaxStackSize(runtime, ENGINE_STACK);
  JS_SetMemoryLimit(runtime, heap_free_bytes() - HEAP_RESERVE);
  JS_SetGCThreshold(runtime, FIRST_COLLECTION);
  intrinsics_add(ctx);
  run(ctx);
}
