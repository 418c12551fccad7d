// SPDX-License-Identifier: MPL-2.0

/** Requests of ioctl(2) that are not of terminals (those stand in termios.ts) or of disks. */

/** Of every file (asm-generic/ioctls.h). */
export const FIONREAD = 0x541b;
export const FIONBIO = 0x5421;
export const FIONCLEX = 0x5450;
export const FIOCLEX = 0x5451;
export const FIOASYNC = 0x5452;
export const FIOQSIZE = 0x5460;

/** ioctl_ficlonerange(2). */
export const FICLONE = 0x4004_9409;
export const FICLONERANGE = 0x4020_940d;

/** ioctl_iflags(2). The sizes in their numbers are of a long; what is passed is an int. */
export const FS_IOC_GETFLAGS = 0x8008_6601;
export const FS_IOC_SETFLAGS = 0x4008_6602;
