// SPDX-License-Identifier: MPL-2.0
/*
 * Random calls about signals and processes: a controller tells up to six actors, a tree of processes,
 * what to call (some calls wait), lets everybody come to rest, and prints what they have reported and the
 * state that each is in.
 *
 * Left out is what depends on who runs first: which child of several a SIGCHLD tells of.
 */
#define _GNU_SOURCE
#define RUNS 3
#define CALLS 120
#define GROUP 40
#include "random.h"

#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stddef.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <time.h>
#include <ucontext.h>

#define ACTORS 6
#define CONTROLLER ACTORS
#define TOLD(slot) (20 + (slot)) /* where an actor reads its commands */
#define TELL(slot) (30 + (slot))
#define REPORT(slot) (40 + (slot)) /* where it reports */
#define REPORTED(slot) (50 + (slot))
#define EMPTY 60 /* a pipe in which nothing ever comes */
#define SHARED 62

/* Actors know each other by slots; numbers of processes differ from run to run. */
struct shared { pid_t pids[ACTORS + 1]; };
static struct shared *shared;
static int self = CONTROLLER;

struct command { int kind; long a, b, c; u64 mask; };

static const char *nameOf(pid_t pid) {
	static char names[8][8];
	static int turn;
	char *name = names[turn++ % 8];
	snprintf(name, 8, pid == 0 ? "0" : "?");
	for (int slot = 0; slot <= ACTORS; slot++)
		if (pid != 0 && shared->pids[slot] == pid) snprintf(name, 8, slot == CONTROLLER ? "C" : "A%d", slot);
	return name;
}

/* --- Signals as the kernel has them: the C libraries hide some */

struct action { void *handler; u64 flags; void *restorer; u64 mask; };
void restorer(void);
__asm__(".globl restorer\nrestorer: mov $15, %eax\n syscall\n");
#define RESTORER 0x04000000

extern const char faultHere[];
static u64 flagsOf[65];
static int secondOf[65];
static char otherStack[16384];
static unsigned childSignals;

static void report(const char *format, ...) __attribute__((format(printf, 1, 2)));
static void report(const char *format, ...) {
	char line[300];
	__builtin_va_list values;
	__builtin_va_start(values, format);
	int length = vsnprintf(line, sizeof line, format, values);
	__builtin_va_end(values);
	if (write(REPORT(self), line, (size_t)length) < 0) _exit(9);
}
static u64 maskNow(void) {
	u64 mask = 0;
	syscall(SYS_rt_sigprocmask, SIG_BLOCK, NULL, &mask, 8);
	return mask;
}
static void onSignal(int sig, siginfo_t *info, void *context) {
	int before = errno;
	char here;
	if (sig == SIGCHLD) {
		childSignals++;
		errno = before;
		return;
	}
	report(" [%d", sig);
	if (flagsOf[sig] & SA_SIGINFO) {
		report(" code %d", info->si_code);
		if (info->si_code <= 0) report(" from %s uid %d value %d", nameOf(info->si_pid), (int)info->si_uid,
			info->si_code == SI_QUEUE ? info->si_value.sival_int : 0);
	}
	if (&here >= otherStack && &here < otherStack + sizeof otherStack) report(" other stack");
	report(" mask %lx", maskNow());
	/* Past the instruction, which would fault for ever. */
	greg_t *rip = &((ucontext_t *)context)->uc_mcontext.gregs[REG_RIP];
	if (*rip == (greg_t)faultHere && sig == SIGSEGV) *rip += 6;
	if (secondOf[sig] > 0) syscall(SYS_kill, getpid(), secondOf[sig]);
	if (secondOf[sig] == -1 && flagsOf[sig] & SA_SIGINFO) {
		ucontext_t *back = context;
		u64 mask = 0x8000000200;
		memcpy(&back->uc_sigmask, &mask, sizeof mask);
	}
	report("]");
	errno = before;
}

/* --- What actors are told to call */

