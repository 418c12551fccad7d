// SPDX-License-Identifier: MPL-2.0
/*
 * Random calls about memory, in a few pages that are mapped, protected, moved, locked, cut and touched:
 * what each call and each access gives, and what /proc/self/maps says of the pages.
 */
#define _GNU_SOURCE
#include "random.h"

#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/syscall.h>

#define ARENA 0x20000000UL
#define PAGE 4096UL
#define PAGES 24
#define END (ARENA + PAGES * PAGE)
#define FILE_PAGES 6
/* Open for reading and writing, for reading, for writing; of a memory; a pipe; a file that is never mapped. */
enum { READ_WRITE = 10, READ_ONLY, WRITE_ONLY, MEMORY, PIPE_OUT, PIPE_IN, SOURCE };

static char buffer[8 * PAGE];

static u64 pageAddress(void) { return ARENA + below(PAGES) * PAGE; }
/* Mostly whole pages; sometimes an odd address, which most calls refuse. */
static u64 address(void) { return pageAddress() + (below(12) == 0 ? below(PAGE) : 0); }
static u64 length(void) {
	switch (below(12)) {
	case 0: return 0;
	case 1: return below(3 * PAGE);
	case 2: return -(u64)(below(2) ? 1 + below(1000) : 3 * PAGE);
	default: return (1 + below(5)) * PAGE;
	}
}
static int protection(void) {
	return CHOOSE(int, PROT_NONE, PROT_READ, PROT_READ | PROT_WRITE, PROT_READ | PROT_WRITE, PROT_READ | PROT_WRITE,
		PROT_READ | PROT_EXEC, PROT_WRITE, PROT_GROWSDOWN | PROT_READ);
}
static int descriptor(void) {
	return CHOOSE(int, -1, READ_WRITE, READ_WRITE, READ_ONLY, WRITE_ONLY, MEMORY, MEMORY, PIPE_OUT);
}

/* --- Accesses, with the signals that they may give */

static sigjmp_buf away;
static volatile int faultSignal, faultCode;
static volatile u64 faultAddress;
static void onFault(int number, siginfo_t *info, void *context) {
	(void)context;
	faultSignal = number;
	faultCode = info->si_code;
	faultAddress = (u64)info->si_addr;
	siglongjmp(away, 1);
}
static long touch(u64 at, int writes) {
	volatile unsigned char *byte = (volatile unsigned char *)at;
	if (sigsetjmp(away, 1) != 0) {
		DETAIL(" signal %d code %d at %ld", faultSignal, faultCode, (long)(faultAddress - ARENA));
		return -1;
	}
	if (!writes) return *byte;
	*byte = (unsigned char)below(256);
	return 0;
}

/* --- Calls */

/* Where a call has put something: addresses outside are the system's choice. */
static long placed(long result) { return result == -1 ? -1 : (u64)result >= ARENA && (u64)result < END ? (long)(result - ARENA) : 0; }

