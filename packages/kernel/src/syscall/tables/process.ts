// SPDX-License-Identifier: MPL-2.0

import { semget, semop, semtimedop } from "../semop.ts";
import { semctl } from "../semctl.ts";
import { shmat, shmdt, shmget } from "../shmat.ts";
import { shmctl } from "../shmctl.ts";
import { msgget, msgrcv, msgsnd } from "../msgsnd.ts";
import { msgctl } from "../msgctl.ts";
import { alarm } from "../alarm.ts";
import { arch_prctl } from "../arch_prctl.ts";
import { capget, capset } from "../capget.ts";
import { clock_getres, clock_gettime, clock_settime } from "../clock_gettime.ts";
import { clock_nanosleep } from "../clock_nanosleep.ts";
import { clone, clone3 } from "../clone.ts";
import type { Syscall } from "../define.ts";
import { exit, exit_group } from "../exit.ts";
import { fork, vfork } from "../fork.ts";
import { futex } from "../futex.ts";
import { getcpu } from "../getcpu.ts";
import { getgroups, setgroups } from "../getgroups.ts";
import { getitimer, setitimer } from "../getitimer.ts";
import { getpid, getppid, gettid } from "../getpid.ts";
import { ioprio_get, ioprio_set } from "../ioprio_set.ts";
import { getpriority, setpriority } from "../getpriority.ts";
import { getrandom } from "../getrandom.ts";
import { getresgid, getresuid } from "../getresuid.ts";
import { getrlimit, prlimit64, setrlimit } from "../getrlimit.ts";
import { getrusage } from "../getrusage.ts";
import { gettimeofday, settimeofday } from "../gettimeofday.ts";
import { getegid, geteuid, getgid, getuid } from "../getuid.ts";
import { kill } from "../kill.ts";
import { membarrier } from "../membarrier.ts";
import { nanosleep } from "../nanosleep.ts";
import { personality } from "../personality.ts";
import { pidfd_getfd, pidfd_open, pidfd_send_signal } from "../pidfd.ts";
import { prctl } from "../prctl.ts";
import { reboot } from "../reboot.ts";
import { restart_syscall } from "../restart_syscall.ts";
import { rseq } from "../rseq.ts";
import { rt_sigaction } from "../rt_sigaction.ts";
import { rt_sigpending } from "../rt_sigpending.ts";
import { rt_sigprocmask } from "../rt_sigprocmask.ts";
import { rt_sigqueueinfo, rt_tgsigqueueinfo } from "../rt_sigqueueinfo.ts";
import { rt_sigreturn } from "../rt_sigreturn.ts";
import { pause, rt_sigsuspend } from "../rt_sigsuspend.ts";
import { rt_sigtimedwait } from "../rt_sigtimedwait.ts";
import {
  sched_get_priority_max,
  sched_get_priority_min,
  sched_rr_get_interval,
} from "../sched_get_priority_max.ts";
import { sched_getaffinity, sched_setaffinity } from "../sched_setaffinity.ts";
import { sched_getattr, sched_setattr } from "../sched_setattr.ts";
import {
  sched_getparam,
  sched_getscheduler,
  sched_setparam,
  sched_setscheduler,
} from "../sched_setscheduler.ts";
import { sched_yield } from "../sched_yield.ts";
import { get_robust_list, set_robust_list } from "../set_robust_list.ts";
import { set_tid_address } from "../set_tid_address.ts";
import { setfsgid, setfsuid } from "../setfsuid.ts";
import { setdomainname, sethostname } from "../sethostname.ts";
import { getpgid, getpgrp, setpgid } from "../setpgid.ts";
import { setresgid, setresuid } from "../setresuid.ts";
import { setregid, setreuid } from "../setreuid.ts";
import { getsid, setsid } from "../setsid.ts";
import { setgid, setuid } from "../setuid.ts";
import { sigaltstack } from "../sigaltstack.ts";
import { sysinfo } from "../sysinfo.ts";
import { syslog } from "../syslog.ts";
import { time } from "../time.ts";
import { timer_create, timer_delete } from "../timer_create.ts";
import { timer_getoverrun, timer_gettime, timer_settime } from "../timer_settime.ts";
import { times } from "../times.ts";
import { tgkill, tkill } from "../tkill.ts";
import { unshare } from "../unshare.ts";
import { uname } from "../uname.ts";
import { wait4 } from "../wait4.ts";
import { waitid } from "../waitid.ts";

/** System calls over processes, signals, time, credentials and the system as a whole. */
export const PROCESS_SYSCALLS: readonly Syscall[] = [
  // Processes
  fork,
  vfork,
  clone,
  clone3,
  exit,
  exit_group,
  wait4,
  waitid,
  pidfd_open,
  pidfd_getfd,
  pidfd_send_signal,
  getpid,
  getppid,
  gettid,
  set_tid_address,
  getpgid,
  getpgrp,
  setpgid,
  getsid,
  setsid,
  prctl,
  arch_prctl,
  personality,
  unshare,
  // Signals
  kill,
  tkill,
  tgkill,
  rt_sigqueueinfo,
  rt_tgsigqueueinfo,
  rt_sigaction,
  rt_sigprocmask,
  rt_sigpending,
  rt_sigsuspend,
  rt_sigtimedwait,
  rt_sigreturn,
  sigaltstack,
  pause,
  restart_syscall,
  // Futexes
  futex,
  set_robust_list,
  get_robust_list,
  membarrier,
  rseq,
  // Time
  clock_gettime,
  clock_getres,
  clock_settime,
  clock_nanosleep,
  nanosleep,
  gettimeofday,
  settimeofday,
  time,
  times,
  alarm,
  getitimer,
  setitimer,
  timer_create,
  timer_settime,
  timer_gettime,
  timer_getoverrun,
  timer_delete,
  // Credentials
  getuid,
  geteuid,
  getgid,
  getegid,
  setuid,
  setgid,
  setreuid,
  setregid,
  setresuid,
  setresgid,
  getresuid,
  getresgid,
  setfsuid,
  setfsgid,
  getgroups,
  setgroups,
  capget,
  capset,
  // Limits and scheduling
  getrlimit,
  setrlimit,
  prlimit64,
  getrusage,
  sched_yield,
  sched_setscheduler,
  sched_getscheduler,
  sched_setparam,
  sched_getparam,
  sched_get_priority_max,
  sched_get_priority_min,
  sched_rr_get_interval,
  sched_setaffinity,
  sched_getaffinity,
  sched_setattr,
  sched_getattr,
  getpriority,
  setpriority,
  ioprio_get,
  ioprio_set,
  getcpu,
  // System V IPC
  semget,
  semop,
  semtimedop,
  semctl,
  shmget,
  shmat,
  shmdt,
  shmctl,
  msgget,
  msgsnd,
  msgrcv,
  msgctl,
  // The system
  uname,
  sethostname,
  setdomainname,
  sysinfo,
  syslog,
  getrandom,
  reboot,
];
