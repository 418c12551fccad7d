// SPDX-License-Identifier: MPL-2.0

import { expect, test } from "@jest/globals";
import { KernelCommandLine } from "./command-line.ts";

test("the kernel's own parameters stay out of init's arguments and environment", () => {
  const line = new KernelCommandLine(
    "console=tty0 init=/bin/sh loglevel=3 HOME=/root verbose a.b=c",
  );
  expect(line.get("init")).toBe("/bin/sh");
  expect(line.initEnvironment).toEqual(["HOME=/root"]);
  expect(line.initArguments).toEqual(["verbose"]);
});

test("everything after -- goes to init, and repeated keys keep their order", () => {
  const line = new KernelCommandLine("console=hvc0 console=tty0 -- -c console=x 'a");
  expect(line.all("console")).toEqual(["hvc0", "tty0"]);
  expect(line.get("console")).toBe("tty0");
  expect(line.initArguments).toEqual(["-c", "console=x", "'a"]);
});

test("double quotes protect spaces, and dashes in keys are underscores", () => {
  const line = new KernelCommandLine('virtio-mmio.device="1 2" X="a b" "" --');
  expect(line.get("virtio_mmio.device")).toBe("1 2");
  expect(line.initEnvironment).toEqual(["X=a b"]);
  expect(line.has("virtio_mmio.device")).toBe(true);
  expect(line.has("missing")).toBe(false);
});
