// SPDX-License-Identifier: MPL-2.0

export { SandboxError, type SandboxErrorCode } from "./errors.ts";
export type { GuestFile } from "./initramfs/image.ts";
export { buildSystemImage } from "./initramfs/image.ts";
export { loadBusybox } from "./initramfs/busybox.ts";
