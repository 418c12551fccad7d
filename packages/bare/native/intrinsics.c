// SPDX-License-Identifier: MPL-2.0
// The intrinsics: all that TypeScript has of the machine. Each is a property of the global
// object `native`, which guest/native.ts takes and deletes before any other code runs; that
// file holds their types. Arguments are numbers; addresses are below 2^53. The caller is trusted
// (guest/bare-hardware.ts); what is checked here is what would corrupt the engine itself.

#include <stdlib.h>
#include <string.h>
#include "quickjs.h"
#include "bare.h"
#include "intrinsics.h"

#define INTRINSIC(name) \
  static JSValue name(JSContext *ctx, JSValueConst self, int argc, JSValueConst *argv)
#define UNUSED (void)ctx, (void)self, (void)argc, (void)argv

static uint64_t address_argument(JSContext *ctx, JSValueConst value) {
  double number = 0;
  JS_ToFloat64(ctx, &number, value);
  return number >= 0 ? (uint64_t)number : 0;
}

static uint32_t word_argument(JSContext *ctx, JSValueConst value) {
  uint32_t word = 0;
  if (JS_VALUE_GET_TAG(value) == JS_TAG_INT) return (uint32_t)JS_VALUE_GET_INT(value);
  JS_ToUint32(ctx, &word, value);
  return word;
}

static void keep_memory(JSRuntime *runtime, void *opaque, void *pointer) {
  (void)runtime, (void)opaque, (void)pointer;
}

// An ArrayBuffer on memory that is never freed.
static JSValue buffer_on(JSContext *ctx, void *memory, size_t length) {
  return JS_NewArrayBuffer(ctx, memory, length, keep_memory, NULL, 0);
}

// consoleWrite(byte): one byte to the early console, when the serial port has room.
INTRINSIC(console_write_intrinsic) {
  UNUSED;
  console_write((uint8_t)word_argument(ctx, argv[0]));
  return JS_UNDEFINED;
}

// ticks(): the time stamp counter, as a number; exact below 2^53.
INTRINSIC(ticks) {
  UNUSED;
  return JS_NewFloat64(ctx, (double)rdtsc());
}

// sharedState(): the ArrayBuffer of `struct shared_state`, live.
INTRINSIC(shared_state_intrinsic) {
  UNUSED;
  return buffer_on(ctx, &shared_state, sizeof shared_state);
}

// cpuid(leaf, subleaf): leaves eax, ebx, ecx, edx in the shared state.
INTRINSIC(cpuid_intrinsic) {
  UNUSED;
  cpuid(word_argument(ctx, argv[0]), word_argument(ctx, argv[1]), shared_state.cpuid);
  return JS_UNDEFINED;
}

static void set_number(JSContext *ctx, JSValue object, const char *name, uint64_t value) {
  JS_SetPropertyStr(ctx, object, name, JS_NewFloat64(ctx, (double)value));
}

// One character per byte, whatever the bytes are.
static JSValue byte_string(JSContext *ctx, const char *text) {
  char utf8[2 * sizeof boot_info.command_line];
  size_t length = 0;
  for (const uint8_t *byte = (const uint8_t *)text; *byte; byte++) {
    if (*byte >= 0x80) utf8[length++] = (char)(0xc0 | *byte >> 6);
    utf8[length++] = (char)(*byte >= 0x80 ? 0x80 | (*byte & 0x3f) : *byte);
  }
  return JS_NewStringLen(ctx, utf8, length);
}

