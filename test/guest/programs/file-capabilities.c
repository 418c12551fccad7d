// SPDX-License-Identifier: MPL-2.0
//
// Capabilities of files: the attribute's form, what execve gives by it, and what takes it away.

#include "check.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <sys/xattr.h>
#include <unistd.h>

#define NAME "security.capability"
#define BIT(capability) (1u << (capability))

// Of linux/capability.h and linux/securebits.h, which musl-gcc does not find.
#define CAP_CHOWN 0
#define CAP_KILL 5
#define CAP_NET_RAW 13
#define EFFECTIVE 1u
#define R2 0x02000000u
#define R3 0x03000000u
#define SECBIT_NOROOT 1
struct __user_cap_header_struct {
  unsigned version;
  int pid;
};
struct __user_cap_data_struct {
  unsigned effective, permitted, inheritable;
};

struct caps {
  unsigned effective, permitted, inheritable;
};

static void get_caps(struct caps *low, struct caps *high) {
  struct __user_cap_header_struct header = {0x20080522, 0};
  struct __user_cap_data_struct data[2];
  MUST(syscall(SYS_capget, &header, data) == 0);
  *low = (struct caps){data[0].effective, data[0].permitted, data[0].inheritable};
  *high = (struct caps){data[1].effective, data[1].permitted, data[1].inheritable};
}

static int set_caps(unsigned effective, unsigned permitted, unsigned inheritable) {
  struct __user_cap_header_struct header = {0x20080522, 0};
  struct __user_cap_data_struct data[2] = {{effective, permitted, inheritable}, {0, 0, 0}};
  return syscall(SYS_capset, &header, data);
}

// What the program that was executed has. Of root's sets only some are shown: not every root has all.
static int show(void) {
  struct caps low, high;
  get_caps(&low, &high);
  unsigned ambient = 0;
  for (int i = 0; i < 32; i++)
    if (prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_IS_SET, i, 0, 0) == 1) ambient |= BIT(i);
  unsigned seen = 0xffff;
  int signal = 0;
  prctl(PR_GET_PDEATHSIG, &signal);
  printf("  p %x e %x i %x a %x | %x %x | uid %d %d gid %d %d | secure %lu dump %d death %d keep %d pers %x\n",
         low.permitted & seen, low.effective & seen, low.inheritable & seen, ambient, high.permitted & 0xff,
         high.effective & 0xff, getuid(), geteuid(), getgid(), getegid(), getauxval(AT_SECURE),
         prctl(PR_GET_DUMPABLE), signal, prctl(PR_GET_KEEPCAPS), personality(0xffffffff));
  return 0;
}

static int put(const char *path, unsigned magic, unsigned permitted, unsigned inheritable, unsigned high,
               unsigned rootid, int size) {
  unsigned value[8] = {magic, permitted, inheritable, high, 0, rootid};
  return setxattr(path, NAME, value, size, 0);
}
static void give(const char *path, unsigned magic, unsigned permitted, unsigned inheritable) {
  MUST(put(path, magic | R2, permitted, inheritable, 0, 0, 20) == 0);
}
static void look(const char *path) {
  unsigned value[8] = {0};
  int size = getxattr(path, NAME, value, sizeof value);
  if (size < 0) {
    printf("  none: %s\n", errno == ENODATA ? "ENODATA" : errno_name(errno));
    return;
  }
  printf("  %d:", size);
  for (int i = 0; i < size / 4; i++) printf(" %x", value[i]);
  printf("\n");
}

enum { UID = 1, NNP = 2, KEEP = 4, AMBIENT = 8, NOBOUND = 16, NOROOT = 32, DEATH = 64, PERS = 128, EUID = 256, RUID0 = 512 };
#define HELD (BIT(CAP_CHOWN) | BIT(CAP_KILL) | BIT(CAP_NET_RAW))

