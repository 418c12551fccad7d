// SPDX-License-Identifier: MPL-2.0
//
// The figures that ps, top, free, uptime and vmstat show: each is true within what others may change.

#include "check.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/sysinfo.h>
#include <time.h>
#include <unistd.h>

enum { MIB = 1024 };

static void read_all(const char *path, char *text, size_t room) {
  int fd = open(path, O_RDONLY);
  MUST(fd >= 0);
  size_t done = 0;
  ssize_t count;
  while ((count = read(fd, text + done, room - 1 - done)) > 0) done += (size_t)count;
  text[done] = 0;
  close(fd);
}

// A figure of a file with lines such as "Cached:  12 kB" or "pgfault 12"; -1 without it.
static long figure(const char *path, const char *name) {
  static char text[1 << 16];
  read_all(path, text, sizeof text);
  size_t length = strlen(name);
  for (char *line = text; line != NULL && *line != 0; line = strchr(line, '\n') == NULL ? NULL : strchr(line, '\n') + 1) {
    if (strncmp(line, name, length) == 0 && (line[length] == ':' || line[length] == ' ')) return atol(line + length + 1);
  }
  return -1;
}

// The fields of /proc/self/stat behind the name, from the state on.
static long stat_field(int number) {
  char text[2048], *at;
  read_all("/proc/self/stat", text, sizeof text);
  at = strrchr(text, ')') + 2;
  for (int field = 3; field < number; field++) at = strchr(at, ' ') + 1;
  return atol(at);
}

static double seconds(clockid_t clock) {
  struct timespec now;
  clock_gettime(clock, &now);
  return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

#define NEAR(value, wanted, tolerance) printf("%s is near %s: %d\n", #value, #wanted, (value) > (wanted) - (tolerance) && (value) < (wanted) + (tolerance))

static void memory(void) {
  long before = figure("/proc/self/status", "VmRSS"), size = 16 * MIB;
  long anonymous = figure("/proc/self/status", "RssAnon");
  long faults = stat_field(10);
  char *area = mmap(NULL, (size_t)size * 1024, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  MUST(madvise(area, (size_t)size * 1024, MADV_NOHUGEPAGE) == 0);
  long reserved = figure("/proc/self/status", "VmRSS") - before;
  printf("reserved only: %d\n", reserved < 1 * MIB);
  for (long i = 0; i < size * 1024; i += 4096) area[i] = 1;
  long after = figure("/proc/self/status", "VmRSS");
  NEAR(after - before, size, 1 * MIB);
  NEAR(figure("/proc/self/status", "RssAnon") - anonymous, size, 1 * MIB);
  NEAR(stat_field(24) * 4, after, 1 * MIB);
  NEAR(stat_field(10) - faults, size / 4, 512);
  char text[256];
  read_all("/proc/self/statm", text, sizeof text);
  NEAR(atol(strchr(text, ' ') + 1) * 4, after, 1 * MIB);
  long peak = figure("/proc/self/status", "VmHWM");
  printf("peak is no less: %d\n", peak >= after);
  munmap(area, (size_t)size * 1024);
  NEAR(figure("/proc/self/status", "VmRSS"), before, 1 * MIB);
  NEAR(figure("/proc/self/status", "VmHWM"), peak, 1 * MIB);
  struct rusage usage;
  getrusage(RUSAGE_SELF, &usage);
  NEAR(usage.ru_maxrss, peak, 1 * MIB);
}

static void system_memory(void) {
  struct sysinfo info;
  MUST(sysinfo(&info) == 0);
  long total = figure("/proc/meminfo", "MemTotal"), free = figure("/proc/meminfo", "MemFree");
  NEAR((long)(info.totalram / 1024 * info.mem_unit), total, 1);
  printf("parts of the whole: %d\n", free > 0 && free < total && figure("/proc/meminfo", "MemAvailable") <= total &&
                                         figure("/proc/meminfo", "Cached") + free < total);
  // A file that was read or written is cache, and no program's memory.
  static char block[1 << 16];
  int isCache = 0, isMemory = 1, fd = open("figures", O_RDWR | O_CREAT | O_TRUNC, 0600);
  // Others use memory too: once in a while they are quiet.
  for (int tries = 0; tries < 20 && (!isCache || isMemory); tries++) {
    MUST(ftruncate(fd, 0) == 0 && lseek(fd, 0, SEEK_SET) == 0);
    long cached = figure("/proc/meminfo", "Cached"), anonymous = figure("/proc/meminfo", "AnonPages");
    for (int i = 0; i < 16 * 16; i++) MUST(write(fd, block, sizeof block) == sizeof block);
    isCache = labs(figure("/proc/meminfo", "Cached") - cached - 16 * MIB) < 4 * MIB;
    isMemory = labs(figure("/proc/meminfo", "AnonPages") - anonymous) > 4 * MIB;
    if (!isCache || isMemory) usleep(20000);
  }
  printf("a file is cache: %d, and a program's memory: %d\n", isCache, isMemory);
  close(fd);
  unlink("figures");
}

static void time_used(void) {
  double start = seconds(CLOCK_MONOTONIC), cpu = seconds(CLOCK_PROCESS_CPUTIME_ID);
  long ticks = stat_field(14) + stat_field(15);
  while (seconds(CLOCK_PROCESS_CPUTIME_ID) - cpu < 0.5) continue;
  double used = seconds(CLOCK_PROCESS_CPUTIME_ID) - cpu;
  long counted = stat_field(14) + stat_field(15) - ticks;
  NEAR((double)counted / 100, used, 0.05);
  // top's %CPU: no more than all of one processor.
  printf("share: %d\n", (double)counted / 100 <= seconds(CLOCK_MONOTONIC) - start + 0.05);
  long idle = stat_field(14) + stat_field(15);
  usleep(200000);
  printf("asleep: %d\n", stat_field(14) + stat_field(15) - idle < 5);
  char text[256];
  read_all("/proc/uptime", text, sizeof text);
  NEAR(atof(text), seconds(CLOCK_BOOTTIME), 1.0);
  struct sysinfo info;
  sysinfo(&info);
  NEAR((double)info.uptime, seconds(CLOCK_BOOTTIME), 2.0);
  NEAR((double)stat_field(22) / 100, seconds(CLOCK_BOOTTIME) - 1.0, 20.0);
  read_all("/proc/loadavg", text, sizeof text);
  double one, five, fifteen;
  int running, threads, last;
  int fields = sscanf(text, "%lf %lf %lf %d/%d %d", &one, &five, &fifteen, &running, &threads, &last);
  printf("load: %d fields, sensible %d\n", fields, one >= 0 && five >= 0 && fifteen >= 0 && running >= 1 && threads >= running && last >= getpid());
  long boot = figure("/proc/stat", "btime");
  NEAR((double)boot, seconds(CLOCK_REALTIME) - seconds(CLOCK_BOOTTIME), 2.0);
  long processes = figure("/proc/stat", "processes");
  if (vfork() == 0) _exit(0);
  printf("a process more: %d\n", figure("/proc/stat", "processes") > processes);
}

int main(void) {
  memory();
  system_memory();
  time_used();
  return 0;
}
