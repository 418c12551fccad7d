// SPDX-License-Identifier: MPL-2.0
//
// Makes random system calls, as process 1 of a guest: several processes at a time, each with threads,
// which share files, memory and names. What calls there are and what arguments they take is in the
// table that table.mjs makes. Everything follows from the seed, on a machine that is deterministic.
//
//   fuzz SEED CALLS          as init; tells on the port "aster.fuzz", and powers off
//
// What makes calls uses no C library: it may lose its TLS, its signal handlers and its memory.

#define _GNU_SOURCE
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/timerfd.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum kind {
	K_NUMBER, K_FD, K_DIRFD, K_PATH, K_SIGNAL, K_FLAGS, K_ONE_OF, K_MODE, K_STRINGS, K_BUFFER,
	K_TIME, K_STRUCT, K_PLACE, K_POINTER, K_PID, K_USER, K_OFFSET, K_TIMEOUT, K_LENGTH,
	K_SET_SIZE, K_SMALL,
};
struct arg { unsigned char kind; unsigned short first, count; };
struct call { const char *name; short number; unsigned char args; struct arg arg[6]; };
#include "calls.h"
#define CALLS (sizeof calls / sizeof *calls)

typedef unsigned long u64;

/* Memory that calls are given: always at the same place. */
#define RW 0x20000000UL      /* 64 KiB, readable and writable */
#define RW_SIZE 0x10000UL
#define EDGE 0x20100000UL    /* a page, and nothing behind it */
#define READ_ONLY 0x20200000UL
#define NO_ACCESS 0x20300000UL
#define BEYOND 0x20400000UL  /* a mapping of a file that ends before it */
#define SHARED 0x20500000UL  /* shared by all processes */
#define PLAY 0x20600000UL    /* what mmap, munmap and the like work on: 16 pages */
#define STACKS 0x20800000UL
#define STACK_SIZE 0x8000UL
#define STATE 0x70000000UL   /* what the processes tell init; no call is told of it */

#define PROCESSES 3
#define THREADS 3
#define OPENED 46 /* descriptors that open_all gives a process, about */

struct worker_state {
	volatile unsigned long done[THREADS];
	volatile int last[THREADS];
};
struct shared_state { struct worker_state worker[PROCESSES]; };
#define state ((struct shared_state *)STATE)

/* --- Random numbers: one stream for each thread */

struct random { u64 s; };
static inline unsigned next(struct random *r) {
	r->s += 0x9e3779b97f4a7c15UL;
	u64 z = r->s;
	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9UL;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebUL;
	return (unsigned)(z >> 32);
}
static inline unsigned below(struct random *r, unsigned n) { return (unsigned)(((u64)next(r) * n) >> 32); }
static inline u64 wide(struct random *r) { return ((u64)next(r) << 32) | next(r); }

/* --- System calls without a library */

static inline long raw(long n, u64 a, u64 b, u64 c, u64 d, u64 e, u64 f) {
	long result;
	register u64 r10 __asm__("r10") = d, r8 __asm__("r8") = e, r9 __asm__("r9") = f;
	__asm__ volatile("syscall" : "=a"(result) : "a"(n), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8), "r"(r9)
		: "rcx", "r11", "memory");
	return result;
}

/* As raw, but a child ends at once, without touching its stack: it may be its parent's. */
static long raw_fork(long n, u64 a, u64 b, u64 c, u64 d, u64 e) {
	long result;
	register u64 r10 __asm__("r10") = d, r8 __asm__("r8") = e;
	__asm__ volatile(
		"syscall\n\ttest %%rax, %%rax\n\tjnz 1f\n"
		"\tmov $24, %%eax\n\tsyscall\n\tmov $39, %%eax\n\tsyscall\n"
		"\tmov $60, %%eax\n\txor %%edi, %%edi\n\tsyscall\n\thlt\n1:"
		: "=a"(result), "+D"(a) : "a"(n), "S"(b), "d"(c), "r"(r10), "r"(r8) : "rcx", "r11", "memory");
	return result;
}