// Executes the file in a child that was set up so.
static void run(const char *what, const char *path, int how, unsigned inheritable) {
  printf("%s\n", what);
  fflush(stdout);
  pid_t child = fork();
  if (child == 0) {
    if (how & NOBOUND) MUST(prctl(PR_CAPBSET_DROP, CAP_KILL) == 0);
    if (how & NOROOT) MUST(prctl(PR_SET_SECUREBITS, SECBIT_NOROOT) == 0);
    if (how & (AMBIENT | KEEP)) MUST(prctl(PR_SET_KEEPCAPS, 1) == 0);
    if (how & UID) MUST(setresgid(1000, 1000, 1000) == 0 && setresuid(1000, 1000, 1000) == 0);
    if (how & EUID) MUST(setresuid(1000, 1001, 1000) == 0);
    if (how & RUID0) MUST(setresuid(0, 1000, 1000) == 0);
    if (how & AMBIENT) {
      MUST(set_caps(HELD, HELD, HELD) == 0);
      MUST(prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, CAP_CHOWN, 0, 0) == 0);
    } else if (how & UID) {
      MUST(set_caps(0, how & KEEP ? HELD : 0, how & KEEP ? inheritable : 0) == 0);
    } else if (inheritable != 0) {
      struct caps low, high;
      get_caps(&low, &high);
      MUST(set_caps(low.effective, low.permitted, inheritable) == 0);
    }
    if (how & DEATH) MUST(prctl(PR_SET_PDEATHSIG, SIGUSR1) == 0);
    if (how & PERS) MUST(personality(ADDR_NO_RANDOMIZE | 0x0400000) >= 0);
    if (how & NNP) MUST(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0);
    char *arguments[] = {(char *)path, "show", NULL};
    execv(path, arguments);
    printf("  exec: %s\n", errno_name(errno));
    fflush(stdout);
    _exit(1);
  }
  int status;
  MUST(waitpid(child, &status, 0) == child);
}

static void copy(const char *from, const char *to, int mode) {
  char buffer[65536];
  int in = open(from, O_RDONLY), out = open(to, O_CREAT | O_TRUNC | O_WRONLY, 0700);
  MUST(in >= 0 && out >= 0);
  for (ssize_t n; (n = read(in, buffer, sizeof buffer)) > 0;) MUST(write(out, buffer, n) == n);
  close(in);
  MUST(fchmod(out, mode) == 0);
  close(out);
}

static void forms(void) {
  printf("-- forms\n");
  close(open("f", O_CREAT | O_WRONLY, 0644));
  TRY(put("f", R2, 0x20, 0, 0, 0, 20));
  look("f");
  TRY(put("f", R2 | EFFECTIVE, 0x20, 0xffffffff, 0xffffffff, 0, 20));
  look("f");
  TRY(put("f", R2 | 0x70, 0x20, 0, 0, 0, 20));
  look("f");
  TRY(put("f", R3 | EFFECTIVE | 0x70, 1, 2, 3, 0, 24));
  TRY(put("f", R3 | EFFECTIVE, 1, 2, 3, 0, 24));
  look("f");
  TRY(getxattr("f", NAME, NULL, 0));
  char small[23];
  TRY(getxattr("f", NAME, small, 19));
  TRY(put("f", R3, 1, 2, 3, 1000, 24));
  look("f");
  TRY(getxattr("f", NAME, small, 20));
  TRY(put("f", R3, 1, 2, 3, 0xffffffff, 24));
  for (int size = 0; size <= 28; size += 4) {
    printf("size %d:", size);
    for (unsigned revision = 0; revision <= 4; revision++)
      printf(" %s", put("f", revision << 24, 1, 0, 0, 0, size) == 0 ? "OK" : errno_name(errno));
    printf("\n");
  }
  TRY(setxattr("f", NAME, "abc", 3, 0));
  MUST(put("f", R2, 1, 0, 0, 0, 20) == 0);
  unsigned value[5] = {R2};
  TRY(setxattr("f", NAME, value, 20, XATTR_CREATE));
  TRY(removexattr("f", NAME));
  TRY(removexattr("f", NAME) == -1 && errno == ENODATA);
  TRY(setxattr("f", NAME, value, 20, XATTR_REPLACE) == -1 && errno == ENODATA);
  MUST(mkdir("d", 0777) == 0 && symlink("f", "l") == 0);
  TRY(put("d", R2, 1, 0, 0, 0, 20));
  look("d");
  TRY(lsetxattr("l", NAME, value, 20, 0));
  MUST(put("f", R2, 1, 0, 0, 0, 20) == 0 && chown("f", 1000, 1000) == 0);
  look("f");
  MUST(put("f", R2, 1, 0, 0, 0, 20) == 0);
  fflush(stdout);
  if (fork() == 0) {
    MUST(setresgid(1000, 1000, 1000) == 0 && setresuid(1000, 1000, 1000) == 0);
    look("f");
    TRY(put("f", R2, 1, 0, 0, 0, 20));
    TRY(put("f", R2, 1, 0, 0, 0, 24));
    TRY(put("f", R3, 1, 0, 0, 1000, 24));
    TRY(removexattr("f", NAME));
    char list[100];
    int size = listxattr("f", list, sizeof list);
    printf("  list %.*s\n", size, list);
    _exit(fflush(stdout));
  }
  wait(NULL);
}

