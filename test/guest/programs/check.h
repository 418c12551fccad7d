// SPDX-License-Identifier: MPL-2.0
//
// What every guest program includes: lines of output that are the same for every C library.

#define _GNU_SOURCE
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// Error names are spelled here because strerror's texts differ between libraries.
__attribute__((unused)) static const char *errno_name(int number) {
  switch (number) {
    case 0: return "OK";
    case EPERM: return "EPERM";
    case ENOENT: return "ENOENT";
    case ESRCH: return "ESRCH";
    case EINTR: return "EINTR";
    case EIO: return "EIO";
    case ENXIO: return "ENXIO";
    case E2BIG: return "E2BIG";
    case ENOEXEC: return "ENOEXEC";
    case EBADF: return "EBADF";
    case ECHILD: return "ECHILD";
    case EAGAIN: return "EAGAIN";
    case ENOMEM: return "ENOMEM";
    case EACCES: return "EACCES";
    case EFAULT: return "EFAULT";
    case EBUSY: return "EBUSY";
    case EEXIST: return "EEXIST";
    case ENOTDIR: return "ENOTDIR";
    case EISDIR: return "EISDIR";
    case EINVAL: return "EINVAL";
    case EMFILE: return "EMFILE";
    case ENOTTY: return "ENOTTY";
    case ETXTBSY: return "ETXTBSY";
    case EFBIG: return "EFBIG";
    case ENOSPC: return "ENOSPC";
    case ESPIPE: return "ESPIPE";
    case EPIPE: return "EPIPE";
    case EDEADLK: return "EDEADLK";
    case ENAMETOOLONG: return "ENAMETOOLONG";
    case ENOSYS: return "ENOSYS";
    case ENOTEMPTY: return "ENOTEMPTY";
    case ELOOP: return "ELOOP";
    case ENODEV: return "ENODEV";
    case ENOTBLK: return "ENOTBLK";
    case EOVERFLOW: return "EOVERFLOW";
    case ETIMEDOUT: return "ETIMEDOUT";
    case EXDEV: return "EXDEV";
    case ERANGE: return "ERANGE";
    case EIDRM: return "EIDRM";
    case ENOMSG: return "ENOMSG";
    case ENOBUFS: return "ENOBUFS";
    case EDOM: return "EDOM";
    case ENOTSOCK: return "ENOTSOCK";
    case EMSGSIZE: return "EMSGSIZE";
    case EPROTOTYPE: return "EPROTOTYPE";
    case ENOPROTOOPT: return "ENOPROTOOPT";
    case EPROTONOSUPPORT: return "EPROTONOSUPPORT";
    case ESOCKTNOSUPPORT: return "ESOCKTNOSUPPORT";
    case EOPNOTSUPP: return "EOPNOTSUPP";
    case EAFNOSUPPORT: return "EAFNOSUPPORT";
    case EADDRINUSE: return "EADDRINUSE";
    case ECONNRESET: return "ECONNRESET";
    case EISCONN: return "EISCONN";
    case ENOTCONN: return "ENOTCONN";
    case ECONNREFUSED: return "ECONNREFUSED";
    default: return "another error";
  }
}

// Prints an expression and its value.
#define SHOW(expression) printf("%s = %lld\n", #expression, (long long)(expression))

// Prints an expression and its value, or the error when it is -1.
#define TRY(expression)                                                  \
  do {                                                                   \
    errno = 0;                                                           \
    long long result_ = (long long)(expression);                         \
    if (result_ == -1) printf("%s: %s\n", #expression, errno_name(errno)); \
    else printf("%s = %lld\n", #expression, result_);                    \
  } while (0)

// Ends the program when something fails on which the rest depends.
#define MUST(condition)                                                             \
  do {                                                                              \
    if (!(condition)) {                                                             \
      printf("%s:%d: failed: %s (%s)\n", __FILE__, __LINE__, #condition, errno_name(errno)); \
      fflush(stdout);                                                               \
      exit(1);                                                                      \
    }                                                                               \
  } while (0)

// FNV-1a, for results that are too long to print.
__attribute__((unused)) static unsigned long long checksum(const void *data, size_t length) {
  const unsigned char *bytes = data;
  unsigned long long hash = 0xcbf29ce484222325ULL;
  for (size_t i = 0; i < length; i++) hash = (hash ^ bytes[i]) * 0x100000001b3ULL;
  return hash;
}

// A deterministic generator: splitmix64.
__attribute__((unused)) static unsigned long long next_random(unsigned long long *state) {
  unsigned long long z = (*state += 0x9e3779b97f4a7c15ULL);
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
  return z ^ (z >> 31);
}
