// SPDX-License-Identifier: MPL-2.0
//
// splice, tee, vmsplice: what moves, what stays, offsets, ends, errors.

#include "check.h"

#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <sys/uio.h>
#include <unistd.h>

static int in[2], out[2], file;
static char bytes[200000], back[200000];

static void fresh(int flags) {
  MUST(pipe2(in, flags) == 0 && pipe2(out, flags) == 0);
}
static void done(void) {
  close(in[0]);
  close(in[1]);
  close(out[0]);
  close(out[1]);
}

static void *feed(void *end) {
  usleep(30000);
  MUST(write(*(int *)end, "late", 4) == 4);
  return NULL;
}

int main(void) {
  unsigned long long seed = 7;
  for (size_t i = 0; i < sizeof bytes; i++) bytes[i] = (char)next_random(&seed);
  char name[] = "/tmp/splice.XXXXXX";
  MUST((file = mkstemp(name)) >= 0);
  MUST(write(file, bytes, 100000) == 100000);

  printf("-- file to pipe\n");
  fresh(O_NONBLOCK);
  off_t at = 4096;
  TRY(splice(file, &at, in[1], NULL, 8192, 0));
  SHOW(at);
  SHOW(lseek(file, 0, SEEK_CUR));
  MUST(read(in[0], back, sizeof back) == 8192);
  SHOW(memcmp(back, bytes + 4096, 8192));
  lseek(file, 0, SEEK_SET);
  TRY(splice(file, NULL, in[1], NULL, 1 << 20, 0));
  SHOW(lseek(file, 0, SEEK_CUR));
  TRY(splice(file, NULL, in[1], NULL, 10, 0));
  MUST(read(in[0], back, sizeof back) == 65536);
  at = 99990;
  TRY(splice(file, &at, in[1], NULL, 100, 0));
  TRY(splice(file, &at, in[1], NULL, 100, 0));
  SHOW(read(in[0], back, 100));

  printf("-- pipe to file\n");
  MUST(write(in[1], bytes, 5000) == 5000);
  at = 300;
  TRY(splice(in[0], NULL, file, &at, 3000, 0));
  SHOW(at);
  TRY(splice(in[0], NULL, file, NULL, 3000, 0));
  MUST(pread(file, back, 3000, 300) == 3000);
  SHOW(memcmp(back, bytes, 3000));
  TRY(splice(in[0], NULL, file, NULL, 3000, 0));
  done();

  printf("-- pipe to pipe, and tee\n");
  fresh(0);
  MUST(write(in[1], "abcdef", 6) == 6);
  TRY(tee(in[0], out[1], 4, 0));
  TRY(splice(in[0], NULL, out[1], NULL, 100, 0));
  SHOW(read(out[0], back, 100));
  printf("%.10s\n", back);
  TRY(splice(in[0], NULL, out[1], NULL, 100, SPLICE_F_NONBLOCK));
  TRY(tee(in[0], out[1], 100, SPLICE_F_NONBLOCK));
  pthread_t thread;
  pthread_create(&thread, NULL, feed, &in[1]);
  TRY(splice(in[0], NULL, out[1], NULL, 100, 0));
  pthread_join(thread, NULL);
  close(in[1]);
  TRY(splice(in[0], NULL, out[1], NULL, 100, 0));
  TRY(tee(in[0], out[1], 100, 0));
  in[1] = dup(out[1]);
  done();

  printf("-- vmsplice\n");
  fresh(O_NONBLOCK);
  struct iovec parts[2] = {{"hello ", 6}, {"world", 5}};
  TRY(vmsplice(in[1], parts, 2, 0));
  struct iovec target = {back, 7};
  TRY(vmsplice(in[0], &target, 1, 0));
  printf("%.7s|\n", back);
  SHOW(read(in[0], back, 100));
  TRY(vmsplice(in[0], &target, 1, SPLICE_F_NONBLOCK));
  TRY(vmsplice(file, parts, 1, 0));
  TRY(vmsplice(in[1], parts, 2, 64));
  TRY(vmsplice(in[1], parts, 0, 0));
  done();

  printf("-- errors\n");
  fresh(O_NONBLOCK);
  signal(SIGPIPE, SIG_IGN);
  int event = eventfd(1, 0), append = open(name, O_WRONLY | O_APPEND), folder = open("/tmp", O_RDONLY);
  MUST(write(in[1], "x", 1) == 1);
  at = 0;
  TRY(splice(file, NULL, file, NULL, 1, 0));
  TRY(splice(file, NULL, in[1], NULL, 1, 1024));
  TRY(splice(-1, NULL, in[1], NULL, 1, 0));
  TRY(splice(file, NULL, in[0], NULL, 1, 0));
  TRY(splice(append, NULL, in[1], NULL, 1, 0));
  TRY(splice(in[0], NULL, append, NULL, 1, 0));
  TRY(splice(in[0], &at, file, NULL, 1, 0));
  TRY(splice(file, NULL, in[1], &at, 1, 0));
  TRY(splice(file, (off_t *)8, in[1], NULL, 1, 0));
  TRY(splice(event, NULL, in[1], NULL, 8, 0));
  TRY(splice(in[0], NULL, in[1], NULL, 1, 0));
  TRY(splice(file, NULL, in[1], NULL, 0, 0));
  TRY(tee(file, in[1], 1, 0));
  TRY(tee(in[0], in[1], 1, 0));
  TRY(tee(in[0], out[1], 0, 0));
  TRY(tee(in[0], out[1], 1, 99));
  close(out[0]);
  TRY(splice(in[0], NULL, out[1], NULL, 1, 0));
  at = 0;
  TRY(splice(file, &at, out[1], NULL, 1, 0));
  close(folder);
  unlink(name);
  return 0;
}