/* A thread of this process that runs body(argument) on the stack that ends at `top`. */
static long start_thread(void (*body)(u64), u64 argument, u64 top) {
	u64 *stack = (u64 *)top;
	*--stack = argument;
	*--stack = (u64)body;
	long result;
	u64 flags = 0x100 | 0x200 | 0x400 | 0x800 | 0x10000 | 0x40000; /* VM FS FILES SIGHAND THREAD SYSVSEM */
	register u64 r10 __asm__("r10") = 0, r8 __asm__("r8") = 0;
	__asm__ volatile(
		"syscall\n\ttest %%rax, %%rax\n\tjnz 1f\n"
		"\tpop %%rax\n\tpop %%rdi\n\tand $-16, %%rsp\n\tcall *%%rax\n"
		"\tmov $60, %%eax\n\txor %%edi, %%edi\n\tsyscall\n\thlt\n1:"
		: "=a"(result) : "a"(56L), "D"(flags), "S"(stack), "d"(0L), "r"(r10), "r"(r8)
		: "rcx", "r11", "memory");
	return result;
}

/* --- Arguments */

static const char *const paths[] = {
	/* FILE_SYSTEMS and ATTRIBUTES of table.mjs tell where these stand. */
	"tmpfs", "proc", "ext2", "devtmpfs", "devpts", "sysfs", "ramfs",
	"user.name", "user.other", "security.x", "trusted.y", "system.posix_acl_access",
	"f", "g", "d", "d/x", "d/y", "link", "loop", "fifo", "socket", "hole", "d/../f", "./f/", "d/.", "d/..",
	"", ".", "..", "/", "/tmp", "/tmp/f", "missing/x", "f/x", "/mnt", "/mnt/f", "/mnt/d", "/disk", "/disk/f",
	"/disk/d", "/disk/d/x", "/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom", "/dev/tty",
	"/dev/ptmx", "/dev/pts/0", "/dev/pts/1", "/dev/vdb", "/dev/shm/s", "/dev/kmsg", "/proc", "/proc/self/maps",
	"/proc/self/mem", "/proc/self/status", "/proc/self/stat", "/proc/self/fd/3", "/proc/self/fd/7",
	"/proc/self/fd", "/proc/self/exe", "/proc/self/cwd", "/proc/self/root", "/proc/self/environ",
	"/proc/self/comm", "/proc/self/oom_score_adj", "/proc/self/fdinfo/5", "/proc/self/task", "/proc/1/maps",
	"/proc/2/stat", "/proc/sys/kernel/hostname", "/proc/mounts", "/proc/meminfo", "/proc/locks", "/proc/stat",
	"/sys", "/sys/devices", "/init", "size=1m", "memfd",
	"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
	"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
	"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
};
#define PATHS (sizeof paths / sizeof *paths)

static const u64 numbers[] = {
	0, 1, 2, 3, 4, 5, 7, 8, 15, 16, 17, 24, 31, 32, 63, 64, 65, 100, 127, 128, 255, 256, 511, 512, 1000, 1023,
	1024, 4095, 4096, 4097, 8192, 65535, 65536, 0x100000, 0x7ffff000, 0x7fffffff, 0x80000000, 0xffffffff,
	0x100000000, 0x7fffffffffff, 0x800000000000, 0x7fffffffffffffff, 0x8000000000000000, -1UL, -2UL, -4095UL,
	-4096UL, -100UL, 0xffff800000000000UL, 0x20000000, 1000000000, 999999999,
};
#define NUMBERS (sizeof numbers / sizeof *numbers)

static inline u64 number(struct random *r) {
	switch (below(r, 8)) {
	case 0: return wide(r);
	case 1: return next(r);
	case 2: case 3: return below(r, 16);
	default: return numbers[below(r, NUMBERS)];
	}
}

static u64 length(struct random *r) {
	static const u64 lengths[] = {0, 1, 2, 3, 4, 7, 8, 9, 12, 16, 24, 32, 48, 64, 65, 96, 100, 128, 144, 255, 256,
		512, 1000, 4000, 4095, 4096, 4097, 8191, 8192, 8193, 16384, 65535, 65536, 65537, 1UL << 20,
		0x7ffff000, 0x7fffffff, 0x80000000, 0xffffffff, 1UL << 47, 1UL << 63, -1UL, -4096UL};
	return lengths[below(r, below(r, 4) ? 32 : sizeof lengths / sizeof *lengths)];
}

