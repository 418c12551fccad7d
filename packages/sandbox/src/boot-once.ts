// SPDX-License-Identifier: MPL-2.0

import { existsSync } from "node:fs";
import { join } from "node:path";
import { kernelCommandLine, type LogLevel, type MountedFolder } from "./command-line.ts";
import { SandboxError } from "./errors.ts";
import { loadBusybox } from "./initramfs/busybox.ts";
import {
  addFilesToImage,
  buildSystemImage,
  DEFAULT_ENVIRONMENT,
  extendImage,
  type GuestFile,
} from "./initramfs/image.ts";
import {
  INIT_PATH,
  type Argument,
  type Command,
  type FileBinding,
} from "./initramfs/init-script.ts";
import { ROOT_MEMORY_MIB } from "./plan-system.ts";
import { mountedFolders, shareFolders, type HostMount } from "./root/host-mounts.ts";
import { FolderImage } from "./root/folder-image.ts";
import { startSystem, type System, type SystemOptions } from "./system.ts";

/** The first and only command of a guest; the guest powers off when it ends. */
export interface BootCommand {
  /** The program, looked up in the guest's PATH, and its arguments. */
  readonly argv: readonly Argument[];
  /** Added to HOME and PATH; the host's environment is never passed. */
  readonly env?: Readonly<Record<string, string>>;
  /** Working directory in the guest; default "/". */
  readonly cwd?: string;
  /** Where the command's files lead to; default "port". */
  readonly stdin?: FileBinding;
  readonly stdout?: FileBinding;
  readonly stderr?: FileBinding;
}

export interface BootOnceOptions extends Omit<SystemOptions, "kernelCommandLine" | "initramfs"> {
  /** Default: a login shell on the console, or the init of `initramfs`. */
  readonly command?: BootCommand;
  /** Files to put into the guest first. */
  readonly files?: readonly GuestFile[];
  /** Bytes or file name of a static x86-64 busybox; default: the host's. */
  readonly busybox?: string | Uint8Array;
  /** A cpio archive (plain or gzip) to use instead of our own image. */
  readonly initramfs?: Uint8Array;
  /** A folder of the host that the guest sees as its root; what it changes stays in the guest. */
  readonly root?: string;
  /** Folders of the host to mount in the guest. */
  readonly mounts?: readonly HostMount[];
  /** Further parameters for the kernel. */
  readonly kernelArgs?: string;
  /** How much goes to `onLog`; default "warning". */
  readonly logLevel?: LogLevel;
}

/** What a shell calls itself when it is the login shell of the guest's root. */
const LOGIN_SHELLS: readonly string[] = ["/bin/bash", "/bin/sh"];

/** As login(1) sets it on Debian for root. */
export const ROOT_ENVIRONMENT: Readonly<Record<string, string>> = {
  HOME: "/root",
  PATH: "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
};

const SHELL: BootCommand = {
  argv: ["/bin/sh", "-l"],
  stdin: "console",
  stdout: "console",
  stderr: "console",
};

/** Boots the Linux-compatible kernel with a userland. */
export function bootOnce(options: BootOnceOptions = {}): Promise<System> {
  return bootOn(startSystem, options);
}

/** A guest that tells when it has ended. */
interface Bootable {
  readonly ended: Promise<unknown>;
}

/** As `bootOnce`, on the machine that `start` makes. */
export async function bootOn<G extends Bootable>(
  start: (options: SystemOptions) => Promise<G>,
  options: BootOnceOptions,
): Promise<G> {
  const mounts = options.mounts ?? [];
  const shared = await shareFolders(mounts);
  const folders = { ...options, folders: shared.folders };
  return closingAfter(shared, () => bootWith(start, folders, mountedFolders(mounts)));
}

/** Runs a guest that uses `resource`, which is closed when the guest has ended, or never began. */
async function closingAfter<G extends Bootable>(
  resource: { close(): unknown },
  begin: () => Promise<G>,
): Promise<G> {
  let guest: G;
  try {
    guest = await begin();
  } catch (error) {
    await resource.close();
    throw error;
  }
  void guest.ended.then(() => resource.close());
  return guest;
}

