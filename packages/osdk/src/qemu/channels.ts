// SPDX-License-Identifier: MPL-2.0

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { QemuMachine } from "./machine.ts";
import { SocketPort } from "./socket-port.ts";

/** What OSDK and a guest in QEMU have to say to each other, each over a socket of its own. */
export interface ChannelRequest {
  /** The folder of the sockets. */
  readonly directory: string;
  /** The first serial port: the early console. */
  readonly log: boolean;
  /** A virtio console, hvc0. */
  readonly console: boolean;
  /** Named ports of a virtio console device. */
  readonly ports: readonly string[];
  /** isa-debugcon, for what becomes of a kernel-mode test. */
  readonly report: boolean;
  /** QEMU's own control channel; default: none. */
  readonly qmp?: boolean;
}

export const LOG = "log";
export const CONSOLE = "console";
export const REPORT = "report";
export const QMP = "qmp";

/** Names of the sockets of a request. */
export function channelNames({ log, console, ports, report, qmp }: ChannelRequest): string[] {
  return [
    ...(log ? [LOG] : []),
    ...(console ? [CONSOLE] : []),
    ...ports,
    ...(report ? [REPORT] : []),
    ...(qmp === true ? [QMP] : []),
  ];
}

/** The arguments by which QEMU connects to them. */
export function channelArguments(
  request: ChannelRequest,
  { transport, guard }: Pick<QemuMachine, "transport" | "guard">,
): readonly string[] {
  const chardev = (name: string): string => {
    const path = optionValue(join(request.directory, name));
    return `socket,id=osdk-${name},path=${path}`;
  };
  const args: string[] = [];
  for (const name of channelNames(request)) args.push("-chardev", chardev(name));
  if (request.log) args.push("-serial", `chardev:osdk-${LOG}`);
  if (request.qmp === true) args.push("-mon", `chardev=osdk-${QMP},mode=control`);
  if (request.report) {
    args.push("-device", `isa-debugcon,iobase=0xe9,chardev=osdk-${REPORT}`);
  }
  if (request.console || request.ports.length > 0) {
    args.push("-device", `virtio-serial-${transport},id=osdk${guard}`);
    if (request.console) args.push("-device", `virtconsole,bus=osdk.0,chardev=osdk-${CONSOLE}`);
    for (const name of request.ports) {
      args.push("-device", `virtserialport,bus=osdk.0,chardev=osdk-${name},name=${name}`);
    }
  }
  return args;
}

/** A text within an option of QEMU's: a comma is doubled. */
export function optionValue(text: string): string {
  return text.replaceAll(",", ",,");
}

/** The longest path of a Unix socket, without its end (unix(7)), and what we put behind. */
const MAX_PATH_BYTES = 107;
const LONGEST_NAME = "/osdk-XXXXXX/aster.stderr";

/** A folder for sockets that only this user reaches. */
export function makeChannelDirectory(): string {
  const base = tmpdir();
  const fits = Buffer.byteLength(base + LONGEST_NAME) <= MAX_PATH_BYTES;
  return mkdtempSync(join(fits ? base : "/tmp", "osdk-"));
}

/** Listens on all sockets of a request. */
export async function openChannels(
  request: ChannelRequest,
): Promise<ReadonlyMap<string, SocketPort>> {
  const channels = new Map<string, SocketPort>();
  for (const name of channelNames(request)) {
    channels.set(name, await SocketPort.listen(join(request.directory, name)));
  }
  return channels;
}

export function removeChannelDirectory(directory: string): void {
  rmSync(directory, { recursive: true, force: true });
}