static long mapping(void) {
	u64 at = address(), size = length();
	int bits = protection(), file = descriptor();
	int flags = CHOOSE(int, MAP_PRIVATE, MAP_PRIVATE, MAP_SHARED, MAP_SHARED, MAP_SHARED_VALIDATE, 0, 4);
	flags |= CHOOSE(int, MAP_FIXED, MAP_FIXED, MAP_FIXED, MAP_FIXED_NOREPLACE, MAP_FIXED_NOREPLACE | MAP_FIXED);
	flags |= CHOOSE(int, 0, 0, 0, MAP_NORESERVE, MAP_POPULATE, MAP_DENYWRITE, MAP_NONBLOCK, MAP_STACK);
	if (file == -1 || below(4) == 0) flags |= MAP_ANONYMOUS;
	long offset = CHOOSE(long, 0, 0, PAGE, 3 * PAGE, 5 * PAGE, 8 * PAGE, 100, -(long)PAGE);
	CALL("mmap(%ld, %ld, %x, %x, %d, %ld)", (long)(at - ARENA), (long)size, bits, flags, file, offset);
	long result = syscall(SYS_mmap, at, size, bits, flags, file, offset);
	/* Beyond the arena nothing is kept. */
	if (result != -1 && at + size > END) munmap((void *)END, at + size - END);
	return placed(result);
}
static long moving(void) {
	u64 at = address(), size = length(), wanted = length(), to = address();
	int flags = CHOOSE(int, 0, 0, MREMAP_MAYMOVE | MREMAP_FIXED, MREMAP_MAYMOVE | MREMAP_FIXED, MREMAP_FIXED,
		MREMAP_MAYMOVE | MREMAP_FIXED | MREMAP_DONTUNMAP, 8);
	if (flags == 0 && at + wanted > END) wanted = PAGE;
	if (to + wanted > END) to = ARENA;
	CALL("mremap(%ld, %ld, %ld, %x, %ld)", (long)(at - ARENA), (long)size, (long)wanted, flags, (long)(to - ARENA));
	return placed(syscall(SYS_mremap, at, size, wanted, flags, to));
}
static long changing(void) {
	u64 at = address(), size = length();
	int bits = protection(), flags;
	switch (below(9)) {
	case 0: case 1:
		CALL("munmap(%ld, %ld)", (long)(at - ARENA), (long)size);
		/* The rest of the address space is the program's own. */
		return size > PAGES * PAGE && size < -2 * PAGE ? 0 : syscall(SYS_munmap, at, size);
	case 2: case 3:
		CALL("mprotect(%ld, %ld, %x)", (long)(at - ARENA), (long)size, bits);
		return syscall(SYS_mprotect, at, size, bits);
	case 4: case 5:
		flags = CHOOSE(int, MADV_NORMAL, MADV_DONTNEED, MADV_DONTNEED, MADV_WILLNEED, MADV_REMOVE, MADV_DONTFORK,
			MADV_DOFORK, MADV_WIPEONFORK, MADV_KEEPONFORK, MADV_SEQUENTIAL, 22, 23, 7, 100, -1);
		CALL("madvise(%ld, %ld, %d)", (long)(at - ARENA), (long)size, flags);
		return syscall(SYS_madvise, at, size, flags);
	case 6:
		flags = CHOOSE(int, 0, MS_ASYNC, MS_SYNC, MS_INVALIDATE, MS_SYNC | MS_ASYNC, 8, MS_SYNC | MS_INVALIDATE);
		CALL("msync(%ld, %ld, %d)", (long)(at - ARENA), (long)size, flags);
		return syscall(SYS_msync, at, size, flags);
	case 7:
		flags = CHOOSE(int, SYS_mlock, SYS_munlock, SYS_munlock);
		if (size > PAGES * PAGE) at -= at % PAGE;
		CALL("%s(%ld, %ld)", flags == SYS_mlock ? "mlock" : "munlock", (long)(at - ARENA), (long)size);
		return syscall(flags, at, size);
	default:
		CALL("mincore(%ld, %ld)", (long)(at - ARENA), (long)size);
		return syscall(SYS_mincore, at, size > sizeof buffer ? sizeof buffer * PAGE : size, buffer);
	}
}
static long copying(void) {
	u64 at = address() + (below(2) ? below(PAGE) : 0);
	size_t count = below(3) != 0 ? below(6000) : below(20);
	long offset = (long)below(7 * PAGE);
	switch (below(4)) {
	case 0:
		CALL("pread to %ld, %zu of %ld", (long)(at - ARENA), count, offset);
		return syscall(SYS_pread64, SOURCE, at, count, offset);
	case 1:
		CALL("pwrite from %ld, %zu", (long)(at - ARENA), count);
		/* At the start: Linux's tmpfs grows a file up to where a write fails. */
		return syscall(SYS_pwrite64, READ_WRITE, at, count, 0);
	case 2:
		CALL("write %zu from %ld to a pipe", count, (long)(at - ARENA));
		long sent = syscall(SYS_write, PIPE_IN, at, count);
		int error = errno;
		while (read(PIPE_OUT, buffer, sizeof buffer) > 0) {}
		errno = error;
		return sent;
	default:
		offset = CHOOSE(long, 0, 100, PAGE, 3 * PAGE + 50, FILE_PAGES * PAGE, FILE_PAGES * PAGE);
		CALL("ftruncate(%ld)", offset);
		return ftruncate(below(2) ? READ_WRITE : MEMORY, offset);
	}
}
static long accessing(void) {
	u64 at = pageAddress() + below(PAGE);
	int writes = (int)below(2);
	CALL("%s at %ld", writes ? "store" : "load", (long)(at - ARENA));
	return touch(at, writes);
}
/* What a child finds: copies, shared pages, and what is not inherited. */
static long inheriting(void) {
	u64 at = pageAddress();
	CALL("fork, load and store at %ld", (long)(at - ARENA));
	int answer[2];
	if (pipe(answer) != 0) return -1;
	pid_t child = fork();
	if (child == 0) {
		unsigned found = (unsigned)touch(at, 0) + 1;
		touch(at, 1);
		if (write(answer[1], &found, sizeof found) < 0) _exit(1);
		_exit(0);
	}
	unsigned found = 0;
	close(answer[1]);
	if (read(answer[0], &found, sizeof found) < 0) found = 1000;
	close(answer[0]);
	waitpid(child, NULL, 0);
	return found;
}
/* Neighbours that are alike count as one range: when Linux joins them depends on what was there before. */
static long listing(void) {
	CALL("maps");
	FILE *maps = fopen("/proc/self/maps", "r");
	char line[400], bits[8], last[8] = "";
	u64 start, end, offset, first = 0, lastEnd = 0, lastOffset = 0;
	int isFile = 0, wasFile = 0;
	long count = 0;
	size_t at = 0;
	while (maps != NULL && fgets(line, sizeof line, maps) != NULL) {
		if (sscanf(line, "%lx-%lx %4s %lx", &start, &end, bits, &offset) != 4) continue;
		if (start < ARENA || start >= END) continue;
		isFile = strchr(line, '/') != NULL;
		int continues = count > 0 && start == lastEnd && strcmp(bits, last) == 0 && isFile == wasFile &&
			(!isFile || offset == lastOffset);
		if (!continues) {
			if (count > 0) at += (size_t)snprintf(detail + at, sizeof detail - at, "+%ld", (long)((lastEnd - first) / PAGE));
			at += (size_t)snprintf(detail + at, sizeof detail - at, " %s %ld%s %ld", bits, (long)(offset / PAGE),
				isFile ? "f" : "", (long)((start - ARENA) / PAGE));
			first = start;
			count++;
		}
		lastEnd = end;
		lastOffset = offset + end - start;
		wasFile = isFile;
		strcpy(last, bits);
	}
	if (maps != NULL) fclose(maps);
	return count;
}

