// SPDX-License-Identifier: MPL-2.0

// Facts that are newer than the headers and the strace of Debian 12, or that neither knows, from
// the man pages and the system call tables of Linux 6.2 to 6.17.

/** [name, number on every 64-bit architecture, arguments] */
export const NEWER_SYSCALLS = [
  ["cachestat", 451, 4],
  ["fchmodat2", 452, 4],
  ["map_shadow_stack", 453, 3],
  ["futex_wake", 454, 4],
  ["futex_wait", 455, 6],
  ["futex_requeue", 456, 4],
  ["statmount", 457, 4],
  ["listmount", 458, 4],
  ["lsm_get_self_attr", 459, 4],
  ["lsm_set_self_attr", 460, 4],
  ["lsm_list_modules", 461, 3],
  ["mseal", 462, 3],
  ["setxattrat", 463, 6],
  ["getxattrat", 464, 6],
  ["listxattrat", 465, 5],
  ["removexattrat", 466, 4],
  ["open_tree_attr", 467, 5],
  ["file_getattr", 468, 5],
  ["file_setattr", 469, 5],
];

/** Names that arguments may have beside those found, by the argument that has them. */
export const NEWER_NAMES = {
  "statx 3":
    "STATX_MNT_ID_UNIQUE=0x4000 STATX_SUBVOL=0x8000 STATX_WRITE_ATOMIC=0x10000 STATX_DIO_READ_ALIGN=0x20000",
  "madvise 2": "MADV_GUARD_INSTALL=102 MADV_GUARD_REMOVE=103",
  "membarrier 0": "MEMBARRIER_CMD_GET_REGISTRATIONS=512",
  "memfd_create 1": "MFD_NOEXEC_SEAL=8 MFD_EXEC=16",
  "mmap 3": "MAP_DROPPABLE=8",
  "renameat2 4": "",
  "prctl 0":
    "PR_SET_MDWE=65 PR_GET_MDWE=66 PR_SET_MEMORY_MERGE=67 PR_GET_MEMORY_MERGE=68 PR_GET_AUXV=0x41555856 PR_RISCV_SET_ICACHE_FLUSH_CTX=71",
  "fcntl 1": "F_DUPFD_QUERY=1027 F_CREATED_QUERY=1028",
  "openat 2": "O_TMPFILE=0x410000",
  "wait4 2": "WUNTRACED=2",
  "ioctl 1":
    "TCGETS2=0x802c542a TCSETS2=0x402c542b TCSETSW2=0x402c542c TCSETSF2=0x402c542d " +
    "FICLONERANGE=0x4020940d FIDEDUPERANGE=0xc0189436 FITRIM=0xc0185879",
  "getrusage 0": "RUSAGE_CHILDREN=0xffffffff",
  "clone 0": "CLONE_DETACHED=0x400000",
  "fcntl 2 F_ADD_SEALS": "F_SEAL_EXEC=0x20",
};

/**
 * Arguments that strace prints otherwise when it is asked with zeros, prints in another place, or
 * has one name for: [argument, bits that may be combined, names, bits that are permissions].
 */
export const FURTHER_TABLES = [
  ["clock_nanosleep 1", 1n, "TIMER_ABSTIME=1"],
  ["timer_settime 1", 1n, "TIMER_ABSTIME=1"],
  ["pidfd_open 1", 0x880n, "PIDFD_NONBLOCK=0x800 PIDFD_THREAD=0x80"],
  [
    "pidfd_send_signal 3",
    7n,
    "PIDFD_SIGNAL_THREAD=1 PIDFD_SIGNAL_THREAD_GROUP=2 PIDFD_SIGNAL_PROCESS_GROUP=4",
  ],
  ["epoll_create1 0", 0x80000n, "EPOLL_CLOEXEC=0x80000"],
  ["mlock2 2", 1n, "MLOCK_ONFAULT=1"],
  ["fchmodat2 3", 0x1100n, "AT_SYMLINK_NOFOLLOW=0x100 AT_EMPTY_PATH=0x1000"],
  ...["preadv2 4", "pwritev2 4"].map((slot) => [
    slot,
    0xffn,
    "RWF_HIPRI=1 RWF_DSYNC=2 RWF_SYNC=4 RWF_NOWAIT=8 RWF_APPEND=16 RWF_NOAPPEND=32 RWF_ATOMIC=64 RWF_DONTCACHE=128 RWF_NOSIGNAL=256",
  ]),
  [
    "syslog 0",
    0n,
    "SYSLOG_ACTION_CLOSE=0 SYSLOG_ACTION_OPEN=1 SYSLOG_ACTION_READ=2 SYSLOG_ACTION_READ_ALL=3 " +
      "SYSLOG_ACTION_READ_CLEAR=4 SYSLOG_ACTION_CLEAR=5 SYSLOG_ACTION_CONSOLE_OFF=6 " +
      "SYSLOG_ACTION_CONSOLE_ON=7 SYSLOG_ACTION_CONSOLE_LEVEL=8 SYSLOG_ACTION_SIZE_UNREAD=9 " +
      "SYSLOG_ACTION_SIZE_BUFFER=10",
  ],
  ["semget 2", 0xe00n, "IPC_CREAT=512 IPC_EXCL=1024 IPC_NOWAIT=2048", 0o777n],
  ["msgget 1", 0xe00n, "IPC_CREAT=512 IPC_EXCL=1024 IPC_NOWAIT=2048", 0o777n],
  [
    "shmget 2",
    0x1e00n,
    "IPC_CREAT=512 IPC_EXCL=1024 SHM_HUGETLB=2048 IPC_NOWAIT=2048 SHM_NORESERVE=4096",
    0o777n,
  ],
  ...["mknod 1", "mknodat 2"].map((slot) => [
    slot,
    0n,
    "S_IFREG=32768 S_IFIFO=4096 S_IFCHR=8192 S_IFBLK=24576 S_IFSOCK=49152",
    0o7777n,
  ]),
];

