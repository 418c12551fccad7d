// SPDX-License-Identifier: MPL-2.0
/*
 * Random calls about files, in a tree of a few names.
 *
 * Left out is what Linux does by chance or by accident: times, sizes of directories, the blocks of
 * holes that were reserved, copies that overlap, and names in /proc.
 */
#define _GNU_SOURCE
#include "random.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/sendfile.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/xattr.h>

/* Descriptors that calls use: 5 to 12; 3 and 4 are a temporary file and a pipe, 60 the directory. */
#define FIRST_FD 5
#define LAST_FD 12
#define HOME 60

/* Inodes by the order in which they were met. */
static u64 inodes[4096];
static int inodeCount;
static int inodeIndex(u64 number) {
	for (int i = 0; i < inodeCount; i++)
		if (inodes[i] == number) return i;
	if (inodeCount < 4096) inodes[inodeCount++] = number;
	return inodeCount - 1;
}
static void detailOf(const struct stat *s) {
	DETAIL(" %o links %lu owner %u:%u size %ld inode %d", s->st_mode, (u64)s->st_nlink, s->st_uid, s->st_gid,
		S_ISDIR(s->st_mode) ? 0 : (long)s->st_size, inodeIndex(s->st_ino));
}

/* --- Arguments */

static const char LONG_NAME[] =
	"nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn"
	"nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn"
	"nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn";
static const char *path(void) {
	return CHOOSE(char *, "a", "b", "c", "d", "d/a", "d/b", "d/e", "d/e/a", "d/e/b", "e", "e/a", "e/b", "l", "l2",
		"d/l", "a/", "d/", "e/.", "d/..", "d/../a", "./b", "none/x", "l/a", "loop", "", "d/e/..", "d/e/../b",
		"sticky", "sticky/a", "sticky/b", "setgid", "setgid/a", "setgid/d", "..", ".", " ", LONG_NAME, "f", "f/",
		"d/p", "setgid/d/a", "sticky/d");
}
static int fd(void) { return CHOOSE(int, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 12, -1, 99, AT_FDCWD); }
/* One that is not the pipe, whose room and bytes are another test's. */
static int fileFd(void) {
	int chosen = fd();
	return chosen == 4 ? FIRST_FD : chosen;
}
static int ownFd(void) { return FIRST_FD + (int)below(LAST_FD - FIRST_FD + 1); }
static int directory(void) {
	return CHOOSE(int, AT_FDCWD, AT_FDCWD, AT_FDCWD, AT_FDCWD, 5, 6, 7, 8, 9, -1);
}
static int mode(void) {
	return CHOOSE(int, 0, 0644, 0755, 0777, 0400, 0200, 0100, 04755, 02755, 01777, 06777, 07777, 02770, 0700, 0070,
		0007);
}
static long place(void) { return CHOOSE(long, 0, 1, 100, 4096, 5000, 8191, 20000, -1); }
static int atFlags(void) { return CHOOSE(int, 0, 0, AT_SYMLINK_NOFOLLOW, AT_EMPTY_PATH, 1); }
static const char *attribute(void) {
	return CHOOSE(char *, "user.a", "user.b", "trusted.x", "security.y", "system.z", "user.", "bad", "");
}
static int owner(void) { return CHOOSE(int, -1, 0, 10, 20, 77); }

static char buffer[8192];
static unsigned hashOf(long count) {
	unsigned hash = 0;
	for (long i = 0; i < count; i++) hash = hash * 31 + (unsigned char)buffer[i];
	return hash;
}
/* Whether two descriptors are of one file, or the first can be no source of splices. */
static int isOdd(int in, int out) {
	struct stat a, b;
	if (fstat(in, &a) != 0 || S_ISCHR(a.st_mode)) return 1;
	return fstat(out, &b) == 0 && a.st_ino == b.st_ino;
}
/* Descriptors have numbers of a few: more are closed at once. */
static long few(long opened) {
	if (opened > LAST_FD) close((int)opened);
	return opened;
}

/* --- Calls */

/* Effective ids alone, so that everything can be had back. */
static void become(uid_t id) {
	if (setresuid(-1, 0, -1) != 0 || setresgid(-1, id == 20 ? 77 : id, -1) != 0) exit(9);
	if (setresuid(-1, id, -1) != 0) exit(9);
}

