// SPDX-License-Identifier: MPL-2.0

/** What uname(2) tells: the Linux that the kernel behaves as. */
export const SYSTEM_NAME = "Linux";
export const KERNEL_RELEASE = "6.18.0";
export const KERNEL_VERSION = "#1 Aster";
export const MACHINE = "x86_64";
/** What a program asks for with PER_LINUX32 (personality(2)). */
export const MACHINE_32 = "i686";