// bootInfo(): what the loader told, which RAM is the kernel's own: [kernelStart, kernelEnd) and
// [heapStart, heapEnd), and where the mapped part of physical memory ends.
// `regions` is base, length, E820 type of each region in turn.
INTRINSIC(boot_info_intrinsic) {
  UNUSED;
  JSValue info = JS_NewObject(ctx);
  JS_SetPropertyStr(ctx, info, "loader", byte_string(ctx, boot_info.loader));
  JS_SetPropertyStr(ctx, info, "commandLine", byte_string(ctx, boot_info.command_line));
  set_number(ctx, info, "initramfsBase", boot_info.initramfs_base);
  set_number(ctx, info, "initramfsLength", boot_info.initramfs_length);
  set_number(ctx, info, "rsdp", boot_info.rsdp);
  set_number(ctx, info, "kernelStart", kernel_image.start);
  set_number(ctx, info, "kernelEnd", kernel_image.end);
  set_number(ctx, info, "heapStart", kernel_heap.start);
  set_number(ctx, info, "heapEnd", kernel_heap.end);
  set_number(ctx, info, "mappedEnd", mapped_end);
  JSValue regions = JS_NewArray(ctx);
  for (uint32_t i = 0; i < boot_info.region_count; i++) {
    const struct region *region = &boot_info.regions[i];
    JS_SetPropertyUint32(ctx, regions, 3 * i, JS_NewFloat64(ctx, (double)region->base));
    JS_SetPropertyUint32(ctx, regions, 3 * i + 1, JS_NewFloat64(ctx, (double)region->length));
    JS_SetPropertyUint32(ctx, regions, 3 * i + 2, JS_NewInt32(ctx, (int)region->type));
  }
  JS_SetPropertyStr(ctx, info, "regions", regions);
  return info;
}

// ram(base, length): an ArrayBuffer on physical memory, at most 1 GiB, mapped and not the
// kernel's; throws a RangeError otherwise.
INTRINSIC(ram) {
  UNUSED;
  uint64_t base = address_argument(ctx, argv[0]), length = address_argument(ctx, argv[1]);
  int in_range = length <= 0x40000000 && base <= mapped_end - length;
  if (!in_range || is_kernels(base, length)) {
    return JS_ThrowRangeError(ctx, "no RAM for TypeScript at 0x%llx", (unsigned long long)base);
  }
  return buffer_on(ctx, direct(base), length);
}

static char **frames;
static uint32_t frame_count, frame_room;

// newFrame(): the ArrayBuffer of a new user frame (hardware/src/arch/x86_64.ts), all zero.
// The n-th call makes frame n; frames are never freed. undefined when memory is out.
INTRINSIC(new_frame) {
  UNUSED;
  if (frame_count == frame_room) {
    uint32_t room = frame_room ? 2 * frame_room : 64;
    char **larger = realloc(frames, room * sizeof *frames);
    if (larger == NULL) return JS_UNDEFINED;
    frames = larger;
    frame_room = room;
  }
  // Cells of the heap are multiples of 16 bytes, as fxsave asks.
  char *frame = malloc(FRAME_SIZE);
  if (frame == NULL) return JS_UNDEFINED;
  memset(frame, 0, FRAME_SIZE);
  frames[frame_count++] = frame;
  return buffer_on(ctx, frame, FRAME_SIZE);
}

// userFrame(n): frame n, again; undefined when there is none.
INTRINSIC(user_frame) {
  UNUSED;
  uint32_t index = word_argument(ctx, argv[0]);
  return index < frame_count ? buffer_on(ctx, frames[index], FRAME_SIZE) : JS_UNDEFINED;
}

// The last system calls, for a panic: guest/user-mode-trace.ts reads it.
#define TRACED_CALLS 16
#define NOT_DONE 0xffffffff
static struct {
  uint32_t count, entered;  // calls so far; the frame that ran last
  struct {
    uint32_t frame, done;  // done is NOT_DONE until the thread runs again
    uint64_t number, arguments[6], result;
  } calls[TRACED_CALLS];
} user_trace;

// The call of frame n, if there is one, returns what the frame says.
static void trace_return(uint32_t n, const uint64_t *registers) {
  for (uint32_t back = 1; back <= TRACED_CALLS; back++) {
    uint32_t at = (user_trace.count - back) % TRACED_CALLS;
    if (user_trace.calls[at].frame != n) continue;
    if (user_trace.calls[at].done == NOT_DONE) {
      user_trace.calls[at].done = 1;
      user_trace.calls[at].result = registers[0];
    }
    return;
  }
}

