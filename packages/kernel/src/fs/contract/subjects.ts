// SPDX-License-Identifier: MPL-2.0

import type { TestKernel } from "../../testing/test-kernel.ts";

/** A file system that the contract is run on. */
export interface ContractSubject {
  readonly name: string;
  /** Mounts the file system and gives the path name of its root. */
  readonly mount: (kernel: TestKernel) => string;
}

function mountAt(kernel: TestKernel, type: string, options: string): string {
  kernel.thread.call("mkdir", "/mnt", 0o755);
  kernel.thread.call("mount", "none", "/mnt", type, 0, options);
  return "/mnt";
}

/** Every writable file system of the kernel. */
export const CONTRACT_SUBJECTS: readonly ContractSubject[] = [
  { name: "ramfs", mount: (kernel) => mountAt(kernel, "ramfs", "") },
  { name: "tmpfs", mount: (kernel) => mountAt(kernel, "tmpfs", "mode=755") },
];
