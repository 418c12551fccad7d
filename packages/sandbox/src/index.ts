// SPDX-License-Identifier: MPL-2.0

export { boot } from "./boot.ts";
export type { BootMode, BootOptions, Limits, TerminalSize } from "./boot-options.ts";
export {
  RunningSystem,
  type CommandOptions,
  type ExecOptions,
  type GuestCommandLine,
  type SpawnOptions,
} from "./running-system.ts";
export type { ConsoleFiles } from "./agent/command.ts";
export type { ExecResult } from "./agent/exec.ts";
export type { ExitStatus } from "./agent/exit.ts";
export type { GuestInput } from "./agent/input-source.ts";
export type { DirectoryEntry, GuestFileStatus, GuestFileType } from "./agent/file-status.ts";
export type {
  GuestFiles,
  MkdirOptions,
  ReaddirOptions,
  ReadFileOptions,
  RmOptions,
  WriteFileOptions,
} from "./agent/files.ts";
export type { GuestPath } from "./agent/file-calls.ts";
export type { GuestProcess } from "./agent/process.ts";
export type { GuestSignal } from "./agent/signals.ts";
export type { GuestUser } from "./agent/users.ts";
export type { JitMode } from "./jit-mode.ts";
export type { DiskFile } from "./link/link.ts";
export type { SyscallCall, SyscallEvent, SyscallExit, SyscallSignal } from "./syscall-trace.ts";

export { bootOnce, type BootCommand, type BootOnceOptions } from "./boot-once.ts";
export { kernelCommandLine, LOG_LEVELS, type LogLevel } from "./command-line.ts";
export {
  LimitError,
  SandboxError,
  type LimitName,
  type PartialResult,
  type SandboxErrorCode,
  type SandboxErrorDetails,
} from "./errors.ts";
export { loadBusybox } from "./initramfs/busybox.ts";
export {
  addFilesToImage,
  buildImage,
  buildSystemImage,
  DEFAULT_ENVIRONMENT,
  extendImage,
  type GuestFile,
} from "./initramfs/image.ts";
export type { Argument, Command, FileBinding } from "./initramfs/init-script.ts";
export type { HostMount } from "./root/host-mounts.ts";
export { FolderImage } from "./root/folder-image.ts";
export {
  ROOT_INDEX_NAME,
  rootIndexText,
  type RootIndex,
  type RootIndexFile,
} from "./root/root-index.ts";
export { runCommand, type CommandResult, type RunCommandOptions } from "./run-command.ts";
export type { GuestConsole } from "./system-console.ts";
export { startSystem, type System, type SystemEnd, type SystemOptions } from "./system.ts";