enum {
	ACTION, MASK, KILL, TGKILL, TKILL, QUEUE, TQUEUE, GROUP_KILL, PENDING, STACK, WAIT4, WAITID, SETPGID, SETSID, GETPGID,
	GETSID, EXIT, FORK, EXEC, DEATH, FAULT, TAKE, SUSPEND, PAUSE, TAKE_WAITING, SLEEP, READ, POLL, PPOLL, SELECT,
	FUTEX, WAITING, LEARN, REAPER
};
static const char *const NAMES[] = {
	"sigaction", "sigprocmask", "kill", "tgkill", "tkill", "sigqueue", "tgsigqueue", "kill group of", "sigpending", "sigaltstack",
	"wait4", "waitid", "setpgid", "setsid", "getpgid", "getsid", "exit", "fork", "exec", "pdeathsig", "fault", "take",
	"sigsuspend", "pause", "sigwaitinfo", "nanosleep", "read", "poll", "ppoll", "pselect", "futex", "wait", "see action",
	"reaper"
};

static void actorLoop(int slot) __attribute__((noreturn));
static pid_t pidOf(long slot) {
	return slot < 0 || slot > ACTORS ? (pid_t)slot : shared->pids[slot] == 0 ? 1 << 21 : shared->pids[slot];
}
__attribute__((noinline)) static long act(const struct command *c) {
	long a = c->a, b = c->b, result;
	u64 mask = c->mask, second = 0;
	siginfo_t info;
	int status = 0x5555;
	memset(&info, 0, sizeof info);
	struct timespec ever = {1000000, 0}, none = {0, 0};
	switch (c->kind) {
	case ACTION: {
		struct action action = {b == 0 ? (void *)SIG_DFL : b == 1 ? (void *)SIG_IGN : (void *)onSignal,
			(u64)c->c | RESTORER, (void *)restorer, mask};
		if (a > 0 && a < 65 && b > 1) {
			flagsOf[a] = (u64)c->c;
			secondOf[a] = b == 3 ? SIGUSR2 : b == 4 ? -1 : b == 5 ? 40 : 0;
		}
		return syscall(SYS_rt_sigaction, a, &action, NULL, 8);
	}
	case LEARN: {
		struct action action = {0};
		result = syscall(SYS_rt_sigaction, a, NULL, &action, 8);
		if (result == 0)
			report(" %s flags %lx mask %lx", action.handler == (void *)onSignal ? "caught"
				: action.handler == (void *)SIG_IGN ? "ignored" : "default", action.flags, action.mask);
		return result;
	}
	case MASK:
		result = syscall(SYS_rt_sigprocmask, a, b == 1 ? NULL : &mask, &second, b == 2 ? 16 : 8);
		report(" was %lx", second);
		return result;
	case KILL: return syscall(SYS_kill, pidOf(a), b);
	case TGKILL: return syscall(SYS_tgkill, pidOf(a), c->c == 7 ? pidOf(self) : pidOf(a), b);
	case TKILL: return syscall(SYS_tkill, pidOf(a), b);
	case QUEUE: case TQUEUE:
		info.si_code = c->c % 5 == 0 ? SI_USER : c->c % 5 == 1 ? SI_TKILL : c->c % 5 == 2 ? 5 : SI_QUEUE;
		info.si_signo = 77;
		info.si_pid = pidOf(self);
		info.si_value.sival_int = (int)c->c;
		if (c->kind == QUEUE) return syscall(SYS_rt_sigqueueinfo, pidOf(a), b, &info);
		return syscall(SYS_rt_tgsigqueueinfo, pidOf(a), pidOf(a), b, &info);
	case GROUP_KILL: return syscall(SYS_kill, a == 0 ? 0 : -pidOf(a), b);
	case PENDING:
		result = syscall(SYS_rt_sigpending, &mask, 8);
		report(" %lx", mask);
		return result;
	case STACK: {
		stack_t stack = {.ss_sp = otherStack, .ss_size = (size_t)b, .ss_flags = (int)a}, old = {0};
		result = syscall(SYS_sigaltstack, c->c == 1 ? NULL : &stack, &old);
		report(" was %d %d %ld", old.ss_sp == otherStack, old.ss_flags, (long)old.ss_size);
		return result;
	}
	case WAIT4: case WAITING:
		result = syscall(SYS_wait4, a == 0 ? 0 : a == -1 ? -1 : a > 100 ? -pidOf(a - 100) : pidOf(a), &status, b, NULL);
		report(" %s status %x", result < 0 ? "none" : nameOf((pid_t)result), result > 0 ? status : 0);
		return result > 0 ? 1 : result;
	case WAITID:
		result = syscall(SYS_waitid, c->c, c->c == P_ALL || c->c > 2 ? 0 : a == 0 ? 0 : pidOf(a), &info, b, NULL);
		if (result == 0)
			report(" signo %d code %d pid %s uid %d status %x", info.si_signo, info.si_code, nameOf(info.si_pid),
				(int)info.si_uid, info.si_status);
		return result;
	case SETPGID: return syscall(SYS_setpgid, a == 0 ? 0 : pidOf(a), b == 0 ? 0 : pidOf(b));
	case SETSID: return setsid() > 0 ? 1 : -1;
	case GETPGID: case GETSID:
		result = syscall(c->kind == GETPGID ? SYS_getpgid : SYS_getsid, a == 0 ? 0 : pidOf(a));
		report(" %s", result < 0 ? "none" : nameOf((pid_t)result));
		return result > 0 ? 1 : result;
	case EXIT: _exit((int)a);
	case FORK:
		result = syscall(SYS_clone, b, NULL, NULL, NULL, NULL);
		if (result == 0) actorLoop((int)a);
		if (result > 0) shared->pids[a] = (pid_t)result;
		return result > 0 ? 1 : result;
	case EXEC: {
		char name[4] = {(char)('0' + self), 0};
		setenv("ACTOR", name, 1);
		return execl("/proc/self/exe", "actor", NULL);
	}
	case DEATH: return prctl(PR_SET_PDEATHSIG, a, 0, 0, 0);
	case REAPER: return prctl(PR_SET_CHILD_SUBREAPER, a, 0, 0, 0);
	case FAULT: __asm__ volatile("faultHere: movl $1, (%0)" : : "a"(8L) : "memory"); return 0;
	case TAKE: case TAKE_WAITING:
		result = syscall(SYS_rt_sigtimedwait, &mask, &info, c->kind == TAKE ? &none : NULL, 8);
		if (result > 0 && result != SIGCHLD)
			report(" code %d from %s value %d", info.si_code, info.si_code <= 0 ? nameOf(info.si_pid) : "kernel",
				info.si_code == SI_QUEUE ? info.si_value.sival_int : 0);
		return result;
	case SUSPEND: return syscall(SYS_rt_sigsuspend, &mask, 8);
	case PAUSE: return syscall(SYS_pause);
	case SLEEP: return syscall(SYS_clock_nanosleep, a & 1, a & 2 ? TIMER_ABSTIME : 0, &ever, &ever);
	case READ: return read(EMPTY, &status, 1);
	case POLL: return syscall(SYS_poll, &(struct pollfd){EMPTY, POLLIN, 0}, 1, a ? -1 : 1000000000);
	case PPOLL: return syscall(SYS_ppoll, &(struct pollfd){EMPTY, POLLIN, 0}, 1, a ? NULL : &ever, b ? &mask : NULL, 8);
	case SELECT: {
		u64 sets[2] = {1UL << EMPTY, 0};
		struct { u64 *mask; u64 size; } given = {b ? &mask : NULL, 8};
		return syscall(SYS_pselect6, EMPTY + 1, sets, NULL, NULL, a ? NULL : &ever, &given);
	}
	case FUTEX: return syscall(SYS_futex, &status, 0x80, 0x5555, a ? NULL : &ever, NULL, 0);
	}
	return -1;
}
static void actorLoop(int slot) {
	self = slot;
	shared->pids[slot] = getpid();
	for (int other = 0; other < ACTORS; other++) close(TELL(other));
	for (;;) {
		struct command command;
		if (read(TOLD(slot), &command, sizeof command) != sizeof command) {
			if (errno == EINTR) continue;
			_exit(8);
		}
		errno = 0;
		report(" (");
		long result = act(&command);
		int error = errno;
		report(" = %ld %d", result, result < 0 ? error : 0);
		report(")");
	}
}
__attribute__((constructor)) static void actAgain(void) {
	const char *actor = getenv("ACTOR");
	if (actor == NULL) return;
	shared = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, SHARED, 0);
	self = *actor - '0';
	report(" executed)");
	actorLoop(self);
}

