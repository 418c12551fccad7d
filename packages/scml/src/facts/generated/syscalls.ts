// SPDX-License-Identifier: MPL-2.0

// Written by tools/scml-facts/main.mjs; not to be edited.

/** name:number on x86-64, aarch64, riscv64, whether i386 has it, and the number of arguments. */
export const SYSCALLS_TEXT = `
_llseek:-,-,-,1,? _newselect:-,-,-,1,? _sysctl:156,-,-,1,1 accept:43,202,202,0,3
accept4:288,242,242,1,4 access:21,-,-,1,2 acct:163,89,89,1,1 add_key:248,217,217,1,5
adjtimex:159,171,171,1,1 afs_syscall:183,-,-,1,5 alarm:37,-,-,1,1 arch_prctl:158,-,-,1,2
bdflush:-,-,-,1,? bind:49,200,200,1,3 bpf:321,280,280,1,3 break:-,-,-,1,? brk:12,214,214,1,1
cachestat:451,451,451,0,4 capget:125,90,90,1,2 capset:126,91,91,1,2 chdir:80,49,49,1,1
chmod:90,-,-,1,2 chown:92,-,-,1,3 chown32:-,-,-,1,? chroot:161,51,51,1,1
clock_adjtime:305,266,266,1,2 clock_adjtime64:-,-,-,1,? clock_getres:229,114,114,1,2
clock_getres_time64:-,-,-,1,? clock_gettime:228,113,113,1,2 clock_gettime64:-,-,-,1,?
clock_nanosleep:230,115,115,1,4 clock_nanosleep_time64:-,-,-,1,? clock_settime:227,112,112,1,2
clock_settime64:-,-,-,1,? clone:56,220,220,1,5 clone3:435,435,435,1,2 close:3,57,57,1,1
close_range:436,436,436,1,3 connect:42,203,203,1,3 copy_file_range:326,285,285,1,6
creat:85,-,-,1,2 create_module:174,-,-,1,2 delete_module:176,106,106,1,2 dup:32,23,23,1,1
dup2:33,-,-,1,2 dup3:292,24,24,1,3 epoll_create:213,-,-,1,1 epoll_create1:291,20,20,1,1
epoll_ctl:233,21,21,1,4 epoll_ctl_old:214,-,-,0,4 epoll_pwait:281,22,22,1,6
epoll_pwait2:441,441,441,1,6 epoll_wait:232,-,-,1,4 epoll_wait_old:215,-,-,0,4
eventfd:284,-,-,1,1 eventfd2:290,19,19,1,2 execve:59,221,221,1,3 execveat:322,281,281,1,5
exit:60,93,93,1,1 exit_group:231,94,94,1,1 faccessat:269,48,48,1,3 faccessat2:439,439,439,1,4
fadvise64:221,223,223,1,4 fadvise64_64:-,-,-,1,? fallocate:285,47,47,1,4
fanotify_init:300,262,262,1,2 fanotify_mark:301,263,263,1,5 fchdir:81,50,50,1,1
fchmod:91,52,52,1,2 fchmodat:268,53,53,1,3 fchmodat2:452,452,452,0,4 fchown:93,55,55,1,3
fchown32:-,-,-,1,? fchownat:260,54,54,1,5 fcntl:72,25,25,1,3 fcntl64:-,-,-,1,?
fdatasync:75,83,83,1,1 fgetxattr:193,10,10,1,4 file_getattr:468,468,468,0,5
file_setattr:469,469,469,0,5 finit_module:313,273,273,1,3 flistxattr:196,13,13,1,3
flock:73,32,32,1,2 fork:57,-,-,1,0 fremovexattr:199,16,16,1,2 fsconfig:431,431,431,1,5
fsetxattr:190,7,7,1,5 fsmount:432,432,432,1,3 fsopen:430,430,430,1,2 fspick:433,433,433,1,3
fstat:5,80,80,1,2 fstat64:-,-,-,1,? fstatat64:-,-,-,1,? fstatfs:138,44,44,1,2
fstatfs64:-,-,-,1,? fsync:74,82,82,1,1 ftime:-,-,-,1,? ftruncate:77,46,46,1,2
ftruncate64:-,-,-,1,? futex:202,98,98,1,6 futex_requeue:456,456,456,0,4 futex_time64:-,-,-,1,?
futex_wait:455,455,455,0,6 futex_waitv:449,449,449,1,5 futex_wake:454,454,454,0,4
futimesat:261,-,-,1,3 get_kernel_syms:177,-,-,1,1 get_mempolicy:239,236,236,1,5
get_robust_list:274,100,100,1,3 get_thread_area:211,-,-,1,1 getcpu:309,168,168,1,3
getcwd:79,17,17,1,2 getdents:78,-,-,1,3 getdents64:217,61,61,1,3 getegid:108,177,177,1,0
getegid32:-,-,-,1,? geteuid:107,175,175,1,0 geteuid32:-,-,-,1,? getgid:104,176,176,1,0
getgid32:-,-,-,1,? getgroups:115,158,158,1,2 getgroups32:-,-,-,1,? getitimer:36,102,102,1,2
getpeername:52,205,205,1,3 getpgid:121,155,155,1,1 getpgrp:111,-,-,1,0 getpid:39,172,172,1,0
getpmsg:181,-,-,1,5 getppid:110,173,173,1,0 getpriority:140,141,141,1,2
getrandom:318,278,278,1,3 getresgid:120,150,150,1,3 getresgid32:-,-,-,1,?
getresuid:118,148,148,1,3 getresuid32:-,-,-,1,? getrlimit:97,163,163,1,2
getrusage:98,165,165,1,2 getsid:124,156,156,1,1 getsockname:51,204,204,1,3
getsockopt:55,209,209,1,5 gettid:186,178,178,1,0 gettimeofday:96,169,169,1,2
getuid:102,174,174,1,0 getuid32:-,-,-,1,? getxattr:191,8,8,1,4 getxattrat:464,464,464,0,6
gtty:-,-,-,1,? idle:-,-,-,1,? init_module:175,105,105,1,3 inotify_add_watch:254,27,27,1,3
inotify_init:253,-,-,1,0 inotify_init1:294,26,26,1,1 inotify_rm_watch:255,28,28,1,2
io_cancel:210,3,3,1,3 io_destroy:207,1,1,1,1 io_getevents:208,4,4,1,5
io_pgetevents:333,292,292,1,6 io_pgetevents_time64:-,-,-,1,? io_setup:206,0,0,1,2
io_submit:209,2,2,1,3 io_uring_enter:426,426,426,1,6 io_uring_register:427,427,427,1,4
io_uring_setup:425,425,425,1,2 ioctl:16,29,29,1,3 ioperm:173,-,-,1,3 iopl:172,-,-,1,1
ioprio_get:252,31,31,1,2 ioprio_set:251,30,30,1,3 ipc:-,-,-,1,? kcmp:312,272,272,1,5
kexec_file_load:320,294,294,0,5 kexec_load:246,104,104,1,4 keyctl:250,219,219,1,5
kill:62,129,129,1,2 landlock_add_rule:445,445,445,1,4 landlock_create_ruleset:444,444,444,1,3
landlock_restrict_self:446,446,446,1,2 lchown:94,-,-,1,3 lchown32:-,-,-,1,?
lgetxattr:192,9,9,1,4 link:86,-,-,1,2 linkat:265,37,37,1,5 listen:50,201,201,1,2
listmount:458,458,458,0,4 listxattr:194,11,11,1,3 listxattrat:465,465,465,0,5
llistxattr:195,12,12,1,3 lock:-,-,-,1,? lookup_dcookie:212,18,18,1,3
lremovexattr:198,15,15,1,2 lseek:8,62,62,1,3 lsetxattr:189,6,6,1,5
lsm_get_self_attr:459,459,459,0,4 lsm_list_modules:461,461,461,0,3
lsm_set_self_attr:460,460,460,0,4 lstat:6,-,-,1,2 lstat64:-,-,-,1,? madvise:28,233,233,1,3
map_shadow_stack:453,453,453,0,3 mbind:237,235,235,1,6 membarrier:324,283,283,1,3
memfd_create:319,279,279,1,2 memfd_secret:447,447,447,1,1 migrate_pages:256,238,238,1,4
mincore:27,232,232,1,3 mkdir:83,-,-,1,2 mkdirat:258,34,34,1,3 mknod:133,-,-,1,3
mknodat:259,33,33,1,4 mlock:149,228,228,1,2 mlock2:325,284,284,1,3 mlockall:151,230,230,1,1
mmap:9,222,222,1,6 mmap2:-,-,-,1,? modify_ldt:154,-,-,1,3 mount:165,40,40,1,5
mount_setattr:442,442,442,1,5 move_mount:429,429,429,1,5 move_pages:279,239,239,1,6
mprotect:10,226,226,1,3 mpx:-,-,-,1,? mq_getsetattr:245,185,185,1,3 mq_notify:244,184,184,1,2
mq_open:240,180,180,1,4 mq_timedreceive:243,183,183,1,5 mq_timedreceive_time64:-,-,-,1,?
mq_timedsend:242,182,182,1,5 mq_timedsend_time64:-,-,-,1,? mq_unlink:241,181,181,1,1
mremap:25,216,216,1,5 mseal:462,462,462,0,3 msgctl:71,187,187,1,3 msgget:68,186,186,1,2
msgrcv:70,188,188,1,5 msgsnd:69,189,189,1,4 msync:26,227,227,1,3 munlock:150,229,229,1,2
munlockall:152,231,231,1,0 munmap:11,215,215,1,2 name_to_handle_at:303,264,264,1,5
nanosleep:35,101,101,1,2 newfstatat:262,79,79,0,4 nfsservctl:180,42,42,1,3 nice:-,-,-,1,?
oldfstat:-,-,-,1,? oldlstat:-,-,-,1,? oldolduname:-,-,-,1,? oldstat:-,-,-,1,?
olduname:-,-,-,1,? open:2,-,-,1,3 open_by_handle_at:304,265,265,1,3 open_tree:428,428,428,1,3
open_tree_attr:467,467,467,0,5 openat:257,56,56,1,4 openat2:437,437,437,1,4 pause:34,-,-,1,0
perf_event_open:298,241,241,1,5 personality:135,92,92,1,1 pidfd_getfd:438,438,438,1,3
pidfd_open:434,434,434,1,2 pidfd_send_signal:424,424,424,1,4 pipe:22,-,-,1,1
pipe2:293,59,59,1,2 pivot_root:155,41,41,1,2 pkey_alloc:330,289,289,1,2
pkey_free:331,290,290,1,1 pkey_mprotect:329,288,288,1,4 poll:7,-,-,1,3 ppoll:271,73,73,1,5
ppoll_time64:-,-,-,1,? prctl:157,167,167,1,5 pread64:17,67,67,1,4 preadv:295,69,69,1,4
preadv2:327,286,286,1,6 prlimit64:302,261,261,1,4 process_madvise:440,440,440,1,5
process_mrelease:448,448,448,1,2 process_vm_readv:310,270,270,1,6
process_vm_writev:311,271,271,1,6 prof:-,-,-,1,? profil:-,-,-,1,? pselect6:270,72,72,1,6
pselect6_time64:-,-,-,1,? ptrace:101,117,117,1,4 putpmsg:182,-,-,1,5 pwrite64:18,68,68,1,4
pwritev:296,70,70,1,4 pwritev2:328,287,287,1,6 query_module:178,-,-,1,5 quotactl:179,60,60,1,4
quotactl_fd:443,443,443,1,4 read:0,63,63,1,3 readahead:187,213,213,1,3 readdir:-,-,-,1,?
readlink:89,-,-,1,3 readlinkat:267,78,78,1,4 readv:19,65,65,1,3 reboot:169,142,142,1,4
recvfrom:45,207,207,1,6 recvmmsg:299,243,243,1,5 recvmmsg_time64:-,-,-,1,?
recvmsg:47,212,212,1,3 remap_file_pages:216,234,234,1,5 removexattr:197,14,14,1,2
removexattrat:466,466,466,0,4 rename:82,-,-,1,2 renameat:264,38,-,1,4
renameat2:316,276,276,1,5 request_key:249,218,218,1,4 restart_syscall:219,128,128,1,0
riscv_flush_icache:-,-,259,0,? riscv_hwprobe:-,-,258,0,? rmdir:84,-,-,1,1 rseq:334,293,293,1,4
rt_sigaction:13,134,134,1,4 rt_sigpending:127,136,136,1,2 rt_sigprocmask:14,135,135,1,4
rt_sigqueueinfo:129,138,138,1,3 rt_sigreturn:15,139,139,1,0 rt_sigsuspend:130,133,133,1,2
rt_sigtimedwait:128,137,137,1,4 rt_sigtimedwait_time64:-,-,-,1,?
rt_tgsigqueueinfo:297,240,240,1,4 sched_get_priority_max:146,125,125,1,1
sched_get_priority_min:147,126,126,1,1 sched_getaffinity:204,123,123,1,3
sched_getattr:315,275,275,1,4 sched_getparam:143,121,121,1,2
sched_getscheduler:145,120,120,1,1 sched_rr_get_interval:148,127,127,1,2
sched_rr_get_interval_time64:-,-,-,1,? sched_setaffinity:203,122,122,1,3
sched_setattr:314,274,274,1,3 sched_setparam:142,118,118,1,2
sched_setscheduler:144,119,119,1,3 sched_yield:24,124,124,1,0 seccomp:317,277,277,1,3
security:185,-,-,0,3 select:23,-,-,1,5 semctl:66,191,191,1,4 semget:64,190,190,1,3
semop:65,193,193,0,3 semtimedop:220,192,192,0,4 semtimedop_time64:-,-,-,1,?
sendfile:40,71,71,1,4 sendfile64:-,-,-,1,? sendmmsg:307,269,269,1,4 sendmsg:46,211,211,1,3
sendto:44,206,206,1,6 set_mempolicy:238,237,237,1,3 set_mempolicy_home_node:450,450,450,1,4
set_robust_list:273,99,99,1,2 set_thread_area:205,-,-,1,1 set_tid_address:218,96,96,1,1
setdomainname:171,162,162,1,2 setfsgid:123,152,152,1,1 setfsgid32:-,-,-,1,?
setfsuid:122,151,151,1,1 setfsuid32:-,-,-,1,? setgid:106,144,144,1,1 setgid32:-,-,-,1,?
setgroups:116,159,159,1,2 setgroups32:-,-,-,1,? sethostname:170,161,161,1,2
setitimer:38,103,103,1,3 setns:308,268,268,1,2 setpgid:109,154,154,1,2
setpriority:141,140,140,1,3 setregid:114,143,143,1,2 setregid32:-,-,-,1,?
setresgid:119,149,149,1,3 setresgid32:-,-,-,1,? setresuid:117,147,147,1,3
setresuid32:-,-,-,1,? setreuid:113,145,145,1,2 setreuid32:-,-,-,1,? setrlimit:160,164,164,1,2
setsid:112,157,157,1,0 setsockopt:54,208,208,1,5 settimeofday:164,170,170,1,2
setuid:105,146,146,1,1 setuid32:-,-,-,1,? setxattr:188,5,5,1,5 setxattrat:463,463,463,0,6
sgetmask:-,-,-,1,? shmat:30,196,196,1,3 shmctl:31,195,195,1,3 shmdt:67,197,197,1,1
shmget:29,194,194,1,3 shutdown:48,210,210,1,2 sigaction:-,-,-,1,? sigaltstack:131,132,132,1,2
signal:-,-,-,1,? signalfd:282,-,-,1,3 signalfd4:289,74,74,1,4 sigpending:-,-,-,1,?
sigprocmask:-,-,-,1,? sigreturn:-,-,-,1,? sigsuspend:-,-,-,1,? socket:41,198,198,1,3
socketcall:-,-,-,1,? socketpair:53,199,199,1,4 splice:275,76,76,1,6 ssetmask:-,-,-,1,?
stat:4,-,-,1,2 stat64:-,-,-,1,? statfs:137,43,43,1,2 statfs64:-,-,-,1,?
statmount:457,457,457,0,4 statx:332,291,291,1,5 stime:-,-,-,1,? stty:-,-,-,1,?
swapoff:168,225,225,1,1 swapon:167,224,224,1,2 symlink:88,-,-,1,2 symlinkat:266,36,36,1,3
sync:162,81,81,1,0 sync_file_range:277,84,84,1,4 syncfs:306,267,267,1,1 sysfs:139,-,-,1,3
sysinfo:99,179,179,1,1 syslog:103,116,116,1,3 tee:276,77,77,1,4 tgkill:234,131,131,1,3
time:201,-,-,1,1 timer_create:222,107,107,1,3 timer_delete:226,111,111,1,1
timer_getoverrun:225,109,109,1,1 timer_gettime:224,108,108,1,2 timer_gettime64:-,-,-,1,?
timer_settime:223,110,110,1,4 timer_settime64:-,-,-,1,? timerfd_create:283,85,85,1,2
timerfd_gettime:287,87,87,1,2 timerfd_gettime64:-,-,-,1,? timerfd_settime:286,86,86,1,4
timerfd_settime64:-,-,-,1,? times:100,153,153,1,1 tkill:200,130,130,1,2 truncate:76,45,45,1,2
truncate64:-,-,-,1,? tuxcall:184,-,-,0,3 ugetrlimit:-,-,-,1,? ulimit:-,-,-,1,?
umask:95,166,166,1,1 umount:-,-,-,1,? umount2:166,39,39,1,2 uname:63,160,160,1,1
unlink:87,-,-,1,1 unlinkat:263,35,35,1,3 unshare:272,97,97,1,1 uselib:134,-,-,1,1
userfaultfd:323,282,282,1,1 ustat:136,-,-,1,2 utime:132,-,-,1,2 utimensat:280,88,88,1,4
utimensat_time64:-,-,-,1,? utimes:235,-,-,1,2 vfork:58,-,-,1,0 vhangup:153,58,58,1,0
vm86:-,-,-,1,? vm86old:-,-,-,1,? vmsplice:278,75,75,1,4 vserver:236,-,-,1,5
wait4:61,260,260,1,4 waitid:247,95,95,1,5 waitpid:-,-,-,1,? write:1,64,64,1,3
writev:20,66,66,1,3
`;
