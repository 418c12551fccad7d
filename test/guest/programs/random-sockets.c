// SPDX-License-Identifier: MPL-2.0
/*
 * Random calls about sockets of AF_UNIX: with names in directories, abstract ones and none, streams, datagrams and packets,
 * their options, passed descriptors and credentials. Nothing waits.
 */
#define _GNU_SOURCE
#define RUNS 3
#define CALLS 500
#include "random.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stddef.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>

#define FIRST 5
#define COUNT 14
static int aFd(void) { return FIRST + (int)below(COUNT); }
static int anyFd(void) { return below(30) == 0 ? CHOOSE(int, -1, 90, 4) : aFd(); }
static int kinds[FIRST + COUNT];
static int listens[FIRST + COUNT], linked[FIRST + COUNT];
static int lastPut;
static int put(int opened, int kind) {
	if (opened < 0) return -1;
	int fd = aFd();
	if (fd != opened) {
		dup2(opened, fd);
		close(opened);
	}
	kinds[fd] = kind;
	listens[fd] = linked[fd] = 0;
	lastPut = fd;
	snprintf(detail + strlen(detail), 20, " at %d", fd);
	return 0;
}
/* A descriptor of the kind, more often than chance would have it. */
static int fdOf(int kind) {
	for (int tries = 0; tries < 20; tries++) {
		int fd = aFd();
		if (kinds[fd] == kind) return fd;
	}
	return aFd();
}
static int aListener(void) {
	for (int tries = 0; tries < 40; tries++) {
		int fd = aFd();
		if (listens[fd]) return fd;
	}
	return aFd();
}
static int aLinked(void) {
	for (int tries = 0; tries < 40; tries++) {
		int fd = aFd();
		if (linked[fd]) return fd;
	}
	return aFd();
}
static int aKind(void) { return CHOOSE(int, SOCK_STREAM, SOCK_STREAM, SOCK_DGRAM, SOCK_SEQPACKET); }

/* --- Names */

static struct sockaddr_un address;
static char spelled[60];
static socklen_t aName(void) {
	memset(&address, 0, sizeof address);
	address.sun_family = below(30) == 0 ? CHOOSE(sa_family_t, AF_UNSPEC, AF_INET, 99) : AF_UNIX;
	const char *path = CHOOSE(char *, "a", "a", "b", "b", "c", "d/a", "d", "none/a", "file", "link", "loop", "");
	socklen_t head = offsetof(struct sockaddr_un, sun_path), length;
	switch (below(8)) {
	case 0: case 1:
		snprintf(address.sun_path + 1, 20, "%d-%s", getpid(), path);
		length = head + 1 + (socklen_t)strlen(address.sun_path + 1);
		snprintf(spelled, sizeof spelled, "@%s", path);
		break;
	case 2:
		length = CHOOSE(socklen_t, 2, 0, 1, 111, 110, 200, 3);
		memset(address.sun_path, 'x', sizeof address.sun_path);
		snprintf(spelled, sizeof spelled, "length %u", length);
		break;
	default:
		strcpy(address.sun_path, path);
		length = head + (socklen_t)strlen(path) + below(2);
		if (below(10) == 0) length = sizeof address;
		snprintf(spelled, sizeof spelled, "%s/%u", path, length - head);
	}
	if (address.sun_family != AF_UNIX) snprintf(spelled + strlen(spelled), 20, " family %d", address.sun_family);
	return length;
}
/* Names that the kernel chose, and those with this process's number, are told alike each time. */
static void tellName(const struct sockaddr_un *name, socklen_t length) {
	size_t at = strlen(detail);
	if (length > sizeof *name) {
		snprintf(detail + at, 40, " long %u", length);
		return;
	}
	if (length < offsetof(struct sockaddr_un, sun_path) + 1) {
		snprintf(detail + at, 40, " name %u family %d", length, length >= 2 ? name->sun_family : -1);
	} else if (name->sun_path[0] == 0) {
		const char *dash = memchr(name->sun_path + 1, '-', length - 3);
		snprintf(detail + at, 60, " name %s", dash ? dash : length == 8 ? "chosen" : "abstract");
	} else {
		snprintf(detail + at, 200, " name %.*s/%u", (int)(length - 2), name->sun_path, length);
	}
}