static int openFlags(void) {
	int flags = CHOOSE(int, O_RDONLY, O_WRONLY, O_RDWR, O_RDWR, 3, O_PATH) | O_NONBLOCK;
	for (int i = (int)below(3); i > 0; i--)
		flags |= CHOOSE(int, O_CREAT, O_CREAT | O_EXCL, O_TRUNC, O_APPEND, O_DIRECTORY, O_NOFOLLOW, O_NOATIME,
			O_CLOEXEC, O_TMPFILE, O_SYNC, O_DIRECT, O_NONBLOCK, O_CREAT);
	return flags;
}
static long opening(void) {
	const char *name = path();
	int flags = openFlags(), in = directory(), bits = mode();
	if (below(3) != 0) {
		CALL("openat(%d, %s, %x, %o)", in, name, flags, bits);
		return few(syscall(SYS_openat, in, name, flags, bits));
	}
	struct { u64 flags, mode, resolve; } how = {(u64)flags, flags & O_CREAT ? (u64)bits : 0, below(0x20)};
	if (how.flags & O_PATH) how.flags &= ~(u64)O_NONBLOCK;
	CALL("openat2(%d, %s, %lx, %lo, %lx)", in, name, how.flags, how.mode, how.resolve);
	return few(syscall(437, in, name, &how, sizeof how));
}
static long naming(void) {
	const char *from = path(), *to = path();
	int in = directory(), into = directory(), bits = mode(), flags;
	switch (below(10)) {
	case 0:
		CALL("mkdirat(%d, %s, %o)", in, from, bits);
		return mkdirat(in, from, (mode_t)bits);
	case 1:
		flags = CHOOSE(int, 0, 0, 0, AT_REMOVEDIR, AT_REMOVEDIR, AT_SYMLINK_NOFOLLOW, 0xffff);
		CALL("unlinkat(%d, %s, %x)", in, from, flags);
		return unlinkat(in, from, flags);
	case 2:
		CALL("rmdir(%s)", from);
		return rmdir(from);
	case 3: case 4:
		CALL("rename(%s, %s)", from, to);
		return rename(from, to);
	case 5:
		flags = CHOOSE(int, 0, 1, 2, 2, 3, 8, 0x100);
		CALL("renameat2(%d, %s, %d, %s, %x)", in, from, into, to, flags);
		return syscall(SYS_renameat2, in, from, into, to, flags);
	case 6:
		CALL("link(%s, %s)", from, to);
		return link(from, to);
	case 7:
		flags = CHOOSE(int, 0, AT_SYMLINK_FOLLOW, AT_EMPTY_PATH, AT_EMPTY_PATH | AT_SYMLINK_FOLLOW, 0x100);
		CALL("linkat(%d, %s, %d, %s, %x)", in, from, into, to, flags);
		return syscall(SYS_linkat, in, from, into, to, flags);
	case 8:
		CALL("symlink(%s, %s)", from, to);
		return symlink(from, to);
	default:
		bits |= CHOOSE(int, S_IFREG, S_IFIFO, S_IFSOCK, S_IFCHR, S_IFBLK, 0, S_IFDIR, S_IFLNK);
		CALL("mknodat(%d, %s, %o)", in, from, bits);
		return syscall(SYS_mknodat, in, from, bits, S_ISCHR(bits) || S_ISBLK(bits) ? 0x105 : 0);
	}
}
static long changing(void) {
	const char *name = path();
	int in = directory(), on = fileFd(), bits = mode(), flags = atFlags(), uid = owner(), gid = owner();
	long size = CHOOSE(long, 0, 1, 100, 4096, 5000, 70000, -1);
	struct timespec times[2] = {{100, 5}, {200, 7}};
	switch (below(9)) {
	case 0:
		CALL("truncate(%s, %ld)", name, size);
		return truncate(name, size);
	case 1:
		CALL("ftruncate(%d, %ld)", on, size);
		return ftruncate(on, size);
	case 2:
		CALL("chmod(%s, %o)", name, bits);
		return chmod(name, (mode_t)bits);
	case 3:
		CALL("fchmod(%d, %o)", on, bits);
		return syscall(SYS_fchmod, on, bits);
	case 4:
		CALL("fchmodat2(%d, %s, %o, %x)", in, name, bits, flags);
		return syscall(452, in, name, bits, flags);
	case 5:
		CALL("fchownat(%d, %s, %d, %d, %x)", in, name, uid, gid, flags);
		return syscall(SYS_fchownat, in, name, uid, gid, flags);
	case 6:
		CALL("fchown(%d, %d, %d)", on, uid, gid);
		return syscall(SYS_fchown, on, uid, gid);
	case 7:
		if (below(3) == 0) times[0].tv_nsec = UTIME_NOW;
		if (below(3) == 0) times[1].tv_nsec = UTIME_OMIT;
		if (below(9) == 0) times[1].tv_nsec = 2000000000;
		CALL("utimensat(%d, %s, %ld, %ld, %x)", in, name, times[0].tv_nsec, times[1].tv_nsec, flags);
		return syscall(SYS_utimensat, in, name, times, flags);
	default:
		if (below(3) == 0) {
			uid_t id = CHOOSE(uid_t, 0, 10, 20);
			become(id);
			CALL("become %u", id);
			return 0;
		}
		bits = below(4) != 0 ? 022 : 0;
		CALL("umask(%o)", bits);
		return umask((mode_t)bits) < 01000 ? 0 : -1;
	}
}
static int byName(const void *a, const void *b) { return strcmp(*(char *const *)a, *(char *const *)b); }
static long list(const char *name) {
	CALL("list(%s)", name);
	int opened = open(name, O_RDONLY | O_DIRECTORY);
	if (opened < 0) return -1;
	DIR *stream = fdopendir(opened);
	char *names[64];
	long count = 0;
	for (struct dirent *entry; count < 64 && (entry = readdir(stream)) != NULL;)
		if (asprintf(&names[count], "%s:%d", entry->d_name, entry->d_type) > 0) count++;
	closedir(stream);
	qsort(names, (size_t)count, sizeof *names, byName);
	size_t at = 0;
	for (long i = 0; i < count; i++) {
		if (at < sizeof detail) at += (size_t)snprintf(detail + at, sizeof detail - at, " %s", names[i]);
		free(names[i]);
	}
	return count;
}
static long looking(void) {
	const char *name = path();
	int in = directory(), flags = atFlags(), bits = (int)below(9), room = below(3) != 0 ? 200 : (int)below(3);
	struct stat status;
	unsigned more[64] = {0}; /* struct statx, which musl has since lately only */
	long result;
	switch (below(8)) {
	case 0: case 1:
		CALL("fstatat(%d, %s, %x)", in, name, flags);
		result = syscall(SYS_newfstatat, in, name, &status, flags);
		if (result == 0) detailOf(&status);
		return result;
	case 2:
		CALL("fstat(%d)", in);
		result = syscall(SYS_fstat, in, &status);
		if (result == 0) detailOf(&status);
		return result;
	case 3:
		CALL("statx(%d, %s, %x)", in, name, flags);
		result = syscall(SYS_statx, in, name, flags, 0x7ff, more);
		if (result == 0) DETAIL(" %x links %u mode %o", more[0] & 0x7ff, more[4], more[7] & 0xffff);
		return result;
	case 4:
		CALL("faccessat2(%d, %s, %d, %x)", in, name, bits, flags);
		return syscall(439, in, name, bits, flags);
	case 5:
		CALL("access(%s, %d)", name, bits);
		return access(name, bits);
	case 6:
		CALL("readlinkat(%d, %s, %d)", in, name, room);
		result = syscall(SYS_readlinkat, in, name, buffer, room);
		if (result > 0) DETAIL(" %.*s", (int)result, buffer);
		return result;
	default:
		return list(name);
	}
}
static long moving(void) {
	int on = fileFd(), other = fileFd(), nulls = (int)below(4), flags;
	long at = place(), length = place(), result;
	size_t count = below(3) != 0 ? below(300) : 5000;
	off_t from = below(5000), to = below(5000);
	memset(buffer, 'a' + (int)below(26), sizeof buffer);
	switch (below(10)) {
	case 0: case 1:
		CALL("pwrite(%d, %zu, %ld)", on, count, at);
		return syscall(SYS_pwrite64, on, buffer, count, at);
	case 2:
		CALL("pread(%d, %zu, %ld)", on, count, at);
		result = pread(on, buffer, count, at);
		DETAIL(" %u", result > 0 ? hashOf(result) : 0);
		return result;
	case 3:
		CALL("write(%d, %zu)", on, count);
		return write(on, buffer, count);
	case 4:
		CALL("read(%d, %zu)", on, count);
		return read(on, buffer, count);
	case 5:
		flags = CHOOSE(int, SEEK_SET, SEEK_CUR, SEEK_END, 5);
		CALL("lseek(%d, %ld, %d)", on, at, flags);
		result = lseek(on, at, flags);
		struct stat status;
		return result > 0 && fstat(on, &status) == 0 && S_ISDIR(status.st_mode) ? 0 : result;
	case 6:
		flags = CHOOSE(int, 0, 1, 3, 8, 0x10, 0x11, 0x20, 0x40, 2, 0x80, 0x41);
		CALL("fallocate(%d, %x, %ld, %ld)", on, flags, at, length);
		return syscall(SYS_fallocate, on, flags, at, length);
	case 7:
		if (isOdd(other, on)) on = other = FIRST_FD;
		CALL("copy_file_range(%d, %ld, %d, %ld, %zu, %d)", other, (long)from, on, (long)to, count, nulls);
		if (on == other) count = 0;
		return syscall(SYS_copy_file_range, other, nulls & 1 ? NULL : &from, on, nulls & 2 ? NULL : &to, count,
			below(20) == 0);
	case 8:
		if (isOdd(other, on)) count = 0;
		CALL("sendfile(%d, %d, %d, %zu)", on, other, nulls & 1, count);
		if (count == 0) return 0;
		return sendfile(on, other, nulls & 1 ? &from : NULL, count);
	default:
		flags = CHOOSE(int, 0, 0, 1, 2, 8, 0x10, 0x20, 0x40, 0x80);
		struct iovec parts[3] = {{buffer, below(100)}, {buffer, below(3)}, {buffer, count}};
		CALL("pwritev2(%d, %zu, %ld, %x)", on, count, at, flags);
		return syscall(SYS_pwritev2, on, parts, 3, at, 0L, flags);
	}
}
static long describing(void) {
	const char *name = path();
	int on = fileFd(), to = ownFd(), flags;
	long result;
	struct flock lock = {.l_type = (short)below(3), .l_whence = (short)below(3), .l_start = below(200),
		.l_len = (int)below(200) - 50};
	char own[40];
	switch (below(10)) {
	case 0:
		on = ownFd();
		CALL("close(%d)", on);
		return close(on);
	case 1:
		CALL("dup3(%d, %d)", on, to);
		result = syscall(SYS_dup3, on < 0 ? 99 : on, to, below(2) ? O_CLOEXEC : 0);
		return result;
	case 2:
		CALL("F_GETFL(%d)", on);
		return fcntl(on, F_GETFL);
	case 3:
		flags = CHOOSE(int, O_APPEND, 0, O_NOATIME, O_DIRECT, O_RDWR) | O_NONBLOCK;
		CALL("F_SETFL(%d, %x)", on, flags);
		return fcntl(on, F_SETFL, on == 3 ? flags & ~O_DIRECT : flags);
	case 4:
		flags = CHOOSE(int, LOCK_SH | LOCK_NB, LOCK_EX | LOCK_NB, LOCK_UN, LOCK_UN | LOCK_NB, 0, 16);
		CALL("flock(%d, %d)", on, flags);
		return flock(on, flags);
	case 5:
		flags = CHOOSE(int, F_SETLK, F_OFD_SETLK, F_GETLK);
		if (below(5) == 0) lock.l_pid = 1;
		CALL("lock(%d, %d, %d)", on, flags, lock.l_type);
		return fcntl(on, flags, &lock);
	case 6:
		flags = CHOOSE(int, O_RDONLY, O_WRONLY, O_RDWR, O_PATH, O_RDWR | O_TRUNC, O_DIRECTORY) | O_NONBLOCK;
		CALL("open again(%d, %x)", to, flags);
		snprintf(own, sizeof own, "/proc/self/fd/%d", to);
		return few(open(own, flags));
	case 7:
		flags = (int)below(4);
		const char *written = attribute();
		size_t size = below(40);
		CALL("setxattr(%s, %s, %zu, %d)", name, written, size, flags);
		return syscall(below(2) ? SYS_setxattr : SYS_lsetxattr, name, written, LONG_NAME, size, flags);
	case 8:
		flags = (int)below(3) * 20;
		const char *read = attribute();
		CALL("getxattr(%s, %s, %d)", name, read, flags);
		return syscall(below(2) ? SYS_getxattr : SYS_lgetxattr, name, read, buffer, flags);
	default:
		if (below(2) == 0) {
			CALL("listxattr(%s)", name);
			return listxattr(name, buffer, 100);
		}
		const char *removed = attribute();
		CALL("removexattr(%s, %s)", name, removed);
		return removexattr(name, removed);
	}
}

