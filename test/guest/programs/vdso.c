// SPDX-License-Identifier: MPL-2.0
//
// The vDSO: found by AT_SYSINFO_EHDR, its symbols with their version, and what its functions answer.

#include "check.h"

#include <elf.h>
#include <sched.h>
#include <stdint.h>
#include <sys/auxv.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static const char *base, *strings;
static const Elf64_Sym *symbols;
static const uint32_t *hash;
static const uint16_t *versions;
static const Elf64_Verdef *definitions;

static void parse(void) {
  const Elf64_Ehdr *header = (const void *)base;
  const Elf64_Phdr *segments = (const void *)(base + header->e_phoff);
  const Elf64_Dyn *dynamic = NULL;
  for (int i = 0; i < header->e_phnum; i++) {
    if (segments[i].p_type == PT_DYNAMIC) dynamic = (const void *)(base + segments[i].p_vaddr);
  }
  MUST(dynamic != NULL);
  for (; dynamic->d_tag != DT_NULL; dynamic++) {
    const void *at = base + dynamic->d_un.d_ptr;
    if (dynamic->d_tag == DT_STRTAB) strings = at;
    if (dynamic->d_tag == DT_SYMTAB) symbols = at;
    if (dynamic->d_tag == DT_HASH) hash = at;
    if (dynamic->d_tag == DT_VERSYM) versions = at;
    if (dynamic->d_tag == DT_VERDEF) definitions = at;
  }
}

// The function called `name` in the version LINUX_2.6, as C libraries look it up.
static void *find(const char *name) {
  for (uint32_t i = 0; i < hash[1]; i++) {
    if (strcmp(strings + symbols[i].st_name, name) != 0 || symbols[i].st_shndx == SHN_UNDEF) continue;
    const Elf64_Verdef *d = definitions;
    while (d->vd_ndx != (versions[i] & 0x7fff)) d = (const void *)((const char *)d + d->vd_next);
    const Elf64_Verdaux *aux = (const void *)((const char *)d + d->vd_aux);
    if (strcmp(strings + aux->vda_name, "LINUX_2.6") != 0) continue;
    return (void *)(base + symbols[i].st_value);
  }
  return NULL;
}

int main(void) {
  base = (const char *)getauxval(AT_SYSINFO_EHDR);
  MUST(base != NULL);
  SHOW((uintptr_t)base % 4096);
  SHOW(memcmp(base, ELFMAG, SELFMAG));
  parse();
  if (hash == NULL) {
    // Linux from 6.12 on has only the GNU form of it, whose symbols are the same.
    static uint32_t plain[2] = {0, 64};
    hash = plain;
  }
  MUST(strings != NULL && symbols != NULL && versions != NULL && definitions != NULL);
  const char *names[] = {"__vdso_clock_gettime", "__vdso_gettimeofday", "__vdso_time", "__vdso_getcpu"};
  for (int i = 0; i < 4; i++) printf("%s: %s\n", names[i], find(names[i]) != NULL ? "found" : "missing");

  int (*gettime)(clockid_t, struct timespec *) = find("__vdso_clock_gettime");
  int (*ofday)(struct timeval *, void *) = find("__vdso_gettimeofday");
  time_t (*seconds)(time_t *) = find("__vdso_time");
  long (*cpu_of)(unsigned *, unsigned *, void *) = find("__vdso_getcpu");
  struct timespec before, middle, after;
  for (int clock = 0; clock <= 1; clock++) {
    syscall(SYS_clock_gettime, clock, &before);
    int result = gettime(clock, &middle);
    syscall(SYS_clock_gettime, clock, &after);
    long long a = before.tv_sec * 1000000000LL + before.tv_nsec, b = middle.tv_sec * 1000000000LL + middle.tv_nsec,
              c = after.tv_sec * 1000000000LL + after.tv_nsec;
    printf("clock %d: %d, in order %d\n", clock, result, a <= b && b <= c);
  }
  SHOW(gettime(99, &middle) == -EINVAL);
  struct timeval day;
  SHOW(ofday(&day, NULL));
  time_t now = time(NULL), stored = 0;
  SHOW(day.tv_sec - now >= -1 && day.tv_sec - now <= 1);
  SHOW(seconds(&stored) == stored && stored >= now && stored - now <= 1);
  SHOW(seconds(NULL) >= now);
  unsigned cpu = 12345, node = 12345;
  SHOW(cpu_of(&cpu, &node, NULL));
  SHOW(cpu < 4096 && node < 1024);
  SHOW(cpu_of(NULL, NULL, NULL));
  SHOW(sched_getcpu() >= 0);
  FILE *maps = fopen("/proc/self/maps", "r");
  char line[300];
  while (fgets(line, sizeof line, maps) != NULL) {
    if (strstr(line, "[vdso]") != NULL) printf("%.4s, at the address %d\n", strchr(line, ' ') + 1, strtoull(line, NULL, 16) == (uintptr_t)base);
  }
  return 0;
}
