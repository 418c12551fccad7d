// SPDX-License-Identifier: MPL-2.0
// An interpreter of a stack machine's bytecode: a jump through a table for each operation.
#include "loop.h"

enum { PUSH, LOAD, STORE, ADD, MUL, XOR, LESS, JUMP_IF, JUMP, HALT };

// s = 0; i = 0; while (i < limit) { s = (s * 31 + i) ^ (i * i); i = i + 1 }
static const int32_t program[] = {
    PUSH, 0, STORE, 1, PUSH, 0, STORE, 2,
    LOAD, 2, LOAD, 0, LESS, JUMP_IF, 16, HALT,
    LOAD, 1, PUSH, 31, MUL, LOAD, 2, ADD, LOAD, 2, LOAD, 2, MUL, XOR, STORE, 1,
    LOAD, 2, PUSH, 1, ADD, STORE, 2, JUMP, 8,
};

static int64_t run(const int32_t *code, int64_t limit) {
  int64_t stack[32], variable[4] = {limit};
  int64_t *top = stack;
  for (size_t at = 0;;) {
    switch (code[at++]) {
      case PUSH: *top++ = code[at++]; break;
      case LOAD: *top++ = variable[code[at++]]; break;
      case STORE: variable[code[at++]] = *--top; break;
      case ADD: top--, top[-1] += top[0]; break;
      case MUL: top--, top[-1] = (int64_t)((uint64_t)top[-1] * (uint64_t)top[0]); break;
      case XOR: top--, top[-1] ^= top[0]; break;
      case LESS: top--, top[-1] = top[-1] < top[0]; break;
      case JUMP_IF: at = *--top ? (size_t)code[at] : at + 1; break;
      case JUMP: at = (size_t)code[at]; break;
      case HALT: return variable[1];
      default: abort();
    }
  }
}

static volatile int64_t limit = 400000;
static uint64_t work(void) { return (uint64_t)run(program, limit); }
