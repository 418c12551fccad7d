// SPDX-License-Identifier: MPL-2.0

import { ROOT_ENVIRONMENT, ROOT_MEMORY_MIB } from "./boot-once.ts";
import { AgentChannel } from "./agent/channel.ts";
import { checkBootOptions } from "./check-options.ts";
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

/** A root in a folder of the host, as the kernel calls it. */
const ROOT_TYPE = "rootimage";
const DEFAULT_OUTPUT_BYTES = 64 * 1024 * 1024;

/** Boots a Linux-compatible system and waits until it takes commands. */
export async function boot(options: BootOptions = {}): Promise<RunningSystem> {
  checkBootOptions(options);
  return bootLinked(options.thread === "caller" ? startOnCallerThread : startOnOwnThread, options);
}

/** Starts a system on some thread. */
export type StartLink = (config: LinkConfig, events: LinkEvents) => Promise<Link>;

/** As `boot`, on the thread that `start` finds. */
export async function bootLinked(start: StartLink, options: BootOptions): Promise<RunningSystem> {
  const { limits = {} } = options;
  const config = planSystem(options);
  let link: Link | undefined;
  const channel = new AgentChannel((bytes) => link?.send(bytes));
  const end = (error: SandboxError): void => {
    channel.fail(error);
    void link?.stop();
  };
  const deadline = new Deadline(
    "the system",
    { signal: options.signal, timeout: limits.timeMs },
    end,
  );
  try {
    link = await start(config, eventsFor(channel, options, end));
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
    env: {
      ...(options.root === undefined ? DEFAULT_ENVIRONMENT : ROOT_ENVIRONMENT),
      ...options.env,
    },
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
  const { disks = [] } = options;
  const defaultMemory = options.root === undefined ? DEFAULT_MEMORY_MIB : ROOT_MEMORY_MIB;
  return {
    kernelCommandLine: kernelCommandLine({
      logLevel: onLog === undefined ? "off" : (options.logLevel ?? "warning"),
      strace: onSyscall !== undefined,
      agent: true,
      ...(processes !== undefined && { maxProcesses: processes }),
      ...(options.root !== undefined && { root: { disk: disks.length, type: ROOT_TYPE } }),
      ...(kernelArgs !== undefined && { kernelArgs }),
    }),
    initramfs: imageFor(options),
    memoryMiB: checkMemory(limits.memoryMiB ?? defaultMemory),
    disks,
    ...(options.root !== undefined && { root: options.root }),
    ...(options.jit && { jit: options.jit }),
    hasTrace: onSyscall !== undefined,
    hasLog: onLog !== undefined,
  };
}

function imageFor({ initramfs, root, busybox, files = [] }: BootOptions): Uint8Array {
  const given = Object.entries({ initramfs, root, busybox }).filter(
    ([, value]) => value !== undefined,
  );
  if (given.length > 1) {
    const names = given.map(([name]) => name).join(" and ");
    throw new SandboxError("bad-option", `${names} cannot be used together`);
  }
  if (root !== undefined) return addFilesToImage(new Uint8Array(0), files);
  if (initramfs !== undefined) return addFilesToImage(initramfs, files);
  const program = busybox instanceof Uint8Array ? busybox : loadBusybox(busybox);
  return buildImage({ busybox: program, files });
}

function eventsFor(
  channel: AgentChannel,
  options: BootOptions,
  end: (error: SandboxError) => void,
): LinkEvents {
  const { onSyscall, onLog } = options;
  // A callback of the caller's that throws ends its system, and nothing else of the process.
  let hasThrown = false;
  const guard = <T>(name: string, callback: (value: T) => void) => {
    return (value: T): void => {
      if (hasThrown) return;
      try {
        callback(value);
      } catch (cause) {
        hasThrown = true;
        end(new SandboxError("callback-failed", `${name} threw`, { cause }));
      }
    };
  };
  const trace = onSyscall && new SyscallTrace(guard("onSyscall", onSyscall));
  const log = onLog && guard("onLog", onLog);
  return {
    bytes: (bytes) => channel.receive(bytes),
    trace: (bytes) => trace?.add(bytes),
    log: (bytes) => log?.(Buffer.from(bytes).toString("utf8").replace(/\n$/, "")),
  };
}

function endError({ reason, code, logTail }: SystemEnd): SandboxError {
  // A kernel that panics powers off with a code.
  if (reason === "failed" || (reason === "power-off" && code !== 0)) {
    return new SandboxError("kernel-failed", `the kernel failed\n${logTail}`.trimEnd());
  }
  return new SandboxError("closed", "the system has ended");
}
