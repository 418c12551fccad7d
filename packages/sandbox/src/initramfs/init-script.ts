// SPDX-License-Identifier: MPL-2.0

import { SandboxError } from "../errors.ts";
import { bytesOf } from "./cpio.ts";

/** A string is taken as UTF-8; bytes are taken as they are. */
export type Argument = string | Uint8Array;

/** Where one of a command's three files leads to: the console, or a port of its own. */
export type FileBinding = "console" | "port";

export interface Command {
  /** At least one argument; looked up in the guest's PATH. */
  readonly argv: readonly Argument[];
  /** All of the command's environment. */
  readonly env: Readonly<Record<string, string>>;
  /** Must exist in the guest. */
  readonly cwd: string;
  readonly stdin: FileBinding;
  readonly stdout: FileBinding;
  readonly stderr: FileBinding;
}

/** Names of the console device's ports, which the guest finds under /dev/virtio-ports. */
export const PORT_STDIN = "aster.stdin";
export const PORT_STDOUT = "aster.stdout";
export const PORT_STDERR = "aster.stderr";
export const PORT_STATUS = "aster.status";
/** The kernel's own trace of system calls goes here, when it is asked for one. */
export const PORT_STRACE = "aster.strace";

/** Our own files in the guest. */
export const ASTER_DIRECTORY = "/.aster";
export const INIT_PATH: string = `${ASTER_DIRECTORY}/init`;
export const BUSYBOX_PATH: string = `${ASTER_DIRECTORY}/busybox`;

const CONSOLE = "/dev/hvc0";
export const PORTS = "/dev/virtio-ports";

/**
 * The first program of the guest: mounts what programs expect, runs the command in
 * a session of its own, writes its exit status (128 + signal when killed) to the
 * status port, and powers off. Before the command it writes an empty line there. Arguments are quoted, so that any byte passes but NUL.
 *
 * Where a file of the command is the console, the console becomes the session's
 * controlling terminal, so that Ctrl-C and job control work.
 */
export function initScript(command: Command, installApplets: boolean): Uint8Array {
  const { stdin, stdout, stderr } = command;
  const redirections =
    `<${stdin === "console" ? CONSOLE : `${PORTS}/${PORT_STDIN}`} ` +
    `>${stdout === "console" ? CONSOLE : `${PORTS}/${PORT_STDOUT}`} ` +
    `2>${stderr === "console" ? CONSOLE : `${PORTS}/${PORT_STDERR}`}`;
  const interactive = [stdin, stdout, stderr].includes("console");

  const script = new ByteText();
  script.add(`#!${BUSYBOX_PATH} sh
b=${BUSYBOX_PATH}
[ -e /proc/self ] || $b mount -t proc proc /proc
[ -c /dev/null ] || $b mount -t devtmpfs devtmpfs /dev
[ -d /sys/kernel ] || $b mount -t sysfs sysfs /sys
`);
  // Where input and output are not both the console, the caller's terminal stays in line mode:
  // it edits and echoes lines, and adds carriage returns, itself (see HostConnection).
  if (interactive && (stdin === "port" || stdout === "port")) {
    script.add(`$b stty -echo -onlcr <${CONSOLE}\n`);
  }
  if (installApplets) script.add("$b --install -s\n");
  // From here on Ctrl-C is for the command (see StatusPort).
  script.add(`echo >${PORTS}/${PORT_STATUS}\n`);
  // cd's complaint belongs to the command's standard error too.
  script.add("(cd ").addQuoted(command.cwd).add(" || exit 125\n");
  script.add(
    interactive ? `exec $b setsid -c $b sh -c 'exec "$@" ${redirections}' sh` : "exec $b setsid",
  );
  script.add(" $b env -i");
  for (const [name, value] of Object.entries(command.env)) {
    if (name === "" || name.includes("=")) {
      throw new SandboxError("bad-option", `"${name}" is no name of an environment variable`);
    }
    script.add(" ").addQuoted(`${name}=${value}`);
  }
  const [program, ...rest] = command.argv.map(toBytes);
  if (program === undefined) throw new SandboxError("bad-option", "the command is empty");
  // env would take a program name with "=" in it for a variable.
  if (program.includes(0x3d)) script.add(` $b sh -c 'exec "$@"' sh`);
  for (const argument of [program, ...rest]) script.add(" ").addQuoted(argument);
  script.add(`\n) ${interactive ? `<${CONSOLE} >${CONSOLE} 2>${CONSOLE}` : redirections}
echo $? >${PORTS}/${PORT_STATUS}
exec $b poweroff -f
`);
  return script.bytes();
}

/** A shell script under construction, as bytes. */
class ByteText {
  private readonly parts: Uint8Array[] = [];

  add(text: string): this {
    this.parts.push(bytesOf(text));
    return this;
  }

  /** Adds one word of the shell: between single quotes only the quote itself is special. */
  addQuoted(word: Argument): this {
    const bytes = toBytes(word);
    const quoted = [0x27];
    for (const byte of bytes) {
      if (byte === 0) throw new SandboxError("bad-option", "an argument holds a NUL");
      if (byte === 0x27) quoted.push(0x27, 0x5c, 0x27, 0x27);
      else quoted.push(byte);
    }
    quoted.push(0x27);
    this.parts.push(Uint8Array.from(quoted));
    return this;
  }

  bytes(): Uint8Array {
    return new Uint8Array(Buffer.concat(this.parts));
  }
}

function toBytes(argument: Argument): Uint8Array {
  return typeof argument === "string" ? bytesOf(argument) : argument;
}
