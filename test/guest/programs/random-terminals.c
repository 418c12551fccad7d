// SPDX-License-Identifier: MPL-2.0
/*
 * Random calls about a pseudo-terminal, by the leader of its session and by a process of another group:
 * modes, what the line discipline makes of input and output, packets, job control, sizes, hang-ups.
 *
 * Signals are blocked, and told of; those that stop who is in the background may be ignored or caught. Left out are
 * vhangup(2) and giving the terminal up.
 */
#define _GNU_SOURCE
#define RUNS 1
#define CALLS 200
#define GROUP 50
#include "random.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <termios.h>

/* As the kernel has them. */
struct modes { tcflag_t c_iflag, c_oflag, c_cflag, c_lflag; unsigned char c_line, c_cc[19]; };
struct size { unsigned short rows, columns, x, y; };

#define MASTER 10
#define SLAVE 11
#define SECOND 12 /* another open of the slave */
#define ASK 20
#define ANSWER 22

static struct shared {
	u64 state;
	long result;
	int error, caught;
	/* The session has lost its terminal, and takes no other: who of it would have it, differs. */
	int isRenewed;
	pid_t leader, other;
	char call[400], detail[3000];
} *shared;
static int isOther;

static void onSignal(int sig) {
	(void)sig;
	shared->caught++;
}
static void dispose(int sig, int how) {
	struct sigaction action = {.sa_handler = how == 1 ? SIG_IGN : onSignal};
	sigset_t set;
	sigaction(sig, &action, NULL);
	sigemptyset(&set);
	sigaddset(&set, sig);
	sigprocmask(how == 2 ? SIG_UNBLOCK : SIG_BLOCK, &set, NULL);
}

/* --- Text */

static void show(const unsigned char *bytes, long count) {
	size_t at = strlen(detail);
	at += (size_t)snprintf(detail + at, sizeof detail - at, " \"");
	for (long i = 0; i < count && at < sizeof detail - 20; i++)
		at += (size_t)snprintf(detail + at, sizeof detail - at, bytes[i] >= 32 && bytes[i] < 127 ? "%c" : "<%02x>", bytes[i]);
	snprintf(detail + at, sizeof detail - at, "\"");
}
static unsigned char text[6000];
static long someText(void) {
	static const char *const PARTS[] = {"a", "bc", "word ", "X", "\n", "\n", "\r", "\t", "\b", "\177", "\177", "\003", "\034",
		"\032", "\004", "\004", "\025", "\027", "\026", "\022", "\023", "\021", "\017", "\377", "\303\244", "\033[A", "  ",
		"LONG", "\001", "\031", "7", "\r\n", "\\", "z\n", "some words\n"};
	long length = 0;
	for (unsigned parts = below(6) + (below(20) == 0 ? 30 : 0); parts > 0; parts--) {
		const char *part = PICK(PARTS);
		if (strcmp(part, "LONG") == 0) {
			long more = below(8) == 0 ? 90 : 12;
			if (length + more > 5000) continue;
			memset(text + length, 'y', (size_t)more);
			length += more;
		} else {
			memcpy(text + length, part, strlen(part));
			length += (long)strlen(part);
			if (below(40) == 0) text[length++] = 0;
		}
	}
	return length;
}

/* --- Calls */

static int side(void) { return CHOOSE(int, MASTER, SLAVE, SLAVE, SLAVE, SECOND); }
static const char *sideName(int fd) { return fd == MASTER ? "master" : fd == SLAVE ? "slave" : "second"; }

static const unsigned IFLAGS[] = {IGNBRK, BRKINT, IGNPAR, PARMRK, INPCK, ISTRIP, INLCR, IGNCR, ICRNL, ICRNL, IUCLC, IXON, IXON, IXANY,
	IXOFF, IMAXBEL, IUTF8};
