// SPDX-License-Identifier: MPL-2.0
// Runs on the build host: compiles a script to the bytecode that the image's engine reads.
// Usage: compile-js SCRIPT NAME OUTPUT, where NAME is what stack traces call the script.

#include <stdio.h>
#include <stdlib.h>
#include "quickjs.h"
#include "shapes.h"

// What it compiles is only written.
const struct compiled_entry compiled_entries[] = {{-1, NULL, NULL}};

static char *read_file(const char *path, size_t *length) {
  FILE *file = fopen(path, "rb");
  if (!file || fseek(file, 0, SEEK_END)) return NULL;
  *length = (size_t)ftell(file);
  rewind(file);
  char *text = malloc(*length + 1);
  if (!text || fread(text, 1, *length, file) != *length) return NULL;
  text[*length] = 0;
  fclose(file);
  return text;
}

int main(int argc, char **argv) {
  size_t length;
  char *script = argc == 4 ? read_file(argv[1], &length) : NULL;
  if (!script) {
    fprintf(stderr, "compile-js: cannot read the script\n");
    return 2;
  }
  JSContext *ctx = JS_NewContext(JS_NewRuntime());
  JSValue code = JS_Eval(ctx, script, length, argv[2], JS_EVAL_TYPE_GLOBAL | JS_EVAL_FLAG_COMPILE_ONLY);
  if (JS_IsException(code)) {
    JSValue error = JS_GetException(ctx);
    fprintf(stderr, "%s\n%s", JS_ToCString(ctx, error),
            JS_ToCString(ctx, JS_GetPropertyStr(ctx, error, "stack")));
    return 1;
  }
  size_t size;
  uint8_t *bytes = JS_WriteObject(ctx, &size, code, JS_WRITE_OBJ_BYTECODE);
  FILE *output = fopen(argv[3], "wb");
  if (!bytes || !output || fwrite(bytes, 1, size, output) != size || fclose(output)) {
    fprintf(stderr, "compile-js: cannot write %s\n", argv[3]);
    return 1;
  }
  return 0;
}
