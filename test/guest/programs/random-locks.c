// SPDX-License-Identifier: MPL-2.0
/*
 * Random locks on ranges and on whole files, by four processes that share some of their open files: those of
 * a process, of an open file, and of flock(2), and leases. Nothing waits.
 */
#define _GNU_SOURCE
#define RUNS 8
#define CALLS 600
#include "random.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/prctl.h>

/* 5 to 8 were opened before the processes were made, 9 to 14 are each process's own. */
#define FIRST 5
#define SHARED 4
#define COUNT 10
static int aFd(void) { return below(40) == 0 ? CHOOSE(int, -1, 90, 4) : FIRST + (int)below(COUNT); }

#define WORKERS 4
static struct worker { pid_t pid; int in, out; } workers[WORKERS];

static const char *typeName(int type) { return type == F_RDLCK ? "R" : type == F_WRLCK ? "W" : type == F_UNLCK ? "U" : "?"; }
static int anyType(void) { return below(40) == 0 ? 7 : CHOOSE(int, F_RDLCK, F_WRLCK, F_RDLCK, F_WRLCK, F_UNLCK); }

static struct flock aRange(void) {
	struct flock range = {.l_type = (short)anyType(), .l_whence = CHOOSE(short, SEEK_SET, SEEK_SET, SEEK_SET, SEEK_CUR, SEEK_END)};
	if (below(60) == 0) range.l_whence = 9;
	range.l_start = CHOOSE(off_t, 0, 0, 1, 5, 10, 10, 20, 30, 100, 4096, -5, -50);
	if (range.l_whence == SEEK_SET && range.l_start < 0 && below(4)) range.l_start = 7;
	range.l_len = CHOOSE(off_t, 0, 0, 1, 5, 5, 10, 20, 100, -5, -10, -200);
	if (below(50) == 0) range.l_len = CHOOSE(off_t, -0x7fffffffffffffffL - 1, 0x7fffffffffffffffL);
	if (range.l_len > 1000) range.l_start = 7;
	if (below(50) == 0) range.l_start = 0x7fffffffffffffffL, range.l_len = CHOOSE(off_t, 2, 10, 100);
	return range;
}
/* Who holds the lock that was found; only the first process knows the others. */
static pid_t holder;
static int indexOf(pid_t pid) {
	for (int i = 0; i < WORKERS; i++)
		if (workers[i].pid == pid) return i;
	return pid <= 0 ? pid : 99;
}
static long rangeLock(void) {
	int fd = aFd(), isOfd = below(2), looks = below(3) == 0;
	struct flock range = aRange();
	/* Only for its own does F_OFD_GETLK tell of an unlocked range. */
	if (isOfd && below(30) == 0) range.l_pid = 5;
	CALL("%s%s(%d, %s %d %ld %ld)", isOfd ? "ofd " : "", looks ? "get" : "set", fd, typeName(range.l_type), range.l_whence,
		(long)range.l_start, (long)range.l_len);
	int command = isOfd ? looks ? F_OFD_GETLK : F_OFD_SETLK : looks ? F_GETLK : F_SETLK;
	int result = fcntl(fd, command, &range);
	if (result == 0 && looks) {
		if (range.l_type == F_UNLCK) DETAIL(" free");
		else {
			DETAIL(" %s %d %ld %ld", typeName(range.l_type), range.l_whence, (long)range.l_start, (long)range.l_len);
			holder = range.l_pid;
		}
	}
	return result;
}
static long wholeLock(void) {
	int fd = aFd(), operation = CHOOSE(int, LOCK_SH, LOCK_SH, LOCK_EX, LOCK_EX, LOCK_UN, LOCK_UN, 0, LOCK_SH | LOCK_EX, 32, 64);
	CALL("flock(%d, %d)", fd, operation);
	return flock(fd, operation | LOCK_NB);
}
static long descriptor(void) {
	int fd = FIRST + SHARED + (int)below(COUNT - SHARED), opened, flags;
	const char *name = CHOOSE(char *, "a", "a", "b", "d");
	switch (below(8)) {
	case 0: case 1: case 2:
		flags = CHOOSE(int, O_RDWR, O_RDWR, O_RDONLY, O_WRONLY, O_RDWR | O_CREAT);
		if (name[0] == 'd') flags = O_RDONLY;
		CALL("open(%s, %o) to %d", name, flags, fd);
		opened = open(name, flags, 0666);
		if (opened < 0) return -1;
		dup2(opened, fd);
		if (opened != fd) close(opened);
		return 0;
	case 3:
		CALL("close(%d)", fd);
		return close(fd);
	case 4:
		opened = aFd();
		CALL("dup2(%d, %d)", opened, fd);
		return dup2(opened, fd);
	case 5: {
		off_t to = CHOOSE(off_t, 0, 3, 10, 50);
		fd = aFd();
		CALL("lseek(%d, %ld)", fd, (long)to);
		return lseek(fd, to, SEEK_SET);
	}
	case 6:
		CALL("truncate(%s)", name);
		return truncate(name, CHOOSE(off_t, 0, 10, 40));
	default:
		if (below(6)) {
			flags = CHOOSE(int, F_RDLCK, F_WRLCK, F_UNLCK, 5);
			fd = aFd();
			if (below(2)) {
				CALL("F_GETLEASE(%d)", fd);
				return fcntl(fd, F_GETLEASE);
			}
			/* One that is held would make others wait. */
			if (flags != 5) flags = F_UNLCK;
			CALL("F_SETLEASE(%d, %d)", fd, flags);
			return fcntl(fd, F_SETLEASE, flags);
		}
		CALL("unlink(%s)", name);
		if (name[0] == 'd') return 0;
		opened = unlink(name);
		close(open(name, O_CREAT | O_RDWR, 0666));
		return opened;
	}
}

