// SPDX-License-Identifier: MPL-2.0

/** Requests of ioctl(2) that are in no headers but new ones, so that strace tells their numbers; ours does, too. */

/** timerfd_create(2). */
export const TFD_IOC_SET_TICKS = 0x4008_5400;

/** ioctl_eventpoll(2). */
export const EPIOCSPARAMS = 0x4008_8a01;
export const EPIOCGPARAMS = 0x8008_8a02;