async function bootWith<G extends Bootable>(
  start: (options: SystemOptions) => Promise<G>,
  options: BootOnceOptions,
  mounts: readonly MountedFolder[],
): Promise<G> {
  if (options.root !== undefined) return bootRoot(start, options, options.root, mounts);
  const { initramfs, files = [] } = options;
  const command = options.command ?? (initramfs === undefined ? SHELL : undefined);
  let image: Uint8Array;
  if (command === undefined) {
    // A foreign init: it knows nothing of our ports, and has the console to itself.
    image = addFilesToImage(initramfs ?? new Uint8Array(0), files);
  } else if (initramfs === undefined) {
    image = buildSystemImage({
      busybox: findBusybox(options),
      command: completeCommand(command),
      files,
    });
  } else {
    const busybox = findOptionalBusybox(options);
    image = extendImage({ image: initramfs, busybox, command: completeCommand(command), files });
  }
  return start({
    ...options,
    initramfs: image,
    kernelCommandLine: kernelCommandLine({
      init: command === undefined ? "/init" : INIT_PATH,
      mounts,
      logLevel: options.logLevel ?? "warning",
      strace: options.onStrace !== undefined,
      ...(options.kernelArgs !== undefined && { kernelArgs: options.kernelArgs }),
    }),
  });
}

/** Boots with a folder of the host as the root, and our init beside it. */
async function bootRoot<G extends Bootable>(
  start: (options: SystemOptions) => Promise<G>,
  options: BootOnceOptions,
  root: string,
  mounts: readonly MountedFolder[],
): Promise<G> {
  if (options.initramfs !== undefined) {
    throw new SandboxError("bad-option", "a root and an initramfs cannot be used together");
  }
  const disks = options.disks ?? [];
  const image = new FolderImage(root);
  const command = options.command ?? { ...SHELL, argv: [loginShell(root), "-l"] };
  const system: SystemOptions = {
    ...options,
    memoryMiB: options.memoryMiB ?? ROOT_MEMORY_MIB,
    disks: [...disks, image],
    initramfs: extendImage({
      image: new Uint8Array(0),
      busybox: findBusybox(options),
      command: completeCommand(command, ROOT_ENVIRONMENT),
      files: options.files ?? [],
    }),
    kernelCommandLine: kernelCommandLine({
      init: INIT_PATH,
      root: { disk: disks.length, type: "rootimage" },
      mounts,
      logLevel: options.logLevel ?? "warning",
      strace: options.onStrace !== undefined,
      ...(options.kernelArgs !== undefined && { kernelArgs: options.kernelArgs }),
    }),
  };
  return closingAfter(image, () => start(system));
}

/** The shell that a root brings. */
export function loginShell(root: string): string {
  return LOGIN_SHELLS.find((path) => existsSync(join(root, path))) ?? "/bin/sh";
}

/** A command with all that its caller left out. */
export function completeCommand(
  command: BootCommand,
  environment: Readonly<Record<string, string>> = DEFAULT_ENVIRONMENT,
): Command {
  return {
    argv: command.argv,
    env: { ...environment, ...command.env },
    cwd: command.cwd ?? "/",
    stdin: command.stdin ?? "port",
    stdout: command.stdout ?? "port",
    stderr: command.stderr ?? "port",
  };
}

function findBusybox({ busybox }: BootOnceOptions): Uint8Array {
  return busybox instanceof Uint8Array ? busybox : loadBusybox(busybox);
}

/** Beside a userland of the caller's, the host's busybox may be missing: theirs serves then. */
function findOptionalBusybox(options: BootOnceOptions): Uint8Array | undefined {
  try {
    return findBusybox(options);
  } catch (error) {
    const missing = error instanceof SandboxError && error.code === "busybox-missing";
    if (missing && options.busybox === undefined) return undefined;
    throw error;
  }
}