/* --- The processes take turns */

struct answer {
	long result;
	int error, holder;
	char call[sizeof call], detail[600];
};
static void work(int number, int in, int out) {
	char byte;
	state += (u64)number * 1234567;
	while (read(in, &byte, 1) == 1) {
		struct answer answer = {0};
		call[0] = detail[0] = holder = 0;
		errno = 0;
		long (*const kind)(void) = CHOOSE(typeof(&rangeLock), rangeLock, rangeLock, rangeLock, rangeLock, wholeLock, wholeLock, descriptor, descriptor);
		answer.result = kind();
		answer.error = errno;
		answer.holder = holder;
		memcpy(answer.call, call, sizeof call);
		memcpy(answer.detail, detail, sizeof answer.detail);
		if (write(out, &answer, sizeof answer) != sizeof answer) _exit(2);
	}
	_exit(0);
}
static void startWorker(int number) {
	int there[2], back[2], gates[2] = {30 + 2 * number, 31 + 2 * number};
	if (pipe(there) != 0 || pipe(back) != 0) exit(9);
	pid_t pid = fork();
	workers[number].pid = pid == 0 ? getpid() : pid;
	if (pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		dup2(there[0], gates[0]);
		dup2(back[1], gates[1]);
		for (int fd = 9; fd < 60; fd++)
			if (fd != gates[0] && fd != gates[1]) close(fd);
		work(number, gates[0], gates[1]);
	}
	workers[number].in = fcntl(back[0], F_DUPFD, 40);
	workers[number].out = fcntl(there[1], F_DUPFD, 40);
	close(there[0]), close(there[1]), close(back[0]), close(back[1]);
}
static void setUp(void) {
	for (int fd = 3; fd < 100; fd++) close(fd);
	mkdir("d", 0755);
	for (int fd = FIRST; fd < FIRST + SHARED; fd++) {
		int opened = open(fd % 2 ? "a" : "b", O_CREAT | O_RDWR, 0666);
		if (ftruncate(opened, 60) != 0) exit(9);
		dup2(opened, fd);
		if (opened != fd) close(opened);
	}
	for (int i = 0; i < WORKERS; i++) startWorker(i);
}
static long step(void) {
	int number = (int)below(WORKERS);
	struct worker *worker = &workers[number];
	/* Its end gives up what it holds. */
	if (below(60) == 0) {
		CALL("end of %d", number);
		int status;
		close(worker->out);
		close(worker->in);
		/* Others have that end of the pipe too. */
		kill(worker->pid, SIGKILL);
		waitpid(worker->pid, &status, 0);
		startWorker(number);
		return 0;
	}
	struct answer answer;
	if (write(worker->out, "x", 1) != 1 || read(worker->in, &answer, sizeof answer) != sizeof answer) exit(9);
	CALL("%d: %.600s", number, answer.call);
	memcpy(detail, answer.detail, sizeof answer.detail);
	if (answer.holder != 0) snprintf(detail + strlen(detail), 20, " of %d", indexOf(answer.holder));
	errno = answer.error;
	return answer.result;
}
