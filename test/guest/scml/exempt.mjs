// SPDX-License-Identifier: MPL-2.0
//
// Answers that are right although the rules and Linux's answers do not say so, each with the
// reason: "call argument", or "call argument NAME".

const ENDS = "ends the machine; every guest powers off through it";
const ALARM = "Linux wants a real-time clock chip for it, which the recording machine has not";
const INTERNAL = "a name of the headers for a bit that Linux uses inside, and ignores here";
const MASK = "a mask asks only: Linux too tells in stx_mask what it has";

const NO_RESOURCE = "needs CAP_SYS_RESOURCE, which root of the recording machine has not";

const OTHER = "a name of the headers for a bit that means nothing in this call, and Linux ignores";
const SOCKET_FLAGS =
  "BATCH CMSG_CLOEXEC CTRUNC DONTROUTE DONTWAIT EOR FASTOPEN FIN MORE OOB PEEK PROXY SYN TRUNC " +
  "WAITALL WAITFORONE ZEROCOPY";

const MOUNT_INTERNAL = [
  "POSIXACL KERNMOUNT I_VERSION SUBMOUNT NOREMOTELOCK NOSEC BORN ACTIVE".split(" "),
].flat();

/** @type {Readonly<Record<string, string>>} */
export const EXEMPT = {
  "prctl option PR_SET_IO_FLUSHER": NO_RESOURCE,
  "prctl option PR_GET_IO_FLUSHER": NO_RESOURCE,
  "reboot magic": ENDS,
  "reboot magic2": ENDS,
  "reboot op": ENDS,
  ...Object.fromEntries(
    ["timer_create", "clock_gettime", "clock_getres", "clock_nanosleep"].flatMap((call) => [
      [`${call} clockid CLOCK_REALTIME_ALARM`, ALARM],
      [`${call} clockid CLOCK_BOOTTIME_ALARM`, ALARM],
    ]),
  ),
  ...Object.fromEntries(MOUNT_INTERNAL.map((name) => [`mount mountflags MS_${name}`, INTERNAL])),
  ...Object.fromEntries(
    "DIOALIGN MNT_ID_UNIQUE SUBVOL WRITE_ATOMIC DIO_READ_ALIGN ATTR_VERITY ATTR_DAX"
      .split(" ")
      .map((name) => [`statx mask STATX_${name}`, MASK]),
  ),
  ...Object.fromEntries(
    `${SOCKET_FLAGS} NOERROR EXCEPT COPY`
      .split(" ")
      .map((name) => [`msgsnd msgflg MSG_${name}`, OTHER]),
  ),
  ...Object.fromEntries(
    SOCKET_FLAGS.split(" ").map((name) => [`msgrcv msgflg MSG_${name}`, OTHER]),
  ),
  ...Object.fromEntries(
    "W R DEST LOCKED HUGETLB".split(" ").map((name) => [`shmat shmflg SHM_${name}`, OTHER]),
  ),
  ...Object.fromEntries(
    "UNMOUNT Q_OVERFLOW IGNORED ISDIR"
      .split(" ")
      .map((name) => [`inotify_add_watch mask IN_${name}`, OTHER]),
  ),
  "open flags __O_SYNC": INTERNAL,
  "openat flags __O_SYNC": INTERNAL,
  "fcntl arg __O_SYNC": INTERNAL,
  "fcntl arg __O_TMPFILE": INTERNAL,
  "poll fds_events POLLREMOVE": INTERNAL,
  "ppoll fds_events POLLREMOVE": INTERNAL,
  "epoll_ctl event_events EPOLL_CLOEXEC": INTERNAL,
  "mmap prot PROT_SEM": INTERNAL,
  "rt_sigaction act_sa_flags SA_INTERRUPT": "does nothing on Linux",
  "personality persona": "told and not obeyed, as the declaration says",
  "clone flags SIGRT_32": "another name of a real-time signal",
  "flock operation LOCK_MAND": "ignored as Linux does since 5.18 (flock(2))",
};
