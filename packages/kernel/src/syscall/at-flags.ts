// SPDX-License-Identifier: MPL-2.0

import { AT } from "../abi/fcntl.ts";

/** Names of the flags of the *at calls, as strace prints them. */
export const StatAtNames: Readonly<Record<string, number>> = {
  AT_SYMLINK_NOFOLLOW: AT.SYMLINK_NOFOLLOW,
  AT_NO_AUTOMOUNT: AT.NO_AUTOMOUNT,
  AT_EMPTY_PATH: AT.EMPTY_PATH,
  AT_STATX_FORCE_SYNC: AT.STATX_FORCE_SYNC,
  AT_STATX_DONT_SYNC: AT.STATX_DONT_SYNC,
};
export const NofollowNames: Readonly<Record<string, number>> = {
  AT_SYMLINK_NOFOLLOW: AT.SYMLINK_NOFOLLOW,
  AT_EMPTY_PATH: AT.EMPTY_PATH,
};
export const AccessAtNames: Readonly<Record<string, number>> = {
  AT_SYMLINK_NOFOLLOW: AT.SYMLINK_NOFOLLOW,
  AT_EACCESS: AT.EACCESS,
  AT_EMPTY_PATH: AT.EMPTY_PATH,
};
