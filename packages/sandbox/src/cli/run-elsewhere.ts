// SPDX-License-Identifier: MPL-2.0

import { bootOn, loginShell, type BootCommand, type BootOnceOptions } from "../boot-once.ts";
import { SandboxError } from "../errors.ts";
import { PORT_STATUS, PORT_STDERR, PORT_STDIN, PORT_STDOUT } from "../initramfs/init-script.ts";
import { PortStreams } from "../port-streams.ts";
import { endFailure, StatusPort } from "../status-port.ts";
import type { Guest, SystemEnd, SystemOptions } from "../system.ts";
import { complain, EXIT_OWN_FAILURE } from "./failure.ts";
import { readInitramfs, splitVariable } from "./files.ts";
import { HostConnection, isTerminal, type HostStreams } from "./host-connection.ts";
import type { RunOptions } from "./options.ts";
import { openTraces } from "./traces.ts";

// The machine is another process here, whose ports are sockets: an init of ours runs the command
// and tells its exit status on one of them.

/** Starts a machine that is none of ours. */
type StartGuest = (options: SystemOptions) => Promise<Guest>;

/** As `aster run`, on the machine that `start` makes. Throws `SandboxError`. */
export async function runElsewhere(options: RunOptions, start: StartGuest): Promise<number> {
  checkOptions(options);
  const { stdin, stdout, stderr } = process;
  const streams: HostStreams = { stdin, stdout, stderr };
  const traces = await openTraces(options);
  const command = planCommand(options, streams);
  const { initramfs, root, busybox, kernelArgs, memoryMiB, bus, iommu, logLevel } = options;
  const bootOptions: BootOnceOptions = {
    ...(command && { command }),
    ...(initramfs !== undefined && { initramfs: readInitramfs(initramfs) }),
    ...(root !== undefined && { root }),
    ...(busybox !== undefined && { busybox }),
    ...(kernelArgs !== undefined && { kernelArgs }),
    ...(memoryMiB !== undefined && { memoryMiB }),
    ...(bus && { bus }),
    ...(iommu !== undefined && { iommu }),
    ...(logLevel && { logLevel, onLog: showLog }),
    ...(traces && { onStrace: traces.write }),
  };
  try {
    for (;;) {
      const isShell = options.command === undefined;
      const { code, end } = await runOnce(start, bootOptions, streams, isShell);
      // An interactive machine that restarts boots again, as a real one would.
      if (end.reason !== "restart" || !isShell) return code;
    }
  } finally {
    traces?.close();
  }
}

function checkOptions({ machineStats, mounts = [], jit }: RunOptions): void {
  const refuse = (what: string): never => {
    throw new SandboxError("bad-option", what);
  };
  if (machineStats) refuse("--machine-stats: only the machine inside Node counts");
  if (mounts.length > 0) refuse("--mount: only the machine inside Node has host folders");
  if (jit !== undefined) refuse("--jit: only the machine inside Node compiles");
}

/** Boots once; the exit code, and how the system ended. */
async function runOnce(
  start: StartGuest,
  options: BootOnceOptions,
  streams: HostStreams,
  isShell: boolean,
): Promise<{ code: number; end: SystemEnd }> {
  const { command } = options;
  const connection = new HostConnection(streams);
  const guest = await bootOn(start, { ...options, terminalSize: connection.terminalSize });
  const status = new StatusPort(guest.console.port(PORT_STATUS));
  connect(connection, guest, status, command);
  let end: SystemEnd;
  try {
    end = await guest.ended;
    await connection.flushScreen();
  } finally {
    connection.disconnect();
  }
  if (connection.signalled !== undefined) return { code: 128 + connection.signalled, end };
  const hasStatus = command !== undefined && end.reason !== "restart";
  // Who powers off from the shell leaves no exit status, and wants none.
  const isLeft = isShell && end.reason === "power-off" && !status.isWritten;
  if (hasStatus) return { code: isLeft ? end.code : status.exitCode(end), end };
  if (end.reason === "failed" || end.code !== 0) throw endFailure(end);
  return { code: end.reason === "restart" ? EXIT_OWN_FAILURE : 0, end };
}

function connect(
  connection: HostConnection,
  guest: Guest,
  status: StatusPort,
  command: BootCommand | undefined,
): void {
  const opened: PortStreams[] = [];
  const open = (port: Guest["console"]["terminal"]): PortStreams => {
    const streams = new PortStreams(port);
    opened.push(streams);
    return streams;
  };
  const { console } = guest;
  const resize = (columns: number, rows: number): void => console.resize(columns, rows);
  const terminal = open(console.terminal);
  const { input, output } = terminal;
  connection.showConsole({ input, output, resize }, command === undefined);
  const isTyped = (command?.stdin ?? "console") === "console";
  const ownsKeyboard = guest.hasOwnTerminal === true;
  connection.connect(
    {
      ...(isTyped && !ownsKeyboard && { keyboard: input }),
      ...(!isTyped && { stdin: open(console.port(PORT_STDIN)).input }),
      ...(command?.stdout === "port" && { stdout: open(console.port(PORT_STDOUT)).output }),
      ...(command?.stderr === "port" && { stderr: open(console.port(PORT_STDERR)).output }),
    },
    (size) => resize(size.columns, size.rows),
    // Without a command nobody tells when the guest is up.
    () => command === undefined || status.hasStarted,
  );
  connection.watchSignals(() => guest.machine.stop(0));
  void guest.ended.then(() => {
    for (const streams of opened) streams.finish();
  });
}

/** The command, with each file a console where the caller's is a terminal. */
function planCommand(options: RunOptions, streams: HostStreams): BootCommand | undefined {
  // The init of a foreign initramfs is honoured when nothing else is asked for.
  if (options.command === undefined && options.initramfs !== undefined) return undefined;
  const binding = (file: HostStreams[keyof HostStreams]) => (isTerminal(file) ? "console" : "port");
  return {
    argv: options.command ?? [
      options.root === undefined ? "/bin/sh" : loginShell(options.root),
      "-l",
    ],
    env: {
      // Programs that draw need to know the terminal; nothing else of the host is passed.
      ...(isTerminal(streams.stdout) && { TERM: process.env["TERM"] ?? "linux" }),
      ...Object.fromEntries((options.env ?? []).map(splitVariable)),
    },
    ...(options.cwd !== undefined && { cwd: options.cwd }),
    stdin: binding(streams.stdin),
    stdout: binding(streams.stdout),
    stderr: binding(streams.stderr),
  };
}

/** The kernel's log; on a terminal in raw mode nobody else returns the carriage. */
function showLog(bytes: Uint8Array): void {
  const text = Buffer.from(bytes).toString("utf8");
  complain(process.stderr.isTTY ? text.replaceAll("\n", "\r\n") : text);
}
