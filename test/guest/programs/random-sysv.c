// SPDX-License-Identifier: MPL-2.0
/*
 * Random calls about message queues, semaphores and shared memory of System V, as root and as two users. Nothing
 * waits. Names are of this program's own, and everything is removed at the end.
 */
#define _GNU_SOURCE
#define RUNS 10
#define CALLS 600
#include "random.h"

#include <signal.h>
#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/msg.h>
#include <sys/sem.h>
#include <sys/shm.h>

enum { QUEUE, SET, SEGMENT, KINDS };
#define SLOTS 6
static int ids[KINDS][SLOTS];
static key_t aKey(void) { return below(6) == 0 ? IPC_PRIVATE : 0x7a5e0000 + (int)below(3); }
static int slot;
#define MADE 2000
static struct made { int kind, id; } made[MADE];
static int madeCount;
static int idOf(int kind) {
	if (below(40) == 0) {
		slot = -1;
		return CHOOSE(int, -1, 0x7fff1234, 123456);
	}
	slot = (int)below(SLOTS);
	return ids[kind][slot];
}
/* Ids differ between systems: an object is told by the slot that it has been found in. */
static long keep(int kind, int id) {
	if (id < 0) return -1;
	for (int i = 0; i < SLOTS; i++)
		if (ids[kind][i] == id) {
			DETAIL(" again %d", i);
			return 0;
		}
	int at = (int)below(SLOTS);
	ids[kind][at] = id;
	if (madeCount < MADE) made[madeCount++] = (struct made){kind, id};
	DETAIL(" slot %d", at);
	return 0;
}
static int someFlags(void) {
	return CHOOSE(int, 0, IPC_CREAT, IPC_CREAT, IPC_CREAT, IPC_CREAT | IPC_EXCL) | CHOOSE(int, 0600, 0644, 0666, 0, 0444, 0640, 0222);
}
static const char *who(pid_t pid) { return pid == getpid() ? "me" : pid == 0 ? "none" : "other"; }

/* --- Message queues */

static struct { long type; char text[9000]; } message;
static long queue(void) {
	struct msqid_ds status;
	size_t size = CHOOSE(size_t, 0, 1, 10, 100, 1000, 8192, 8193, 4000);
	int id, flags, command;
	long type, result;
	switch (below(10)) {
	case 0: case 1: {
		key_t key = aKey();
		flags = someFlags();
		CALL("msgget(%x, %o)", key, flags);
		return keep(QUEUE, msgget(key, flags));
	}
	case 2: case 3: case 4:
		id = idOf(QUEUE);
		message.type = CHOOSE(long, 1, 2, 3, 3, 5, 0, -1, 0x7fffffffffffffffL);
		memset(message.text, 'a' + (int)below(26), size);
		CALL("msgsnd(%d, %ld, %zu)", slot, message.type, size);
		return msgsnd(id, &message, size, IPC_NOWAIT);
	case 5: case 6: case 7:
		id = idOf(QUEUE);
		type = CHOOSE(long, 0, 0, 1, 2, 3, -3, -1, 5, -0x7fffffffffffffffL - 1);
		flags = CHOOSE(int, 0, 0, MSG_NOERROR, MSG_EXCEPT, MSG_NOERROR | MSG_EXCEPT, 040000);
		CALL("msgrcv(%d, %ld, %zu, %o)", slot, type, size, flags);
		result = msgrcv(id, &message, size, type, flags | IPC_NOWAIT);
		if (result >= 0) DETAIL(" type %ld %c", message.type, result > 0 ? message.text[0] : '-');
		return result;
	default:
		id = idOf(QUEUE);
		memset(&status, 0, sizeof status);
		command = CHOOSE(int, IPC_STAT, IPC_STAT, IPC_STAT, MSG_STAT_ANY, IPC_SET, IPC_SET, IPC_RMID, 99);
		if (command == MSG_STAT_ANY) id = -1;
		CALL("msgctl(%d, %d)", slot, command);
		if (command == IPC_SET) {
			if (msgctl(id, IPC_STAT, &status) != 0) return -1;
			status.msg_qbytes = CHOOSE(msglen_t, 100, 16384, 16384, 200, 0);
			if (geteuid() != 0 && below(3) == 0) status.msg_qbytes = 20000;
			status.msg_perm.mode = CHOOSE(mode_t, 0600, 0644, 0666, 07777);
			if (below(4) == 0) status.msg_perm.uid = CHOOSE(uid_t, 1000, 2000, 0);
			snprintf(call + strlen(call), 60, " %lu %o %d", status.msg_qbytes, status.msg_perm.mode, (int)status.msg_perm.uid);
		}
		result = msgctl(id, command, &status);
		if (result == 0 && command == IPC_STAT)
			DETAIL(" %o %d %d of %d, %lu in %lu, %lu most, %s %s %d%d", status.msg_perm.mode, (int)status.msg_perm.uid, (int)status.msg_perm.gid,
				(int)status.msg_perm.cuid, status.__msg_cbytes, status.msg_qnum, status.msg_qbytes, who(status.msg_lspid), who(status.msg_lrpid),
				status.msg_stime != 0, status.msg_rtime != 0);
		return result;
	}
}

