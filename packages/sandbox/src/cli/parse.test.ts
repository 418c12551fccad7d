// SPDX-License-Identifier: MPL-2.0

import { expect, test } from "@jest/globals";
import { parseRunArguments, RUN_USAGE } from "./parse.ts";

test("the compiler's modes are off, on and eager", () => {
  expect(parseRunArguments(["--jit=off"])).toMatchObject({ jit: "off" });
  expect(parseRunArguments(["--jit", "eager"])).toMatchObject({ jit: "eager" });
  expect(() => parseRunArguments(["--jit=maybe"])).toThrow("expected one of off, on, eager");
});

test("mounts are copy-on-write unless another mode is said", () => {
  expect(parseRunArguments(["--mount", "a:/b", "--mount=c:d:/e:rw"])).toMatchObject({
    mounts: [
      { host: "a", guest: "/b", mode: "cow" },
      { host: "c:d", guest: "/e", mode: "rw" },
    ],
  });
  expect(() => parseRunArguments(["--mount", "a:b"])).toThrow("GUEST begins with a slash");
  expect(() => parseRunArguments(["--mount", "a:/b:wr"])).toThrow("expected HOST:GUEST");
  expect(() => parseRunArguments(["--mount", "/a"])).toThrow("expected HOST:GUEST");
});

test("without arguments the shell is wanted", () => {
  expect(parseRunArguments([])).toEqual({ env: [], disks: [] });
});

test("everything after -- is the command, untouched", () => {
  expect(parseRunArguments(["--", "ls", "--help", "--", "-x", ""])).toMatchObject({
    command: ["ls", "--help", "--", "-x", ""],
  });
});

test("values may be attached or follow, and some options repeat", () => {
  expect(
    parseRunArguments([
      "--memory=512",
      "--busybox",
      "bb",
      "--env",
      "A=1=2",
      "--env=B=",
      "--disk=d:ro",
      "--kcmd-args",
      "a=1",
      "--kcmd-args=b",
      "--log=info",
      "--strace",
      "--cwd",
      "/tmp",
    ]),
  ).toEqual({
    memoryMiB: 512,
    busybox: "bb",
    env: ["A=1=2", "B="],
    disks: ["d:ro"],
    kernelArgs: "a=1 b",
    logLevel: "info",
    strace: true,
    cwd: "/tmp",
  });
  expect(parseRunArguments(["--strace=out"])).toMatchObject({ strace: "out" });
  expect(parseRunArguments(["--scml-audit", "--scml", "a", "--scml=b"])).toMatchObject({
    scmlAudit: true,
    scml: ["a", "b"],
  });
  expect(parseRunArguments(["--scml-audit=out"])).toMatchObject({ scmlAudit: "out" });
  expect(parseRunArguments(["--machine-stats"])).toMatchObject({ machineStats: true });
});

test.each([
  [["ls"], /after --/],
  [["--nope"], /unknown argument "--nope"/],
  [["--memory"], /--memory: expected a value/],
  [["--memory", "--", "ls"], /--memory: expected a value/],
  [["--memory=lots"], /expected a number/],
  [["--log=loud"], /expected one of/],
  [["--env=X"], /NAME=VALUE/],
  [["--"], /expected a command/],
  [["--busybox="], /expected a value/],
])("%j is refused", (args, message) => {
  expect(() => parseRunArguments(args)).toThrow(message);
});

test("help is asked for before --, and tells every option", () => {
  expect(parseRunArguments(["--help"])).toBe("help");
  expect(parseRunArguments(["--", "x", "--help"])).not.toBe("help");
  for (const option of ["memory", "cwd", "env", "busybox", "initramfs", "disk", "log", "strace"]) {
    expect(RUN_USAGE).toContain(`--${option}`);
  }
});
