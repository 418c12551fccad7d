// SPDX-License-Identifier: MPL-2.0
/*
 * Random calls about descriptors that one waits for: pipes, event counters, signalfd, inotify, pidfds,
 * pairs of sockets, and select, poll and epoll on them, nested too. Nothing waits: everything has come at
 * once or not at all.
 */
#define _GNU_SOURCE
#define RUNS 10
#define CALLS 500
#include "random.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <sys/ioctl.h>
#include <sys/select.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/syscall.h>

#define FIRST 5
#define COUNT 16
static int aFd(void) { return FIRST + (int)below(COUNT); }
static int anyFd(void) { return below(25) == 0 ? CHOOSE(int, -1, 90) : aFd(); }
/* Names of what the descriptors are, so that calls suit. */
enum { NOTHING, PIPE_IN, PIPE_OUT, EVENT, SIGNALS, NOTIFY, STREAM, DATAGRAM, PACKET, EPOLL, PROCESS, REGULAR };
static int kinds[FIRST + COUNT];
static int fdOf(int kind) {
	for (int tries = 0; tries < 30; tries++) {
		int fd = aFd();
		if (kinds[fd] == kind) return fd;
	}
	return aFd();
}
/* One of epoll's: an unlimited chain of them would be a test of its own. */
static int put(int opened, int kind) {
	if (opened < 0) return -1;
	int fd = aFd();
	dup2(opened, fd);
	close(opened);
	kinds[fd] = kind;
	snprintf(detail + strlen(detail), 20, " at %d", fd);
	return fd;
}

static char buffer[70000];
#define CHILDREN 8
static pid_t children[CHILDREN];
static int childGates[CHILDREN];

static long make(void) {
	int pair[2], flags, result;
	switch (below(11)) {
	case 0: case 1:
		flags = CHOOSE(int, O_NONBLOCK, O_NONBLOCK, O_NONBLOCK, O_NONBLOCK | O_DIRECT, O_NONBLOCK | O_CLOEXEC);
		CALL("pipe2(%x)", flags);
		if (pipe2(pair, flags) != 0) return -1;
		put(pair[0], PIPE_IN);
		put(pair[1], PIPE_OUT);
		return 0;
	case 2: case 3:
		flags = CHOOSE(int, 0, 0, EFD_SEMAPHORE, 7);
		CALL("eventfd2(%x)", flags);
		return put(eventfd(below(3) ? 0 : 5, flags | EFD_NONBLOCK), EVENT) < 0 ? -1 : 0;
	case 4: {
		u64 mask = CHOOSE(u64, 1UL << (SIGUSR1 - 1), 1UL << 34, 3UL << (SIGUSR1 - 1), ~0UL, 0);
		CALL("signalfd(%lx)", mask);
		int old = below(3) ? -1 : fdOf(SIGNALS);
		result = (int)syscall(SYS_signalfd4, old, &mask, 8, SFD_NONBLOCK);
		if (old >= 0) return result < 0 ? -1 : 0;
		return put(result, SIGNALS) < 0 ? -1 : 0;
	}
	case 5:
		CALL("inotify_init1");
		return put(inotify_init1(IN_NONBLOCK), NOTIFY) < 0 ? -1 : 0;
	case 6: case 7: {
		flags = CHOOSE(int, SOCK_STREAM, SOCK_DGRAM, SOCK_SEQPACKET);
		CALL("socketpair(%d)", flags);
		if (socketpair(AF_UNIX, flags | SOCK_NONBLOCK, 0, pair) != 0) return -1;
		int kind = flags == SOCK_STREAM ? STREAM : flags == SOCK_DGRAM ? DATAGRAM : PACKET;
		put(pair[0], kind);
		put(pair[1], kind);
		return 0;
	}
	case 8: case 9:
		CALL("epoll_create1");
		return put(epoll_create1(0), EPOLL) < 0 ? -1 : 0;
	default: {
		int which = (int)below(CHILDREN);
		CALL("pidfd_open %d", which);
		if (children[which] == 0) return 0;
		return put((int)syscall(434, children[which], O_NONBLOCK), PROCESS) < 0 ? -1 : 0;
	}
	}
}
static long drop(void) {
	int fd = aFd(), to = aFd();
	if (below(3) != 0) {
		CALL("close(%d)", fd);
		kinds[fd] = NOTHING;
		return close(fd);
	}
	CALL("dup2(%d, %d)", fd, to);
	int result = dup2(fd, to);
	if (result >= 0) kinds[to] = kinds[fd];
	return result;
}

/* --- Bytes */

