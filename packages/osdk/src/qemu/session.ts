// SPDX-License-Identifier: MPL-2.0

import { createRequire } from "node:module";
import { homedir } from "node:os";
import { dirname, join, resolve } from "node:path";
import type { RunOptions } from "@aster/sandbox/cli";
import { linuxKernelBundle } from "@aster/sandbox/compartment";
import { bundleKernel } from "../build/bundle.ts";
import { targetDirectory } from "../build/target.ts";
import { timeoutOf } from "../cli/seconds.ts";
import type { OptionValues } from "../cli/take-options.ts";
import { ExitCode } from "../exit-codes.ts";
import { buildKernelImage, type KernelImage } from "../image/kernel-image.ts";
import { manifestFile } from "../manifest/manifest-file.ts";
import type { Prepared } from "../project/prepare.ts";
import type { Project } from "../project/project.ts";
import { optionValue, type ChannelRequest } from "./channels.ts";
import { buildDisk } from "./disk.ts";
import { QemuGuest } from "./guest.ts";
import { whileBuilding } from "./interrupt.ts";
import { DEFAULT_MEMORY_MIB } from "./machine.ts";
import { checkObstacles } from "./obstacles.ts";
import { planBoot, setUpQemu, type QemuSetup } from "./plan.ts";
import { syscallNames } from "./syscall-names.ts";
import { Traces } from "./traces.ts";

/** `osdk run` with another boot method than the built-in machine. */
export interface QemuRun {
  readonly prepared: Prepared;
  /** Undefined: Aster's own kernel, without a project. */
  readonly project: Project | undefined;
  readonly isLinuxKernel: boolean;
  readonly options: RunOptions;
  readonly values: OptionValues;
}

/** Ports by which a command in the guest talks to its caller: see @aster/sandbox's init script. */
const COMMAND_PORTS = ["aster.stdin", "aster.stdout", "aster.stderr", "aster.status"];
export const STRACE_PORT = "aster.strace";

/** What the manifest and the command line ask for. Throws `OsdkError`. */
export function setUp({ prepared, project, options, values }: QemuRun): Promise<QemuSetup> {
  return setUpQemu({
    action: prepared.action,
    manifestDirectory: prepared.manifestDirectory,
    arch: prepared.arch,
    name: project?.name ?? "kernel",
    targetDirectory: project === undefined ? ownTarget() : targetDirectory(project),
    extraArguments: values.get("qemu-args") ?? [],
    memoryMiB: options.memoryMiB,
    isOnPci: options.bus === "pci" || options.iommu === true,
    hasIommu: options.iommu === true,
    disks: (options.disks ?? []).map((disk) => resolve(disk)),
  });
}

/** The image of a kernel without a project stands beside the compiled engine. */
function ownTarget(): string {
  const { XDG_CACHE_HOME: cache } = process.env;
  const base = cache !== undefined && cache !== "" ? cache : join(homedir(), ".cache");
  return join(base, "aster", "kernel");
}

function buildImage(
  { project, prepared, values }: QemuRun,
  { request }: QemuSetup,
  signal: AbortSignal,
): Promise<KernelImage> {
  const given = values.get("bundle")?.[0];
  const { build } = prepared.action;
  const file = given === undefined ? undefined : resolve(given);
  const source = file ?? project?.entry ?? kernelModule();
  return buildKernelImage({
    name: request.name,
    directory: request.targetDirectory,
    build,
    program: "kernel",
    source,
    bundle: async () => {
      if (project === undefined || file !== undefined) return { file: source, inputs: [] };
      return bundleKernel(project, { build });
    },
    projectDirectory: project?.directory ?? dirname(source),
    signal,
  });
}

function kernelModule(): string {
  return linuxKernelBundle() ?? createRequire(import.meta.url).resolve("@aster/kernel");
}

/** How a guest of this run is talked to. */
export function channelsOf(
  run: QemuRun,
  { machine }: QemuSetup,
): Omit<ChannelRequest, "directory"> {
  const ports = run.isLinuxKernel ? COMMAND_PORTS : [];
  const { strace, scmlAudit } = run.options;
  const hasStrace = run.isLinuxKernel && (strace ?? scmlAudit) !== undefined;
  return {
    log: !machine.hasOwnSerial,
    console: !machine.hasOwnConsole,
    ports: hasStrace ? [...ports, STRACE_PORT] : ports,
    report: false,
  };
}