static long make(void) {
	int pair[2], kind = aKind(), flags, fd;
	switch (below(8)) {
	case 0: case 1: case 2: case 3:
		flags = CHOOSE(int, SOCK_NONBLOCK, SOCK_NONBLOCK, SOCK_NONBLOCK | SOCK_CLOEXEC);
		if (below(12) == 0) kind = CHOOSE(int, SOCK_RAW, SOCK_RDM, 0, 11, 7);
		fd = below(15) == 0 ? CHOOSE(int, 1, 2, 17, -1) : 0;
		CALL("socket(%x, %d)", kind | flags, fd);
		return put(socket(AF_UNIX, kind | flags, fd), kind == SOCK_RAW ? SOCK_DGRAM : kind);
	case 4: case 5:
		CALL("socketpair(%d)", kind);
		if (socketpair(AF_UNIX, kind | SOCK_NONBLOCK, 0, pair) != 0) return -1;
		put(pair[0], kind);
		linked[lastPut] = 1;
		put(pair[1], kind);
		linked[lastPut] = 1;
		return 0;
	case 6:
		fd = aFd();
		CALL("dup(%d)", fd);
		return put(dup(fd), kinds[fd]);
	default:
		fd = aFd();
		CALL("close(%d)", fd);
		kinds[fd] = listens[fd] = linked[fd] = 0;
		return close(fd);
	}
}
static long name(void) {
	struct sockaddr_un got;
	socklen_t length = aName(), room = CHOOSE(socklen_t, sizeof got, sizeof got, sizeof got, 2, 4, 0);
	int fd = anyFd(), result, backlog;
	memset(&got, 0, sizeof got);
	switch (below(14)) {
	case 0: case 1: case 2: case 3:
		CALL("bind(%d, %s)", fd, spelled);
		return bind(fd, (void *)&address, length);
	case 4: case 5: case 6:
		if (below(4)) fd = fdOf(CHOOSE(int, SOCK_STREAM, SOCK_SEQPACKET));
		backlog = CHOOSE(int, 0, 1, 5, -1);
		CALL("listen(%d, %d)", fd, backlog);
		result = listen(fd, backlog);
		if (result == 0) listens[fd] = 1;
		return result;
	case 7: case 8: case 9: case 10:
		CALL("connect(%d, %s)", fd, spelled);
		result = connect(fd, (void *)&address, length);
		if (result == 0) linked[fd] = 1;
		return result;
	case 11: case 12: {
		int isPeer = below(2);
		CALL("%s(%d, %u)", isPeer ? "getpeername" : "getsockname", fd, room);
		socklen_t size = room;
		result = isPeer ? getpeername(fd, (void *)&got, &size) : getsockname(fd, (void *)&got, &size);
		if (result != 0) return result;
		if (size <= room) tellName(&got, size);
		else DETAIL(" size %u", size > 2 && got.sun_path[0] ? size : 0);
		return result;
	}
	default:
		CALL("unlink(%s)", spelled);
		return address.sun_path[0] ? unlink(address.sun_path) : 0;
	}
}
/* Connects to whoever listens, by the name it has. */
static long meet(void) {
	struct sockaddr_un got;
	socklen_t size = sizeof got;
	int listener = aListener(), fd, result;
	if (!listens[listener]) return name();
	if (below(3)) {
		fd = fdOf(kinds[listener] == SOCK_SEQPACKET ? SOCK_SEQPACKET : SOCK_STREAM);
		if (getsockname(listener, (void *)&got, &size) != 0) return -1;
		CALL("connect(%d, of %d)", fd, listener);
		result = connect(fd, (void *)&got, size);
		if (result == 0) linked[fd] = 1;
		return result;
	}
	memset(&got, 0, sizeof got);
	CALL("accept4(%d)", listener);
	result = accept4(listener, (void *)&got, &size, CHOOSE(int, SOCK_NONBLOCK, SOCK_NONBLOCK, SOCK_NONBLOCK | SOCK_CLOEXEC));
	if (result < 0) return result;
	tellName(&got, size);
	put(result, kinds[listener]);
	linked[lastPut] = 1;
	return 0;
}