static void setUp(void) {
	struct sigaction action = {.sa_sigaction = onFault, .sa_flags = SA_SIGINFO};
	sigaction(SIGSEGV, &action, NULL);
	sigaction(SIGBUS, &action, NULL);
	int pipes[2];
	if (pipe2(pipes, O_NONBLOCK) != 0) exit(9);
	dup2(pipes[0], PIPE_OUT);
	dup2(pipes[1], PIPE_IN);
	dup2(open("f", O_RDWR | O_CREAT, 0600), READ_WRITE);
	dup2(open("f", O_RDONLY), READ_ONLY);
	dup2(open("f", O_WRONLY), WRITE_ONLY);
	dup2((int)syscall(SYS_memfd_create, "memory", 0), MEMORY);
	for (u64 i = 0; i < sizeof buffer; i++) buffer[i] = (char)(i / 100);
	dup2(open("g", O_RDWR | O_CREAT, 0600), SOURCE);
	if (pwrite(SOURCE, buffer, sizeof buffer, 0) < 0) exit(9);
	if (pwrite(READ_WRITE, buffer, FILE_PAGES * PAGE, 0) < 0 || ftruncate(MEMORY, FILE_PAGES * PAGE) < 0) exit(9);
}

static long step(void) {
	long (*const kind)(void) = CHOOSE(typeof(&mapping), mapping, mapping, mapping, moving, changing, changing, changing,
		copying, copying, accessing, accessing, accessing, accessing, inheriting, listing);
	return kind();
}