/* --- What the controller sees */

static int busy[ACTORS];
/* The slot that an actor was told to fork into, and 1: it may be stopped, and come to it later. */
static long forking[ACTORS];
static int freeSlot(void) {
	for (int slot = 0; slot < ACTORS; slot++) {
		int isFree = shared->pids[slot] == 0;
		for (int actor = 0; actor < ACTORS; actor++) isFree &= forking[actor] != slot + 1;
		if (isFree) return slot;
	}
	return ACTORS;
}
static char stateOf(int slot) {
	char path[40], text[200];
	if (shared->pids[slot] == 0) return '-';
	snprintf(path, sizeof path, "/proc/%d/stat", shared->pids[slot]);
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0) return '-';
	ssize_t length = read(fd, text, sizeof text - 1);
	close(fd);
	if (length <= 0) return '-';
	text[length] = 0;
	return strrchr(text, ')')[2];
}
static void settle(char states[ACTORS + 1]) {
	int still = 0;
	for (int tries = 0; still < 2 && tries < 20000; tries++) {
		char now[ACTORS + 1] = {0};
		int runs = 0;
		usleep(150);
		for (int slot = 0; slot < ACTORS; slot++) {
			now[slot] = stateOf(slot);
			if (strchr("STZ-", now[slot]) == NULL) runs = 1;
		}
		still = runs || memcmp(now, states, ACTORS) != 0 ? 0 : still + 1;
		memcpy(states, now, ACTORS + 1);
	}
}
/* What /proc says of an actor's signals. */
static int tellSignals(int slot, char *into, size_t room) {
	char path[40], text[4096];
	snprintf(path, sizeof path, "/proc/%d/status", shared->pids[slot]);
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0) return 0;
	ssize_t length = read(fd, text, sizeof text - 1);
	close(fd);
	text[length < 0 ? 0 : length] = 0;
	int at = 0;
	static const char *const LINES[] = {"SigPnd:\t", "ShdPnd:\t", "SigBlk:\t", "SigIgn:\t", "SigCgt:\t"};
	for (int i = 0; i < 5; i++) {
		const char *line = strstr(text, LINES[i]);
		if (line != NULL) at += snprintf(into + at, room - (size_t)at, " %lx", strtoul(line + 8, NULL, 16));
	}
	return at;
}
static void tellAll(int watched) {
	char states[ACTORS + 1] = {0};
	settle(states);
	size_t at = (size_t)snprintf(detail, sizeof detail, " %s", states);
	if (states[watched] != '-' && states[watched] != 'Z')
		at += (size_t)tellSignals(watched, detail + at, sizeof detail - at);
	for (int slot = 0; slot < ACTORS; slot++) {
		char text[1500];
		if (states[slot] == 'Z' || states[slot] == '-') forking[slot] = 0;
		ssize_t length = read(REPORTED(slot), text, sizeof text - 1);
		if (length > 0) {
			text[length] = 0;
			for (char *end = text; (end = strchr(end, ')')) != NULL; end++) busy[slot]--;
			if (busy[slot] <= 0) forking[slot] = 0;
			at += (size_t)snprintf(detail + at, sizeof detail - at, " A%d:%s", slot, text);
		}
		if (states[slot] == '-' && shared->pids[slot] != 0) {
			while (poll(&(struct pollfd){TOLD(slot), POLLIN, 0}, 1, 0) > 0 && read(TOLD(slot), text, sizeof text) > 0) {}
			shared->pids[slot] = 0;
			busy[slot] = 0;
		}
	}
}