/* --- Messages */

static char buffer[9000];
static void tellControl(struct msghdr *message) {
	snprintf(detail + strlen(detail), 30, " flags %x", message->msg_flags);
	for (struct cmsghdr *part = CMSG_FIRSTHDR(message); part != NULL; part = CMSG_NXTHDR(message, part)) {
		size_t size = part->cmsg_len - CMSG_LEN(0);
		if (part->cmsg_type == SCM_RIGHTS) {
			snprintf(detail + strlen(detail), 30, " rights %zu", size / 4);
			for (size_t i = 0; i < size / 4; i++) {
				int fd;
				memcpy(&fd, CMSG_DATA(part) + 4 * i, 4);
				snprintf(detail + strlen(detail), 30, " %x", fcntl(fd, F_GETFD));
				close(fd);
			}
		} else if (part->cmsg_type == SCM_CREDENTIALS) {
			struct ucred who = {0};
			memcpy(&who, CMSG_DATA(part), size < sizeof who ? size : sizeof who);
			snprintf(detail + strlen(detail), 60, " from %s %d %d", who.pid == getpid() ? "me" : who.pid == 0 ? "none" : "other", (int)who.uid, (int)who.gid);
		} else {
			snprintf(detail + strlen(detail), 60, " control %d %zu", part->cmsg_type, size);
		}
	}
}
static long give(void) {
	int fd = below(3) ? aLinked() : anyFd(), flags = CHOOSE(int, 0, 0, 0, 0, 0, 0, 0, 0, MSG_NOSIGNAL, MSG_EOR, MSG_MORE, MSG_OOB, MSG_DONTROUTE, MSG_CONFIRM);
	size_t size = CHOOSE(size_t, 0, 1, 10, 10, 100, 100, 2000, 8000);
	if (fd >= FIRST && fd < FIRST + COUNT && kinds[fd] == SOCK_STREAM) flags &= ~MSG_OOB;
	memset(buffer, 'a' + (int)below(26), size);
	socklen_t length = 0;
	strcpy(spelled, "-");
	if (below(fd >= 0 && fd < FIRST + COUNT && linked[fd] ? 8 : 2) == 0) length = aName();
	struct iovec parts[2] = {{buffer, size / 3}, {buffer + size / 3, size - size / 3}};
	char control[200] = {0};
	struct msghdr message = {.msg_iov = parts, .msg_iovlen = 2};
	if (length != 0) message.msg_name = &address, message.msg_namelen = length;
	const char *what = "";
	if (below(3) == 0) {
		struct cmsghdr *part = (void *)control;
		message.msg_control = control;
		part->cmsg_level = SOL_SOCKET;
		if (below(3) != 0) {
			int count = CHOOSE(int, 1, 1, 2, 0, 3);
			part->cmsg_type = SCM_RIGHTS;
			part->cmsg_len = CMSG_LEN(4 * (size_t)count);
			for (int i = 0; i < count; i++) {
				int passed = anyFd();
				/* Sockets that hold each other are collected at a time of the kernel's own. */
				if (kinds[passed < 0 || passed >= FIRST + COUNT ? FIRST : passed] != 0) passed = below(9) ? 0 : 91;
				memcpy(CMSG_DATA(part) + 4 * i, &passed, 4);
			}
			message.msg_controllen = CMSG_SPACE(4 * (size_t)count);
			what = count == 0 ? " rights of none" : " rights";
		} else if (below(4) == 0) {
			part->cmsg_type = CHOOSE(int, 9, SCM_RIGHTS, SCM_CREDENTIALS);
			part->cmsg_len = CHOOSE(size_t, 3, CMSG_LEN(5), CMSG_LEN(100), 190);
			message.msg_controllen = CMSG_SPACE(5);
			what = " odd control";
		} else {
			struct ucred who = {getpid(), CHOOSE(uid_t, 0, 0, 1, 1000), CHOOSE(gid_t, 0, 0, 5)};
			if (below(9) == 0) who.pid = 999999;
			part->cmsg_type = SCM_CREDENTIALS;
			part->cmsg_len = CMSG_LEN(sizeof who);
			memcpy(CMSG_DATA(part), &who, sizeof who);
			message.msg_controllen = CMSG_SPACE(sizeof who);
			what = " credentials";
		}
	}
	CALL("sendmsg(%d, %zu, %x, %s%s)", fd, size, flags, spelled, what);
	return sendmsg(fd, &message, flags | MSG_DONTWAIT);
}
static long get(void) {
	int fd = below(3) ? aLinked() : anyFd(), flags = CHOOSE(int, 0, 0, 0, 0, 0, 0, 0, 0, MSG_PEEK, MSG_TRUNC, MSG_PEEK | MSG_TRUNC, MSG_WAITALL, MSG_OOB, MSG_CMSG_CLOEXEC, MSG_ERRQUEUE);
	size_t size = CHOOSE(size_t, 0, 1, 5, 50, 200, 3000, 9000);
	struct sockaddr_un from;
	char control[200];
	memset(&from, 0, sizeof from);
	struct iovec parts[2] = {{buffer, size / 2}, {buffer + size / 2, size - size / 2}};
	struct msghdr message = {.msg_iov = parts, .msg_iovlen = 2, .msg_name = &from, .msg_namelen = sizeof from};
	message.msg_control = control;
	message.msg_controllen = CHOOSE(size_t, sizeof control, sizeof control, 0, 20, 24, 16);
	if (below(20) == 0) {
		CALL("read(%d, %zu)", fd, size);
		return read(fd, buffer, size);
	}
	if (flags & MSG_TRUNC && fd >= FIRST && fd < FIRST + COUNT && kinds[fd] == SOCK_STREAM) flags &= ~MSG_TRUNC;
	if (fd >= FIRST && fd < FIRST + COUNT && kinds[fd] == SOCK_STREAM) flags &= ~MSG_OOB;
	CALL("recvmsg(%d, %zu, %x, %zu)", fd, size, flags, (size_t)message.msg_controllen);
	size_t room = message.msg_controllen;
	long result = recvmsg(fd, &message, flags | MSG_DONTWAIT);
	int error = errno;
	if (result >= 0) {
		unsigned hash = 0;
		for (long i = 0; i < result && i < (long)size; i++) hash = hash * 31 + (unsigned char)buffer[i];
		DETAIL(" %u", hash);
		tellName(&from, message.msg_namelen);
		if (message.msg_controllen > room) snprintf(detail + strlen(detail), 40, " control of %zu", (size_t)message.msg_controllen);
		else tellControl(&message);
	}
	errno = error;
	return result;
}

