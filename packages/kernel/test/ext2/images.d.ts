import { MemoryDisk } from "../../src/testing/memory-disk.ts";
import type { TestKernel } from "../../src/testing/test-kernel.ts";
/** Empty file systems of mke2fs, by the size of their blocks (test/ext2/make-images.sh). */
export type Ext2Image = "blocks-1k" | "blocks-2k" | "blocks-4k";
export declare function ext2Image(name: Ext2Image): Uint8Array;
/** Gives the kernel a disk with these bytes, as /NAME (vda, vdb, ...). */
export declare function addDisk(kernel: TestKernel, bytes: Uint8Array, index?: number, readOnly?: boolean): MemoryDisk;
//# sourceMappingURL=images.d.ts.map