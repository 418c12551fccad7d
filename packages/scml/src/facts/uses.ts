// SPDX-License-Identifier: MPL-2.0

// Written by tools/scml-facts/main.mjs; not to be edited.

/** Which table an argument has: "call index:table", or "call index value-of-another:table". */
export const ARGUMENTS_TEXT = `
waitid 0:0;waitid 3:1;delete_module 1:2;io_uring_enter 3:3;openat 2:4;name_to_handle_at 4:5
open 1:4;timerfd_settime 1:6;shmat 2:7;ioprio_get 0:8;setpriority 0:9;rt_sigqueueinfo 1:10
pidfd_send_signal 1:10;fanotify_init 0:11;fanotify_init 1:4;kcmp 2:12;sendmmsg 3:13
timerfd_create 0:14;timerfd_create 1:6;membarrier 0:15;io_uring_register 1:16;statx 2:17
statx 3:18;semctl 2:19;getrandom 2:20;prlimit64 1:21;futex_waitv 4:14;inotify_init1 0:22
inotify_add_watch 2:23;perf_event_open 4:24;prctl 0:25;get_mempolicy 4:26;newfstatat 3:27
clock_getres 0:14;lsetxattr 4:28;pkey_mprotect 2:29;mount 3:30;wait4 2:1;clone 0:31
kexec_file_load 4:32;mount_setattr 2:33;madvise 2:34;mbind 2:35;mbind 5:36;unlinkat 2:27
recvmsg 2:13;socketpair 0:37;socketpair 1:38;clock_adjtime 0:14;unshare 0:39;ioprio_set 0:8
reboot 0:40;reboot 1:41;reboot 2:42;msgctl 1:43;mprotect 2:29;getpriority 0:9
rt_sigaction 0:10;mq_open 1:4;mremap 3:44;shutdown 1:45;msgrcv 4:46;open_tree 2:47
rt_tgsigqueueinfo 2:10;setitimer 0:48;sched_get_priority_max 0:49;pipe2 1:4;mmap 2:29
mmap 3:50;sched_get_priority_min 0:49;rt_sigprocmask 0:51;fspick 2:52;clock_settime 0:14
mlockall 0:53;access 1:54;dup3 2:4;getitimer 0:48;seccomp 0:55;accept4 3:56;vmsplice 3:57
splice 5:57;open_by_handle_at 2:4;fcntl 1:58;futex 1:59;arch_prctl 0:60;tee 3:57;umount2 1:61
set_mempolicy 0:35;clock_gettime 0:14;getsockopt 1:62;linkat 4:27;keyctl 0:63;pkey_alloc 1:64
sched_setscheduler 1:49;lseek 2:65;signalfd4 3:66;utimensat 3:27;move_pages 5:67;sendmsg 2:13
kill 1:10;fsmount 2:68;recvfrom 3:13;msgsnd 3:46;userfaultfd 0:69;personality 0:70
timer_create 0:14;msync 2:71;fsetxattr 4:28;sendto 3:13;remap_file_pages 2:29
remap_file_pages 4:72;move_mount 4:73;bpf 0:74;clock_nanosleep 0:14;sync_file_range 3:75
setxattr 4:28;renameat2 4:76;fsconfig 1:77;execveat 4:27;epoll_ctl 1:78;fchownat 4:27
fallocate 1:79;recvmmsg 3:13;eventfd2 1:80;faccessat 2:54;kexec_load 3:81;memfd_create 1:82
ptrace 0:83;fadvise64 3:84;shmctl 1:85;process_madvise 3:34;setrlimit 0:21;setns 1:86
faccessat2 2:54;faccessat2 3:87;getrusage 0:88;close_range 2:89;setsockopt 1:62;socket 0:37
socket 1:38;fanotify_mark 1:90;fanotify_mark 2:91;finit_module 2:92;tgkill 2:10;flock 1:93
getrlimit 0:21;tkill 1:10;fcntl 2 F_SETFD:94;fcntl 2 F_SETFL:4;fcntl 2 F_ADD_SEALS:95
fcntl 2 F_SETLEASE:96;fcntl 2 F_NOTIFY:97;fcntl 2 F_SETSIG:10;getsockopt 2 SOL_IP:98
getsockopt 2 SOL_SOCKET:99;getsockopt 2 SOL_TCP:100;getsockopt 2 SOL_UDP:101
getsockopt 2 SOL_IPV6:102;getsockopt 2 SOL_RAW:103;getsockopt 2 SOL_NETLINK:104
getsockopt 2 SOL_PACKET:105;getsockopt 2 SOL_SCTP:106;getsockopt 2 SOL_TLS:107
setsockopt 2 SOL_IP:108;setsockopt 2 SOL_SOCKET:109;setsockopt 2 SOL_TCP:100
setsockopt 2 SOL_UDP:101;setsockopt 2 SOL_IPV6:110;setsockopt 2 SOL_RAW:103
setsockopt 2 SOL_NETLINK:104;setsockopt 2 SOL_PACKET:105;setsockopt 2 SOL_SCTP:106
setsockopt 2 SOL_TLS:107;socket 2 AF_INET:111;socket 2 AF_INET6:111;socket 2 AF_NETLINK:112
ioctl 1:113
`;

/** Which table a field of a struct has: "call field:table"; "*" is every call. */
export const FIELDS_TEXT = `
* sa_flags:114;* sa_family:115;poll events:116;ppoll events:116;poll revents:116
ppoll revents:116;epoll_ctl events:117;epoll_wait events:117;epoll_pwait events:117
epoll_pwait2 events:117;* sigev_notify:118;* sched_policy:119;* sched_flags:120
clone3 flags:121;* sem_flg:122;* cmsg_level:123;* msg_flags:124;capget version:125
capset version:125
`;
