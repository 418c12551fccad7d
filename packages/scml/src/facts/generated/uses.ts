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
clock_getres 0:14;lsetxattr 4:28;pkey_mprotect 2:29;mount 3:30;wait4 2:31;clone 0:32
kexec_file_load 4:33;mount_setattr 2:34;madvise 2:35;mbind 2:36;mbind 5:37;unlinkat 2:27
recvmsg 2:13;socketpair 0:38;socketpair 1:39;clock_adjtime 0:14;unshare 0:40;ioprio_set 0:8
reboot 0:41;reboot 1:42;reboot 2:43;msgctl 1:44;mprotect 2:29;getpriority 0:9
rt_sigaction 0:10;mq_open 1:4;mremap 3:45;shutdown 1:46;msgrcv 4:47;open_tree 2:48
rt_tgsigqueueinfo 2:10;setitimer 0:49;sched_get_priority_max 0:50;pipe2 1:4;mmap 2:29
mmap 3:51;sched_get_priority_min 0:50;rt_sigprocmask 0:52;fspick 2:53;clock_settime 0:14
mlockall 0:54;access 1:55;dup3 2:4;getitimer 0:49;seccomp 0:56;accept4 3:57;vmsplice 3:58
splice 5:58;open_by_handle_at 2:4;fcntl 1:59;futex 1:60;arch_prctl 0:61;tee 3:58;umount2 1:62
set_mempolicy 0:36;clock_gettime 0:14;getsockopt 1:63;linkat 4:27;keyctl 0:64;pkey_alloc 1:65
sched_setscheduler 1:50;lseek 2:66;signalfd4 3:67;utimensat 3:27;move_pages 5:68;sendmsg 2:13
kill 1:10;fsmount 2:69;recvfrom 3:13;msgsnd 3:47;userfaultfd 0:70;personality 0:71
timer_create 0:14;msync 2:72;fsetxattr 4:28;sendto 3:13;remap_file_pages 2:29
remap_file_pages 4:73;move_mount 4:74;bpf 0:75;clock_nanosleep 0:14;sync_file_range 3:76
setxattr 4:28;renameat2 4:77;fsconfig 1:78;execveat 4:27;epoll_ctl 1:79;fchownat 4:27
fallocate 1:80;recvmmsg 3:13;eventfd2 1:81;faccessat 2:55;kexec_load 3:82;memfd_create 1:83
ptrace 0:84;fadvise64 3:85;shmctl 1:86;process_madvise 3:35;setrlimit 0:21;setns 1:87
faccessat2 2:55;faccessat2 3:88;getrusage 0:89;close_range 2:90;setsockopt 1:63;socket 0:38
socket 1:39;fanotify_mark 1:91;fanotify_mark 2:92;finit_module 2:93;tgkill 2:10;flock 1:94
getrlimit 0:21;tkill 1:10;fcntl 2 F_SETFD:95;fcntl 2 F_SETFL:4;fcntl 2 F_ADD_SEALS:96
fcntl 2 F_SETLEASE:97;fcntl 2 F_NOTIFY:98;fcntl 2 F_SETSIG:10;getsockopt 2 SOL_IP:99
getsockopt 2 SOL_SOCKET:100;getsockopt 2 SOL_TCP:101;getsockopt 2 SOL_UDP:102
getsockopt 2 SOL_IPV6:103;getsockopt 2 SOL_RAW:104;getsockopt 2 SOL_NETLINK:105
getsockopt 2 SOL_PACKET:106;getsockopt 2 SOL_SCTP:107;getsockopt 2 SOL_TLS:108
setsockopt 2 SOL_IP:109;setsockopt 2 SOL_SOCKET:110;setsockopt 2 SOL_TCP:101
setsockopt 2 SOL_UDP:102;setsockopt 2 SOL_IPV6:111;setsockopt 2 SOL_RAW:104
setsockopt 2 SOL_NETLINK:105;setsockopt 2 SOL_PACKET:106;setsockopt 2 SOL_SCTP:107
setsockopt 2 SOL_TLS:108;socket 2 AF_INET:112;socket 2 AF_INET6:112;socket 2 AF_NETLINK:113
clock_nanosleep 1:114;timer_settime 1:114;pidfd_open 1:115;pidfd_send_signal 3:116
epoll_create1 0:117;mlock2 2:118;fchmodat2 3:119;preadv2 4:120;pwritev2 4:120;syslog 0:121
semget 2:122;msgget 1:122;shmget 2:123;mknod 1:124;mknodat 2:124;ioctl 1:125
`;

/** Which table a field of a struct has: "call field:table"; "*" is every call. */
export const FIELDS_TEXT = `
* sa_flags:126;* sa_family:127;poll events:128;ppoll events:128;poll revents:128
ppoll revents:128;epoll_ctl events:129;epoll_wait events:129;epoll_pwait events:129
epoll_pwait2 events:129;* sigev_notify:130;* sched_policy:131;* sched_flags:132
clone3 flags:133;* sem_flg:134;* cmsg_level:135;* msg_flags:136;capget version:137
capset version:137
`;