static u64 descriptor(struct random *r, const struct arg *arg) {
	unsigned k = below(r, 32);
	if (arg->count > 0 && k < 24) return arg->first + below(r, arg->count);
	if (k < 29) return below(r, OPENED);
	static const int odd[] = {-1, -100, 9999, 0x7fffffff, 1023, 1024, 100, -2};
	return (u64)(long)odd[below(r, 8)];
}

static u64 pid(struct random *r) {
	switch (below(r, 8)) {
	case 0: return 0;
	case 1: return raw(SYS_getpid, 0, 0, 0, 0, 0, 0);
	case 2: return raw(SYS_gettid, 0, 0, 0, 0, 0, 0);
	case 3: return -(u64)below(r, 3);
	case 4: return numbers[below(r, NUMBERS)];
	default: return 2 + raw(SYS_getpid, 0, 0, 0, 0, 0, 0) - below(r, 5);
	}
}

/* A readable string at some place of the memory. */
static u64 string(struct random *r, u64 at, const struct arg *arg) {
	int isOfKind = arg != NULL && arg->count > 0 && below(r, 8) != 0;
	const char *text = paths[isOfKind ? arg->first + below(r, arg->count) : below(r, PATHS)];
	volatile char *out = (volatile char *)at;
	unsigned i = 0;
	while (text[i]) { out[i] = text[i]; i++; }
	out[i] = 0;
	return at;
}

static u64 put_text(const char *text) {
	volatile char *out = (volatile char *)RW;
	unsigned i = 0;
	do out[i] = text[i]; while (text[i++]);
	return RW;
}

/* Puts what calls might take for structures at `at`: 128 bytes. */
static void fill(struct random *r, u64 at, int isTime) {
	volatile u64 *words = (volatile u64 *)at;
	if (isTime) {
		/* Mostly short, so that waits end. */
		for (int i = 0; i < 4; i++) {
			int isWild = below(r, 12) == 0;
			words[i] = isWild ? number(r) : i & 1 ? below(r, 3000000) : 0;
		}
		return;
	}
	for (int i = 0; i < 16; i++) {
		switch (below(r, 8)) {
		case 0: words[i] = RW + below(r, RW_SIZE / 8) * 8; break;
		case 1: words[i] = length(r); break;
		case 2: words[i] = below(r, OPENED) | ((u64)(next(r) & 0xffff) << 32); break;
		case 3: words[i] = number(r); break;
		case 4: words[i] = below(r, 64) | ((u64)below(r, 64) << 32); break;
		case 5: words[i] = 1UL << below(r, 64); break;
		default: words[i] = 0;
		}
	}
}

static u64 pointer(struct random *r, int isTime) {
	unsigned k = below(r, 32);
	u64 at = RW + below(r, RW_SIZE / 8 - 600) * 8;
	if (k < 20) {
		if (below(r, 4)) fill(r, at, isTime);
		return at;
	}
	switch (k) {
	case 20: return 0;
	case 21: return EDGE + 4096 - below(r, 64);
	case 22: at = EDGE + 4096 - 8 * below(r, 20); return at;
	case 23: return READ_ONLY + below(r, 4096);
	case 24: return NO_ACCESS;
	case 25: return BEYOND + below(r, 3) * 4096;
	case 26: return SHARED + below(r, 512) * 8;
	case 27: return at + 1 + below(r, 7);
	case 28: return 0x400000 + below(r, 0x4000);
	case 29: return numbers[below(r, NUMBERS)];
	case 30: return PLAY + below(r, 16) * 4096 + below(r, 4096);
	default: return wide(r);
	}
}

static u64 place(struct random *r) {
	switch (below(r, 8)) {
	case 0: return 0;
	case 1: return numbers[below(r, NUMBERS)];
	case 2: return PLAY + below(r, 16 * 4096);
	case 3: return RW + below(r, 16) * 4096;
	case 4: return EDGE;
	default: return PLAY + below(r, 16) * 4096;
	}
}

