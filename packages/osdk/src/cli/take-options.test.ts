// SPDX-License-Identifier: MPL-2.0

import { describe, expect, test } from "@jest/globals";
import { MANIFEST_OPTIONS, RUN_OPTIONS } from "./options.ts";
import { takeOptions } from "./take-options.ts";

const SPECS = [...MANIFEST_OPTIONS, ...RUN_OPTIONS];

function take(...args: string[]): {
  values: Record<string, readonly string[]>;
  rest: readonly string[];
} {
  const { values, rest } = takeOptions(args, SPECS);
  return { values: Object.fromEntries(values), rest };
}

describe("options", () => {
  test("are taken attached or apart, and all else is left as it stands", () => {
    expect(take("--scheme", "tdx", "--memory", "64", "--kcmd-args=a=1", "--watch")).toEqual({
      values: { scheme: ["tdx"], "kcmd-args": ["a=1"], watch: [""] },
      rest: ["--memory", "64"],
    });
  });

  test("end at --, behind which the guest's own stand", () => {
    expect(take("--dry-run", "--", "ls", "--scheme", "x")).toEqual({
      values: { "dry-run": [""] },
      rest: ["--", "ls", "--scheme", "x"],
    });
  });

  test("that are lists stand several times; a value that begins with -- is attached", () => {
    expect(take("--init-args=--login", "--init-args=-c").values).toEqual({
      "init-args": ["--login", "-c"],
    });
    expect(() => take("--init-args", "--login")).toThrow(/--init-args: expected ARGS/);
  });

  test("of the Book's dotted form set keys of the manifest", () => {
    expect(take("--qemu.path=/usr/bin/kvm").values).toEqual({
      config: ["qemu.path=/usr/bin/kvm"],
    });
  });

  test("with underscores are those with dashes", () => {
    expect(take("--init_args=sh").values).toEqual({ "init-args": ["sh"] });
  });

  test.each([
    [["--scheme", "a", "--scheme", "b"], /--scheme is given twice/],
    [["--scheme"], /--scheme: expected NAME/],
    [["--scheme="], /--scheme: expected NAME/],
    [["--dry-run=yes"], /--dry-run takes no value/],
    [["--boot-method", "kexec"], /--boot-method kexec: expected one of builtin, qemu-direct/],
    [["--target-arch=vax"], /expected one of aarch64, riscv64, x86_64, loongarch64/],
  ])("that are wrong are refused: %j", (args, message) => {
    expect(() => take(...args)).toThrow(message);
  });
});
