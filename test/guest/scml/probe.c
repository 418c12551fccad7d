// SPDX-License-Identifier: MPL-2.0
//
// Reads lines "call argument name value" and prints "call argument name result" for each: OK, the
// name of an error, "signal N", or "no probe". Each probe runs in a process and a directory of its
// own, for at most two seconds.

#include "probe.h"

static struct { const char *call, *argument; probe_function run; } probes[256];
static int probe_count;

void add_probe(const char *call, const char *argument, probe_function run) {
  probes[probe_count].call = call;
  probes[probe_count].argument = argument;
  probes[probe_count++].run = run;
}

int a_file(void) {
  int fd = open("f", O_RDWR | O_CREAT, 0600);
  MUST(fd >= 0 && pwrite(fd, "hello", 5, 0) == 5);
  return fd;
}

void *some_pages(int count) {
  void *at = mmap(NULL, count * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  MUST(at != MAP_FAILED);
  return at;
}

static probe_function find(const char *call, const char *argument) {
  for (int i = 0; i < probe_count; i++) {
    if (is(probes[i].call, call) && is(probes[i].argument, argument)) return probes[i].run;
  }
  return NULL;
}

static const char *error_text(int number) {
  static char text[32];
  const char *known = errno_name(number);
  if (strcmp(known, "another error") != 0) return known;
  snprintf(text, sizeof text, "errno %d", number);
  return text;
}

static void run(probe_function probe, unsigned long value, const char *name, int number) {
  static int *result;
  if (result == NULL) {
    result = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  }
  *result = -1;
  pid_t child = fork();
  MUST(child >= 0);
  if (child == 0) {
    char directory[32];
    snprintf(directory, sizeof directory, "probe-%d", number);
    MUST(mkdir(directory, 0755) == 0 && chdir(directory) == 0);
    int null = open("/dev/null", O_RDWR);
    dup2(null, 0);
    dup2(null, 2);
    // What a child's end signals must not end or stop the probe; only the alarm may.
    sigset_t others;
    sigfillset(&others);
    sigdelset(&others, SIGALRM);
    sigprocmask(SIG_SETMASK, &others, NULL);
    alarm(2);
    pid_t self = getpid();
    errno = 0;
    long returned = probe(value, name);
    int error = returned == -1 ? errno : 0;
    // A probe that made a process comes here twice.
    if (getpid() == self) *result = error;
    _exit(0);
  }
  int status;
  // SIGSTOP can not be blocked.
  while (waitpid(child, &status, WUNTRACED) == child && WIFSTOPPED(status)) kill(child, SIGCONT);
  if (*result >= 0) printf("%s\n", *result == 0 ? "OK" : error_text(*result));
  else if (WIFSIGNALED(status)) printf("signal %d\n", WTERMSIG(status));
  else printf("no result\n");
}

int main(void) {
  char call[64], argument[64], name[64];
  unsigned long value;
  setvbuf(stdout, NULL, _IONBF, 0);
  for (int number = 0; scanf("%63s %63s %63s %lu", call, argument, name, &value) == 4; number++) {
    printf("%s %s %s ", call, argument, name);
    probe_function probe = find(call, argument);
    if (probe == NULL) printf("no probe\n");
    else run(probe, value, name, number);
  }
  return 0;
}