static int aSignal(void) {
	if (below(40) == 0) return SIGKILL;
	return CHOOSE(int, SIGUSR1, SIGUSR1, SIGUSR2, SIGTERM, SIGCHLD, SIGCONT, SIGCONT, SIGCONT, SIGSTOP, SIGTSTP, SIGTTIN,
		SIGTTOU, 34, 35, 35, 40, 64, SIGALRM, SIGURG, SIGWINCH, SIGHUP, 0, 65, -1, SIGSEGV, SIGQUIT, 32, 33);
}
static u64 aMask(void) {
	u64 mask = 0;
	for (int i = (int)below(5); i > 0; i--) {
		int sig = aSignal();
		if (sig > 0 && sig < 65) mask |= 1UL << (sig - 1);
	}
	return below(12) == 0 ? ~0UL : mask;
}
static long someone(void) { return (long)below(ACTORS + 1) == ACTORS ? 0 : (long)below(ACTORS); }

static struct command aCommand(int slot) {
	static const int KINDS[] = {ACTION, ACTION, ACTION, MASK, MASK, KILL, KILL, KILL, KILL, TGKILL, TKILL, QUEUE, QUEUE,
		TQUEUE, GROUP_KILL, PENDING, STACK, STACK, WAIT4, WAIT4, WAITID, WAITID, SETPGID, SETPGID, SETSID, GETPGID, GETSID, EXIT,
		FORK, FORK, FORK, EXEC, DEATH, FAULT, TAKE, TAKE, SUSPEND, PAUSE, TAKE_WAITING, SLEEP, READ, POLL, PPOLL, SELECT,
		FUTEX, WAITING, LEARN, REAPER};
	struct command c = {.kind = PICK(KINDS), .a = someone(), .b = aSignal(), .c = below(1000), .mask = aMask()};
	switch (c.kind) {
	case ACTION:
		c.a = aSignal();
		c.b = CHOOSE(int, 0, 1, 2, 2, 2, 2, 2, 3, 4, 5);
		c.c = 0;
		for (int i = (int)below(5); i > 0; i--)
			c.c |= CHOOSE(long, SA_SIGINFO, SA_SIGINFO, SA_RESTART, SA_RESTART, SA_NODEFER, SA_RESETHAND, SA_ONSTACK,
				SA_NOCLDSTOP, SA_NOCLDWAIT, 0x800, 0x10000);
		if (c.a == SIGCHLD && below(3) != 0) c.b = 2;
		break;
	case LEARN: c.a = aSignal(); break;
	case MASK: c.a = CHOOSE(int, 0, 1, 1, 2, 2, 3), c.b = (long)below(8); break;
	case GROUP_KILL: c.a = below(3) == 0 ? 0 : c.a; break;
	case STACK: c.a = CHOOSE(int, 0, 0, 0, SS_DISABLE, SS_ONSTACK, 1 << 31, 7);
		c.b = CHOOSE(int, 16384, 16384, 8192, 2047, 0), c.c = (long)below(5); break;
	case WAIT4: case WAITING:
		c.a = below(3) == 0 ? -(long)below(2) : below(3) == 0 ? 100 + someone() : someone();
		c.b = CHOOSE(int, 0, 0, WUNTRACED, WUNTRACED | WCONTINUED, WCONTINUED, __WALL, __WCLONE, 0x20, WNOWAIT);
		if (c.kind == WAIT4) c.b |= WNOHANG;
		break;
	case WAITID:
		c.c = CHOOSE(int, P_ALL, P_ALL, P_PID, P_PID, P_PGID, 7);
		c.b = CHOOSE(int, WEXITED, WEXITED, WEXITED | WSTOPPED, WSTOPPED, WCONTINUED, 0, WEXITED | WSTOPPED | WCONTINUED) |
			CHOOSE(int, WNOHANG, WNOHANG, WNOHANG | WNOWAIT, WNOWAIT, 0, __WALL, 0x10);
		break;
	case SETPGID: c.b = someone(); break;
	case EXIT: c.a = (long)below(300); break;
	case FORK:
		c.b = CHOOSE(int, SIGCHLD, SIGCHLD, SIGCHLD, SIGUSR1, 0);
		c.a = freeSlot();
		if (c.a == ACTORS) c.kind = PENDING;
		else forking[slot] = c.a + 1;
		break;
	case DEATH: c.a = aSignal(); break;
	case REAPER: c.a = (long)below(2); break;
	case TAKE: case TAKE_WAITING: if (below(2) == 0) c.mask = ~0UL; break;
	case SLEEP: case POLL: case PPOLL: case SELECT: case FUTEX: c.a = (long)below(4), c.b = (long)below(2); break;
	default: break;
	}
	return c;
}