static void trace_call(uint32_t n, const uint64_t *registers) {
  uint32_t at = user_trace.count++ % TRACED_CALLS;
  user_trace.calls[at].frame = n;
  user_trace.calls[at].done = NOT_DONE;
  user_trace.calls[at].number = registers[0];
  // rdi, rsi, rdx, r10, r8, r9 (psABI, A.2.1).
  static const uint8_t ORDER[] = {7, 6, 2, 10, 8, 9};
  for (int i = 0; i < 6; i++) user_trace.calls[at].arguments[i] = registers[ORDER[i]];
}

// userTrace(): the ArrayBuffer of the structure above, live.
INTRINSIC(user_trace_intrinsic) {
  UNUSED;
  return buffer_on(ctx, &user_trace, sizeof user_trace);
}

// enter(n, events): runs the thread of frame n in user mode until it traps; the trap. It is an
// interrupt at once when shared_state.events is not `events`. See trap.S.
INTRINSIC(enter) {
  UNUSED;
  uint32_t index = word_argument(ctx, argv[0]);
  if (index >= frame_count) return JS_ThrowRangeError(ctx, "no user frame %u", index);
  const uint64_t *registers = (const uint64_t *)frames[index];
  user_trace.entered = index;
  trace_return(index, registers);
  int trap = enter_user(frames[index], word_argument(ctx, argv[1]));
  if (trap == TRAP_SYSCALL) trace_call(index, registers);
  return JS_NewInt32(ctx, trap);
}

// setRoot(root): makes the page table at physical address `root` current, and writes the
// kernel's half into it. Root 0 has no user's half.
INTRINSIC(set_root_intrinsic) {
  UNUSED;
  set_root(address_argument(ctx, argv[0]));
  return JS_UNDEFINED;
}

// forgetRoot(root), forgetPage(root, address): what memory.c says.
INTRINSIC(forget_root_intrinsic) {
  UNUSED;
  forget_root(address_argument(ctx, argv[0]));
  return JS_UNDEFINED;
}

INTRINSIC(forget_page_intrinsic) {
  UNUSED;
  forget_page(address_argument(ctx, argv[0]), address_argument(ctx, argv[1]));
  return JS_UNDEFINED;
}

// portRead(port, width), portWrite(port, width, value): width 1, 2 or 4 bytes.
INTRINSIC(port_read) {
  UNUSED;
  uint16_t port = (uint16_t)word_argument(ctx, argv[0]);
  uint32_t value;
  switch (word_argument(ctx, argv[1])) {
    case 1: return JS_NewInt32(ctx, port_read8(port));
    case 2:
      __asm__ volatile("inw %w1, %w0" : "=a"(value) : "Nd"(port));
      return JS_NewInt32(ctx, value & 0xffff);
    default:
      __asm__ volatile("inl %w1, %0" : "=a"(value) : "Nd"(port));
      return JS_NewUint32(ctx, value);
  }
}

INTRINSIC(port_write) {
  UNUSED;
  uint16_t port = (uint16_t)word_argument(ctx, argv[0]);
  uint32_t value = word_argument(ctx, argv[2]);
  switch (word_argument(ctx, argv[1])) {
    case 1: port_write8(port, (uint8_t)value); break;
    case 2: __asm__ volatile("outw %w0, %w1" : : "a"(value), "Nd"(port)); break;
    default: __asm__ volatile("outl %0, %w1" : : "a"(value), "Nd"(port)); break;
  }
  return JS_UNDEFINED;
}

// mmioRead(address, width), mmioWrite(address, width, value): one access of 1, 2 or 4 bytes.
// All ones, and nothing, where no register is reachable.
INTRINSIC(mmio_read) {
  UNUSED;
  volatile void *at = device_register(address_argument(ctx, argv[0]));
  uint32_t width = word_argument(ctx, argv[1]);
  switch (width) {
    case 1: return JS_NewInt32(ctx, at ? *(volatile uint8_t *)at : 0xff);
    case 2: return JS_NewInt32(ctx, at ? *(volatile uint16_t *)at : 0xffff);
    default: return JS_NewUint32(ctx, at ? *(volatile uint32_t *)at : 0xffffffff);
  }
}