/* --- Options and the rest */

static long option(void) {
	int fd = anyFd(), value = CHOOSE(int, 0, 1, 1, 2, 5, -1, 4000, 1 << 20), level = below(20) == 0 ? CHOOSE(int, 0, 6, 41) : SOL_SOCKET;
	int which = CHOOSE(int, SO_TYPE, SO_DOMAIN, SO_PROTOCOL, SO_ACCEPTCONN, SO_ERROR, SO_PEERCRED, SO_PASSCRED, SO_PASSCRED, SO_SNDBUF, SO_RCVBUF,
		SO_REUSEADDR, SO_KEEPALIVE, SO_BROADCAST, SO_LINGER, SO_RCVLOWAT, SO_SNDLOWAT, SO_RCVTIMEO, SO_SNDTIMEO, SO_OOBINLINE, SO_PRIORITY,
		SO_DEBUG, SO_DONTROUTE, SO_PASSSEC, SO_MARK, SO_NO_CHECK, SO_BUSY_POLL, SO_REUSEPORT, 900);
	char got[64] = {0};
	socklen_t size = CHOOSE(socklen_t, 4, 4, 4, 16, 64, 2, 0, 12);
	if (which == SO_PEERCRED) size = 12;
	if (below(2)) {
		if (which == SO_SNDBUF) value = 100000;
		CALL("setsockopt(%d, %d, %d, %d, %u)", fd, level, which, value, size);
		memcpy(got, &value, 4);
		return setsockopt(fd, level, which, got, size);
	}
	CALL("getsockopt(%d, %d, %d, %u)", fd, level, which, size);
	int result = getsockopt(fd, level, which, got, &size);
	if (result != 0) return result;
	if (which == SO_PEERCRED && size >= 4) {
		int who;
		memcpy(&who, got, 4);
		who = who == getpid() ? 1 : who;
		memcpy(got, &who, 4);
	}
	DETAIL(" %u:", size);
	for (unsigned i = 0; i < size; i += 4) {
		int word;
		memcpy(&word, got + i, 4);
		snprintf(detail + strlen(detail), 20, " %d", word);
	}
	return result;
}
static long look(void) {
	int fd = anyFd(), value = 0, result;
	struct stat status;
	struct pollfd entries[3];
	switch (below(9)) {
	case 0: case 1: case 2: {
		CALL("poll(");
		for (int i = 0; i < 3; i++) {
			entries[i] = (struct pollfd){aFd(), CHOOSE(short, POLLIN, POLLIN | POLLOUT, POLLOUT, POLLIN | POLLOUT | POLLPRI | POLLRDHUP, 0), 0};
			snprintf(call + strlen(call), 30, " %d:%x", entries[i].fd, entries[i].events);
		}
		result = poll(entries, 3, 0);
		for (int i = 0; i < 3; i++) snprintf(detail + strlen(detail), 20, " %x", entries[i].revents);
		return result;
	}
	case 3: case 4: {
		int how = below(5) == 0 ? CHOOSE(int, -1, 3, 9) : (int)below(3);
		CALL("shutdown(%d, %d)", fd, how);
		return shutdown(fd, how);
	}
	case 5:
		CALL("FIONREAD(%d)", fd);
		result = ioctl(fd, FIONREAD, &value);
		DETAIL(" %d", value);
		return result;
	case 6:
		CALL("fstat(%d)", fd);
		result = fstat(fd, &status);
		if (result == 0) DETAIL(" %o %ld %ld", status.st_mode, (long)status.st_nlink, (long)status.st_size);
		return result;
	case 7: {
		const char *path = CHOOSE(char *, "a", "b", "c", "d/a", "file");
		if (below(2)) {
			CALL("open(%s)", path);
			result = open(path, O_RDWR | O_NONBLOCK);
			if (result >= 0) close(result);
			return result < 0 ? -1 : 0;
		}
		CALL("stat(%s)", path);
		result = lstat(path, &status);
		if (result == 0) DETAIL(" %o %ld", status.st_mode, (long)status.st_nlink);
		return result;
	}
	default:
		switch (below(6)) {
		case 0: CALL("F_GETFL(%d)", fd); return fcntl(fd, F_GETFL);
		case 1: CALL("lseek(%d)", fd); return lseek(fd, 0, SEEK_CUR);
		case 2: CALL("ftruncate(%d)", fd); return ftruncate(fd, 0);
		case 3: CALL("pread(%d)", fd); return pread(fd, buffer, 1, 0);
		case 4: CALL("fsync(%d)", fd); return fsync(fd);
		default:
			CALL("SIOCATMARK(%d)", fd);
			result = ioctl(fd, 0x8905, &value);
			DETAIL(" %d", value);
			return result;
		}
	}
}

static void setUp(void) {
	signal(SIGPIPE, SIG_IGN);
	for (int fd = 3; fd < 100; fd++) close(fd);
	mkdir("d", 0755);
	close(open("file", O_CREAT | O_WRONLY, 0644));
	if (symlink("a", "link") != 0 || symlink("loop", "loop") != 0) exit(9);
}
static long step(void) {
	long (*const kind)(void) = CHOOSE(typeof(&make), make, make, make, name, name, name, name, meet, meet, meet, meet, give, give, give, give,
		get, get, get, get, option, option, look, look, look);
	return kind();
}
