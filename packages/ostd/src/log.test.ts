// SPDX-License-Identifier: MPL-2.0

import { expect, test } from "@jest/globals";
import { parseEarlyCommandLine } from "./early-command-line.ts";
import { LogLevel, Logger, injectLogger, logEnabled, setMaxLogLevel } from "./log.ts";
import type { LogRecord } from "./log.ts";
import { injectPoweroffHandler, injectRestartHandler, poweroff } from "./power.ts";
import { panic } from "./panic.ts";
import { FakeHardware, bootTestKernel, enterTestSystem } from "./testing.ts";

const logger = new Logger("vm");

test("messages go to the early console until a logger is injected", () => {
  const { hardware, leave } = enterTestSystem();
  hardware.advance(1_234_567_000);
  logger.warn("first");
  logger.info("too low");
  expect(hardware.console).toBe("[    1.234567] WARNING: vm: first\n");
  const records: LogRecord[] = [];
  expect(injectLogger({ log: (record) => records.push(record) })).toBe(true);
  expect(injectLogger({ log: () => undefined })).toBe(false);
  setMaxLogLevel(LogLevel.DEBUG);
  expect(logEnabled(LogLevel.DEBUG)).toBe(true);
  logger.debug("second");
  expect(records).toEqual([
    { level: LogLevel.DEBUG, target: "vm", message: "second", timeNs: 1_234_567_000 },
  ]);
  leave();
  logger.emerg("where no system runs, nothing happens");
});

test("the early command line sets log level and console", () => {
  expect(parseEarlyCommandLine("")).toEqual({ logLevel: 4, hasEarlyConsole: true });
  expect(parseEarlyCommandLine("a loglevel=7 earlycon=off")).toEqual({
    logLevel: 6,
    hasEarlyConsole: false,
  });
  expect(parseEarlyCommandLine("loglevel=error")).toEqual({ logLevel: 3, hasEarlyConsole: true });
  expect(parseEarlyCommandLine("loglevel=9 loglevel= -- loglevel=0").logLevel).toBe(4);
  const { hardware, leave } = enterTestSystem({ commandLine: "earlycon=off" });
  logger.emerg("unseen");
  expect(hardware.console).toBe("");
  leave();
});

test("an injected parser of the early command line stands in place of the default one", () => {
  const seen: string[] = [];
  const { hardware, leave } = enterTestSystem({
    commandLine: "loglevel=8 quiet",
    policies: {
      earlyCommandLineParser: (commandLine) => {
        seen.push(commandLine);
        return { logLevel: LogLevel.CRIT, hasEarlyConsole: true };
      },
    },
  });
  logger.error("too low");
  logger.crit("shown");
  expect(hardware.console).toContain("shown");
  expect(hardware.console).not.toContain("too low");
  expect(seen).toEqual(["loglevel=8 quiet"]);
  leave();
});

test("a parser of the early command line is asked for numbers once", () => {
  let asked = 0;
  const logLevel = { valueOf: () => (asked += 1) } as unknown as number;
  const { leave } = enterTestSystem({
    policies: { earlyCommandLineParser: () => ({ logLevel, hasEarlyConsole: false }) },
  });
  logger.emerg("one");
  logger.emerg("two");
  expect(asked).toBe(1);
  leave();
});

test("power-off calls the injected handler first; the first one stays", async () => {
  const codes: number[] = [];
  const { code } = await bootTestKernel(() => {
    expect(injectPoweroffHandler((value) => codes.push(value))).toBe(true);
    expect(injectPoweroffHandler(() => undefined)).toBe(false);
    expect(injectRestartHandler(() => undefined)).toBe(true);
    poweroff(3);
  });
  expect([code, ...codes]).toEqual([3, 3]);
});

test("a panic prints its message and the way there, also without an early console", async () => {
  const hardware = new FakeHardware({ commandLine: "earlycon=off" });
  const failing = (): never => panic("the invariant of the test is broken");
  await expect(bootTestKernel(failing, { hardware })).rejects.toThrow("invariant");
  expect(hardware.exitCode).toBe(1);
  expect(hardware.console).toMatch(
    /^Kernel panic: the invariant of the test is broken\n {2}at .*log\.test\.ts/u,
  );
});

test("a panic handler that panics does not recurse", async () => {
  const hardware = new FakeHardware();
  await expect(
    bootTestKernel(() => panic("first"), {
      hardware,
      policies: { panicHandler: () => panic("second") },
    }),
  ).rejects.toThrow("first");
  expect(hardware.exitCode).toBe(1);
});