/** Numbers, above those probed anyway, that an argument takes. */
export const FAR_VALUES = {
  "reboot 0": [0xfee1dead],
  "reboot 1": [672274793, 85072278, 369367448, 537993216],
  "reboot 2": [0x1234567, 0xcdef0123, 0x4321fedc, 0x89abcdef, 0xa1b2c3d4, 0xd000fce2, 0x45584543],
  "arch_prctl 0": [
    0x1001, 0x1002, 0x1003, 0x1004, 0x1011, 0x1012, 0x1021, 0x1022, 0x1023, 0x2001, 0x2002, 0x2003,
  ],
  "prctl 0": [0x59616d61, 0x53564d41],
  "ptrace 0": Array.from({ length: 0x20 }, (_, index) => 0x4200 + index),
  "fcntl 1": Array.from({ length: 32 }, (_, index) => 1024 + index),
  "getsockopt 1": Array.from({ length: 40 }, (_, index) => 256 + index),
  "setsockopt 1": Array.from({ length: 40 }, (_, index) => 256 + index),
};

/** Arguments whose meaning hangs on another one: [call, argument, the other, its values]. */
export const DEPENDENT = [
  ["fcntl", 2, 1, ["F_SETFD", "F_SETFL", "F_ADD_SEALS", "F_SETLEASE", "F_NOTIFY", "F_SETSIG"]],
  [
    "getsockopt",
    2,
    1,
    [
      "SOL_IP",
      "SOL_SOCKET",
      "SOL_TCP",
      "SOL_UDP",
      "SOL_IPV6",
      "SOL_RAW",
      "SOL_NETLINK",
      "SOL_PACKET",
      "SOL_VSOCK",
      "SOL_SCTP",
      "SOL_TLS",
    ],
  ],
  [
    "setsockopt",
    2,
    1,
    [
      "SOL_IP",
      "SOL_SOCKET",
      "SOL_TCP",
      "SOL_UDP",
      "SOL_IPV6",
      "SOL_RAW",
      "SOL_NETLINK",
      "SOL_PACKET",
      "SOL_VSOCK",
      "SOL_SCTP",
      "SOL_TLS",
    ],
  ],
  ["socket", 2, 0, ["AF_INET", "AF_INET6", "AF_NETLINK"]],
  ["socketpair", 2, 0, ["AF_INET", "AF_INET6", "AF_NETLINK"]],
];

/** Fields of structs that hold flags or a choice: [field, calls or "*", prefixes, kind]. */
export const FIELDS = [
  ["sa_flags", "*", ["SA_"], "flags"],
  ["sa_family", "*", ["AF_"], "choice"],
  ["events", "poll,ppoll", ["POLL"], "flags"],
  ["revents", "poll,ppoll", ["POLL"], "flags"],
  ["events", "epoll_ctl,epoll_wait,epoll_pwait,epoll_pwait2", ["EPOLL"], "flags"],
  ["sigev_notify", "*", ["SIGEV_"], "choice"],
  ["sched_policy", "*", ["SCHED_"], "choice"],
  ["sched_flags", "*", ["SCHED_FLAG_"], "flags"],
  ["flags", "clone3", ["CLONE_"], "flags"],
  ["sem_flg", "*", ["IPC_", "SEM_UNDO"], "flags"],
  ["cmsg_level", "*", ["SOL_"], "choice"],
  ["msg_flags", "*", ["MSG_"], "flags"],
  ["version", "capget,capset", ["_LINUX_CAPABILITY_VERSION_"], "choice"],
];

/** Bits that may be combined, where strace has a name for each combination and so hides them. */
export const MASKS = { "futex 1": 0x180n };
