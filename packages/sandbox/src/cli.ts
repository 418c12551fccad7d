// SPDX-License-Identifier: MPL-2.0

export { main } from "./cli/main.ts";
export type { RunOptions } from "./cli/options.ts";
export { parseRunArguments, RUN_USAGE } from "./cli/parse.ts";
export { EXIT_OWN_FAILURE, reportFailure } from "./cli/failure.ts";
export { preloadRun, runCli } from "./cli/load.ts";
export type { Guest, GuestConsole, SystemEnd, SystemOptions } from "./system.ts";
export { SandboxError } from "./errors.ts";
export { describe } from "./host-error.ts";
export { consolePumps, type ConsolePumps } from "./cli/console-pumps.ts";
export { KernelLog } from "./kernel-log.ts";
export { bootOn } from "./boot-once.ts";
export type { BootCommand, BootOnceOptions } from "./boot-once.ts";
export { runCommandOn } from "./run-command.ts";
export type { CommandResult, RunCommandOptions } from "./run-command.ts";
export { bootWaiting, PORT_FILES, runInWaiting } from "./waiting-guest.ts";
export type { WaitingCommand } from "./waiting-guest.ts";
