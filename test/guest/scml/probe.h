// SPDX-License-Identifier: MPL-2.0
//
// A probe makes one call with one value in one argument, everything else being such that the call
// succeeds where the value is supported. It returns what the call did, errno as usual.

#include "../programs/check.h"

#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

typedef long (*probe_function)(unsigned long value, const char *name);

void add_probe(const char *call, const char *argument, probe_function run);

// PROBE(openat, flags) { return syscall(SYS_openat, …, value); }
#define PROBE(CALL, ARGUMENT)                                                            \
  static long CALL##_##ARGUMENT##_probe(unsigned long value, const char *name);          \
  __attribute__((constructor)) static void CALL##_##ARGUMENT##_add(void) {               \
    add_probe(#CALL, #ARGUMENT, CALL##_##ARGUMENT##_probe);                              \
  }                                                                                      \
  static long CALL##_##ARGUMENT##_probe(__attribute__((unused)) unsigned long value,     \
                                        __attribute__((unused)) const char *name)

#define PAGE 4096UL

// Whether the value under test has this name.
static inline int is(const char *name, const char *wanted) { return strcmp(name, wanted) == 0; }

// A file "f" of five bytes, opened for reading and writing.
int a_file(void);
// `count` anonymous private pages.
void *some_pages(int count);
