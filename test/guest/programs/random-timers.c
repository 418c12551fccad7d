// SPDX-License-Identifier: MPL-2.0
/*
 * Random calls about timers and sleeps: timerfd, POSIX timers, setitimer, alarm and clock_nanosleep. Times
 * are far away, long past or waited for, so that what is told does not depend on how fast anything runs.
 */
#define _GNU_SOURCE
#define RUNS 3
#define CALLS 200
#include "random.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/timerfd.h>
#include <time.h>

#define FIRST 5
#define COUNT 6
#define TIMERS 6
static int aFd(void) { return below(15) == 0 ? CHOOSE(int, -1, 4, 90) : FIRST + (int)below(COUNT); }
static int aTimer(void) { return below(15) == 0 ? CHOOSE(int, -1, 99) : (int)below(TIMERS); }
static int ids[TIMERS];
static int idOf(int timer) { return timer < 0 || timer >= TIMERS ? timer : ids[timer]; }

/* Kinds of times: what is left of one is told by its kind. */
static struct timespec aTime(clockid_t clock, int isAbsolute) {
	struct timespec time = CHOOSE(struct timespec, {0, 0}, {0, 0}, {0, 1}, {0, 1000}, {1000000, 0}, {1000000, 0}, {2000000, 5}, {-1, 0},
		{0, -1}, {0, 1000000000}, {1, 999999999});
	if (time.tv_sec == 1 && time.tv_nsec == 999999999) time.tv_sec = 3000000;
	struct timespec now;
	if (isAbsolute && time.tv_sec > 1000 && clock_gettime(clock, &now) == 0) time.tv_sec += now.tv_sec;
	return time;
}
static const char *kindOf(struct timespec time) {
	if (time.tv_sec == 0 && time.tv_nsec == 0) return "none";
	if (time.tv_sec < 900000) return "soon";
	return time.tv_sec < 1900000 ? "one" : time.tv_sec < 2900000 ? "two" : time.tv_sec < 3100000 ? "three" : "far";
}
static clockid_t aClock(void) {
	return CHOOSE(clockid_t, CLOCK_REALTIME, CLOCK_MONOTONIC, CLOCK_MONOTONIC, CLOCK_BOOTTIME, CLOCK_PROCESS_CPUTIME_ID,
		CLOCK_THREAD_CPUTIME_ID, CLOCK_REALTIME_COARSE, CLOCK_MONOTONIC_RAW, CLOCK_TAI, 77, -1);
}
static char text[200];
static const char *told(const struct timespec *time) {
	snprintf(text, sizeof text, "%s", time->tv_sec > 100000 ? kindOf(*time) : time->tv_sec < 0 || time->tv_nsec < 0
		|| time->tv_nsec > 999999999 ? "bad" : time->tv_sec + time->tv_nsec == 0 ? "none" : "soon");
	return text;
}