static void setUp(void) {
	int memory = memfd_create("shared", 0);
	if (ftruncate(memory, 4096) != 0 || dup2(memory, SHARED) < 0) exit(9);
	shared = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, SHARED, 0);
	/* In a session of its own, of which nothing else is a member. */
	pid_t child = fork();
	if (child != 0) {
		int status;
		waitpid(child, &status, 0);
		for (int slot = 0; slot < ACTORS; slot++)
			if (shared->pids[slot] != 0) kill(shared->pids[slot], SIGKILL);
		_exit(WIFEXITED(status) ? WEXITSTATUS(status) : 100);
	}
	setsid();
	prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
	prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
	setrlimit(RLIMIT_CORE, &(struct rlimit){0, 0});
	prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
	shared->pids[CONTROLLER] = getpid();
	int pipes[2];
	for (int slot = 0; slot < ACTORS; slot++) {
		if (pipe(pipes) != 0) exit(9);
		dup2(pipes[0], TOLD(slot)), dup2(pipes[1], TELL(slot));
		close(pipes[0]), close(pipes[1]);
		if (pipe(pipes) != 0) exit(9);
		dup2(pipes[0], REPORTED(slot)), dup2(pipes[1], REPORT(slot));
		close(pipes[0]), close(pipes[1]);
		fcntl(REPORTED(slot), F_SETFL, O_NONBLOCK);
	}
	if (pipe(pipes) != 0) exit(9);
	dup2(pipes[0], EMPTY), dup2(pipes[1], EMPTY + 1);
	close(pipes[0]), close(pipes[1]);
}

