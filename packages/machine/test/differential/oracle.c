// SPDX-License-Identifier: MPL-2.0
//
// The native oracle of the differential harness: runs x86-64 bytes on the host's own CPU
// with a given user state, and tells the state after.
//
// Everything happens inside one signal handler. A case is started by writing its registers into
// the signal frame and returning from the handler; it ends with a trap (int3 fills the code
// pages, so running off the end is vector 3), and the next signal frame holds the state after,
// with the vector, error code and CR2 that Linux records for it. A case may go on behind a trap:
// then an action is taken, such as a change of protection, and it resumes at the next landing.
// Freestanding, so that FS and GS belong to the cases; system calls are refused unless they come
// from this program's own text, so that no case can reach the host's kernel.
//
// stdin, all little-endian: struct Header, the base image of memory (pageCount * 4096 bytes), then
// caseCount times a struct Case followed by its patches {u32 offset, u32 length, bytes padded to 8}
// and, where it has actions, struct Landings and actionCount times struct Action.
// stdout: caseCount times a struct Result followed by the 64-byte lines of memory that
// differ from the base image: {u32 line, u32 zero, 64 bytes}, and eventCount times struct Event.

#define _GNU_SOURCE
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <ucontext.h>

#define PAGE 4096
#define LINE 64
#define MAX_SEGMENTS 16
#define MAX_LANDINGS 64
#define MAX_EVENTS 32
#define VECTOR_TIMEOUT 0xffff
#define INPUT_LIMIT (1ul << 30)
#define OUTPUT_SIZE (1ul << 20)
#define RESTORER_FLAG 0x04000000
#define XSTATE_BV_OFFSET 512
#define FXSAVE_LIVE_BYTES 416
#define VECTOR_BREAKPOINT 3
// CF PF AF ZF SF DF OF.
#define STATUS_FLAGS 0xcd5
#define TEXT_BASE 0x5f1234000000

#define ACTION_RETRY 1
#define ACTION_RESTORE 2

struct Segment {
  uint64_t address;
  uint32_t firstPage, pages, protection, reserved;
};

struct Header {
  uint32_t caseCount, pageCount, segmentCount, reserved;
  uint64_t fsBase, gsBase;
  struct Segment segments[MAX_SEGMENTS];
};

struct Case {
  uint64_t gpr[16], rip, rflags;
  uint32_t patchCount, actionCount;
  uint8_t fxsave[512];
};

struct Result {
  uint32_t vector, errorCode;
  uint64_t faultAddress;
  uint64_t gpr[16], rip, rflags;
  uint32_t lineCount, eventCount;
  uint8_t fxsave[512];
};

/** Offsets in the code where a case goes on behind a trap, ascending. */
struct Landings {
  uint64_t codeBase;
  uint32_t codeSize, count;
  uint32_t offsets[MAX_LANDINGS];
};

/** What is done at a trap: a page gets another protection (unless address is 0), or all get theirs back. */
struct Action {
  uint64_t address;
  uint32_t protection, flags;
};

struct Event {
  uint32_t vector, errorCode;
  uint64_t faultAddress, rip;
};

struct KernelSigaction {
  void (*handler)(int, siginfo_t *, void *);
  unsigned long flags;
  void (*restorer)(void);
  unsigned long mask;
};

static const int GPR_TO_GREG[16] = {REG_RAX, REG_RCX, REG_RDX, REG_RBX, REG_RSP, REG_RBP,
                                    REG_RSI, REG_RDI, REG_R8,  REG_R9,  REG_R10, REG_R11,
                                    REG_R12, REG_R13, REG_R14, REG_R15};

static struct Header *header;
static const uint8_t *base, *next;
static uint8_t *image;
static uint32_t started, ticksInCase;
static const struct Landings *landings;
static const struct Action *actions;
static uint32_t actionCount, eventCount;
static int isProtected;
static struct Event events[MAX_EVENTS];
static uint8_t output[OUTPUT_SIZE + (1 << 17)];
static uint64_t outputLength;
static uint8_t altStack[1 << 16] __attribute__((aligned(64)));

static long call6(long n, long a, long b, long c, long d, long e, long f) {
  long result;
  register long r10 __asm__("r10") = d;
  register long r8 __asm__("r8") = e;
  register long r9 __asm__("r9") = f;
  __asm__ volatile("syscall"
                   : "=a"(result)
                   : "a"(n), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8), "r"(r9)
                   : "rcx", "r11", "memory");
  return result;
}

void *memcpy(void *to, const void *from, unsigned long n) {
  void *result = to;
  __asm__ volatile("rep movsb" : "+D"(to), "+S"(from), "+c"(n) : : "memory");
  return result;
}

void *memset(void *to, int value, unsigned long n) {
  void *result = to;
  __asm__ volatile("rep stosb" : "+D"(to), "+c"(n) : "a"(value) : "memory");
  return result;
}