static unsigned cookies[64];
static int cookieCount;
static int cookieIndex(unsigned cookie) {
	if (cookie == 0) return 0;
	for (int i = 0; i < cookieCount; i++)
		if (cookies[i] == cookie) return i + 1;
	if (cookieCount < 64) cookies[cookieCount++] = cookie;
	return cookieCount;
}
static void tellBytes(int kind, long count) {
	size_t at = 0;
	if (kind == EVENT && count == 8) {
		u64 value;
		memcpy(&value, buffer, 8);
		DETAIL(" value %lu", value);
	} else if (kind == SIGNALS) {
		for (long i = 0; i + 128 <= count; i += 128) {
			struct signalfd_siginfo *info = (void *)(buffer + i);
			at += (size_t)snprintf(detail + at, sizeof detail - at, " sig %u code %d value %d", info->ssi_signo, info->ssi_code, info->ssi_int);
		}
	} else if (kind == NOTIFY) {
		for (long i = 0; i < count && at < sizeof detail - 100;) {
			struct inotify_event *event = (void *)(buffer + i);
			at += (size_t)snprintf(detail + at, sizeof detail - at, " (%d %x %d %u %s)", event->wd, event->mask, cookieIndex(event->cookie),
				event->len, event->len ? event->name : "");
			i += (long)(sizeof *event + event->len);
		}
	} else {
		unsigned hash = 0;
		for (long i = 0; i < count; i++) hash = hash * 31 + (unsigned char)buffer[i];
		DETAIL(" %u", hash);
	}
}
static long get(void) {
	int fd = anyFd();
	size_t count = CHOOSE(size_t, 0, 1, 8, 8, 20, 100, 128, 300, 300, 4096, 4096, 66000);
	int kind = fd >= FIRST && fd < FIRST + COUNT ? kinds[fd] : NOTHING;
	if (fd == 0 || (kind == REGULAR)) return 0;
	long result;
	if (kind >= STREAM && kind <= PACKET && below(2)) {
		int flags = CHOOSE(int, 0, MSG_PEEK, MSG_TRUNC, MSG_PEEK | MSG_TRUNC, MSG_WAITALL, MSG_OOB);
		if (kind == STREAM) flags &= ~MSG_TRUNC;
		CALL("recv(%d, %zu, %x)", fd, count, flags);
		struct iovec part = {buffer, count};
		struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};
		result = recvmsg(fd, &message, flags | MSG_DONTWAIT);
		int error = errno;
		if (result >= 0) {
			tellBytes(kind, result < (long)count ? result : (long)count);
			snprintf(detail + strlen(detail), 30, " flags %x", message.msg_flags & ~MSG_CMSG_CLOEXEC);
		}
		errno = error;
		return result;
	}
	CALL("read(%d, %zu)", fd, count);
	result = read(fd, buffer, count);
	if (result > 0) tellBytes(kind, result);
	return result;
}
static long give(void) {
	int fd = below(3) == 0 ? anyFd() : fdOf(CHOOSE(int, PIPE_OUT, EVENT, STREAM, DATAGRAM, PACKET, PIPE_OUT));
	int kind = fd >= FIRST && fd < FIRST + COUNT ? kinds[fd] : NOTHING;
	size_t count = CHOOSE(size_t, 0, 1, 7, 100, 100, 300, 2000, 4096, 5000, 66000);
	if (kind >= STREAM && kind <= PACKET) count %= 3000;
	memset(buffer, 'a' + (int)below(26), count);
	if (kind == EVENT) {
		u64 value = CHOOSE(u64, 1, 2, 5, 0, 0xfffffffffffffffeUL, ~0UL, 0xfffffffffffffff0UL);
		CALL("write(%d, %lu)", fd, value);
		return write(fd, &value, below(15) == 0 ? 4 : 8);
	}
	if (kind >= STREAM && kind <= PACKET && below(2)) {
		int flags = CHOOSE(int, 0, MSG_NOSIGNAL, MSG_EOR, MSG_MORE);
		CALL("send(%d, %zu, %x)", fd, count, flags);
		return send(fd, buffer, count, flags | MSG_DONTWAIT);
	}
	CALL("write(%d, %zu)", fd, count);
	return write(fd, buffer, count);
}
static long change(void) {
	int fd = aFd(), value = 0;
	long result;
	switch (below(10)) {
	case 0:
		fd = fdOf(CHOOSE(int, PIPE_IN, PIPE_OUT));
		value = CHOOSE(int, 1, 4096, 4097, 8192, 65536, 100000, 0, -1, 1 << 20);
		CALL("F_SETPIPE_SZ(%d, %d)", fd, value);
		return fcntl(fd, F_SETPIPE_SZ, value);
	case 1:
		CALL("F_GETPIPE_SZ(%d)", fd);
		return fcntl(fd, F_GETPIPE_SZ);
	case 2: case 3:
		if (kinds[fd] == STREAM || kinds[fd] == DATAGRAM || kinds[fd] == PACKET || kinds[fd] == SIGNALS) return 0;
		CALL("FIONREAD(%d)", fd);
		result = ioctl(fd, FIONREAD, &value);
		DETAIL(" %d", result == 0 ? value : 0);
		return result;
	case 4:
		fd = fdOf(CHOOSE(int, STREAM, DATAGRAM, PACKET));
		value = (int)below(4);
		CALL("shutdown(%d, %d)", fd, value);
		return shutdown(fd, value);
	case 5: {
		int from = fdOf(PIPE_IN), to = fdOf(PIPE_OUT);
		size_t count = CHOOSE(size_t, 0, 1, 50, 5000, 100000);
		if (below(2)) {
			CALL("tee(%d, %d, %zu)", from, to, count);
			return tee(from, to, count, SPLICE_F_NONBLOCK);
		}
		CALL("splice(%d, %d, %zu)", from, to, count);
		return splice(from, NULL, to, NULL, count, SPLICE_F_NONBLOCK);
	}
	case 6: case 7: {
		int sig = CHOOSE(int, SIGUSR1, SIGUSR2, SIGUSR1, 35, 35, SIGCHLD, SIGPIPE);
		CALL("kill %d", sig);
		if (below(2)) return kill(getpid(), sig);
		return sigqueue(getpid(), sig, (union sigval){.sival_int = 7});
	}
	case 8: {
		int which = (int)below(CHILDREN);
		if (children[which] == 0) return 0;
		if (below(2)) {
			CALL("end %d", which);
			siginfo_t info;
			close(childGates[which]);
			result = waitid(P_PID, (id_t)children[which], &info, WEXITED | WNOWAIT);
			return result;
		}
		close(childGates[which]);
		CALL("end and wait %d", which);
		result = waitpid(children[which], &value, 0) > 0 ? 0 : -1;
		children[which] = 0;
		return result;
	}
	default: {
		fd = fdOf(PROCESS);
		CALL("pidfd_send_signal(%d)", fd);
		return syscall(424, fd, 0, NULL, 0);
	}
	}
}