static void gives(void) {
  printf("-- exec\n");
  copy("/proc/self/exe", "p", 0755);
  run("user, nothing", "./p", UID | DEATH | PERS, 0);
  MUST(put("p", 0, 0, 0, 0, 0, 0) == 0);
  look("p");
  run("user, an empty value", "./p", UID, 0);
  run("root, an empty value", "./p", 0, 0);
  give("p", 0, HELD, 0);
  run("user, permitted", "./p", UID | DEATH | PERS, 0);
  run("root, permitted", "./p", 0, 0);
  give("p", EFFECTIVE, HELD, 0);
  run("user, effective", "./p", UID | DEATH | PERS, 0);
  run("user, has them already", "./p", UID | KEEP | DEATH | PERS, HELD);
  run("user, less in the bounding set", "./p", UID | NOBOUND, 0);
  run("root, less in the bounding set", "./p", NOBOUND, 0);
  run("user, no new privileges", "./p", UID | NNP, 0);
  run("user, ambient", "./p", UID | AMBIENT, 0);
  run("root, no root", "./p", NOROOT, 0);
  run("root", "./p", 0, BIT(CAP_KILL));
  run("real root", "./p", RUID0, 0);
  run("other effective user", "./p", EUID, 0);
  give("p", 0, HELD, 0);
  run("user, less in the bounding set, not effective", "./p", UID | NOBOUND, 0);
  give("p", 0, 0, BIT(CAP_KILL) | BIT(CAP_CHOWN));
  run("user, inheritable", "./p", UID | KEEP, BIT(CAP_KILL));
  run("user, inheritable and ambient", "./p", UID | AMBIENT, 0);
  give("p", EFFECTIVE, 0, BIT(CAP_KILL) | BIT(CAP_CHOWN));
  run("user, inheritable, effective", "./p", UID | KEEP, BIT(CAP_KILL));
  run("user, inheritable, effective, no new privileges", "./p", UID | KEEP | NNP, BIT(CAP_KILL));
  give("p", EFFECTIVE, 0, 0);
  run("user, empty", "./p", UID | AMBIENT, 0);
  run("root, empty", "./p", 0, 0);
  run("root, empty, no root", "./p", NOROOT, 0);
  MUST(put("p", R2 | EFFECTIVE, 0, 0, 0x2, 0, 20) == 0);
  run("user, inheritable high", "./p", UID, 0);
  MUST(put("p", R3 | EFFECTIVE, HELD, 0, 0, 0, 24) == 0);
  run("user, third revision", "./p", UID, 0);
  MUST(put("p", R3 | EFFECTIVE, HELD, 0, 0, 1000, 24) == 0);
  run("user, another namespace's root", "./p", UID, 0);
  run("user, ambient, another namespace's root", "./p", UID | AMBIENT, 0);
  removexattr("p", NAME);
  run("user, ambient, nothing in the file", "./p", UID | AMBIENT, 0);
  run("keeps", "./p", UID | KEEP, BIT(CAP_KILL));
  run("other effective user, nothing in the file", "./p", EUID | DEATH, 0);
  run("real root, nothing in the file", "./p", RUID0, 0);
  run("no root, nothing in the file", "./p", NOROOT, 0);
  run("root, inheritable", "./p", 0, BIT(CAP_KILL));

  printf("-- with set-user-ID\n");
  MUST(chmod("p", 04755) == 0);
  run("user", "./p", UID | DEATH | PERS, 0);
  run("root", "./p", PERS, 0);
  run("user, ambient", "./p", UID | AMBIENT, 0);
  run("user, no new privileges", "./p", UID | NNP, 0);
  run("user, no root", "./p", UID | NOROOT, 0);
  give("p", EFFECTIVE, BIT(CAP_KILL), 0);
  run("user, effective", "./p", UID, 0);
  run("root, effective", "./p", 0, 0);
  give("p", 0, BIT(CAP_KILL), 0);
  run("user, permitted", "./p", UID, 0);
  MUST(chown("p", 0, 1000) == 0 && chmod("p", 02755) == 0);
  run("set-group-ID, own group, ambient", "./p", UID | AMBIENT, 0);
  MUST(chown("p", 0, 1001) == 0 && chmod("p", 02755) == 0);
  run("set-group-ID, ambient", "./p", UID | AMBIENT, 0);
  MUST(chown("p", 1000, 1000) == 0 && chmod("p", 0711) == 0);
  run("own", "./p", UID, 0);
  MUST(chown("p", 0, 0) == 0 && chmod("p", 0711) == 0);
  run("not readable", "./p", UID, 0);
  give("p", EFFECTIVE, BIT(CAP_KILL), 0);
  run("not readable, effective", "./p", UID, 0);
  MUST(chmod("p", 0755) == 0);

  printf("-- elsewhere\n");
  int script = open("s", O_CREAT | O_WRONLY, 0755);
  MUST(write(script, "#!./p show\n", 11) == 11 && close(script) == 0);
  run("a script for it", "./s", UID, 0);
  give("s", EFFECTIVE, BIT(CAP_CHOWN), 0);
  run("capabilities of a script", "./s", UID, 0);
  MUST(link("p", "hard") == 0 && symlink("p", "soft") == 0);
  run("by a hard link", "./hard", UID, 0);
  run("by a symbolic link", "./soft", UID, 0);
  MUST(mkdir("m", 0755) == 0 && mount("none", "m", "tmpfs", MS_NOSUID, "mode=755") == 0);
  copy("p", "m/p", 0755);
  TRY(put("m/p", R2 | EFFECTIVE, HELD, 0, 0, 0, 20));
  run("nosuid", "./m/p", UID, 0);
  run("nosuid, ambient", "./m/p", UID | AMBIENT, 0);
  MUST(mount("none", "m", NULL, MS_REMOUNT | MS_RDONLY, NULL) == 0);
  TRY(put("m/p", R2 | EFFECTIVE, HELD, 0, 0, 0, 20) == -1 && errno == EROFS);
  run("suid again, read-only", "./m/p", UID, 0);
  MUST(umount("m") == 0);
  int memory = memfd_create("p", 0);
  char path[50];
  sprintf(path, "/proc/self/fd/%d", memory);
  copy("p", path, 0755);
  TRY(put(path, R2 | EFFECTIVE, HELD, 0, 0, 0, 20));
  run("in memory", path, UID, 0);
  MUST(unlink("hard") == 0 && unlink("soft") == 0);
}