static u64 argument(struct random *r, const struct arg *arg) {
	unsigned value = 0;
	switch (arg->kind) {
	case K_FD: return descriptor(r, arg);
	case K_DIRFD: return below(r, 2) ? (u64)-100L : descriptor(r, arg);
	case K_PATH: {
		u64 at = RW + below(r, RW_SIZE / 512 - 2) * 512;
		return below(r, 10) ? string(r, at, arg) : pointer(r, 0);
	}
	case K_SIGNAL: return below(r, 16) ? below(r, 66) : number(r);
	case K_FLAGS:
		if (below(r, 10) == 0) return number(r);
		for (unsigned n = arg->count ? below(r, 6) / 2 : 0; n > 0; n--) value |= flag_values[arg->first + below(r, arg->count)];
		return value;
	case K_ONE_OF:
		return arg->count && below(r, 12) ? flag_values[arg->first + below(r, arg->count)] : number(r);
	case K_MODE: return below(r, 4) ? 0700 | below(r, 01000) : next(r);
	case K_STRINGS: {
		u64 at = RW + below(r, RW_SIZE / 512 - 2) * 512;
		if (below(r, 6) == 0) return pointer(r, 0);
		u64 *list = (u64 *)at;
		unsigned count = below(r, 4);
		for (unsigned i = 0; i < count; i++) list[i] = below(r, 8) ? string(r, RW + 512 * below(r, 100), NULL) : pointer(r, 0);
		list[count] = 0;
		return at;
	}
	case K_TIME: return below(r, 4) ? pointer(r, 1) : 0;
	case K_BUFFER: case K_STRUCT: case K_POINTER: return below(r, 6) ? pointer(r, below(r, 8) == 0) : 0;
	case K_PLACE: return place(r);
	case K_PID: return pid(r);
	case K_USER: return below(r, 3) ? (below(r, 2) ? 0 : 1000) : number(r);
	case K_OFFSET: return below(r, 3) ? length(r) : number(r);
	case K_TIMEOUT: return below(r, 3) ? below(r, 4) : number(r);
	case K_LENGTH: return length(r);
	case K_SET_SIZE: return below(r, 8) ? 8 : length(r);
	case K_SMALL: return below(r, 8) ? below(r, 4) : number(r);
	default: return number(r);
	}
}

/* A message of some bytes that passes descriptors, or has room for them. */
static u64 message(struct random *r) {
	u64 at = RW + below(r, RW_SIZE / 512 - 1) * 512;
	volatile u64 *header = (volatile u64 *)at;
	volatile int *fds = (volatile int *)(at + 112);
	unsigned count = below(r, 8);
	header[0] = 0;
	header[1] = 0;
	header[2] = at + 64;
	header[3] = 1;
	header[4] = below(r, 8) ? at + 96 : pointer(r, 0);
	header[5] = below(r, 8) ? 16 + count * 4 : length(r);
	header[6] = 0;
	header[8] = at + 256;
	header[9] = below(r, 4) ? below(r, 200) : length(r);
	header[12] = below(r, 8) ? 16 + count * 4 : length(r);
	header[13] = 1 | ((u64)(below(r, 8) ? 1 : below(r, 4)) << 32);
	/* Sockets mostly: they get into each other's queues. */
	for (unsigned i = 0; i < count; i++) fds[i] = below(r, 3) ? 13 + below(r, 6) : below(r, OPENED);
	return at;
}

/* --- Making calls */

static int is_fork(int n) { return n == SYS_clone || n == SYS_fork || n == SYS_vfork || n == 435; }

static void run_calls(struct random *r, unsigned long count, int worker, int thread, int isRoot);

