// SPDX-License-Identifier: MPL-2.0

/** The parts of a futex word that kernel and user space agree on (futex(2), get_robust_list(2)). */

/** Somebody waits in the kernel: the owner has to call it to unlock. */
export const FUTEX_WAITERS = 0x8000_0000;
/** The owner died holding the lock. */
export const FUTEX_OWNER_DIED = 0x4000_0000;
/** The owner; 0: nobody. */
export const FUTEX_TID_MASK = 0x3fff_ffff;
