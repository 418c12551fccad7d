// SPDX-License-Identifier: MPL-2.0

import { Errno } from "../abi/errno.ts";
import { AT_FDCWD, O } from "../abi/fcntl.ts";
import { ECHO, ONLCR } from "../abi/termios.ts";
import { PtyMasterFile } from "../device/tty/pty-master.ts";
import type { Tty } from "../device/tty/tty.ts";
import type { OpenFile } from "../fs/file.ts";
import { createPipe } from "../fs/pipe/create.ts";
import { MAX_OPEN_FILES } from "../process/limits.ts";
import type { Thread } from "../process/thread.ts";
import { fail } from "../result.ts";
import type { Result } from "../result.ts";
import {
  SPAWN_CONSOLE_COOKED,
  SPAWN_CONSOLE_ERROR,
  SPAWN_CONSOLE_INPUT,
  SPAWN_CONSOLE_OUTPUT,
  SPAWN_PTY,
  STDERR,
  STDOUT,
} from "./protocol.ts";
import { InputStream, OutputStream } from "./streams.ts";

const SPAWN_CONSOLE = SPAWN_CONSOLE_INPUT | SPAWN_CONSOLE_OUTPUT | SPAWN_CONSOLE_ERROR;

/** What a command's files are to be. */
export interface FilesRequest {
  readonly id: number;
  /** `SPAWN_*`. */
  readonly flags: number;
  /** The terminal's size. */
  readonly columns: number;
  readonly rows: number;
}

/** The kernel's ends of the files of a command. */
export interface CommandFiles {
  readonly input: InputStream;
  readonly outputs: readonly OutputStream[];
  readonly terminal: Tty | undefined;
}

/** Makes descriptors 0, 1 and 2 of a new command's thread, which owns them. */
export function openFiles(thread: Thread, request: FilesRequest): CommandFiles | Result {
  const { flags, id } = request;
  if ((flags & SPAWN_PTY) !== 0) return openTerminal(thread, request);
  return (flags & SPAWN_CONSOLE) === 0 ? openPipes(thread, id) : openConsole(thread, request);
}

/** What a command finds that is started by a program. */
function openPipes(thread: Thread, id: number): CommandFiles {
  const [inputRead, inputWrite] = createPipe(thread, 0);
  const [outputRead, outputWrite] = createPipe(thread, 0);
  const [errorRead, errorWrite] = createPipe(thread, 0);
  for (const file of [inputWrite, outputRead, errorRead]) file.statusFlags |= O.NONBLOCK;
  install(thread, [inputRead, outputWrite, errorWrite]);
  return {
    input: new InputStream(id, inputWrite, thread.kernel.memory),
    outputs: [new OutputStream(id, STDOUT, outputRead), new OutputStream(id, STDERR, errorRead)],
    terminal: undefined,
  };
}

/** What a command finds that is started at a terminal, which becomes its session's. */
function openTerminal(thread: Thread, request: FilesRequest): CommandFiles | Result {
  const { kernel, process } = thread;
  const { vfs } = kernel;
  const master = vfs.open(thread, AT_FDCWD, "/dev/ptmx", O.RDWR | O.NONBLOCK | O.NOCTTY, 0);
  if (typeof master === "number") return master;
  if (!(master instanceof PtyMasterFile)) {
    master.release();
    return fail(Errno.ENOTTY, "/dev/ptmx is no pseudo-terminal");
  }
  const { id, columns, rows } = request;
  const { pty } = master;
  pty.locked = false;
  pty.slave.resize({ columns, rows, xPixels: 0, yPixels: 0 });
  const slave = vfs.open(thread, AT_FDCWD, `/dev/pts/${pty.index}`, O.RDWR | O.NOCTTY, 0);
  if (typeof slave === "number") {
    master.release();
    return slave;
  }
  install(thread, [slave, slave.retain(), slave.retain()]);
  pty.slave.becomeControllingTtyOf(process.session, process.group);
  return {
    input: new InputStream(id, master.retain(), kernel.memory, pty.slave),
    outputs: [new OutputStream(id, STDOUT, master)],
    terminal: pty.slave,
  };
}

/**
 * What a command finds that is started at the machine's own terminal, or with some of its files
 * there: the console, which becomes its session's unless another session has it, and pipes.
 */
function openConsole(thread: Thread, { id, flags }: FilesRequest): CommandFiles | Result {
  const { kernel, process } = thread;
  const tty = kernel.devices.consoleTty;
  if (tty === undefined) return fail(Errno.ENODEV, "there is no console");
  const file = kernel.vfs.open(thread, AT_FDCWD, `/dev/${tty.name}`, O.RDWR | O.NOCTTY, 0);
  if (typeof file === "number") return file;
  if ((flags & SPAWN_CONSOLE_COOKED) !== 0) {
    const settings = tty.termios.clone();
    settings.lflag &= ~ECHO;
    settings.oflag &= ~ONLCR;
    tty.setTermios(settings);
  }
  if (tty.session === undefined) tty.becomeControllingTtyOf(process.session, process.group);
  const outputs: OutputStream[] = [];
  const outputOf = (flag: number, stream: number): OpenFile => {
    if ((flags & flag) !== 0) return file.retain();
    const [read, write] = createPipe(thread, 0);
    read.statusFlags |= O.NONBLOCK;
    outputs.push(new OutputStream(id, stream, read));
    return write;
  };
  let input: OpenFile = file;
  let inputWrite: OpenFile | undefined;
  if ((flags & SPAWN_CONSOLE_INPUT) !== 0) file.retain();
  else {
    [input, inputWrite] = createPipe(thread, 0);
    inputWrite.statusFlags |= O.NONBLOCK;
  }
  const output = outputOf(SPAWN_CONSOLE_OUTPUT, STDOUT);
  install(thread, [input, output, outputOf(SPAWN_CONSOLE_ERROR, STDERR)]);
  file.release();
  return { input: new InputStream(id, inputWrite, kernel.memory), outputs, terminal: undefined };
}

/** Takes over the references. */
function install(thread: Thread, files: readonly OpenFile[]): void {
  for (const file of files) {
    // Only a kernel whose memory is used up refuses; the command then lacks the file.
    if (thread.files.install(file, false, MAX_OPEN_FILES) < 0) file.release();
  }
}

/** Closes the kernel's ends. */
export function closeFiles(files: CommandFiles): void {
  files.input.close();
  for (const output of files.outputs) output.close();
}