/* --- Files that are watched */

static const char *name(void) { return CHOOSE(char *, "a", "b", "d/a", "d/b", "c", "d", "e"); }
static long files(void) {
	const char *one = name(), *two = name();
	int fd, wd;
	unsigned mask = CHOOSE(unsigned, IN_ALL_EVENTS, IN_ALL_EVENTS, IN_CREATE | IN_DELETE, IN_MOVE, IN_MODIFY | IN_ATTRIB, IN_CLOSE_WRITE,
		IN_ALL_EVENTS | IN_ONESHOT, IN_ALL_EVENTS | IN_ONLYDIR, IN_OPEN | IN_MASK_ADD, IN_ALL_EVENTS | IN_EXCL_UNLINK,
		IN_DELETE_SELF | IN_MOVE_SELF, 0, IN_ALL_EVENTS | IN_MASK_CREATE);
	switch (below(12)) {
	case 0: case 1: case 2:
		fd = fdOf(NOTIFY);
		if (below(3) == 0) one = below(2) ? "." : "d";
		CALL("watch(%d, %s, %x)", fd, one, mask);
		return inotify_add_watch(fd, one, mask);
	case 3:
		fd = fdOf(NOTIFY);
		wd = 1 + (int)below(6);
		CALL("unwatch(%d, %d)", fd, wd);
		return inotify_rm_watch(fd, wd);
	case 4: case 5:
		CALL("write to %s", one);
		fd = open(one, O_CREAT | O_WRONLY | (below(3) ? 0 : O_TRUNC), 0644);
		if (fd < 0) return -1;
		if (below(3) && write(fd, "x", 1) != 1) return -1;
		return close(fd);
	case 6:
		CALL("read %s", one);
		fd = open(one, O_RDONLY);
		if (fd < 0) return -1;
		wd = (int)read(fd, buffer, 10);
		close(fd);
		return wd;
	case 7:
		CALL("rename %s %s", one, two);
		return rename(one, two);
	case 8:
		CALL("unlink %s", one);
		return unlink(one);
	case 9:
		CALL("chmod %s", one);
		return chmod(one, 0700);
	case 10:
		if (below(2)) {
			CALL("mkdir %s", one);
			return mkdir(one, 0755);
		}
		CALL("rmdir %s", one);
		return rmdir(one);
	default:
		if (below(2)) {
			CALL("link %s %s", one, two);
			return link(one, two);
		}
		CALL("truncate %s", one);
		return truncate(one, below(5));
	}
}