static const unsigned OFLAGS[] = {OPOST, OPOST, OLCUC, ONLCR, ONLCR, OCRNL, ONOCR, ONLRET, OFILL, TABDLY, BSDLY};
static const unsigned LFLAGS[] = {ISIG, ICANON, ICANON, XCASE, ECHO, ECHO, ECHOE, ECHOK, ECHONL, NOFLSH, TOSTOP, TOSTOP, ECHOCTL,
	ECHOPRT, ECHOKE, FLUSHO, PENDIN, IEXTEN, IEXTEN};
static long setModes(void) {
	struct modes modes;
	int fd = side(), how = CHOOSE(int, TCSETS, TCSETS, TCSETSW, TCSETSF);
	if (ioctl(fd, TCGETS, &modes) != 0) {
		CALL("modes %s", sideName(fd));
		return -1;
	}
	for (unsigned i = below(3); i > 0; i--) modes.c_iflag ^= PICK(IFLAGS);
	for (unsigned i = below(3); i > 0; i--) modes.c_oflag ^= PICK(OFLAGS);
	for (unsigned i = below(3); i > 0; i--) modes.c_lflag ^= PICK(LFLAGS);
	if (below(8) == 0) modes.c_lflag |= ISIG | ICANON | ECHO;
	if (below(8) == 0) modes.c_cflag = CHOOSE(tcflag_t, B9600 | CS7, B38400 | CS8, B0 | CS8, B115200 | PARENB, HUPCL | CS8, CSTOPB | CREAD);
	if (below(4) == 0) {
		int index = CHOOSE(int, VMIN, VTIME, VEOL, VEOL2, VEOF, VERASE, VINTR, VKILL, VSUSP, VSTART, VSTOP, VLNEXT, VREPRINT, VWERASE, VQUIT);
		modes.c_cc[index] = index == VTIME ? 0 : index == VMIN ? CHOOSE(cc_t, 0, 1, 5) : CHOOSE(cc_t, 0, 'z', 'X', '7', 3, 4, 8, 127, 255, 10);
	}
	if (below(30) == 0) modes.c_line = 1;
	CALL("modes %s %x: %x %x %x %x", sideName(fd), how, modes.c_iflag, modes.c_oflag, modes.c_cflag, modes.c_lflag);
	return ioctl(fd, (unsigned)how, &modes);
}
static long getModes(void) {
	int fd = side();
	struct modes modes;
	unsigned short old[9] = {0};
	long result;
	if (below(4) == 0) {
		CALL("old modes %s", sideName(fd));
		result = ioctl(fd, TCGETA, old);
		DETAIL(" %x %x %x %x %x", old[0], old[1], old[2], old[3], old[4]);
		return result;
	}
	CALL("modes of %s", sideName(fd));
	result = ioctl(fd, TCGETS, &modes);
	if (result == 0) {
		DETAIL(" %x %x %x %x line %d", modes.c_iflag, modes.c_oflag, modes.c_cflag, modes.c_lflag, modes.c_line);
		show(modes.c_cc, 17);
	}
	return result;
}
static long writing(int fd) {
	long length = someText();
	CALL("write %s", sideName(fd));
	show(text, length);
	snprintf(call + strlen(call), 120, "%.100s", detail);
	detail[0] = 0;
	return write(fd, text, (size_t)length);
}
static long reading(int fd) {
	size_t room = CHOOSE(size_t, 1, 2, 3, 10, 100, 4096, 5000, 0);
	CALL("read %s %zu", sideName(fd), room);
	long result = read(fd, text, room);
	if (result >= 0) show(text, result < 120 ? result : 120);
	return result;
}
static long polling(void) {
	int fd = side();
	struct pollfd entry = {fd, POLLIN | POLLOUT | POLLPRI | POLLRDHUP, 0};
	CALL("poll %s", sideName(fd));
	long result = poll(&entry, 1, 0);
	DETAIL(" %x", entry.revents);
	return result;
}
static const char *who(pid_t pid) {
	return pid == shared->leader ? "leader" : pid == shared->other ? "other" : pid == 0 ? "none" : pid < 0 ? "negative" : "unknown";
}
static long jobs(void) {
	int fd = CHOOSE(int, MASTER, SLAVE, SLAVE, SECOND), value = 77, sig;
	long result;
	switch (below(11)) {
	case 0: case 1:
		CALL("TIOCGPGRP %s", sideName(fd));
		result = ioctl(fd, TIOCGPGRP, &value);
		if (result == 0) DETAIL(" %s", who(value));
		return result;
	case 2: case 3: case 4: case 5:
		value = CHOOSE(int, 0, 1, 1, 2, 3);
		CALL("TIOCSPGRP %s %d", sideName(fd), value);
		value = value == 0 ? shared->leader : value == 1 ? shared->other : value == 2 ? 1 << 21 : -1;
		return ioctl(fd, TIOCSPGRP, &value);
	case 6:
		CALL("TIOCGSID %s", sideName(fd));
		result = ioctl(fd, TIOCGSID, &value);
		if (result == 0) DETAIL(" %s", who(value));
		return result;
	case 7:
		value = CHOOSE(int, 0, 0, 1);
		if (shared->isRenewed) return polling();
		CALL("TIOCSCTTY %s %d", sideName(fd), value);
		return ioctl(fd, TIOCSCTTY, value);
	case 8:
		value = (int)below(3);
		sig = CHOOSE(int, SIGTTIN, SIGTTOU);
		CALL("dispose %d %d", sig, value);
		dispose(sig, value);
		return 0;
	case 9:
		sig = CHOOSE(int, SIGINT, SIGQUIT, SIGTSTP, SIGTERM, 0);
		CALL("TIOCSIG %s %d", sideName(fd), sig);
		return ioctl(fd, TIOCSIG, sig);
	default:
		CALL("open /dev/tty");
		value = open("/dev/tty", O_RDWR | O_NONBLOCK);
		if (value < 0) return -1;
		result = ioctl(value, TIOCGPGRP, &sig);
		DETAIL(" %ld %s", result, result == 0 ? who(sig) : "");
		close(value);
		return 0;
	}
}
static long controls(void) {
	int fd = side(), value = (int)below(4);
	long result;
	struct size size = {(unsigned short)below(3), 80, 0, (unsigned short)below(2)};
	static const struct { unsigned request; const char *name; } GETS[] = {{FIONREAD, "FIONREAD"}, {TIOCOUTQ, "TIOCOUTQ"},
		{TIOCGPKT, "TIOCGPKT"}, {TIOCGPTLCK, "TIOCGPTLCK"}, {TIOCGEXCL, "TIOCGEXCL"}, {TIOCGETD, "TIOCGETD"},
		{TIOCGSOFTCAR, "TIOCGSOFTCAR"}, {TIOCMGET, "TIOCMGET"}, {FIONREAD, "FIONREAD"}, {TIOCOUTQ, "TIOCOUTQ"},
		{TIOCGICOUNT, "TIOCGICOUNT"}, {TIOCGSERIAL, "TIOCGSERIAL"}};
	unsigned many[40];
	switch (below(16)) {
	case 0: case 1: case 2: case 3:
		value = (int)below(sizeof GETS / sizeof *GETS);
		CALL("%s %s", GETS[value].name, sideName(fd));
		many[0] = 55;
		result = ioctl(fd, GETS[value].request, many);
		DETAIL(" %u", result == 0 ? many[0] : 0);
		return result;
	case 4:
		CALL("size of %s", sideName(fd));
		result = ioctl(fd, TIOCGWINSZ, &size);
		if (result == 0) DETAIL(" %u %u %u %u", size.rows, size.columns, size.x, size.y);
		return result;
	case 5:
		CALL("size %s %u", sideName(fd), size.rows);
		return ioctl(fd, TIOCSWINSZ, &size);
	case 6: case 7:
		CALL("TCFLSH %s %d", sideName(fd), value);
		return ioctl(fd, TCFLSH, value);
	case 8: case 9:
		CALL("TCXONC %s %d", sideName(fd), value);
		return ioctl(fd, TCXONC, value);
	case 10:
		value &= 1;
		CALL("TIOCPKT %s %d", sideName(fd), value);
		return ioctl(fd, TIOCPKT, &value);
	case 11: {
		char byte = CHOOSE(char, 'i', '\n', 3, 'j');
		if (fd == MASTER) fd = SLAVE;
		CALL("TIOCSTI %s %d", sideName(fd), byte);
		return ioctl(fd, TIOCSTI, &byte);
	}
	case 12:
		CALL("TCSBRK %s %d", sideName(fd), value);
		return ioctl(fd, below(2) ? TCSBRK : TCSBRKP, value & 1);
	case 13:
		result = below(2);
		CALL("exclusive %s %ld", sideName(fd), result);
		return ioctl(fd, result ? TIOCEXCL : TIOCNXCL, 0);
	case 14:
		value = 0;
		CALL("lock %s %d", sideName(fd), value);
		return ioctl(fd, TIOCSPTLCK, &value);
	default:
		if (below(2)) {
			CALL("TIOCSSOFTCAR %s %d", sideName(fd), value);
			return ioctl(fd, TIOCSSOFTCAR, &value);
		}
		value = CHOOSE(int, 0, 99, 5);
		CALL("TIOCSETD %s %d", sideName(fd), value);
		return ioctl(fd, TIOCSETD, &value);
	}
}
static long reopen(int fd, int flags) {
	unsigned number;
	char path[40];
	if (ioctl(MASTER, TIOCGPTN, &number) != 0) return -1;
	snprintf(path, sizeof path, "/dev/pts/%u", number);
	/* Without a devpts in sight there is still the other way. */
	int opened = below(3) == 0 ? -1 : open(path, flags);
	if (opened < 0) opened = ioctl(MASTER, TIOCGPTPEER, flags);
	if (opened < 0) return -1;
	dup2(opened, fd);
	close(opened);
	return 0;
}
static long opening(void) {
	int fd = below(2) ? SLAVE : SECOND, flags = O_RDWR | O_NONBLOCK | O_NOCTTY;
	switch (below(8)) {
	case 0: case 1:
		CALL("close %s", sideName(fd));
		return close(fd);
	case 2:
		if (below(3) != 0) return polling();
		shared->isRenewed = 1;
		CALL("new terminal");
		close(MASTER);
		int master = open("/dev/ptmx", O_RDWR | O_NONBLOCK | O_NOCTTY), none = 0;
		if (master != MASTER) dup2(master, MASTER), close(master);
		return ioctl(MASTER, TIOCSPTLCK, &none);
	default:
		CALL("open %s %x", sideName(fd), flags & O_NOCTTY);
		return reopen(fd, flags);
	}
}
static long anyCall(void) {
	switch (below(20)) {
	case 0: case 1: case 2: case 3: return writing(MASTER);
	case 4: case 5: return writing(below(4) ? SLAVE : SECOND);
	case 6: case 7: case 8: return reading(below(4) ? SLAVE : SECOND);
	case 9: case 10: case 11: return reading(MASTER);
	case 12: case 13: return setModes();
	case 14: return getModes();
	case 15: return polling();
	case 16: case 17: return jobs();
	case 18: return controls();
	default: return below(2) ? controls() : opening();
	}
}

