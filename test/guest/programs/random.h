// SPDX-License-Identifier: MPL-2.0
/*
 * For programs of random calls: what each call gives, its error above all, is summed up by the
 * hundred. With the arguments SEED CALLS such a program prints the calls of one run, to be compared
 * line by line with those of Linux.
 *
 * A program defines `setUp`, called once in the empty directory of a run, and `step`, which makes
 * a call: it says with CALL what it calls, with DETAIL what came out, and returns the result.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#ifndef RUNS
#define RUNS 12
#endif
#ifndef CALLS
#define CALLS 900
#endif
#ifndef GROUP
#define GROUP 100
#endif

typedef unsigned long u64;

static u64 state;
static unsigned next(void) {
	state += 0x9e3779b97f4a7c15UL;
	u64 z = state;
	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9UL;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebUL;
	return (unsigned)(z >> 33);
}
static unsigned below(unsigned n) { return next() % n; }
#define PICK(array) ((array)[below(sizeof(array) / sizeof *(array))])
#define CHOOSE(type, ...) ({ static const type choices[] = {__VA_ARGS__}; PICK(choices); })

/* --- What was called, and what it gave */

static char call[800], detail[4000];
static int prints;
static unsigned sum;
#define CALL(...) snprintf(call, sizeof call, __VA_ARGS__)
#define DETAIL(...) snprintf(detail, sizeof detail, __VA_ARGS__)

static void tell(long index, long result, int error) {
	char line[5200];
	snprintf(line, sizeof line, "%ld %s = %ld %d%s\n", index, call, result < 0 ? -1 : result,
		result < 0 ? error : 0, detail);
	if (prints && write(1, line, strlen(line)) < 0) exit(9);
	for (const char *at = line; *at != 0; at++) sum = (sum ^ (unsigned char)*at) * 16777619u;
}

static void setUp(void);
static long step(void);

static void run(u64 seed, long calls) {
	state = seed * 7919 + 13;
	setUp();
	for (long index = 0; index < calls; index++) {
		call[0] = detail[0] = 0;
		errno = 0;
		long result = step();
		tell(index, result, errno);
		if (!prints && index % GROUP == GROUP - 1) printf("seed %lu, %ld calls: %08x\n", seed, index + 1, sum);
	}
}

int main(int argc, char **argv) {
	if (argc == 3) {
		prints = 1;
		run(strtoul(argv[1], NULL, 10), strtol(argv[2], NULL, 10));
		return 0;
	}
	for (u64 seed = 1; seed <= RUNS; seed++) {
		char home[16];
		snprintf(home, sizeof home, "run%lu", seed);
		fflush(stdout);
		pid_t child = fork();
		if (child == 0) {
			if (mkdir(home, 0777) != 0 || chdir(home) != 0) return 9;
			run(seed, CALLS);
			exit(0);
		}
		int status;
		waitpid(child, &status, 0);
		if (status != 0) printf("seed %lu: status %x\n", seed, status);
	}
	return 0;
}
