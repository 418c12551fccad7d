// SPDX-License-Identifier: MPL-2.0

import { AgentChannel } from "./agent/channel.ts";
import type { BootOptions } from "./boot-options.ts";
import { kernelCommandLine } from "./command-line.ts";
import { SandboxError } from "./errors.ts";
import { loadBusybox } from "./initramfs/busybox.ts";
import { addFilesToImage, buildImage, DEFAULT_ENVIRONMENT } from "./initramfs/image.ts";
import { startOnCallerThread } from "./link/caller-thread.ts";
import type { Link, LinkConfig, LinkEvents } from "./link/link.ts";
import { startOnOwnThread } from "./link/own-thread.ts";
import { Deadline } from "./agent/deadline.ts";
import { RunningSystem } from "./running-system.ts";
import { SyscallTrace } from "./syscall-trace.ts";
import { checkMemory, DEFAULT_MEMORY_MIB, type SystemEnd } from "./system.ts";

const DEFAULT_OUTPUT_BYTES = 64 * 1024 * 1024;
/** The kernel's own thread, and one for a command. */
const MIN_PROCESSES = 2;

/** Boots a Linux-compatible system and waits until it takes commands. */
export async function boot(options: BootOptions = {}): Promise<RunningSystem> {
  const { limits = {}, thread = "own" } = options;
  const config = planSystem(options);
  let link: Link | undefined;
  const channel = new AgentChannel((bytes) => link?.send(bytes));
  const deadline = new Deadline(
    "the system",
    { signal: options.signal, timeoutMs: limits.timeMs },
    (error) => {
      channel.fail(error);
      void link?.stop();
    },
  );
  try {
    const start = thread === "own" ? startOnOwnThread : startOnCallerThread;
    link = await start(config, eventsFor(channel, options));
    const running = link;
    void running.ended.then((end) => channel.fail(endError(end)));
    channel.onBusyChanged = (isBusy) => running.setBusy(isBusy);
    await channel.ready;
    running.setBusy(false);
  } catch (error) {
    deadline.clear();
    await link?.stop();
    throw error;
  }
  void link.ended.then(() => deadline.clear());
  return new RunningSystem({
    channel,
    link,
    env: { ...DEFAULT_ENVIRONMENT, ...options.env },
    outputBytes: limits.outputBytes ?? DEFAULT_OUTPUT_BYTES,
    cleanUp: () => {
      deadline.clear();
      channel.fail(new SandboxError("closed", "the system was closed"));
    },
  });
}

function planSystem(options: BootOptions): LinkConfig {
  const { limits = {}, onSyscall, onLog, kernelArgs } = options;
  const { processes } = limits;
  if (processes !== undefined && !(Number.isInteger(processes) && processes >= MIN_PROCESSES)) {
    const message = `limits.processes ${processes}: expected a whole number from ${MIN_PROCESSES}`;
    throw new SandboxError("bad-option", message);
  }
  return {
    kernelCommandLine: kernelCommandLine({
      logLevel: onLog === undefined ? "off" : (options.logLevel ?? "warning"),
      strace: onSyscall !== undefined,
      agent: true,
      ...(processes !== undefined && { maxProcesses: processes }),
      ...(kernelArgs !== undefined && { kernelArgs }),
    }),
    initramfs: imageFor(options),
    memoryMiB: checkMemory(limits.memoryMiB ?? DEFAULT_MEMORY_MIB),
    disks: options.disks ?? [],
    hasTrace: onSyscall !== undefined,
    hasLog: onLog !== undefined,
  };
}

function imageFor({ initramfs, busybox, files = [] }: BootOptions): Uint8Array {
  if (initramfs !== undefined) return addFilesToImage(initramfs, files);
  const program = busybox instanceof Uint8Array ? busybox : loadBusybox(busybox);
  return buildImage({ busybox: program, files });
}

function eventsFor(channel: AgentChannel, options: BootOptions): LinkEvents {
  const { onSyscall, onLog } = options;
  const trace = onSyscall && new SyscallTrace(onSyscall);
  return {
    bytes: (bytes) => channel.receive(bytes),
    trace: (bytes) => trace?.add(bytes),
    log: (bytes) => onLog?.(Buffer.from(bytes).toString("utf8").replace(/\n$/, "")),
  };
}

function endError({ reason, logTail }: SystemEnd): SandboxError {
  if (reason === "failed") {
    return new SandboxError("kernel-failed", `the kernel failed\n${logTail}`.trimEnd());
  }
  return new SandboxError("closed", "the system has ended");
}