/* --- The two processes */

static u64 signalsOf(pid_t pid) {
	char path[40], status[4096];
	snprintf(path, sizeof path, "/proc/%d/status", pid);
	int fd = open(path, O_RDONLY);
	long length = fd < 0 ? 0 : read(fd, status, sizeof status - 1);
	close(fd);
	status[length < 0 ? 0 : length] = 0;
	const char *line = strstr(status, "ShdPnd:");
	return line == NULL ? 0 : strtoul(line + 8, NULL, 16);
}
static void serve(void) {
	char byte;
	isOther = 1;
	prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
	setpgid(0, 0);
	for (;;) {
		if (read(ASK, &byte, 1) != 1) _exit(0);
		state = shared->state;
		call[0] = detail[0] = 0;
		if (byte == 's') {
			sigset_t all;
			siginfo_t info;
			sigfillset(&all);
			while (sigtimedwait(&all, &info, &(struct timespec){0, 0}) > 0) {}
			shared->result = 0;
		} else {
			errno = 0;
			shared->result = anyCall();
			shared->error = errno;
		}
		shared->state = state;
		memcpy(shared->call, call, sizeof shared->call - 1);
		memcpy(shared->detail, detail, sizeof shared->detail - 1);
		if (write(ANSWER + 1, "", 1) != 1) _exit(0);
	}
}
static void ask(char what) {
	char byte;
	if (write(ASK + 1, &what, 1) != 1 || read(ANSWER, &byte, 1) != 1) exit(9);
}
static void setUp(void) {
	/* The recorder's bare root has no terminals. */
	if (access("/dev/ptmx", F_OK) != 0) {
		mkdir("/dev/pts", 0755);
		if (mount("devpts", "/dev/pts", "devpts", 0, "newinstance,ptmxmode=666") != 0 || symlink("pts/ptmx", "/dev/ptmx") != 0) exit(9);
	}
	if (access("/dev/tty", F_OK) != 0) mknod("/dev/tty", S_IFCHR | 0666, makedev(5, 0));
	pid_t child = fork();
	if (child != 0) {
		int status;
		waitpid(child, &status, 0);
		_exit(WIFEXITED(status) ? WEXITSTATUS(status) : 100);
	}
	setsid();
	shared = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	int pipes[2], none = 0;
	sigset_t all;
	sigfillset(&all);
	sigprocmask(SIG_BLOCK, &all, NULL);
	if (pipe(pipes) != 0) exit(9);
	dup2(pipes[0], ASK), dup2(pipes[1], ASK + 1);
	if (pipe(pipes) != 0) exit(9);
	dup2(pipes[0], ANSWER), dup2(pipes[1], ANSWER + 1);
	dup2(open("/dev/ptmx", O_RDWR | O_NONBLOCK | O_NOCTTY), MASTER);
	ioctl(MASTER, TIOCSPTLCK, &none);
	for (int fd = 3; fd < 10; fd++) close(fd);
	if (reopen(SLAVE, O_RDWR | O_NONBLOCK) != 0 || reopen(SECOND, O_RDWR | O_NONBLOCK | O_NOCTTY) != 0) exit(9);
	ioctl(SLAVE, TIOCSCTTY, 0);
	shared->leader = getpid();
	/* With the same descriptors, so that each sees what the other opens. */
	pid_t other = (pid_t)syscall(SYS_clone, 0x400 | SIGCHLD, NULL, NULL, NULL, NULL);
	if (other == 0) serve();
	shared->other = other;
	setpgid(other, other);
}
static long step(void) {
	long result;
	int error;
	shared->caught = 0;
	if (below(3) == 0) {
		shared->state = state;
		ask('c');
		state = shared->state;
		strcpy(call, "other: ");
		strcat(call, shared->call);
		strcpy(detail, shared->detail);
		result = shared->result, error = shared->error;
	} else {
		result = anyCall();
		error = errno;
	}
	/* Bytes pass from one side to the other by and by. */
	for (int round = 0; round < 2; round++) {
		struct pollfd both[2] = {{MASTER, POLLIN, 0}, {SLAVE, POLLIN, 0}};
		usleep(prints ? 1500 : 1500);
		poll(both, 2, 0);
	}
	siginfo_t info;
	sigset_t all, pending;
	u64 mine = 0;
	sigpending(&pending);
	memcpy(&mine, &pending, sizeof mine);
	sigfillset(&all);
	sigdelset(&all, SIGCHLD);
	while (sigtimedwait(&all, &info, &(struct timespec){0, 0}) > 0) {}
	u64 others = signalsOf(shared->other);
	snprintf(detail + strlen(detail), 80, " signals %lx %lx caught %d", mine & ~(1UL << (SIGCHLD - 1)), others, shared->caught);
	if (others != 0) ask('s');
	errno = error;
	return result;
}