static void one_call(struct random *r, int worker, int thread, int isRoot) {
	const struct call *call = &calls[below(r, CALLS)];
	int n = call->number;
	/* These end the process, or the system, and say little: seldom. */
	if ((n == SYS_exit || n == SYS_exit_group || n == SYS_rt_sigreturn) && below(r, 32)) return;
	if ((n == SYS_pause || n == SYS_rt_sigsuspend || n == SYS_vhangup) && below(r, 8)) return;
	if (n == 436 /* close_range */ && below(r, 16)) return;
	if (n == SYS_reboot && isRoot) return;
	u64 a[6];
	for (int i = 0; i < 6; i++) a[i] = i < call->args ? argument(r, &call->arg[i]) : wide(r);
	/* Init lives through what it is told, but not through limits and a root that are not its own. */
	if (isRoot && n == SYS_prlimit64 && (int)a[0] == 1) return;
	if (isRoot && n == SYS_pivot_root) return;
	if ((n == SYS_munmap || n == SYS_mprotect || n == SYS_mmap || n == SYS_mremap) && (long)a[1] > 0x10000) a[1] = 0x4000;
	if (n == SYS_execve && below(r, 2)) a[0] = put_text("/init");
	if (n == 435 /* clone3 */ && below(r, 2)) {
		volatile u64 *clone_args = (volatile u64 *)RW;
		for (int i = 0; i < 11; i++) clone_args[i] = 0;
		clone_args[0] = below(r, 2) ? 0 : next(r) & 0x7fffff00;
		clone_args[4] = below(r, 32);
		a[0] = RW;
		a[1] = 88;
	}
	if (n == SYS_brk && below(r, 4)) a[0] = raw(SYS_brk, 0, 0, 0, 0, 0, 0) + below(r, 0x4000);
	if ((n == SYS_sendmsg || n == SYS_recvmsg) && below(r, 4)) a[1] = message(r);
	state->worker[worker].last[thread] = n;
	if (is_fork(n)) {
		/* A fork that goes on by itself, or one with all kinds of sharing that ends at once. */
		if (n == SYS_fork && below(r, 2)) {
			struct random own = {wide(r)};
			if (raw(SYS_fork, 0, 0, 0, 0, 0, 0) == 0) {
				run_calls(&own, below(&own, 40), worker, thread, isRoot);
				raw(SYS_exit_group, 0, 0, 0, 0, 0, 0);
			}
			return;
		}
		raw_fork(n, a[0], below(r, 2) ? 0 : STACKS - 64, a[2], a[3], a[4]);
		return;
	}
	raw(n, a[0], a[1], a[2], a[3], a[4], a[5]);
}

static void run_calls(struct random *r, unsigned long count, int worker, int thread, int isRoot) {
	for (unsigned long i = 0; i < count; i++) {
		one_call(r, worker, thread, isRoot);
		/* Several processes may count here: a call more or less is no matter. */
		state->worker[worker].done[thread]++;
	}
}

/* --- A process that makes calls */

static struct { struct random random; int worker, index, isRoot; unsigned long count; } task[THREADS];

static void thread_body(u64 index) {
	run_calls(&task[index].random, task[index].count, task[index].worker, (int)index, task[index].isRoot);
}

static void on_signal(int signo) { (void)signo; }

/* Opens one of everything, from descriptor 0 on. */
static void open_all(void) {
	for (int fd = 0; fd < 64; fd++) close(fd);
	open("/dev/null", O_RDWR | O_NONBLOCK);
	open("/dev/zero", O_RDWR | O_NONBLOCK);
	open("/dev/full", O_RDWR | O_NONBLOCK);
	open("f", O_RDWR | O_NONBLOCK | O_CREAT, 0666);
	open("g", O_RDWR | O_NONBLOCK | O_CREAT | O_APPEND, 0666);
	open("hole", O_RDWR | O_NONBLOCK | O_CREAT, 0666);
	open(".", O_RDONLY | O_NONBLOCK | O_DIRECTORY);
	open("d", O_PATH | O_NONBLOCK);
	int pair[2];
	if (pipe(pair) == 0) fcntl(pair[0], F_SETFL, O_NONBLOCK);
	pipe2(pair, O_NONBLOCK);
	open("fifo", O_RDWR | O_NONBLOCK);
	socketpair(AF_UNIX, SOCK_STREAM, 0, pair);
	socketpair(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0, pair);
	socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK, 0, pair);
	socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0);
	eventfd(0, EFD_NONBLOCK);
	eventfd(3, EFD_SEMAPHORE);
	timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK);
	timerfd_create(CLOCK_REALTIME, 0);
	sigset_t set;
	sigemptyset(&set);
	sigaddset(&set, SIGUSR2);
	signalfd(-1, &set, SFD_NONBLOCK);
	epoll_create1(0);
	epoll_create1(EPOLL_CLOEXEC);
	inotify_init1(IN_NONBLOCK);
	syscall(SYS_memfd_create, "memory", 3);
	syscall(SYS_pidfd_open, getpid(), 0);
	open("/dev/ptmx", O_RDWR | O_NONBLOCK | O_NOCTTY);
	open("/dev/random", O_RDONLY | O_NONBLOCK);
	open("/dev/urandom", O_RDWR | O_NONBLOCK);
	open("/dev/kmsg", O_RDWR | O_NONBLOCK);
	open("/proc/self/maps", O_RDONLY | O_NONBLOCK);
	open("/proc/self/mem", O_RDWR | O_NONBLOCK);
	open("/proc/self", O_RDONLY | O_NONBLOCK | O_DIRECTORY);
	open("/proc/self/stat", O_RDONLY | O_NONBLOCK);
	open("/mnt/f", O_RDWR | O_NONBLOCK | O_CREAT, 0666);
	open("/mnt", O_RDONLY | O_NONBLOCK | O_DIRECTORY);
	open("/disk/f", O_RDWR | O_NONBLOCK | O_CREAT, 0666);
	open("/disk", O_RDONLY | O_NONBLOCK | O_DIRECTORY);
	open("/init", O_RDONLY | O_NONBLOCK);
	open(".", O_RDWR | O_NONBLOCK | O_TMPFILE, 0600);
}

