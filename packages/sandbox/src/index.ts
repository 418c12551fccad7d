// SPDX-License-Identifier: MPL-2.0

export { boot, type BootCommand, type BootOptions } from "./boot.ts";
export { kernelCommandLine, LOG_LEVELS, type LogLevel } from "./command-line.ts";
export { SandboxError, type SandboxErrorCode } from "./errors.ts";
export { loadBusybox } from "./initramfs/busybox.ts";
export {
  addFilesToImage,
  buildSystemImage,
  DEFAULT_ENVIRONMENT,
  extendImage,
  type GuestFile,
} from "./initramfs/image.ts";
export type { Argument, Command, FileBinding } from "./initramfs/init-script.ts";
export { FolderImage } from "./root/folder-image.ts";
export {
  ROOT_INDEX_NAME,
  rootIndexText,
  type RootIndex,
  type RootIndexFile,
} from "./root/root-index.ts";
export { runCommand, type CommandResult, type RunCommandOptions } from "./run-command.ts";
export { startSystem, type System, type SystemEnd, type SystemOptions } from "./system.ts";
