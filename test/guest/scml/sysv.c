// SPDX-License-Identifier: MPL-2.0
//
// Probes of System V semaphores, shared memory and message queues.

#include "probe.h"

#include <sys/ipc.h>
#include <sys/msg.h>
#include <sys/sem.h>
#include <sys/shm.h>

static char room[4096] __attribute__((aligned(16)));
struct message {
  long type;
  char text[4];
};

// SEM_STAT and its kin take a place in the kernel's table: the one where a fresh object stands.
static int place_of(int id, int (*stat_at)(int place)) {
  for (int place = 0; place < 1024; place++) {
    if (stat_at(place) == id) return place;
  }
  return -1;
}
static int sem_at(int place) { return syscall(SYS_semctl, place, 0, 18, room); }
static int shm_at(int place) { return syscall(SYS_shmctl, place, 13, room); }
static int msg_at(int place) { return syscall(SYS_msgctl, place, 11, room); }

PROBE(semctl, cmd) {
  int id = semget(IPC_PRIVATE, 1, 0600);
  int takes_place = value >= 18 && value <= 20 && value != 19;
  if (value == IPC_SET) syscall(SYS_semctl, id, 0, IPC_STAT, room);
  unsigned long argument = value == SETVAL ? 1 : (unsigned long)room;
  if (value == SETALL) memset(room, 0, 16);
  int target = takes_place ? place_of(id, sem_at) : id;
  long result = syscall(SYS_semctl, target, 0, value, argument);
  int before = errno;
  semctl(id, 0, IPC_RMID);
  errno = before;
  return result < 0 ? result : 0;
}
PROBE(semget, semflg) {
  int id = semget(IPC_PRIVATE, 1, (int)value | 0600);
  int before = errno;
  if (id >= 0) semctl(id, 0, IPC_RMID);
  errno = before;
  return id < 0 ? id : 0;
}
PROBE(shmctl, cmd) {
  int id = shmget(IPC_PRIVATE, PAGE, 0600);
  int takes_place = value == 13 || value == 15;
  if (value == IPC_SET) syscall(SYS_shmctl, id, IPC_STAT, room);
  long result = syscall(SYS_shmctl, takes_place ? place_of(id, shm_at) : id, value, room);
  int before = errno;
  shmctl(id, IPC_RMID, NULL);
  errno = before;
  return result < 0 ? result : 0;
}
PROBE(shmget, shmflg) {
  int id = shmget(IPC_PRIVATE, PAGE, (int)value | 0600);
  int before = errno;
  if (id >= 0) shmctl(id, IPC_RMID, NULL);
  errno = before;
  return id < 0 ? id : 0;
}
PROBE(shmat, shmflg) {
  int id = shmget(IPC_PRIVATE, PAGE, 0700);
  void *wanted = is(name, "SHM_REMAP") || is(name, "SHM_RND") ? (void *)0x10000000UL : NULL;
  void *at = (void *)syscall(SYS_shmat, id, wanted, value);
  int before = errno;
  if (at != (void *)-1) shmdt(at);
  shmctl(id, IPC_RMID, NULL);
  errno = before;
  return at == (void *)-1 ? -1 : 0;
}
PROBE(msgctl, cmd) {
  int id = msgget(IPC_PRIVATE, 0600);
  int takes_place = value == 11 || value == 13;
  if (value == IPC_SET) syscall(SYS_msgctl, id, IPC_STAT, room);
  long result = syscall(SYS_msgctl, takes_place ? place_of(id, msg_at) : id, value, room);
  int before = errno;
  msgctl(id, IPC_RMID, NULL);
  errno = before;
  return result < 0 ? result : 0;
}
PROBE(msgget, msgflg) {
  int id = msgget(IPC_PRIVATE, (int)value | 0600);
  int before = errno;
  if (id >= 0) msgctl(id, IPC_RMID, NULL);
  errno = before;
  return id < 0 ? id : 0;
}
PROBE(msgsnd, msgflg) {
  int id = msgget(IPC_PRIVATE, 0600);
  struct message message = {1, "abc"};
  long result = syscall(SYS_msgsnd, id, &message, 3, value);
  int before = errno;
  msgctl(id, IPC_RMID, NULL);
  errno = before;
  return result;
}
PROBE(msgrcv, msgflg) {
  int id = msgget(IPC_PRIVATE, 0600);
  struct message message = {1, "abc"};
  msgsnd(id, &message, 3, 0);
  // MSG_COPY goes with IPC_NOWAIT, and takes a place in the queue.
  int copies = is(name, "MSG_COPY");
  long type = copies ? 0 : is(name, "MSG_EXCEPT") ? 2 : 1;
  long result = syscall(SYS_msgrcv, id, &message, 3, type, copies ? (int)value | IPC_NOWAIT : (int)value);
  int before = errno;
  msgctl(id, IPC_RMID, NULL);
  errno = before;
  return result < 0 ? result : 0;
}