static long descriptors(void) {
	int fd = aFd(), flags;
	struct itimerspec value, old = {{7, 7}, {7, 7}};
	clockid_t clock = aClock();
	u64 count = 0;
	long result;
	switch (below(8)) {
	case 0: case 1:
		flags = CHOOSE(int, TFD_NONBLOCK, TFD_NONBLOCK, TFD_NONBLOCK | TFD_CLOEXEC, 5);
		CALL("timerfd_create(%d, %x)", clock, flags);
		result = syscall(SYS_timerfd_create, clock, flags | TFD_NONBLOCK);
		if (result < 0) return result;
		fd = FIRST + (int)below(COUNT);
		dup2((int)result, fd);
		if (result > 10) close((int)result);
		return fd;
	case 2: case 3: case 4: {
		flags = CHOOSE(int, 0, 0, 0, TFD_TIMER_ABSTIME, TFD_TIMER_ABSTIME | TFD_TIMER_CANCEL_ON_SET, 8);
		value.it_value = flags & TFD_TIMER_ABSTIME ? (below(2) ? (struct timespec){1, 0} : (struct timespec){9000000000, 0}) : aTime(CLOCK_MONOTONIC, 0);
		value.it_interval = CHOOSE(struct timespec, {0, 0}, {1000000, 0}, {2000000, 0}, {0, -1});
		if (value.it_value.tv_sec == 1) value.it_interval = (struct timespec){0, 0};
		CALL("timerfd_settime(%d, %x, %ld.%09ld, %ld)", fd, flags, value.it_value.tv_sec, value.it_value.tv_nsec, value.it_interval.tv_sec);
		result = syscall(SYS_timerfd_settime, fd, flags, &value, &old);
		if (result == 0) {
			DETAIL(" was %s", kindOf(old.it_value));
			snprintf(detail + strlen(detail), 40, " every %s", kindOf(old.it_interval));
			/* What is soon to come has come. */
			usleep(1500);
		}
		return result;
	}
	case 5:
		CALL("timerfd_gettime(%d)", fd);
		result = syscall(SYS_timerfd_gettime, fd, &old);
		if (result == 0) {
			DETAIL(" %s", kindOf(old.it_value));
			snprintf(detail + strlen(detail), 40, " every %s", kindOf(old.it_interval));
		}
		return result;
	case 6: {
		struct pollfd entry = {fd, POLLIN | POLLRDNORM | POLLOUT, 0};
		CALL("poll(%d)", fd);
		result = poll(&entry, 1, 0);
		DETAIL(" %x", entry.revents);
		return result;
	}
	default:
		if (fd == 4) return 0;
		flags = CHOOSE(int, 8, 8, 4, 16);
		CALL("read(%d, %d)", fd, flags);
		u64 counts[2] = {0, 0};
		result = read(fd, counts, (size_t)flags);
		count = counts[0] > 3 ? 3 : counts[0];
		DETAIL(" %lu", count);
		return result;
	}
}
static long timers(void) {
	int timer = aTimer(), flags;
	struct itimerspec value, old = {{7, 7}, {7, 7}};
	clockid_t clock = aClock();
	long result;
	switch (below(8)) {
	case 0: case 1: {
		struct sigevent event = {.sigev_signo = CHOOSE(int, SIGUSR1, 35, SIGALRM, 0, 65), .sigev_notify = CHOOSE(int, SIGEV_SIGNAL, SIGEV_SIGNAL,
			SIGEV_NONE, SIGEV_THREAD, 4, 9)};
		event.sigev_value.sival_int = (int)below(100);
		/* How much CPU time was used is looked at by the tick. */
		if (clock == CLOCK_PROCESS_CPUTIME_ID || clock == CLOCK_THREAD_CPUTIME_ID) clock = CLOCK_MONOTONIC;
		if (timer < 0 || timer >= TIMERS) timer = 0;
		if (ids[timer] >= 0) syscall(SYS_timer_delete, ids[timer]);
		ids[timer] = -5;
		*((int *)&event + 4) = event.sigev_notify == 4 && below(2) ? (int)syscall(SYS_gettid) : 0;
		int isNull = below(6) == 0, id;
		CALL("timer_create(%d, %d, %d) %d", clock, event.sigev_signo, event.sigev_notify, isNull);
		result = syscall(SYS_timer_create, clock, isNull ? NULL : &event, &id);
		if (result == 0) ids[timer] = id;
		return result;
	}
	case 2: case 3: case 4:
		flags = CHOOSE(int, 0, 0, TIMER_ABSTIME, 7);
		value.it_value = aTime(CLOCK_MONOTONIC, 0);
		value.it_interval = CHOOSE(struct timespec, {0, 0}, {1000000, 0}, {2000000, 0}, {0, -1});
		CALL("timer_settime(%d, %x, %s, %ld)", timer, flags, told(&value.it_value), value.it_interval.tv_sec);
		result = syscall(SYS_timer_settime, idOf(timer), 0, &value, &old);
		if (result == 0) {
			DETAIL(" was %s", kindOf(old.it_value));
			snprintf(detail + strlen(detail), 40, " every %s", kindOf(old.it_interval));
			usleep(1500);
		}
		return result;
	case 5:
		CALL("timer_gettime(%d)", timer);
		result = syscall(SYS_timer_gettime, idOf(timer), &old);
		if (result == 0) {
			DETAIL(" %s", kindOf(old.it_value));
			snprintf(detail + strlen(detail), 40, " every %s", kindOf(old.it_interval));
		}
		return result;
	case 6:
		CALL("timer_getoverrun(%d)", timer);
		return syscall(SYS_timer_getoverrun, idOf(timer));
	default:
		CALL("timer_delete(%d)", timer);
		result = syscall(SYS_timer_delete, idOf(timer));
		if (result == 0) ids[timer] = -5;
		return result;
	}
}
static long others(void) {
	struct timespec time, rest = {7, 7};
	struct itimerval value = {{0, 0}, {0, 0}}, old;
	siginfo_t info = {0};
	sigset_t all;
	int flags, which;
	clockid_t clock = aClock();
	long result;
	switch (below(8)) {
	case 0: case 1:
		flags = CHOOSE(int, 0, 0, TIMER_ABSTIME, 6);
		time = aTime(clock, 0);
		if (time.tv_sec > 1000) time.tv_sec = flags & TIMER_ABSTIME ? 1 : 0;
		if (clock == CLOCK_PROCESS_CPUTIME_ID) return 0;
		CALL("clock_nanosleep(%d, %d, %ld.%ld)", clock, flags, time.tv_sec, time.tv_nsec);
		return syscall(SYS_clock_nanosleep, clock, flags, &time, &rest);
	case 2:
		time = aTime(CLOCK_MONOTONIC, 0);
		if (time.tv_sec > 1000) time.tv_sec = 0;
		CALL("nanosleep(%ld.%ld)", time.tv_sec, time.tv_nsec);
		return syscall(SYS_nanosleep, &time, &rest);
	case 3:
		which = (int)below(4);
		value.it_value = CHOOSE(struct timeval, {0, 0}, {1000000, 0}, {2000000, 0}, {0, -1}, {0, 1000000}, {-1, 0}, {0, 1});
		if (which != 0 && value.it_value.tv_usec == 1) value.it_value.tv_usec = 0;
		/* A second round would begin when the signal is taken. */
		CALL("setitimer(%d, %ld.%ld, %ld)", which, value.it_value.tv_sec, value.it_value.tv_usec, value.it_interval.tv_sec);
		result = syscall(SYS_setitimer, which, &value, &old);
		if (result == 0) {
			DETAIL(" was %s", kindOf((struct timespec){old.it_value.tv_sec + (old.it_value.tv_usec > 500000), old.it_value.tv_usec}));
			usleep(1500);
		}
		return result;
	case 4:
		flags = CHOOSE(int, 0, 1000000, 2000000);
		CALL("alarm(%d)", flags);
		result = syscall(SYS_alarm, flags);
		return (result + 500) / 1000000;
	case 5:
		which = (int)below(4);
		CALL("getitimer(%d)", which);
		result = syscall(SYS_getitimer, which, &old);
		if (result == 0) DETAIL(" %s", kindOf((struct timespec){old.it_value.tv_sec + (old.it_value.tv_usec > 500000), old.it_value.tv_usec}));
		return result;
	case 6:
		CALL("clock_getres(%d)", clock);
		result = syscall(SYS_clock_getres, clock, &time);
		return result == 0 ? time.tv_sec : result;
	default:
		CALL("take");
		sigfillset(&all);
		result = sigtimedwait(&all, &info, &(struct timespec){0, 0});
		if (result > 0) DETAIL(" code %d value %d", info.si_code, info.si_code == SI_TIMER ? info.si_value.sival_int : 0);
		return result;
	}
}
static void setUp(void) {
	sigset_t all;
	sigfillset(&all);
	sigprocmask(SIG_BLOCK, &all, NULL);
	for (int fd = 3; fd < 100; fd++) close(fd);
	dup2(open(".", O_RDONLY), 4);
	close(3);
	for (int i = 0; i < TIMERS; i++) ids[i] = -5;
}
static long step(void) {
	long (*const kind)(void) = CHOOSE(typeof(&timers), descriptors, timers, others);
	return kind();
}
