// SPDX-License-Identifier: MPL-2.0

// Needs a build of all packages. Each shell that is installed completes lines of a user.

import { execFileSync } from "node:child_process";
import { symlinkSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { findProgram } from "../src/qemu/obstacles.ts";
import { PROGRAM, temporaryDirectory } from "./cli.ts";

const directory = temporaryDirectory();
afterAll(() => directory.remove());

beforeAll(() => {
  symlinkSync(PROGRAM, join(directory.path, "osdk"));
  writeFileSync(join(directory.path, "notes.txt"), "");
  writeFileSync(join(directory.path, "package.json"), '{ "workspaces": [] }');
});

const LINES: readonly (readonly [string, readonly string[]])[] = [
  ["osdk bu", ["build"]],
  ["osdk build --encoding ", ["gzip", "raw", "zlib"]],
  ["osdk build --release --rel", []],
];

/** Runs a script of `shell` with our own program in PATH; its lines. */
function runShell(shell: string, args: readonly string[], script: string): string[] {
  const PATH = `${directory.path}${delimiter}${process.env["PATH"] ?? ""}`;
  const output = execFileSync(shell, [...args, "-c", script], {
    cwd: directory.path,
    encoding: "utf8",
    env: { ...process.env, PATH, HOME: directory.path },
  });
  return output.split("\n").filter((line) => line !== "");
}

const withShell = (shell: string): typeof test =>
  findProgram(shell) === undefined ? test.skip : test;

describe("bash completes", () => {
  const complete = (line: string): string[] =>
    runShell(
      "bash",
      ["--norc"],
      `source <(osdk completion bash); compopt() { echo ":$2"; }
      COMP_WORDS=(${line.replace("=", " = ")}${line.endsWith(" ") ? " ''" : ""})
      COMP_CWORD=$((\${#COMP_WORDS[@]} - 1)); _osdk_complete osdk
      printf '%s\\n' "\${COMPREPLY[@]}"`,
    ).sort();

  withShell("bash").each([
    ...LINES,
    ["osdk run --boot-method=q", ["qemu-direct"]],
    ["osdk run --initramfs no", [":default"]],
    ["osdk build --output no", [":dirnames"]],
  ] as [string, string[]][])("%s", (line, words) => {
    expect(complete(line)).toEqual(words);
  });
});

describe("fish completes", () => {
  const complete = (line: string): string[] =>
    runShell(
      "fish",
      ["--no-config"],
      `osdk completion fish | source; complete -C ${JSON.stringify(line)}`,
    )
      .map((found) => found.split("\t", 1)[0] ?? "")
      .sort();

  withShell("fish").each([
    ...LINES,
    ["osdk run --boot-method=q", ["--boot-method=qemu-direct"]],
    ["osdk run --initramfs no", ["notes.txt"]],
    ["osdk run --initramfs=no", ["--initramfs=notes.txt"]],
  ] as [string, string[]][])("%s", (line, words) => {
    expect(complete(line)).toEqual(words);
  });
});

/** Types a line and a tab in a terminal, and shows what zsh makes of it. */
const ZSH = `zmodload zsh/zpty
TERM=dumb zpty z zsh -f -i
zpty -w z "PROMPT= ; unset zle_bracketed_paste; source <(osdk completion zsh); echo RE''ADY"
zpty -r z out '*READY*'
zpty -n -w z "$LINE"$'\\t'
zpty -r z out "*$EXPECTED*" && print found
zpty -d z`;

describe("zsh completes", () => {
  withShell("zsh").each([
    ["osdk bu", "osdk build "],
    ["osdk run --boot-method=q", "--boot-method=qemu-direct "],
    ["osdk run --initramfs no", "notes.txt "],
  ])(
    "%s",
    (line, expected) => {
      const script = `LINE=${JSON.stringify(line)}\nEXPECTED=${JSON.stringify(expected)}\n${ZSH}`;
      expect(runShell("zsh", ["-f"], script)).toEqual(["found"]);
    },
    30_000,
  );
});