static void map_all(void) {
	int prot = PROT_READ | PROT_WRITE, flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED;
	mmap((void *)RW, RW_SIZE, prot, flags, -1, 0);
	mmap((void *)EDGE, 4096, prot, flags, -1, 0);
	mmap((void *)READ_ONLY, 8192, PROT_READ, flags, -1, 0);
	mmap((void *)NO_ACCESS, 4096, PROT_NONE, flags, -1, 0);
	mmap((void *)BEYOND, 3 * 4096, prot, MAP_SHARED | MAP_FIXED, 3, 0);
	mmap((void *)PLAY, 16 * 4096, prot, flags, -1, 0);
	mmap((void *)STACKS, THREADS * STACK_SIZE, prot, flags, -1, 0);
}

static void work(u64 seed, int worker, unsigned long count) {
	struct random r = {seed};
	int isRoot = below(&r, 4) == 0;
	chdir("/tmp");
	open_all();
	map_all();
	struct sigaction action = {.sa_handler = on_signal};
	sigaction(SIGALRM, &action, NULL);
	sigaction(SIGUSR1, &action, NULL);
	struct itimerval often = {{0, 5000}, {0, 5000}};
	setitimer(ITIMER_REAL, &often, NULL);
	struct rlimit files = {200, 200}, file = {16 << 20, 16 << 20}, processes = {60, 60};
	setrlimit(RLIMIT_NOFILE, &files);
	setrlimit(RLIMIT_FSIZE, &file);
	setrlimit(RLIMIT_NPROC, &processes);
	if (below(&r, 2)) setsid();
	if (!isRoot) {
		setgid(1000);
		setuid(1000);
	}
	int threads = 1 + below(&r, THREADS);
	for (int i = 0; i < threads; i++) {
		task[i].random.s = wide(&r);
		task[i].worker = worker;
		task[i].isRoot = isRoot;
		task[i].count = count / threads;
	}
	for (int i = 1; i < threads; i++) start_thread(thread_body, i, STACKS + (i + 1) * STACK_SIZE);
	thread_body(0);
	if (below(&r, 2)) raw(SYS_exit, 0, 0, 0, 0, 0, 0);
	raw(SYS_exit_group, 0, 0, 0, 0, 0, 0);
}

/* --- Init */

static int port;

static void say(const char *format, u64 a, u64 b, u64 c) {
	char line[200];
	int length = snprintf(line, sizeof line, format, a, b, c);
	write(port, line, length);
}

