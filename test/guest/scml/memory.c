// SPDX-License-Identifier: MPL-2.0
//
// Probes of calls on memory.

#include "probe.h"

PROBE(mmap, prot) {
  return syscall(SYS_mmap, NULL, PAGE, value, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0L);
}
PROBE(mmap, flags) {
  int kind = value & 0xf ? 0 : MAP_PRIVATE;
  if (is(name, "MAP_SHARED_VALIDATE")) return syscall(SYS_mmap, NULL, PAGE, PROT_READ, value, a_file(), 0L);
  void *at = value & (MAP_FIXED | MAP_FIXED_NOREPLACE) ? (void *)0x10000000UL : NULL;
  return syscall(SYS_mmap, at, PAGE, PROT_READ, value | kind | MAP_ANONYMOUS, -1, 0L);
}
PROBE(mprotect, prot) {
  int grows = is(name, "PROT_GROWSDOWN") ? MAP_GROWSDOWN : 0;
  void *at = mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | grows, -1, 0);
  return syscall(SYS_mprotect, at, PAGE, grows ? value | PROT_READ : value);
}
PROBE(mremap, flags) {
  void *old = some_pages(2);
  void *fixed = some_pages(2);
  int flags = value == 1 ? 1 : (int)value | 1;
  return syscall(SYS_mremap, old, PAGE, PAGE, flags, fixed);
}
PROBE(msync, flags) { return syscall(SYS_msync, some_pages(1), PAGE, value); }
PROBE(madvise, advice) {
  void *at = some_pages(2);
  if (is(name, "MADV_REMOVE")) at = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  return syscall(SYS_madvise, at, PAGE, value);
}
PROBE(mlock2, flags) { return syscall(SYS_mlock2, some_pages(1), PAGE, value); }
PROBE(mlockall, flags) { return syscall(SYS_mlockall, is(name, "MCL_ONFAULT") ? value | 1 : value); }
PROBE(membarrier, cmd) {
  // The private commands have to be registered for, with the next bit.
  if (value == 8 || value == 32 || value == 128) syscall(SYS_membarrier, value << 1, 0, 0);
  return syscall(SYS_membarrier, value, 0, 0);
}
PROBE(membarrier, flags) {
  syscall(SYS_membarrier, 256, 0, 0);
  return syscall(SYS_membarrier, 128, value, 0);
}
