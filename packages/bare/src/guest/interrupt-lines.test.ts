// SPDX-License-Identifier: MPL-2.0

import { expect, test } from "@jest/globals";
import { InterruptLines } from "./interrupt-lines.ts";
import type { Native } from "./native.ts";
import { SharedState } from "./shared-state.ts";

const EVENTS = 0;
const RAISED = 24;
const WIRE = 11;

function newLines(): { lines: InterruptLines; arrive: (line: number) => void } {
  const buffer = new ArrayBuffer(128);
  const native = { sharedState: () => buffer, mmioWrite: () => undefined } as unknown as Native;
  const lines = new InterruptLines(native, new SharedState(native));
  const arrive = (line: number): void => {
    new Uint32Array(buffer)[EVENTS]! += 1;
    new Uint8Array(buffer)[RAISED + line] = 1;
  };
  return { lines, arrive };
}

test("lines are quiet again only once a wire that interrupted was opened", () => {
  const { lines, arrive } = newLines();
  lines.setMasked(WIRE, false);
  expect(lines.isQuiet).toBe(true);
  arrive(WIRE);
  expect(lines.takeEvents()).toBe(false);
  expect([lines.isQuiet, lines.pending()]).toEqual([false, WIRE]);
  lines.end(WIRE);
  expect([lines.isQuiet, lines.pending()]).toEqual([false, -1]);
  lines.takeEvents();
  expect(lines.isQuiet).toBe(true);
});

test("a masked line that is raised is not quiet: it is pending once it is unmasked", () => {
  const { lines, arrive } = newLines();
  arrive(WIRE);
  lines.takeEvents();
  expect([lines.isQuiet, lines.pending()]).toEqual([false, -1]);
  lines.setMasked(WIRE, false);
  expect(lines.pending()).toBe(WIRE);
});