/* --- Semaphores */

union semun { int val; struct semid_ds *status; unsigned short *array; };
static long semaphores(void) {
	struct semid_ds status;
	unsigned short values[300] = {0};
	int id, command, number;
	long result;
	switch (below(8)) {
	case 0: case 1: {
		key_t key = aKey();
		int flags = someFlags(), count = CHOOSE(int, 1, 2, 3, 3, 0, 4, -1, 33000);
		CALL("semget(%x, %d, %o)", key, count, flags);
		return keep(SET, semget(key, count, flags));
	}
	case 2: case 3: case 4: {
		struct sembuf operations[4];
		unsigned count = CHOOSE(unsigned, 1, 1, 2, 3, 4, 0);
		id = idOf(SET);
		CALL("semop(%d", slot);
		for (unsigned i = 0; i < count; i++) {
			operations[i] = (struct sembuf){CHOOSE(unsigned short, 0, 0, 1, 2, 3), CHOOSE(short, 0, 1, 1, 2, -1, -1, -2, 30000),
				(short)(IPC_NOWAIT | CHOOSE(short, 0, 0, SEM_UNDO))};
			snprintf(call + strlen(call), 40, " %d:%d:%o", operations[i].sem_num, operations[i].sem_op, (unsigned)operations[i].sem_flg);
		}
		if (below(30) == 0) {
			CALL("semop of 600");
			static struct sembuf many[600];
			return semop(id, many, 600);
		}
		return semop(id, operations, count);
	}
	default:
		id = idOf(SET);
		number = CHOOSE(int, 0, 0, 1, 2, 3, -1, 9);
		command = CHOOSE(int, GETVAL, GETVAL, SETVAL, GETALL, SETALL, GETPID, GETNCNT, GETZCNT, IPC_STAT, IPC_SET, IPC_RMID, 99);
		memset(&status, 0, sizeof status);
		union semun argument = {.status = &status};
		CALL("semctl(%d, %d, %d)", slot, number, command);
		if (command == SETVAL) {
			argument.val = CHOOSE(int, 0, 1, 5, 32767, 32768, -1);
			snprintf(call + strlen(call), 20, " %d", argument.val);
		}
		if (command == GETALL || command == SETALL) argument.array = values;
		if (command == SETALL) {
			for (int i = 0; i < 8; i++) values[i] = (unsigned short)below(4);
			if (below(9) == 0) values[0] = 40000;
			snprintf(call + strlen(call), 60, " %d %d %d", values[0], values[1], values[2]);
		}
		if (command == IPC_SET) {
			union semun old = {.status = &status};
			if (semctl(id, 0, IPC_STAT, old) != 0) return -1;
			status.sem_perm.mode = CHOOSE(mode_t, 0600, 0644, 0666);
			status.sem_perm.gid = CHOOSE(gid_t, 0, 1000);
		}
		result = semctl(id, number, command, argument);
		if (result >= 0 && command == IPC_STAT)
			DETAIL(" %o %d %d of %d, %lu, %d", status.sem_perm.mode, (int)status.sem_perm.uid, (int)status.sem_perm.gid, (int)status.sem_perm.cuid,
				status.sem_nsems, status.sem_otime != 0);
		if (result >= 0 && command == GETALL) DETAIL(" %d %d %d %d", values[0], values[1], values[2], values[3]);
		if (result >= 0 && command == GETPID) {
			DETAIL(" %s", who((pid_t)result));
			result = 0;
		}
		return result;
	}
}

/* --- Shared memory */

