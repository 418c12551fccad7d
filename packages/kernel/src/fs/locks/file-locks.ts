// SPDX-License-Identifier: MPL-2.0

/** The advisory locks of one inode: flock(2) and fcntl(2) records. */
export class FileLocks {
  /** Gives up every lock of `owner` and wakes who waited for them. */
  releaseOwner(_owner: object): void {}
}