/* The controller's own: a new actor, a signal, a wait. */
static int control(void) {
	int slot, sig, status = 0;
	switch (below(4)) {
	case 0:
		slot = freeSlot();
		if (slot == ACTORS) return -1;
		CALL("new A%d", slot);
		fflush(stdout);
		pid_t child = fork();
		if (child == 0) {
			setpgid(0, 0);
			for (sig = 1; sig < 65; sig++) {
				struct command c = {ACTION, sig, 2, SA_SIGINFO | SA_RESTART, 0};
				if (sig != SIGCONT && sig != SIGTSTP && sig != SIGTTIN && sig != SIGTTOU && sig != 33) act(&c);
			}
			actorLoop(slot);
		}
		shared->pids[slot] = child;
		return slot;
	case 1: case 2:
		slot = (int)below(ACTORS);
		sig = aSignal();
		if (shared->pids[slot] == 0) return -1;
		CALL("kill A%d %d", slot, sig);
		errno = kill(shared->pids[slot], sig) == 0 ? 0 : errno;
		snprintf(call + strlen(call), 20, " error %d", errno);
		return slot;
	default: {
		int flags = CHOOSE(int, 0, WUNTRACED, WCONTINUED, WUNTRACED | WCONTINUED, __WALL);
		pid_t found = waitpid(-1, &status, flags | WNOHANG);
		CALL("wait %x: %s status %x", flags, found < 0 ? "none" : nameOf(found), found > 0 ? status : 0);
		return 0;
	}
	}
}
static long step(void) {
	int slot = (int)below(ACTORS);
	for (int tries = 0; tries < ACTORS && (shared->pids[slot] == 0 || busy[slot] > 0); tries++) slot = (slot + 1) % ACTORS;
	if (below(4) == 0 || shared->pids[slot] == 0 || busy[slot] > 0) {
		int watched = control();
		if (watched < 0) {
			CALL("nothing");
			watched = 0;
		}
		tellAll(watched);
		errno = 0;
		return 0;
	}
	struct command c = aCommand(slot);
	CALL("A%d %s %ld %ld %ld %lx", slot, NAMES[c.kind], c.a, c.b, c.c, c.mask);
	busy[slot]++;
	if (write(TELL(slot), &c, sizeof c) != sizeof c) exit(9);
	tellAll(slot);
	return 0;
}
