// SPDX-License-Identifier: MPL-2.0

import { arch_prctl } from "../arch_prctl.ts";
import { capget, capset } from "../capabilities.ts";
import {
  clock_getres,
  clock_gettime,
  clock_settime,
  gettimeofday,
  settimeofday,
  time,
  times,
} from "../clock.ts";
import { clone, clone3, fork, vfork } from "../clone.ts";
import * as credentials from "../credentials.ts";
import type { Syscall } from "../define.ts";
import { exit, exit_group } from "../exit.ts";
import { futex, get_robust_list, rseq, set_robust_list } from "../futex.ts";
import {
  getpgid,
  getpgrp,
  getpid,
  getppid,
  getsid,
  gettid,
  set_tid_address,
  setpgid,
  setsid,
} from "../ids.ts";
import { alarm, getitimer, setitimer } from "../itimer.ts";
import { kill, rt_sigqueueinfo, rt_tgsigqueueinfo, tgkill, tkill } from "../kill.ts";
import {
  timer_create,
  timer_delete,
  timer_getoverrun,
  timer_gettime,
  timer_settime,
} from "../posix-timer.ts";
import { prctl } from "../prctl.ts";
import { getrlimit, getrusage, prlimit64, setrlimit } from "../rlimit.ts";
import {
  pause,
  restart_syscall,
  rt_sigaction,
  rt_sigpending,
  rt_sigprocmask,
  rt_sigreturn,
  rt_sigsuspend,
  rt_sigtimedwait,
  sigaltstack,
} from "../rt-signal.ts";
import * as sched from "../sched.ts";
import { clock_nanosleep, nanosleep } from "../sleep.ts";
import { sysinfo } from "../sysinfo.ts";
import { getrandom, membarrier, personality, reboot, syslog } from "../system.ts";
import { setdomainname, sethostname, uname } from "../uname.ts";
import { wait4, waitid } from "../wait.ts";

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
  credentials.getuid,
  credentials.geteuid,
  credentials.getgid,
  credentials.getegid,
  credentials.setuid,
  credentials.setgid,
  credentials.setreuid,
  credentials.setregid,
  credentials.setresuid,
  credentials.setresgid,
  credentials.getresuid,
  credentials.getresgid,
  credentials.setfsuid,
  credentials.setfsgid,
  credentials.getgroups,
  credentials.setgroups,
  capget,
  capset,
  // Limits and scheduling
  getrlimit,
  setrlimit,
  prlimit64,
  getrusage,
  sched.sched_yield,
  sched.sched_setscheduler,
  sched.sched_getscheduler,
  sched.sched_setparam,
  sched.sched_getparam,
  sched.sched_get_priority_max,
  sched.sched_get_priority_min,
  sched.sched_rr_get_interval,
  sched.sched_setaffinity,
  sched.sched_getaffinity,
  sched.sched_setattr,
  sched.sched_getattr,
  sched.getpriority,
  sched.setpriority,
  sched.getcpu,
  // The system
  uname,
  sethostname,
  setdomainname,
  sysinfo,
  syslog,
  getrandom,
  reboot,
];