/* --- Waiting */

static long pollMany(void) {
	struct pollfd entries[6];
	unsigned count = 1 + below(6);
	for (unsigned i = 0; i < count; i++)
		entries[i] = (struct pollfd){anyFd(), CHOOSE(short, POLLIN, POLLIN | POLLOUT, POLLOUT, POLLIN | POLLOUT | POLLPRI | POLLRDHUP, 0,
			POLLRDNORM | POLLWRNORM | POLLRDBAND | POLLWRBAND), 0};
	CALL("poll(");
	for (unsigned i = 0; i < count; i++) {
		if (entries[i].fd == 0) entries[i].fd = -2;
		snprintf(call + strlen(call), 30, " %d:%x", entries[i].fd, entries[i].events);
	}
	long result = poll(entries, count, 0);
	for (unsigned i = 0; i < count; i++) snprintf(detail + strlen(detail), 20, " %x", entries[i].revents);
	return result;
}
static long selectMany(void) {
	fd_set sets[3];
	for (int set = 0; set < 3; set++) {
		FD_ZERO(&sets[set]);
		for (int fd = FIRST; fd < FIRST + COUNT; fd++)
			if (kinds[fd] != NOTHING && below(3) == 0) FD_SET(fd, &sets[set]);
	}
	int count = FIRST + COUNT - (int)below(4);
	CALL("select(%d)", count);
	long result = select(count, &sets[0], &sets[1], &sets[2], &(struct timeval){0, 0});
	if (result < 0) return result;
	for (int set = 0; set < 3; set++) {
		strcat(detail, " :");
		for (int fd = FIRST; fd < count; fd++)
			if (FD_ISSET(fd, &sets[set])) snprintf(detail + strlen(detail), 20, " %d", fd);
	}
	return result;
}
static long epolling(void) {
	int ep = below(12) == 0 ? aFd() : fdOf(EPOLL), fd = anyFd();
	struct epoll_event events[6];
	if (below(3) != 0) {
		int op = CHOOSE(int, EPOLL_CTL_ADD, EPOLL_CTL_ADD, EPOLL_CTL_ADD, EPOLL_CTL_MOD, EPOLL_CTL_MOD, EPOLL_CTL_DEL, 7);
		struct epoll_event event = {.data.u64 = (u64)fd};
		event.events = CHOOSE(unsigned, EPOLLIN, EPOLLIN | EPOLLOUT, EPOLLOUT, EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLPRI, 0) |
			CHOOSE(unsigned, 0, 0, EPOLLET, EPOLLONESHOT, EPOLLET | EPOLLONESHOT, EPOLLEXCLUSIVE, EPOLLWAKEUP, EPOLLEXCLUSIVE | EPOLLET);
		CALL("epoll_ctl(%d, %d, %d, %x)", ep, op, fd, event.events);
		return epoll_ctl(ep, op, fd, &event);
	}
	int room = CHOOSE(int, 6, 6, 1, 2, 0, -1);
	CALL("epoll_wait(%d, %d)", ep, room);
	long result = epoll_wait(ep, events, room, 0);
	for (long i = 0; i < result; i++) snprintf(detail + strlen(detail), 30, " %d:%x", (int)events[i].data.u64, events[i].events);
	return result;
}

static void setUp(void) {
	sigset_t all;
	sigfillset(&all);
	sigprocmask(SIG_BLOCK, &all, NULL);
	for (int fd = 3; fd < 100; fd++) close(fd);
	mkdir("d", 0755);
	/* Now, so that they share no descriptor that a call closes. */
	for (int which = 0; which < CHILDREN; which++) {
		int gate[2];
		if (pipe(gate) != 0) exit(9);
		children[which] = fork();
		if (children[which] == 0) {
			char byte;
			for (int fd = 3; fd < 100; fd++)
				if (fd != gate[0]) close(fd);
			if (read(gate[0], &byte, 1) < 0) _exit(1);
			_exit(3);
		}
		close(gate[0]);
		childGates[which] = fcntl(gate[1], F_DUPFD, 60);
		close(gate[1]);
	}
}
static long step(void) {
	long (*const kind)(void) = CHOOSE(typeof(&make), make, make, make, drop, get, get, get, give, give, give, change, change, files, files, files,
		pollMany, selectMany, epolling, epolling, epolling, epolling, epolling, epolling);
	return kind();
}
