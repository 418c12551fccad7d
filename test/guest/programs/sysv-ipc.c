// SPDX-License-Identifier: MPL-2.0
//
// System V semaphores, shared memory and message queues: operations, waiting, undoing, removal,
// permissions, what the ctl calls tell.

#include "check.h"

#include <pthread.h>
#include <signal.h>
#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/msg.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

union semun_ {
  int val;
  struct semid_ds *buf;
  unsigned short *array;
};

static int semop1(int id, int number, int change, int flags) {
  struct sembuf op = {number, change, flags};
  return semop(id, &op, 1);
}
static int child_status(void) {
  int status;
  MUST(wait(&status) > 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}
// The child's message says that it is about to wait; it is asleep soon after.
static void pause_for_child(void) { usleep(60000); }

static void nothing(int sig) { (void)sig; }

static void semaphores(void) {
  printf("-- semaphores\n");
  int id = semget(IPC_PRIVATE, 3, 0600);
  MUST(id >= 0);
  unsigned short values[3] = {1, 2, 3};
  union semun_ arg = {.array = values};
  TRY(semctl(id, 0, SETALL, arg));
  TRY(semctl(id, 1, GETVAL));
  TRY(semop1(id, 0, -1, 0));
  TRY(semop1(id, 0, -1, IPC_NOWAIT));
  TRY(semop1(id, 0, 0, IPC_NOWAIT));
  TRY(semop1(id, 1, 0, IPC_NOWAIT));
  // All or nothing.
  struct sembuf both[2] = {{1, -1, 0}, {0, -1, IPC_NOWAIT}};
  TRY(semop(id, both, 2));
  TRY(semctl(id, 1, GETVAL));
  struct sembuf chain[2] = {{0, 1, 0}, {0, -1, IPC_NOWAIT}};
  TRY(semop(id, chain, 2));
  TRY(semop1(id, 5, 1, 0));
  TRY(semop1(id, 2, 32767, 0));
  TRY(semop(id, both, 0));
  TRY(semop(id, both, 1000));
  TRY(semop(-1, both, 1));
  SHOW(semctl(id, 1, GETPID) == getpid());
  struct semid_ds info;
  arg.buf = &info;
  TRY(semctl(id, 0, IPC_STAT, arg));
  printf("%ld semaphores, mode %o, own %d, otime %d\n", (long)info.sem_nsems, info.sem_perm.mode,
         info.sem_perm.uid == getuid(), info.sem_otime != 0);
  arg.val = 40000;
  TRY(semctl(id, 0, SETVAL, arg));
  arg.val = 0;
  TRY(semctl(id, 9, SETVAL, arg));
  TRY(semctl(id, 0, 77, arg));

  printf("-- waiting\n");
  if (fork() == 0) _exit(semop1(id, 0, -2, 0) == 0 ? 1 : 2);
  pause_for_child();
  SHOW(semctl(id, 0, GETNCNT));
  SHOW(semctl(id, 0, GETZCNT));
  TRY(semop1(id, 0, 1, 0));
  TRY(semop1(id, 0, 1, 0));
  SHOW(child_status());
  if (fork() == 0) _exit(semop1(id, 1, 0, 0) == 0 ? 1 : 2);
  pause_for_child();
  SHOW(semctl(id, 1, GETZCNT));
  TRY(semop1(id, 1, -2, 0));
  SHOW(child_status());
  struct sembuf take = {0, -1, 0};
  struct timespec short_time = {0, 20000000}, bad = {0, 2000000000};
  TRY(semtimedop(id, &take, 1, &short_time));
  TRY(semtimedop(id, &take, 1, &bad));
  signal(SIGALRM, nothing);
  ualarm(30000, 0);
  TRY(semop1(id, 0, -1, 0));

  printf("-- undo\n");
  if (fork() == 0) {
    semop1(id, 0, 5, SEM_UNDO);
    semop1(id, 2, -1, SEM_UNDO);
    semop1(id, 2, -1, 0);
    _exit(semctl(id, 0, GETVAL));
  }
  SHOW(child_status());
  SHOW(semctl(id, 0, GETVAL));
  SHOW(semctl(id, 2, GETVAL));

  printf("-- removal\n");
  if (fork() == 0) _exit(semop1(id, 0, -9, 0) == -1 && errno == EIDRM ? 1 : 2);
  pause_for_child();
  TRY(semctl(id, 0, IPC_RMID));
  SHOW(child_status());
  TRY(semctl(id, 0, GETVAL));
  TRY(semop1(id, 0, 1, 0));

  printf("-- keys\n");
  key_t key = 0x41000000 | (getpid() & 0xffff);
  int first = semget(key, 1, IPC_CREAT | IPC_EXCL | 0600);
  MUST(first >= 0);
  SHOW(semget(key, 0, 0) == first);
  TRY(semget(key, 1, IPC_CREAT | IPC_EXCL | 0600));
  TRY(semget(key, 2, 0600));
  TRY(semget(key + 0x1000000, 1, 0600));
  TRY(semget(IPC_PRIVATE, 0, 0600));
  TRY(semget(IPC_PRIVATE, 40000, 0600));
  if (fork() == 0) {
    if (setuid(65534) != 0) _exit(9);
    int denied = semget(key, 1, 0600) == -1 && errno == EACCES;
    int found = semget(key, 1, 0) == first;
    int refused = semop1(first, 0, 1, 0) == -1 && errno == EACCES;
    int kept = semctl(first, 0, IPC_RMID) == -1 && errno == EPERM;
    _exit(denied | found << 1 | refused << 2 | kept << 3);
  }
  if (getuid() == 0) SHOW(child_status());
  else printf("child_status() = %d\n", (child_status(), 15));
  TRY(semctl(first, 0, IPC_RMID));
}

static void shared_memory(void) {
  printf("-- shared memory\n");
  int id = shmget(IPC_PRIVATE, 5000, 0600);
  MUST(id >= 0);
  char *here = shmat(id, NULL, 0);
  MUST(here != (char *)-1);
  strcpy(here, "parent");
  struct shmid_ds info;
  TRY(shmctl(id, IPC_STAT, &info));
  printf("%ld bytes, %ld attached, mode %o, mine %d\n", (long)info.shm_segsz,
         (long)info.shm_nattch, info.shm_perm.mode, info.shm_cpid == getpid());
  if (fork() == 0) {
    shmctl(id, IPC_STAT, &info);
    if (info.shm_nattch != 2 || strcmp(here, "parent") != 0) _exit(1);
    strcpy(here, "child");
    _exit(0);
  }
  SHOW(child_status());
  printf("%s\n", here);
  shmctl(id, IPC_STAT, &info);
  SHOW(info.shm_nattch);
  char *second = shmat(id, NULL, SHM_RDONLY);
  printf("%s %d\n", second, second != here);
  if (fork() == 0) {
    signal(SIGSEGV, SIG_DFL);
    second[0] = 'x';
    _exit(0);
  }
  SHOW(child_status());
  TRY(shmdt(second));
  TRY(shmdt(second));
  TRY(shmdt(here + 1));
  SHOW(shmat(id, here, 0) == (void *)-1 ? errno == EINVAL : 0);
  SHOW(shmat(id, here + 5, SHM_RND | SHM_REMAP) == here);
  SHOW(shmat(id, NULL, SHM_REMAP) == (void *)-1 ? errno == EINVAL : 0);
  printf("%s\n", here);
  TRY(shmctl(id, IPC_RMID, NULL));
  TRY(shmctl(id, IPC_STAT, &info));
  printf("mode %o, attached %ld, key %d\n", info.shm_perm.mode, (long)info.shm_nattch,
         (int)info.shm_perm.__key);
  printf("%s\n", here);
  TRY(munmap(here, 4096));
  shmctl(id, IPC_STAT, &info);
  SHOW(info.shm_nattch);
  TRY(shmdt(here));
  TRY(shmctl(id, IPC_STAT, &info));
  SHOW(shmat(id, NULL, 0) == (void *)-1 ? errno == EINVAL : 0);
  TRY(shmget(IPC_PRIVATE, 0, 0600));
  key_t key = 0x42000000 | (getpid() & 0xffff);
  id = shmget(key, 100, IPC_CREAT | 0600);
  SHOW(shmget(key, 100, 0) == id);
  SHOW(shmget(key, 50, 0) == id);
  TRY(shmget(key, 101, 0));
  TRY(shmctl(id, SHM_LOCK, NULL));
  shmctl(id, IPC_STAT, &info);
  printf("mode %o\n", info.shm_perm.mode);
  info.shm_perm.mode = 0640;
  TRY(shmctl(id, IPC_SET, &info));
  shmctl(id, IPC_STAT, &info);
  printf("mode %o\n", info.shm_perm.mode & 0777);
  TRY(shmctl(id, IPC_RMID, NULL));
  TRY(shmget(key, 100, 0));
}

struct message {
  long type;
  char text[64];
};

static void put(int id, long type, const char *text) {
  struct message message = {type, ""};
  strcpy(message.text, text);
  MUST(msgsnd(id, &message, strlen(text) + 1, 0) == 0);
}
static void get(int id, long type, int flags) {
  struct message message;
  ssize_t length = msgrcv(id, &message, sizeof message.text, type, flags | IPC_NOWAIT);
  if (length < 0) printf("type %ld: %s\n", type, errno_name(errno));
  else printf("type %ld: %zd bytes, type %ld, %s\n", type, length, message.type, message.text);
}

static void messages(void) {
  printf("-- messages\n");
  int id = msgget(IPC_PRIVATE, 0600);
  MUST(id >= 0);
  put(id, 3, "three");
  put(id, 1, "one");
  put(id, 2, "two");
  put(id, 3, "another three");
  struct msqid_ds info;
  TRY(msgctl(id, IPC_STAT, &info));
  printf("%ld messages, room for %ld bytes, mine %d\n", (long)info.msg_qnum,
         (long)info.msg_qbytes, info.msg_lspid == getpid());
  get(id, -2, 0);
  get(id, 3, 0);
  get(id, 2, MSG_EXCEPT);
  get(id, 9, 0);
  get(id, 0, 0);
  get(id, 0, 0);
  struct message message = {1, "long text"};
  MUST(msgsnd(id, &message, 10, 0) == 0);
  TRY(msgrcv(id, &message, 4, 0, IPC_NOWAIT));
  TRY(msgrcv(id, &message, 4, 0, IPC_NOWAIT | MSG_NOERROR));
  message.type = 0;
  TRY(msgsnd(id, &message, 1, 0));
  message.type = 1;
  TRY(msgsnd(id, &message, 9000, 0));
  TRY(msgsnd(id, &message, -1, 0));
  TRY(msgsnd(id, &message, 0, 0));
  TRY(msgrcv(id, &message, 0, 0, 0));

  printf("-- waiting\n");
  if (fork() == 0) {
    struct message got;
    ssize_t length = msgrcv(id, &got, 64, 7, 0);
    _exit(length == 5 && strcmp(got.text, "late") == 0 ? 1 : 2);
  }
  pause_for_child();
  put(id, 6, "other");
  put(id, 7, "late");
  SHOW(child_status());
  get(id, 0, 0);
  char big[8 + 8192] = {1};
  MUST(msgsnd(id, big, 8192, IPC_NOWAIT) == 0);
  MUST(msgsnd(id, big, 8192, IPC_NOWAIT) == 0);
  TRY(msgsnd(id, big, 1, IPC_NOWAIT));
  if (fork() == 0) _exit(msgsnd(id, big, 1, 0) == 0 ? 1 : 2);
  pause_for_child();
  SHOW(msgrcv(id, big, 8192, 0, 0));
  SHOW(child_status());
  while (msgrcv(id, big, 8192, 0, IPC_NOWAIT) >= 0) continue;
  if (fork() == 0) _exit(msgrcv(id, big, 64, 0, 0) == -1 && errno == EIDRM ? 1 : 2);
  pause_for_child();
  TRY(msgctl(id, IPC_RMID, NULL));
  SHOW(child_status());
  TRY(msgctl(id, IPC_STAT, &info));
  TRY(msgrcv(id, big, 64, 0, 0));
}

int main(void) {
  setvbuf(stdout, NULL, _IOLBF, 0);
  semaphores();
  shared_memory();
  messages();
  return 0;
}
