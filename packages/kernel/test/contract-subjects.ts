// SPDX-License-Identifier: MPL-2.0

import { addDisk, ext2Image } from "./ext2/images.ts";
import type { Ext2Image } from "./ext2/images.ts";
import { makeFolder, offerFolder } from "./host-folders.ts";
import type { TestKernel } from "../src/testing/test-kernel.ts";

/** What a file system may be without. */
export type Feature = "holes" | "exchange" | "special files" | "unnamed files" | "flags";

/** A file system that the contract is run on. */
export interface ContractSubject {
  readonly name: string;
  /** Mounts the file system and gives the path name of an empty directory in it. */
  readonly mount: (kernel: TestKernel) => string;
  /** The unit in which files take storage, in bytes. */
  readonly unitBytes: number;
  /** Sectors of a file with one byte behind a hole of a megabyte: its data, and what leads to it. */
  readonly sparseSectors: number;
  /** What it does not have; the kernel says so with an error. */
  readonly lacks?: readonly Feature[];
}

function mountAt(kernel: TestKernel, type: string, options: string): string {
  kernel.thread.call("mkdir", "/mnt", 0o755);
  kernel.thread.call("mount", "none", "/mnt", type, 0, options);
  return "/mnt";
}

/** All its mounts show the same files: the contract gets a directory of its own. */
function mountDevices(kernel: TestKernel): string {
  mountAt(kernel, "devtmpfs", "");
  kernel.thread.call("mkdir", "/mnt/top", 0o755);
  return "/mnt/top";
}

function mountExt2(kernel: TestKernel, image: Ext2Image): string {
  addDisk(kernel, ext2Image(image));
  kernel.thread.call("mkdir", "/mnt", 0o755);
  kernel.thread.call("mount", "/vda", "/mnt", "ext2", 0, "");
  kernel.thread.call("mkdir", "/mnt/top", 0o755);
  return "/mnt/top";
}

function mountFolder(kernel: TestKernel, mode: "cow" | "rw"): string {
  const folder = makeFolder();
  offerFolder(kernel, folder.path, "host", mode !== "rw");
  kernel.thread.call("mkdir", "/mnt", 0o755);
  kernel.thread.call("mount", "host", "/mnt", "9p", 0, mode);
  kernel.thread.call("chmod", "/mnt", 0o755);
  return "/mnt";
}

/** Every writable file system of the kernel. */
export const CONTRACT_SUBJECTS: readonly ContractSubject[] = [
  {
    name: "ramfs",
    mount: (kernel) => mountAt(kernel, "ramfs", ""),
    unitBytes: 4096,
    sparseSectors: 8,
    lacks: ["flags"],
  },
  {
    name: "tmpfs",
    mount: (kernel) => mountAt(kernel, "tmpfs", "mode=755"),
    unitBytes: 4096,
    sparseSectors: 8,
  },
  {
    name: "devtmpfs",
    mount: (kernel) => mountDevices(kernel),
    unitBytes: 4096,
    sparseSectors: 8,
  },
  {
    name: "ext2 with 1 KiB blocks",
    mount: (kernel) => mountExt2(kernel, "blocks-1k"),
    unitBytes: 1024,
    sparseSectors: 6,
  },
  {
    name: "ext2 with 2 KiB blocks",
    mount: (kernel) => mountExt2(kernel, "blocks-2k"),
    unitBytes: 2048,
    sparseSectors: 8,
  },
  {
    name: "ext2 with 4 KiB blocks",
    mount: (kernel) => mountExt2(kernel, "blocks-4k"),
    unitBytes: 4096,
    sparseSectors: 16,
  },
  {
    name: "a folder of the host, copy-on-write",
    mount: (kernel) => mountFolder(kernel, "cow"),
    unitBytes: 4096,
    sparseSectors: 8,
  },
  {
    name: "a folder of the host, writable",
    mount: (kernel) => mountFolder(kernel, "rw"),
    unitBytes: 4096,
    sparseSectors: 8,
    lacks: ["holes", "exchange", "special files", "unnamed files", "flags"],
  },
];