/** A machine whose RAM is a file: one that is copied, or a copy that waits for its state. */
export interface MachineCopy {
  readonly ram: string;
  readonly isCopy: boolean;
}

function copyArguments({ ram, isCopy }: MachineCopy, memoryMiB: number): string[] {
  const backend = `memory-backend-file,id=osdk-ram,size=${memoryMiB}M,mem-path=${optionValue(ram)}`;
  return [
    ...["-object", `${backend},share=${isCopy ? "off" : "on"}`],
    ...["-machine", "memory-backend=osdk-ram"],
    ...(isCopy ? ["-incoming", "defer"] : []),
  ];
}

/** What the boots of one `osdk run` have in common. */
export class Session {
  /** The guest that runs, or ran last. */
  guest: QemuGuest | undefined;
  private readonly run: QemuRun;
  private readonly setup: QemuSetup;
  private readonly image: KernelImage;
  private readonly timeoutMs: number | undefined;

  private constructor(run: QemuRun, setup: QemuSetup, image: KernelImage, timeoutMs?: number) {
    this.run = run;
    this.setup = setup;
    this.image = image;
    this.timeoutMs = timeoutMs;
  }

  /** Builds what is booted. Throws `OsdkError`, also where nothing can be booted here. */
  static async open(run: QemuRun, setup: QemuSetup): Promise<Session> {
    checkObstacles(run.prepared, setup);
    const timeoutMs = timeoutOf(run.values);
    const image = await whileBuilding((signal) => buildImage(run, setup, signal));
    return new Session(run, setup, image, timeoutMs);
  }

  /** Whether the user's arguments give QEMU a console on its standard input and output. */
  get hasOwnConsole(): boolean {
    return this.setup.machine.hasOwnConsole;
  }

  /** Starts QEMU. Throws `OsdkError`. */
  async start(boot: {
    readonly kernelCommandLine: string;
    readonly initramfs: string | undefined;
    readonly directory: string;
    readonly onLog: ((bytes: Uint8Array) => void) | undefined;
    /** Default: a machine that is not copied. */
    readonly copy?: MachineCopy;
    /** Further ports of the guest. */
    readonly ports?: readonly string[];
  }): Promise<QemuGuest> {
    const { run, setup } = this;
    const { copy, ports = [] } = boot;
    const usual = channelsOf(run, setup);
    const channels: ChannelRequest = {
      ...{ ...usual, directory: boot.directory },
      ...{ ports: [...usual.ports, ...ports], qmp: copy !== undefined },
    };
    const { project } = run;
    await buildDisk(setup, boot, project?.directory ?? setup.request.targetDirectory);
    const [plain = []] = planBoot(setup, { ...boot, channels }).slice(-1);
    const memoryMiB = setup.request.memoryMiB ?? DEFAULT_MEMORY_MIB;
    const command = copy === undefined ? plain : [...plain, ...copyArguments(copy, memoryMiB)];
    const { log_file: logFile } = run.prepared.action.qemu;
    // A command's own files are not QEMU's; then nobody types at its console.
    const isTyped = this.hasOwnConsole && process.stdin.isTTY && process.stdout.isTTY;
    this.guest = await QemuGuest.start({
      command,
      channels,
      files: { stdin: isTyped, stdout: isTyped || (this.hasOwnConsole && !run.isLinuxKernel) },
      timeoutMs: this.timeoutMs,
      traces: new Traces(this.image.map, run.isLinuxKernel ? await syscallNames() : undefined),
      onLog: boot.onLog,
      logFile:
        logFile === undefined ? undefined : manifestFile(run.prepared.manifestDirectory, logFile),
    });
    return this.guest;
  }
}

/** The guest's exit code, or that of what became of the machine. */
export function exitCodeOf({ guest }: Session, code: number): number {
  if (guest?.hasTimedOut === true) return ExitCode.TIMEOUT;
  if (guest?.ending?.kind === "panic") return ExitCode.PANIC;
  return code;
}