static void prepare(void) {
	umask(0);
	mkdir("/proc", 0755);
	mount("proc", "/proc", "proc", 0, NULL);
	mkdir("/sys", 0755);
	mount("sysfs", "/sys", "sysfs", 0, NULL);
	port = open("/dev/virtio-ports/aster.fuzz", O_WRONLY | O_CLOEXEC);
	mkdir("/tmp", 01777);
	mkdir("/mnt", 0777);
	mkdir("/disk", 0777);
	mount("tmpfs", "/tmp", "tmpfs", 0, "size=16m");
	mount("tmpfs", "/mnt", "tmpfs", 0, "size=4m");
	mount("/dev/vda", "/disk", "ext2", 0, NULL);
	chmod("/disk", 0777);
	chdir("/tmp");
	mmap((void *)STATE, sizeof(struct shared_state), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
	mmap((void *)SHARED, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
}

/* What workers expect in /tmp, as far as others have left it. */
static void refresh(void) {
	close(open("/tmp/f", O_RDWR | O_CREAT | O_NONBLOCK, 0666));
	mkdir("/tmp/d", 0777);
	mkdir("/mnt/d", 0777);
	mkdir("/disk/d", 0777);
	mkfifo("/tmp/fifo", 0666);
	symlink("f", "/tmp/link");
	symlink("loop", "/tmp/loop");
}

static unsigned long done(int worker) {
	unsigned long sum = 0;
	for (int i = 0; i < THREADS; i++) sum += state->worker[worker].done[i];
	return sum;
}

/* Ends all processes but this one. What SIGKILL does not end within ten seconds hangs. */
static int end_all(void) {
	for (int tries = 0; tries < 1000; tries++) {
		kill(-1, SIGKILL);
		kill(-1, SIGCONT);
		while (waitpid(-1, NULL, __WALL | WNOHANG) > 0) {}
		if (waitpid(-1, NULL, __WALL | WNOHANG) < 0) return 0;
		usleep(10000);
	}
	return -1;
}

/* Gives the workers new file systems for those that they have filled. */
static void sweep(void) {
	for (int i = 0; i < 20; i++) umount2("/tmp", MNT_DETACH);
	mount("tmpfs", "/tmp", "tmpfs", 0, "size=16m");
	chdir("/tmp");
	for (int i = 0; i < 20; i++) umount2("/mnt", MNT_DETACH);
	mount("tmpfs", "/mnt", "tmpfs", 0, "size=4m");
}

int main(int argc, char **argv) {
	if (getpid() != 1 || argc < 3) return 0; /* executed by one of the calls */
	u64 seed = strtoul(argv[1], NULL, 10);
	unsigned long wanted = strtoul(argv[2], NULL, 10), total = 0, kills = 0, workers = 0;
	struct random r = {seed};
	prepare();
	int pids[PROCESSES] = {0}, still[PROCESSES] = {0};
	unsigned long seen[PROCESSES] = {0};
	int generation = 0;
	while (total < wanted) {
		if (generation++ % 512 == 511) {
			if (end_all() != 0) {
				say("hang: a process lives on after SIGKILL (calls %lu %lu %lu)\n", state->worker[0].last[0],
					state->worker[1].last[0], state->worker[2].last[0]);
				break;
			}
			sweep();
		}
		for (int w = 0; w < PROCESSES; w++) {
			if (pids[w] != 0 && (kill(pids[w], 0) == 0)) continue;
			total += done(w);
			memset(&state->worker[w], 0, sizeof state->worker[w]);
			seen[w] = still[w] = 0;
			refresh();
			u64 own = wide(&r);
			unsigned long count = 100 + below(&r, 400);
			int child = fork();
			if (child == 0) work(own, w, count);
			pids[w] = child > 0 ? child : 0;
			workers++;
		}
		usleep(2000);
		while (waitpid(-1, NULL, __WALL | WNOHANG) > 0) {}
		for (int w = 0; w < PROCESSES; w++) {
			unsigned long now = done(w);
			still[w] = now == seen[w] ? still[w] + 1 : 0;
			seen[w] = now;
			if (still[w] > 15 && pids[w] > 0) {
				kill(pids[w], SIGKILL);
				kills++;
			}
		}
	}
	int isHung = end_all() != 0;
	for (int w = 0; w < PROCESSES; w++) total += done(w);
	if (isHung) say("hang: a process lives on after SIGKILL (calls %lu %lu %lu)\n", state->worker[0].last[0],
		state->worker[1].last[0], state->worker[2].last[0]);
	say("done: %lu calls, %lu processes, %lu of them killed\n", total, workers, kills);
	reboot(RB_POWER_OFF);
	return 1;
}
