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
rt_tgsigqueueinfo 2:10;setitimer 0:49;sched_get_priority_max 0:50;pipe2 1:51;mmap 2:29
mmap 3:52;sched_get_priority_min 0:50;rt_sigprocmask 0:53;fspick 2:54;clock_settime 0:14
mlockall 0:55;access 1:56;dup3 2:51;getitimer 0:49;seccomp 0:57;accept4 3:58;vmsplice 3:59
splice 5:59;open_by_handle_at 2:4;fcntl 1:60;futex 1:61;arch_prctl 0:62;tee 3:59;umount2 1:63
set_mempolicy 0:36;clock_gettime 0:14;getsockopt 1:64;linkat 4:27;keyctl 0:65;pkey_alloc 1:66
sched_setscheduler 1:50;lseek 2:67;signalfd4 3:68;utimensat 3:27;move_pages 5:69;sendmsg 2:13
kill 1:10;fsmount 2:70;recvfrom 3:13;msgsnd 3:47;userfaultfd 0:71;personality 0:72
timer_create 0:14;msync 2:73;fsetxattr 4:28;sendto 3:13;remap_file_pages 2:29
remap_file_pages 4:74;move_mount 4:75;bpf 0:76;clock_nanosleep 0:14;sync_file_range 3:77
setxattr 4:28;renameat2 4:78;fsconfig 1:79;execveat 4:27;epoll_ctl 1:80;fchownat 4:27
fallocate 1:81;recvmmsg 3:13;eventfd2 1:82;faccessat 2:56;kexec_load 3:83;memfd_create 1:84
ptrace 0:85;fadvise64 3:86;shmctl 1:87;process_madvise 3:88;setrlimit 0:21;setns 1:89
faccessat2 2:56;faccessat2 3:90;getrusage 0:91;close_range 2:92;setsockopt 1:64;socket 0:38
socket 1:39;fanotify_mark 1:93;fanotify_mark 2:94;finit_module 2:95;tgkill 2:10;flock 1:96
getrlimit 0:21;tkill 1:10;fcntl 2 F_SETFD:97;fcntl 2 F_SETFL:4;fcntl 2 F_ADD_SEALS:98
fcntl 2 F_SETLEASE:99;fcntl 2 F_NOTIFY:100;fcntl 2 F_SETSIG:10;getsockopt 2 SOL_IP:101
getsockopt 2 SOL_SOCKET:102;getsockopt 2 SOL_TCP:103;getsockopt 2 SOL_UDP:104
getsockopt 2 SOL_IPV6:105;getsockopt 2 SOL_RAW:106;getsockopt 2 SOL_NETLINK:107
getsockopt 2 SOL_PACKET:108;getsockopt 2 SOL_SCTP:109;getsockopt 2 SOL_TLS:110
setsockopt 2 SOL_IP:111;setsockopt 2 SOL_SOCKET:112;setsockopt 2 SOL_TCP:103
setsockopt 2 SOL_UDP:104;setsockopt 2 SOL_IPV6:113;setsockopt 2 SOL_RAW:106
setsockopt 2 SOL_NETLINK:107;setsockopt 2 SOL_PACKET:108;setsockopt 2 SOL_SCTP:109
setsockopt 2 SOL_TLS:110;socket 2 AF_INET:114;socket 2 AF_INET6:114;socket 2 AF_NETLINK:115
clock_nanosleep 1:116;timer_settime 1:116;pidfd_open 1:117;pidfd_send_signal 3:118
epoll_create1 0:119;mlock2 2:120;fchmodat2 3:121;preadv2 4:122;pwritev2 4:122;syslog 0:123
semget 2:124;msgget 1:124;shmget 2:125;mknod 1:126;mknodat 2:126;ioctl 1:127
`;

/** Which table a field of a struct has: "call field:table"; "*" is every call. */
export const FIELDS_TEXT = `
* sa_flags:128;* sa_family:129;poll events:130;ppoll events:130;poll revents:130
ppoll revents:130;epoll_ctl events:131;epoll_wait events:131;epoll_pwait events:131
epoll_pwait2 events:131;* sigev_notify:132;* sched_policy:133;* sched_flags:134
clone3 flags:135;* sem_flg:136;* cmsg_level:137;* msg_flags:138;capget version:139
capset version:139
`;