/* --- The tree, and its calls */

static void setUp(void) {
	int pipes[2];
	umask(022);
	for (int i = 3; i < 64; i++) close(i);
	if (mkdir("tree", 0777) != 0 || chdir("tree") != 0 || chmod(".", 0777) != 0) exit(9);
	dup2(open(".", O_RDWR | O_TMPFILE, 0600), 3);
	if (pipe2(pipes, O_NONBLOCK) != 0) exit(9);
	dup2(pipes[1], 59);
	dup2(pipes[0], 4);
	dup2(open(".", O_RDONLY | O_DIRECTORY), HOME);
	for (int i = 5; i < 59; i++) close(i);
	mkdir("d", 0755);
	mkdir("d/e", 0777);
	mkdir("sticky", 0777);
	chmod("sticky", 01777);
	mkdir("setgid", 0777);
	if (chown("setgid", 0, 77) != 0 || chmod("setgid", 02777) != 0) exit(9);
	if (symlink("loop", "loop") + symlink("a", "l") + symlink("d", "l2") + symlink("../a", "d/l") != 0) exit(9);
}

static long step(void) {
	long (*const kind)(void) = CHOOSE(typeof(&opening), opening, opening, opening, naming, naming, naming, changing,
		changing, looking, looking, moving, moving, describing, describing);
	return kind();
}