static void quit(int code) {
  // exit, not exit_group: strict mode knows only the former.
  call6(SYS_exit, code, 0, 0, 0, 0, 0);
  __builtin_unreachable();
}

static void flush(void) {
  uint64_t done = 0;
  while (done < outputLength) {
    long n = call6(SYS_write, 1, (long)(output + done), outputLength - done, 0, 0, 0);
    if (n <= 0) quit(3);
    done += n;
  }
  outputLength = 0;
}

static int lineDiffers(const uint64_t *a, const uint64_t *b) {
  uint64_t difference = 0;
  for (int i = 0; i < LINE / 8; i++) difference |= a[i] ^ b[i];
  return difference != 0;
}

static void restoreProtection(void) {
  if (!isProtected) return;
  isProtected = 0;
  for (uint32_t i = 0; i < header->segmentCount; i++) {
    struct Segment *s = &header->segments[i];
    if (call6(SYS_mprotect, s->address, (long)s->pages * PAGE, s->protection, 0, 0, 0) != 0) quit(11);
  }
}

/** Where the case goes on behind the instruction at `rip`, or 0. */
static uint64_t landingBehind(uint64_t rip) {
  uint64_t offset = rip - landings->codeBase;
  if (offset >= landings->codeSize) return 0;
  for (uint32_t i = 0; i < landings->count; i++) {
    if (landings->offsets[i] > offset) return landings->codeBase + landings->offsets[i];
  }
  return 0;
}

/** Takes the next action of the case. False when the trap ends it. */
static int resume(ucontext_t *context) {
  greg_t *g = context->uc_mcontext.gregs;
  if (eventCount >= actionCount || g[REG_TRAPNO] == VECTOR_BREAKPOINT) return 0;
  const struct Action *action = &actions[eventCount];
  uint64_t rip = g[REG_RIP];
  // A retry may well be at address 0: a program that jumped there.
  if (!(action->flags & ACTION_RETRY)) {
    rip = landingBehind(rip);
    if (rip == 0) return 0;
  }
  events[eventCount++] = (struct Event){g[REG_TRAPNO], g[REG_ERR], g[REG_CR2], g[REG_RIP]};
  if (action->flags & ACTION_RESTORE) restoreProtection();
  if (action->address != 0) {
    isProtected = 1;
    if (call6(SYS_mprotect, action->address, PAGE, action->protection, 0, 0, 0) != 0) quit(12);
  }
  if (!(action->flags & ACTION_RETRY)) g[REG_EFL] &= ~STATUS_FLAGS;
  g[REG_RIP] = rip;
  g[REG_CR2] = 0;
  return 1;
}

/** Appends the state in the signal frame to the output and puts memory back to the base image. */
static void finishCase(ucontext_t *context, uint32_t vector) {
  greg_t *g = context->uc_mcontext.gregs;
  struct Result *result = (struct Result *)(output + outputLength);
  outputLength += sizeof *result;
  result->vector = vector;
  result->errorCode = g[REG_ERR];
  result->faultAddress = g[REG_CR2];
  for (int i = 0; i < 16; i++) result->gpr[i] = g[GPR_TO_GREG[i]];
  result->rip = g[REG_RIP];
  result->rflags = g[REG_EFL];
  result->eventCount = eventCount;
  memset(result->fxsave, 0, 512);
  memcpy(result->fxsave, context->uc_mcontext.fpregs, FXSAVE_LIVE_BYTES);
  uint32_t count = 0;
  for (uint32_t line = 0; line < header->pageCount * (PAGE / LINE); line++) {
    uint64_t *now = (uint64_t *)(image + line * LINE);
    const uint64_t *before = (const uint64_t *)(base + line * LINE);
    if (!lineDiffers(now, before)) continue;
    uint32_t *entry = (uint32_t *)(output + outputLength);
    entry[0] = line;
    entry[1] = 0;
    memcpy(entry + 2, now, LINE);
    memcpy(now, before, LINE);
    outputLength += 8 + LINE;
    count++;
  }
  result->lineCount = count;
  memcpy(output + outputLength, events, eventCount * sizeof(struct Event));
  outputLength += eventCount * sizeof(struct Event);
  restoreProtection();
  if (outputLength >= OUTPUT_SIZE) flush();
}

static void startCase(ucontext_t *context) {
  if (started == header->caseCount) {
    flush();
    quit(0);
  }
  started++;
  ticksInCase = 0;
  const struct Case *c = (const struct Case *)next;
  next += sizeof *c;
  for (uint32_t i = 0; i < c->patchCount; i++) {
    const uint32_t *patch = (const uint32_t *)next;
    memcpy(image + patch[0], patch + 2, patch[1]);
    next += 8 + ((patch[1] + 7) & ~7u);
  }
  eventCount = 0;
  actionCount = c->actionCount;
  if (actionCount > MAX_EVENTS) quit(13);
  if (actionCount != 0) {
    landings = (const struct Landings *)next;
    actions = (const struct Action *)(landings + 1);
    next = (const uint8_t *)(actions + actionCount);
  }
  greg_t *g = context->uc_mcontext.gregs;
  for (int i = 0; i < 16; i++) g[GPR_TO_GREG[i]] = c->gpr[i];
  g[REG_RIP] = c->rip;
  g[REG_EFL] = c->rflags;
  g[REG_CR2] = 0;
  uint8_t *fp = (uint8_t *)context->uc_mcontext.fpregs;
  memcpy(fp, c->fxsave, FXSAVE_LIVE_BYTES);
  // x87 and SSE are in the frame: without these bits xrstor would load their initial state.
  *(uint64_t *)(fp + XSTATE_BV_OFFSET) |= 3;
}

