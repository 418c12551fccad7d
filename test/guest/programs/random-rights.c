// SPDX-License-Identifier: MPL-2.0
/*
 * Random calls about who a process is and what it may do: ids, groups, capabilities, limits, priorities,
 * policies, process groups and signals to others, by a process that becomes this and that user.
 */
#define _GNU_SOURCE
/* What was given up does not come back: many short runs. */
#define RUNS 150
#define CALLS 60
#define GROUP 60
#include "random.h"

#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <time.h>

static int id(void) { return CHOOSE(int, 0, 10, 20, 77, 65534, -1, -1); }

/* A child of root's and one of user 10's, asleep, each in a group of its own. */
static pid_t children[2];
/* Numbers of processes differ from run to run; their places do not. */
static int someone(void) { return CHOOSE(int, 0, 0, -1, 1, 2, 3); }
static pid_t number(int who) {
	return who == 1 ? getpid() : who == 2 ? children[0] : who == 3 ? children[1] : who == -1 ? 1 << 21 : 0;
}

struct capabilities { unsigned effective, permitted, inheritable; };
static long capget(struct capabilities halves[2]) {
	struct { unsigned version; int pid; } header = {0x20080522, 0};
	return syscall(SYS_capget, &header, halves);
}

/* --- Calls */

static long identities(void) {
	int a = id(), b = id(), c = id();
	gid_t groups[40] = {10, 20, 77, 5, 0};
	switch (below(12)) {
	case 0: CALL("setuid(%d)", a); return syscall(SYS_setuid, a);
	case 1: CALL("setgid(%d)", a); return syscall(SYS_setgid, a);
	case 2: CALL("setreuid(%d, %d)", a, b); return syscall(SYS_setreuid, a, b);
	case 3: CALL("setregid(%d, %d)", a, b); return syscall(SYS_setregid, a, b);
	case 4: case 5: CALL("setresuid(%d, %d, %d)", a, b, c); return syscall(SYS_setresuid, a, b, c);
	case 6: CALL("setresgid(%d, %d, %d)", a, b, c); return syscall(SYS_setresgid, a, b, c);
	case 7: CALL("setfsuid(%d)", a); return syscall(SYS_setfsuid, a);
	case 8: CALL("setfsgid(%d)", a); return syscall(SYS_setfsgid, a);
	case 9:
		a = CHOOSE(int, 0, 1, 3, 5, -1, 70000);
		CALL("setgroups(%d)", a);
		return syscall(SYS_setgroups, a, groups);
	case 10:
		a = CHOOSE(int, 0, 1, 3, 40, -1);
		CALL("getgroups(%d)", a);
		long count = syscall(SYS_getgroups, a, groups);
		for (long i = 0, at = 0; i < count && a > 0; i++)
			at += snprintf(detail + at, sizeof detail - (size_t)at, " %u", groups[i]);
		return count;
	default:
		CALL("getresuid, getresgid");
		uid_t r, e, s;
		gid_t rg, eg, sg;
		syscall(SYS_getresuid, &r, &e, &s);
		long result = syscall(SYS_getresgid, &rg, &eg, &sg);
		DETAIL(" %u %u %u, %u %u %u", r, e, s, rg, eg, sg);
		return result;
	}
}
static long powers(void) {
	struct capabilities halves[2] = {{0}};
	struct { unsigned version; int pid; } header = {CHOOSE(unsigned, 0x20080522, 0x20080522, 0x20071026, 0x19980330, 1), 0};
	int bit = (int)below(43) - 1, flag = (int)below(3);
	long result;
	switch (below(12)) {
	case 0: case 1:
		CALL("capget");
		result = capget(halves);
		DETAIL(" %x %x %x, %x %x %x", halves[0].effective, halves[0].permitted, halves[0].inheritable,
			halves[1].effective, halves[1].permitted, halves[1].inheritable);
		return result;
	case 2: case 3:
		capget(halves);
		unsigned *field = CHOOSE(int, 0, 1, 2) == 0 ? &halves[0].effective
			: below(2) ? &halves[0].permitted : &halves[0].inheritable;
		*field = below(2) ? *field & ~(1u << below(32)) : *field | 1u << below(32);
		if (below(6) == 0) header.pid = CHOOSE(int, -1, 1 << 21);
		CALL("capset(%x, %d, %x %x %x)", header.version, header.pid, halves[0].effective, halves[0].permitted,
			halves[0].inheritable);
		return syscall(SYS_capset, &header, halves);
	case 4: CALL("PR_CAPBSET_READ(%d)", bit); return prctl(PR_CAPBSET_READ, bit, 0, 0, 0);
	case 5:
		if (below(3) != 0) bit = 30;
		CALL("PR_CAPBSET_DROP(%d)", bit);
		return prctl(PR_CAPBSET_DROP, bit, 0, 0, 0);
	case 6:
		flag = CHOOSE(int, 0, 1, 2, 3, 4, 5);
		CALL("PR_CAP_AMBIENT(%d, %d)", flag, bit);
		return prctl(PR_CAP_AMBIENT, flag, flag == 4 ? 0 : bit, 0, 0);
	case 7: CALL("PR_SET_KEEPCAPS(%d)", flag); return prctl(PR_SET_KEEPCAPS, flag, 0, 0, 0);
	case 8: CALL("PR_GET_KEEPCAPS"); return prctl(PR_GET_KEEPCAPS, 0, 0, 0, 0);
	case 9:
		bit = CHOOSE(int, 0, 0x10, 0x4, 0x1, 0x40, 0x80);
		CALL("PR_SET_SECUREBITS(%x)", bit);
		return prctl(PR_SET_SECUREBITS, bit, 0, 0, 0);
	case 10: CALL("PR_GET_SECUREBITS"); return prctl(PR_GET_SECUREBITS, 0, 0, 0, 0);
	default:
		flag = CHOOSE(int, PR_GET_DUMPABLE, PR_GET_NO_NEW_PRIVS, PR_GET_PDEATHSIG, PR_SET_DUMPABLE, PR_GET_TIMERSLACK,
			PR_SET_TIMERSLACK, PR_SET_CHILD_SUBREAPER, PR_GET_TSC, PR_GET_THP_DISABLE, 1000, PR_GET_UNALIGN);
		bit = CHOOSE(int, 0, 1, 2, -1);
		CALL("prctl(%d, %d)", flag, bit);
		int word = 0;
		return prctl(flag, flag == PR_GET_PDEATHSIG || flag == PR_GET_TSC || flag == PR_GET_UNALIGN ? (long)&word : bit, 0, 0, 0);
	}
}
static long limits(void) {
	int resource = (int)below(17), who = someone(), value = (int)below(45) - 22;
	struct rlimit limit = {below(3) * 100, below(4) * 100};
	if (resource == RLIMIT_CPU || resource == RLIMIT_AS || resource == RLIMIT_DATA || resource == RLIMIT_STACK ||
		resource == RLIMIT_NOFILE || resource == RLIMIT_FSIZE || resource == RLIMIT_NPROC || resource == RLIMIT_RTTIME)
		resource = RLIMIT_NICE;
	if (below(4) == 0) limit.rlim_max = RLIM_INFINITY;
	switch (below(8)) {
	case 0: case 1:
		CALL("setrlimit(%d, %ld, %ld)", resource, (long)limit.rlim_cur, (long)limit.rlim_max);
		return syscall(SYS_setrlimit, resource, &limit);
	case 2:
		CALL("getrlimit(%d)", resource);
		long result = syscall(SYS_getrlimit, resource, &limit);
		if (resource != RLIMIT_SIGPENDING && result == 0) DETAIL(" %ld %ld", (long)limit.rlim_cur, (long)limit.rlim_max);
		return result;
	case 3:
		CALL("prlimit(%d, %d)", who, resource);
		return syscall(SYS_prlimit64, number(who), resource, NULL, &limit);
	case 4: case 5:
		resource = CHOOSE(int, PRIO_PROCESS, PRIO_PROCESS, 3);
		CALL("setpriority(%d, %d, %d)", resource, who, value);
		return syscall(SYS_setpriority, resource, number(who), value);
	case 6:
		CALL("getpriority(%d)", who);
		return syscall(SYS_getpriority, PRIO_PROCESS, number(who));
	default:
		value = CHOOSE(int, 0, 1 << 13 | 3, 2 << 13 | 7, 3 << 13, 2 << 13 | 8, 1 << 13, 4 << 13);
		CALL("ioprio_set(%d, %x)", who, value);
		return syscall(SYS_ioprio_set, 1, number(who), value);
	}
}
static long policies(void) {
	int who = someone(), policy = CHOOSE(int, SCHED_OTHER, SCHED_FIFO, SCHED_RR, SCHED_BATCH, SCHED_IDLE, 4, 7, -1);
	struct sched_param parameter = {.sched_priority = CHOOSE(int, 0, 0, 1, 50, 99, 100, -1)};
	u64 set = CHOOSE(u64, 0, 1, 2, 3);
	struct timespec span;
	long result;
	switch (below(7)) {
	case 0: case 1:
		CALL("sched_setscheduler(%d, %x, %d)", who, policy, parameter.sched_priority);
		return syscall(SYS_sched_setscheduler, number(who), policy, &parameter);
	case 2: CALL("sched_getscheduler(%d)", who); return syscall(SYS_sched_getscheduler, number(who));
	case 3:
		CALL("sched_setparam(%d, %d)", who, parameter.sched_priority);
		return syscall(SYS_sched_setparam, number(who), &parameter);
	case 4:
		CALL("sched_getparam(%d)", who);
		result = syscall(SYS_sched_getparam, number(who), &parameter);
		DETAIL(" %d", parameter.sched_priority);
		return result;
	case 5:
		if ((set & 1) == 0 && set != 0) set = 0;
		CALL("sched_setaffinity(%d, %lx)", who, set);
		return syscall(SYS_sched_setaffinity, number(who), sizeof set, &set);
	default:
		CALL("sched_rr_get_interval(%d)", who);
		result = syscall(SYS_sched_rr_get_interval, number(who), &span);
		return result == 0 ? 0 : result;
	}
}
static long others(void) {
	int who = someone(), group = someone(), signal = CHOOSE(int, 0, 0, SIGCONT, SIGURG, SIGWINCH, 65, -1);
	siginfo_t info = {.si_signo = signal, .si_code = CHOOSE(int, SI_QUEUE, SI_USER, SI_TKILL, 0x80)};
	switch (below(8)) {
	case 0: CALL("kill(%d, %d)", who, signal); return who < 0 ? 0 : syscall(SYS_kill, number(who), signal);
	case 1: CALL("tgkill(%d, %d, %d)", who, group, signal); return syscall(SYS_tgkill, number(who), number(group), signal);
	case 2:
		CALL("rt_sigqueueinfo(%d, %d, %d)", who, signal, info.si_code);
		return syscall(SYS_rt_sigqueueinfo, number(who), signal, &info);
	case 3: CALL("setpgid(%d, %d)", who, group); return syscall(SYS_setpgid, number(who), number(group));
	case 4: {
		CALL("getpgid(%d)", who);
		long result = syscall(SYS_getpgid, number(who));
		return result < 0 ? result : result == getpid() ? 1 : result == children[0] ? 2 : result == children[1] ? 3 : 4;
	}
	case 5: CALL("getsid(%d)", who); return syscall(SYS_getsid, number(who)) < 0 ? -1 : 0;
	case 6:
		CALL("open /proc of %d", who);
		char name[60];
		snprintf(name, sizeof name, "/proc/%d/%s", number(who), CHOOSE(char *, "environ", "fd", "stat", "maps", "auxv", "cwd"));
		long opened = open(name, O_RDONLY);
		if (opened >= 0) close((int)opened);
		return opened < 0 ? -1 : 0;
	default:
		CALL("access as the real user");
		return access(CHOOSE(char *, "mine", "ten", "all"), (int)below(8));
	}
}

