// SPDX-License-Identifier: MPL-2.0

import type { HostPort } from "@aster/machine/node";
import { expect, test } from "@jest/globals";
import { StatusPort } from "./status-port.ts";

const END = { reason: "power-off", code: 0, logTail: "" } as const;

function newStatus(): { status: StatusPort; write: (text: string) => void } {
  const port = { output: undefined } as unknown as HostPort;
  const status = new StatusPort(port);
  return { status, write: (text) => void port.output?.(Buffer.from(text)) };
}

test("an empty line tells that the command has started, and is no exit status", () => {
  const { status, write } = newStatus();
  expect([status.hasStarted, status.isWritten]).toEqual([false, false]);
  write("\n");
  expect([status.hasStarted, status.isWritten]).toEqual([true, false]);
  expect(() => status.exitCode(END)).toThrow("without an exit status");
  write("7\n");
  expect(status.isWritten).toBe(true);
  expect(status.exitCode(END)).toBe(7);
});