static void handle(int number, siginfo_t *info, void *frame) {
  (void)info;
  // A case may have set AC, with which our own unaligned accesses would fault.
  __asm__ volatile("pushf\n\tandl $~0x40000, (%%rsp)\n\tpopf" : : : "memory", "cc");
  ucontext_t *context = frame;
  if (number == SIGVTALRM) {
    // A first tick may only tell that it was pending; a case that sees three runs for ever.
    if (started == 0 || ++ticksInCase < 3) return;
    finishCase(context, VECTOR_TIMEOUT);
  } else if (started != 0) {
    if (resume(context)) return;
    finishCase(context, context->uc_mcontext.gregs[REG_TRAPNO]);
  }
  startCase(context);
}

__asm__(".globl restore\nrestore:\n  mov $15, %eax\n  syscall\n");
extern void restore(void) __attribute__((visibility("hidden")));

static void catchSignal(int number) {
  struct KernelSigaction action = {handle, SA_SIGINFO | SA_ONSTACK | RESTORER_FLAG, restore, ~0ul};
  if (call6(SYS_rt_sigaction, number, (long)&action, 0, 8, 0, 0) != 0) quit(4);
}

static void readInput(void) {
  uint8_t *input = (uint8_t *)call6(SYS_mmap, 0, INPUT_LIMIT, PROT_READ | PROT_WRITE,
                                    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  uint64_t length = 0;
  for (;;) {
    long n = call6(SYS_read, 0, (long)(input + length), INPUT_LIMIT - length, 0, 0, 0);
    if (n < 0) quit(5);
    if (n == 0) break;
    length += n;
  }
  if (length < sizeof *header) quit(6);
  header = (struct Header *)input;
  base = input + sizeof *header;
  next = base + (uint64_t)header->pageCount * PAGE;
}

/** One file, mapped writable for us and once more per segment as the cases see it. */
static void mapMemory(void) {
  long size = (long)header->pageCount * PAGE;
  long file = call6(SYS_memfd_create, (long)"image", 0, 0, 0, 0, 0);
  if (file < 0 || call6(SYS_ftruncate, file, size, 0, 0, 0, 0) != 0) quit(7);
  image = (uint8_t *)call6(SYS_mmap, 0, size, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
  memcpy(image, base, size);
  for (uint32_t i = 0; i < header->segmentCount; i++) {
    struct Segment *s = &header->segments[i];
    long at = call6(SYS_mmap, s->address, (long)s->pages * PAGE, s->protection,
                    MAP_SHARED | MAP_FIXED_NOREPLACE | MAP_POPULATE, file,
                    (long)s->firstPage * PAGE);
    if (at != (long)s->address) quit(8);
  }
}

/** Kills the process for a system call from anywhere but its own text. */
static void refuseSystemCalls(void) {
  struct sock_filter code[] = {
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, instruction_pointer) + 4),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)(TEXT_BASE >> 32), 0, 1),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS),
  };
  struct sock_fprog program = {sizeof code / sizeof *code, code};
  if (call6(SYS_prctl, PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0, 0) != 0) quit(10);
  if (call6(SYS_prctl, PR_SET_SECCOMP, SECCOMP_MODE_FILTER, (long)&program, 0, 0, 0) != 0) quit(10);
}

void begin(void) {
  readInput();
  mapMemory();
  stack_t stack = {.ss_sp = altStack, .ss_size = sizeof altStack};
  if (call6(SYS_sigaltstack, (long)&stack, 0, 0, 0, 0, 0) != 0) quit(9);
  const int signals[] = {SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGTRAP, SIGVTALRM};
  for (unsigned i = 0; i < sizeof signals / sizeof *signals; i++) catchSignal(signals[i]);
  struct itimerval every = {{0, 4000}, {0, 4000}};
  call6(SYS_setitimer, ITIMER_VIRTUAL, (long)&every, 0, 0, 0, 0);
  call6(SYS_arch_prctl, 0x1002 /* ARCH_SET_FS */, header->fsBase, 0, 0, 0, 0);
  call6(SYS_arch_prctl, 0x1001 /* ARCH_SET_GS */, header->gsBase, 0, 0, 0, 0);
  refuseSystemCalls();
  __asm__ volatile("int3");
}

__asm__(".globl _start\n_start:\n  and $-16, %rsp\n  call begin\n  ud2\n");
