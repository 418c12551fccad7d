// SPDX-License-Identifier: MPL-2.0

import { readFileSync } from "node:fs";
import type { z } from "zod";
import { ManifestError } from "./manifest-error.ts";
import type { Complaint } from "./manifest-error.ts";
import { parseToml } from "./parse-toml.ts";
import type { KeyPath, ParsedToml } from "./parse-toml.ts";
import { Manifest } from "./schema.ts";

/** Reads and checks the manifest `file`; throws `ManifestError` with all that is wrong. */
export function loadManifest(file: string): Manifest {
  return parseManifest(decodeManifest(readFileSync(file), file), file);
}

/** The text of a manifest; throws `ManifestError` where it is not UTF-8, which TOML is. */
export function decodeManifest(bytes: Uint8Array, file: string): string {
  try {
    // A byte order mark is left out.
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    const lines = Buffer.from(bytes).toString("utf8").split("\ufffd", 1)[0]?.split("\n") ?? [];
    const position = { line: lines.length, column: (lines.at(-1)?.length ?? 0) + 1 };
    throw new ManifestError(file, [{ ...position, message: "not valid TOML: not UTF-8" }]);
  }
}

/** Checks the text of a manifest; `file` is for the messages. */
export function parseManifest(text: string, file: string): Manifest {
  const parsed = parseToml(text, file);
  const result = Manifest.safeParse(parsed.value, { reportInput: true });
  if (!result.success) {
    throw new ManifestError(
      file,
      result.error.issues.flatMap((issue) => complaintsOf(issue, parsed)),
    );
  }
  const repeated = repeatedKernelArguments(result.data, parsed);
  if (repeated.length > 0) throw new ManifestError(file, repeated);
  return result.data;
}

function complaintsOf(issue: z.core.$ZodIssue, parsed: ParsedToml): Complaint[] {
  const path = issue.path as KeyPath;
  const at = path.length === 0 ? "the manifest" : path.join(".");
  if (issue.code === "unrecognized_keys") {
    return issue.keys.map((key) => ({
      ...parsed.positionOf([...path, key]),
      message: `unknown key "${key}" in ${at}; ${expectedKeys(path)}`,
    }));
  }
  return [{ ...parsed.positionOf(path), message: `${at}: ${describe(issue)}` }];
}

function describe(issue: z.core.$ZodIssue): string {
  switch (issue.code) {
    case "invalid_type":
      return `expected ${articleOf(issue.expected)}, not ${nameOf(issue.input)}`;
    case "invalid_value":
      return `expected one of ${issue.values.map((value) => JSON.stringify(value)).join(", ")}, not ${nameOf(issue.input)}`;
    case "invalid_format":
      return `expected ${issue.message}`;
    case "too_small":
      return `expected ${articleOf(issue.origin)} that is not empty`;
    case "invalid_key":
      return "expected a name that is not empty";
    default:
      return issue.message;
  }
}

function articleOf(type: string): string {
  const names: Record<string, string> = {
    array: "an array",
    object: "a table",
    record: "a table",
    boolean: "true or false",
  };
  return names[type] ?? `a ${type}`;
}

function nameOf(input: unknown): string {
  if (Array.isArray(input)) return "an array";
  if (input instanceof Date) return "a date";
  if (typeof input === "object") return "a table";
  if (typeof input === "bigint") return `the number ${input}`;
  return `the ${typeof input} ${JSON.stringify(input)}`;
}

const ACTION_KEYS = ["build", "boot", "grub", "qemu"];
const KEYS: Record<string, readonly string[]> = {
  build: [
    "features",
    "no_default_features",
    "profile",
    "strip_elf",
    "encoding",
    "linux_x86_legacy_boot",
    "interpret",
  ],
  boot: ["method", "kcmd_args", "init_args", "initramfs"],
  grub: ["mkrescue_path", "boot_protocol", "display_grub_menu"],
  qemu: ["path", "args", "bootdev_append_options", "with_monitor", "log_file"],
  run: ACTION_KEYS,
  test: ACTION_KEYS,
};

function expectedKeys(path: KeyPath): string {
  const last = path[path.length - 1];
  const isScheme = path.length === 2 && path[0] === "scheme";
  const schemeKeys = ["supported_archs", ...ACTION_KEYS, "run", "test"];
  const keys = isScheme
    ? schemeKeys
    : typeof last === "string" && path[path.length - 2] !== "scheme" && last in KEYS
      ? (KEYS[last] ?? [])
      : ["project_type", ...schemeKeys, "scheme"];
  return `expected one of ${keys.join(", ")}`;
}

/** Each KEY of `kcmd_args` may appear once in its list. */
function repeatedKernelArguments(manifest: Manifest, parsed: ParsedToml): Complaint[] {
  const complaints: Complaint[] = [];
  const check = (list: readonly string[] | undefined, path: KeyPath): void => {
    const seen = new Set<string>();
    list?.forEach((argument, index) => {
      const key = argument.split("=", 1)[0] ?? argument;
      if (seen.has(key) && key !== "console") {
        const message = `${path.join(".")}: the kernel argument "${key}" is given twice`;
        complaints.push({ ...parsed.positionOf([...path, index]), message });
      }
      seen.add(key);
    });
  };
  const checkAll = (at: KeyPath, holder: Manifest): void => {
    check(holder.boot?.kcmd_args, [...at, "boot", "kcmd_args"]);
    check(holder.run?.boot?.kcmd_args, [...at, "run", "boot", "kcmd_args"]);
    check(holder.test?.boot?.kcmd_args, [...at, "test", "boot", "kcmd_args"]);
  };
  checkAll([], manifest);
  for (const [name, scheme] of Object.entries(manifest.scheme ?? {})) {
    checkAll(["scheme", name], scheme);
  }
  return complaints;
}