#define MAPPED 5
static char *mapped[MAPPED];
static int isReadOnly[MAPPED];
static long segments(void) {
	struct shmid_ds status;
	int id, flags, command, at = (int)below(MAPPED);
	long result;
	switch (below(9)) {
	case 0: case 1: {
		key_t key = aKey();
		size_t size = CHOOSE(size_t, 1, 4096, 5000, 8192, 8192, 0, 20000);
		flags = someFlags();
		if (below(30) == 0) size = (size_t)1 << 62;
		CALL("shmget(%x, %zu, %o)", key, size, flags);
		return keep(SEGMENT, shmget(key, size, flags));
	}
	case 2: case 3: {
		id = idOf(SEGMENT);
		flags = CHOOSE(int, 0, 0, 0, SHM_RDONLY, SHM_EXEC, SHM_RND, SHM_REMAP);
		const char *where = below(6) ? NULL : CHOOSE(const char *, (const char *)0x500000001, (const char *)0x600000000, (const char *)5000);
		CALL("shmat(%d, %lx, %o)", slot, (unsigned long)where, flags);
		char *got = shmat(id, where, flags);
		if (got == (char *)-1) return -1;
		if (mapped[at] != NULL) shmdt(mapped[at]);
		mapped[at] = got;
		isReadOnly[at] = flags == SHM_RDONLY;
		DETAIL(" at %d%s", at, where != NULL ? got == where ? " there" : " near" : "");
		return 0;
	}
	case 4:
		CALL("shmdt(%d)", at);
		result = shmdt(mapped[at] == NULL ? (char *)0x12345000 : mapped[at] + (below(8) == 0 ? 1 : 0));
		if (result == 0) mapped[at] = NULL;
		return result;
	case 5: case 6:
		CALL("touch %d", at);
		if (mapped[at] == NULL) return 0;
		result = (unsigned char)mapped[at][0];
		if (!isReadOnly[at]) mapped[at][0]++;
		return result;
	default:
		id = idOf(SEGMENT);
		memset(&status, 0, sizeof status);
		command = CHOOSE(int, IPC_STAT, IPC_STAT, IPC_STAT, IPC_SET, IPC_RMID, SHM_LOCK, SHM_UNLOCK, 99);
		CALL("shmctl(%d, %d)", slot, command);
		if (command == IPC_SET) {
			if (shmctl(id, IPC_STAT, &status) != 0) return -1;
			status.shm_perm.mode = CHOOSE(mode_t, 0600, 0644, 0666, 0);
			status.shm_perm.uid = CHOOSE(uid_t, 0, 0, 1000, 2000);
			snprintf(call + strlen(call), 40, " %o %d", status.shm_perm.mode, (int)status.shm_perm.uid);
		}
		result = shmctl(id, command, &status);
		if (result == 0 && command == IPC_STAT)
			DETAIL(" %o %d %d of %d, %zu, %lu, %s %s %d%d", status.shm_perm.mode, (int)status.shm_perm.uid, (int)status.shm_perm.gid,
				(int)status.shm_perm.cuid, status.shm_segsz, status.shm_nattch, who(status.shm_cpid), who(status.shm_lpid), status.shm_atime != 0,
				status.shm_dtime != 0);
		return result;
	}
}

static long user(void) {
	uid_t to = CHOOSE(uid_t, 0, 0, 1000, 2000);
	CALL("user %d", (int)to);
	if (seteuid(0) != 0) exit(9);
	if (setegid(to) != 0 || seteuid(to) != 0) return -1;
	return 0;
}

static void removeAll(void) {
	if (seteuid(0) != 0) _exit(9);
	for (int i = 0; i < madeCount; i++) {
		if (made[i].kind == QUEUE) msgctl(made[i].id, IPC_RMID, NULL);
		else if (made[i].kind == SET) semctl(made[i].id, 0, IPC_RMID);
		else shmctl(made[i].id, IPC_RMID, NULL);
	}
	for (int i = 0; i < 3; i++) {
		msgctl(msgget(0x7a5e0000 + i, 0), IPC_RMID, NULL);
		semctl(semget(0x7a5e0000 + i, 0, 0), 0, IPC_RMID);
		shmctl(shmget(0x7a5e0000 + i, 0, 0), IPC_RMID, NULL);
	}
}
static void setUp(void) {
	for (int kind = 0; kind < KINDS; kind++)
		for (int i = 0; i < SLOTS; i++) ids[kind][i] = -1;
	removeAll();
	for (int i = 0; i < MAPPED; i++) mapped[i] = NULL;
	atexit(removeAll);
}
static long step(void) {
	long (*const kind)(void) = CHOOSE(typeof(&queue), queue, queue, queue, queue, semaphores, semaphores, semaphores, semaphores, segments, segments,
		segments, segments, user);
	return kind();
}