static void setUp(void) {
	setpgid(0, 0);
	/* No core files, here as where this was recorded. */
	setrlimit(RLIMIT_CORE, &(struct rlimit){0, 0});
	/* Containers have no CAP_SYS_RESOURCE: here nobody has it. */
	struct capabilities halves[2];
	struct { unsigned version; int pid; } header = {0x20080522, 0};
	capget(halves);
	halves[0].effective &= ~(1u << 24);
	halves[0].permitted &= ~(1u << 24);
	prctl(PR_CAPBSET_DROP, 24, 0, 0, 0);
	if (syscall(SYS_capset, &header, halves) != 0) exit(9);
	close(open("mine", O_CREAT | O_WRONLY, 0600));
	close(open("ten", O_CREAT | O_WRONLY, 0640));
	if (chown("ten", 10, 20) != 0) exit(9);
	close(open("all", O_CREAT | O_WRONLY, 0777));
	/* Nobody can be sure to have the right to end them: they end with the last who could write. */
	int alive[2];
	if (pipe(alive) != 0) exit(9);
	for (int i = 0; i < 2; i++) {
		int ready[2];
		char byte = 0;
		if (pipe(ready) != 0) exit(9);
		children[i] = fork();
		if (children[i] == 0) {
			close(alive[1]);
			setpgid(0, 0);
			if (i == 1 && (setresgid(10, 10, 10) != 0 || setresuid(10, 10, 10) != 0)) _exit(9);
			if (write(ready[1], &byte, 1) != 1) _exit(9);
			while (read(alive[0], &byte, 1) != 0) {}
			_exit(0);
		}
		if (read(ready[0], &byte, 1) != 1) exit(9);
		close(ready[0]);
		close(ready[1]);
	}
	close(alive[0]);
	signal(SIGURG, SIG_IGN);
}

static long step(void) {
	long (*const kind)(void) = CHOOSE(typeof(&limits), identities, identities, identities, powers, powers, limits, policies,
		others, others);
	return kind();
}
