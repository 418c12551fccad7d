// SPDX-License-Identifier: MPL-2.0
//
// Who is killed while it waits leaves nothing behind where it waited: others find it no more, and what it waited for
// is for others.

#include "check.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/file.h>
#include <sys/ipc.h>
#include <sys/msg.h>
#include <sys/sem.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

static int ends[2], semaphores, queue, listener, file, other;
static struct sockaddr_un place = {AF_UNIX, "place"};

static int record_lock(int fd, int command, short type, long start) {
  struct flock lock = {.l_type = type, .l_whence = SEEK_SET, .l_start = start, .l_len = 1};
  return fcntl(fd, command, &lock);
}

static void opens_fifo(void) { open("fifo", O_RDONLY); }
static void reads_pipe(void) {
  char byte;
  read(ends[0], &byte, 1);
}
static void polls(void) {
  struct pollfd entry = {ends[0], POLLIN, 0};
  poll(&entry, 1, -1);
}
static void waits_in_epoll(void) {
  struct epoll_event event = {EPOLLIN, {.fd = 0}};
  int epoll = epoll_create1(0);
  epoll_ctl(epoll, EPOLL_CTL_ADD, ends[0], &event);
  epoll_wait(epoll, &event, 1, -1);
}
static void downs(void) {
  struct sembuf down = {0, -1, 0};
  semop(semaphores, &down, 1);
}
static void receives(void) {
  char room[40];
  msgrcv(queue, room, 8, 0, 0);
}
static void accepts(void) { accept(listener, NULL, NULL); }
static void locks(void) {
  record_lock(other, F_SETLK, F_WRLCK, 10);
  record_lock(other, F_SETLKW, F_WRLCK, 0);
}
static void flocks(void) { flock(open("whole", O_RDWR), LOCK_EX); }
static void awaits_signal(void) {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGUSR1);
  sigprocmask(SIG_BLOCK, &set, NULL);
  sigwaitinfo(&set, NULL);
}
static void awaits_vfork_child(void) {
  if (vfork() == 0) {
    // Its end is not awaited by anybody.
    usleep(400000);
    _exit(0);
  }
}

// Lets a child wait, and kills it.
static void kill_waiter(const char *what, void (*wait_for_it)(void)) {
  int status;
  fflush(stdout);
  pid_t child = fork();
  if (child == 0) {
    wait_for_it();
    _exit(1);
  }
  usleep(200000);
  kill(child, SIGKILL);
  MUST(waitpid(child, &status, 0) == child);
  printf("%s: ended by %d; ", what, WIFSIGNALED(status) ? WTERMSIG(status) : 0);
}

int main(void) {
  char byte;
  MUST(mkfifo("fifo", 0600) == 0 && pipe(ends) == 0);
  kill_waiter("opening a FIFO", opens_fifo);
  TRY(open("fifo", O_WRONLY | O_NONBLOCK));

  kill_waiter("reading a pipe", reads_pipe);
  MUST(write(ends[1], "a", 1) == 1);
  TRY(read(ends[0], &byte, 1));
  kill_waiter("poll", polls);
  MUST(write(ends[1], "a", 1) == 1);
  TRY(read(ends[0], &byte, 1));
  kill_waiter("epoll_wait", waits_in_epoll);
  MUST(write(ends[1], "a", 1) == 1);
  TRY(read(ends[0], &byte, 1));

  semaphores = semget(IPC_PRIVATE, 1, 0600);
  kill_waiter("semop", downs);
  TRY(semctl(semaphores, 0, GETNCNT));
  MUST(semctl(semaphores, 0, SETVAL, 1) == 0);
  TRY(semctl(semaphores, 0, GETVAL));
  semctl(semaphores, 0, IPC_RMID);

  struct {
    long type;
    char text[8];
  } message = {1, "text"};
  queue = msgget(IPC_PRIVATE, 0600);
  kill_waiter("msgrcv", receives);
  MUST(msgsnd(queue, &message, 8, 0) == 0);
  TRY(msgrcv(queue, &message, 8, 0, IPC_NOWAIT));
  msgctl(queue, IPC_RMID, NULL);

  listener = socket(AF_UNIX, SOCK_STREAM, 0);
  MUST(bind(listener, (void *)&place, sizeof place) == 0 && listen(listener, 1) == 0);
  kill_waiter("accept", accepts);
  int client = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0);
  TRY(connect(client, (void *)&place, sizeof place));
  SHOW(accept(listener, NULL, NULL) >= 0);

  file = open("records", O_RDWR | O_CREAT, 0600);
  other = open("records", O_RDWR);
  MUST(record_lock(file, F_SETLK, F_WRLCK, 0) == 0);
  kill_waiter("a record lock", locks);
  // Neither is the lock that it had in the way, nor would waiting for it be a circle.
  TRY(record_lock(file, F_SETLKW, F_WRLCK, 10));

  int whole = open("whole", O_RDWR | O_CREAT, 0600);
  MUST(flock(whole, LOCK_EX) == 0);
  kill_waiter("flock", flocks);
  MUST(flock(whole, LOCK_UN) == 0);
  TRY(flock(whole, LOCK_EX | LOCK_NB));

  kill_waiter("sigwaitinfo", awaits_signal);
  printf("\n");
  kill_waiter("vfork", awaits_vfork_child);
  printf("\n");
  usleep(500000);
  return 0;
}