static void takes(void) {
  printf("-- what takes them away\n");
  int file = open("k", O_CREAT | O_RDWR, 0755);
  MUST(write(file, "0123456789", 10) == 10);
  const struct timespec *now = NULL;
#define AFTER(expression)                       \
  do {                                          \
    MUST(put("k", R2, 1, 0, 0, 0, 20) == 0);    \
    TRY(expression);                            \
    look("k");                                  \
  } while (0)
  AFTER(read(file, (char[4]){0}, 0));
  AFTER(write(file, "x", 0));
  AFTER(write(file, "x", 1));
  AFTER(pwrite(file, "x", 1, 0));
  AFTER(ftruncate(file, 10));
  AFTER(ftruncate(file, 5));
  AFTER(truncate("k", 7));
  AFTER(close(open("k", O_WRONLY)));
  AFTER(close(open("k", O_WRONLY | O_TRUNC)));
  AFTER(fallocate(file, 0, 0, 4096));
  AFTER(chmod("k", 0700));
  AFTER(chown("k", -1, -1));
  AFTER(chown("k", 0, 0));
  AFTER(fchown(file, -1, 5));
  AFTER(lchown("k", 0, -1));
  AFTER(futimens(file, now));
  AFTER(rename("k", "k2") == 0 && rename("k2", "k") == 0);
  AFTER(setxattr("k", "trusted.x", "x", 1, 0));
  char *map = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
  MUST(map != MAP_FAILED);
  AFTER(map[1] = 'y');
  AFTER(msync(map, 4096, MS_SYNC));
  int other = open("f", O_RDWR);
  off64_t *nowhere = NULL;
  MUST(write(other, "abcdef", 6) == 6 && lseek(other, 0, SEEK_SET) == 0);
  AFTER(copy_file_range(other, nowhere, file, nowhere, 3, 0));
  MUST(put("d", R2, 1, 0, 0, 0, 20) == 0);
  TRY(chown("d", 5, 5));
  look("d");
  MUST(chown("d", 0, 0) == 0 && chmod("k", 0666) == 0 && put("k", R2, 1, 0, 0, 0, 20) == 0);
  fflush(stdout);
  if (fork() == 0) {
    MUST(setresgid(1000, 1000, 1000) == 0 && setresuid(1000, 1000, 1000) == 0);
    int own = open("k", O_WRONLY);
    TRY(chown("k", -1, -1));
    look("k");
    TRY(chown("k", 1000, 1000));
    look("k");
    TRY(write(own, "z", 1));
    look("k");
    _exit(fflush(stdout));
  }
  wait(NULL);
}

int main(int count, char **arguments) {
  if (count > 1 && strcmp(arguments[1], "show") == 0) return show();
  umask(022);
  // Everybody may come here.
  MUST(mkdir("/tmp/w", 0755) == 0 && chdir("/tmp/w") == 0);
  forms();
  gives();
  takes();
  return 0;
}