INTRINSIC(mmio_write) {
  UNUSED;
  volatile void *at = device_register(address_argument(ctx, argv[0]));
  uint32_t value = word_argument(ctx, argv[2]);
  if (at == NULL) return JS_UNDEFINED;
  switch (word_argument(ctx, argv[1])) {
    case 1: *(volatile uint8_t *)at = (uint8_t)value; break;
    case 2: *(volatile uint16_t *)at = (uint16_t)value; break;
    default: *(volatile uint32_t *)at = value; break;
  }
  return JS_UNDEFINED;
}

// halt(events): sleeps until an interrupt comes, unless shared_state.events is not `events`.
INTRINSIC(halt) {
  UNUSED;
  halt_until_event(word_argument(ctx, argv[0]));
  return JS_UNDEFINED;
}

// random(buffer): fills an ArrayBuffer from RDRAND; false when the CPU has none.
INTRINSIC(random_intrinsic) {
  UNUSED;
  size_t length;
  uint8_t *bytes = JS_GetArrayBuffer(ctx, &length, argv[0]);
  if (bytes == NULL) return JS_EXCEPTION;
  return JS_NewBool(ctx, cpu_random(bytes, length));
}

// evaluateKernel(global): evaluates the image's second script in a context of its own, whose global
// object is `global` (engine/compartment.c); the script's value.
INTRINSIC(evaluate_kernel) {
  UNUSED;
  JSContext *own = new_compartment(ctx, argv[0]);
  return own == NULL ? JS_ThrowOutOfMemory(ctx) : evaluate_script(own, kernel_start, kernel_end);
}

// stop(code): leaves QEMU through isa-debug-exit; without that device the machine stands still.
INTRINSIC(stop) {
  UNUSED;
  machine_stop((uint8_t)word_argument(ctx, argv[0]));
}

static const JSCFunctionListEntry INTRINSICS[] = {
    JS_CFUNC_DEF("consoleWrite", 1, console_write_intrinsic),
    JS_CFUNC_DEF("ticks", 0, ticks),
    JS_CFUNC_DEF("sharedState", 0, shared_state_intrinsic),
    JS_CFUNC_DEF("cpuid", 2, cpuid_intrinsic),
    JS_CFUNC_DEF("bootInfo", 0, boot_info_intrinsic),
    JS_CFUNC_DEF("ram", 2, ram),
    JS_CFUNC_DEF("newFrame", 0, new_frame),
    JS_CFUNC_DEF("userFrame", 1, user_frame),
    JS_CFUNC_DEF("enter", 2, enter),
    JS_CFUNC_DEF("userTrace", 0, user_trace_intrinsic),
    JS_CFUNC_DEF("setRoot", 1, set_root_intrinsic),
    JS_CFUNC_DEF("forgetRoot", 1, forget_root_intrinsic),
    JS_CFUNC_DEF("forgetPage", 2, forget_page_intrinsic),
    JS_CFUNC_DEF("portRead", 2, port_read),
    JS_CFUNC_DEF("portWrite", 3, port_write),
    JS_CFUNC_DEF("mmioRead", 2, mmio_read),
    JS_CFUNC_DEF("mmioWrite", 3, mmio_write),
    JS_CFUNC_DEF("halt", 1, halt),
    JS_CFUNC_DEF("random", 1, random_intrinsic),
    JS_CFUNC_DEF("evaluateKernel", 1, evaluate_kernel),
    JS_CFUNC_DEF("stop", 1, stop),
};

void intrinsics_add(JSContext *ctx) {
  JSValue global = JS_GetGlobalObject(ctx);
  JSValue native = JS_NewObject(ctx);
  JS_SetPropertyFunctionList(ctx, native, INTRINSICS, sizeof INTRINSICS / sizeof *INTRINSICS);
  JS_SetPropertyStr(ctx, global, "native", native);
  JS_FreeValue(ctx, global);
}
