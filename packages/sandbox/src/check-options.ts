// SPDX-License-Identifier: MPL-2.0

import { z } from "zod";
import { LOG_LEVELS } from "./command-line.ts";
import { SandboxError } from "./errors.ts";
import { JIT_MODES } from "./jit-mode.ts";
import { MAX_MEMORY_MIB, MIN_MEMORY_MIB } from "./system.ts";

// Options come from programs in plain JavaScript too, and a name that is misspelt must not be
// a limit that does not hold.

/** The kernel's own thread, and one for a command. */
const MIN_PROCESSES = 2;
const MAX_PROCESSES = 32_768;
/** The longest that setTimeout waits: some 24 days. */
const MAX_TIMEOUT_MS = 0x7fff_ffff;
const MAX_TERMINAL_SIZE = 0xffff;
const MAX_ID = 0xffff_fffe;

const bytes = z.custom<Uint8Array>((value) => value instanceof Uint8Array, "expected bytes");
const textOrBytes = z.union([z.string(), bytes], "expected text or bytes");
const callback = z.custom<unknown>((value) => typeof value === "function", "expected a function");
const signal = z.custom<AbortSignal>((v) => v instanceof AbortSignal, "expected an AbortSignal");
const milliseconds = z.union(
  [z.number().min(0).max(MAX_TIMEOUT_MS), z.literal(Infinity)],
  `expected 0 to ${MAX_TIMEOUT_MS} milliseconds, or Infinity`,
);
const byteCount = z.union([z.int().min(0), z.literal(Infinity)], "expected a number of bytes");
const encoding = z.enum(["utf8", "bytes"]);
const mode = z.int().min(0).max(0o7777);
const id = z.int().min(0).max(MAX_ID);
const environment = z.record(z.string().regex(/^[^=\0]+$/, "is no name of a variable"), z.string());

const bootOptions = z.strictObject({
  thread: z.enum(["own", "caller"]).optional(),
  limits: z
    .strictObject({
      memoryMiB: z.int().min(MIN_MEMORY_MIB).max(MAX_MEMORY_MIB).optional(),
      processes: z.int().min(MIN_PROCESSES).max(MAX_PROCESSES).optional(),
      timeMs: milliseconds.optional(),
      outputBytes: byteCount.optional(),
    })
    .optional(),
  env: environment.optional(),
  files: z
    .array(
      z.strictObject({
        path: z.string(),
        bytes,
        mode: mode.optional(),
      }),
    )
    .optional(),
  busybox: textOrBytes.optional(),
  initramfs: bytes.optional(),
  root: z.string().optional(),
  disks: z.array(z.strictObject({ path: z.string(), readOnly: z.boolean().optional() })).optional(),
  jit: z.enum(JIT_MODES).optional(),
  kernelArgs: z.string().optional(),
  onSyscall: callback.optional(),
  onLog: callback.optional(),
  logLevel: z.enum(LOG_LEVELS).optional(),
  signal: signal.optional(),
});

const commandOptions = {
  cwd: z.string().optional(),
  env: environment.optional(),
  user: z
    .union(
      [z.string(), id, z.strictObject({ uid: id, gid: id, groups: z.array(id).optional() })],
      "expected a name, a number, or { uid, gid, groups }",
    )
    .optional(),
  signal: signal.optional(),
  timeout: milliseconds.optional(),
};

const guestInput = z.custom<unknown>(
  (value) =>
    typeof value === "string" ||
    value instanceof Uint8Array ||
    (typeof value === "object" && value !== null && Symbol.asyncIterator in value),
  "expected text or bytes, or an async iterable of them",
);

const execOptions = z.strictObject({
  ...commandOptions,
  stdin: guestInput.optional(),
  maxOutputBytes: byteCount.optional(),
  encoding: encoding.optional(),
});

const side = z.int().min(0).max(MAX_TERMINAL_SIZE);
const terminalSize = z.strictObject({ columns: side, rows: side });
const spawnOptions = z.strictObject({
  ...commandOptions,
  pty: z.union([z.boolean(), terminalSize], "expected true or { columns, rows }").optional(),
});

const command = z.union(
  [z.string(), z.array(textOrBytes).min(1)],
  "expected a line for the shell, or a program and its arguments",
);

const readFileOptions = z.union(
  [
    z.literal("utf8"),
    z.strictObject({ encoding: encoding.optional(), maxBytes: byteCount.optional() }),
  ],
  'expected "utf8" or { encoding, maxBytes }',
);
const writeFileOptions = z.strictObject({
  mode: mode.optional(),
  flag: z.enum(["w", "a", "wx"]).optional(),
});
const readdirOptions = z.strictObject({ encoding: encoding.optional() });
const mkdirOptions = z.strictObject({
  recursive: z.boolean().optional(),
  mode: mode.optional(),
});
const rmOptions = z.strictObject({
  recursive: z.boolean().optional(),
  force: z.boolean().optional(),
});

/** These throw `SandboxError` with code "bad-option" for what is not as declared. */
export function checkBootOptions(options: unknown): void {
  check("boot", bootOptions, options);
}
export function checkExecOptions(options: unknown): void {
  check("exec", execOptions, options);
}
export function checkSpawnOptions(options: unknown): void {
  check("spawn", spawnOptions, options);
}
export function checkCommand(value: unknown): void {
  check("the command", command, value);
}
export function checkTerminalSize(size: unknown): void {
  check("the terminal", terminalSize, size);
}
export function checkReadFileOptions(options: unknown): void {
  check("readFile", readFileOptions, options);
}
export function checkWriteFileOptions(data: unknown, options: unknown): void {
  check("writeFile", guestInput, data);
  check("writeFile", writeFileOptions, options);
}
export function checkReaddirOptions(options: unknown): void {
  check("readdir", readdirOptions, options);
}
export function checkMkdirOptions(options: unknown): void {
  check("mkdir", mkdirOptions, options);
}
export function checkRmOptions(options: unknown): void {
  check("rm", rmOptions, options);
}

function check(what: string, schema: z.ZodType, value: unknown): void {
  const { error } = schema.safeParse(value);
  if (error === undefined) return;
  const problems = error.issues.map(({ path, message }) =>
    [...(path.length > 0 ? [path.join(".")] : []), message].join(": "),
  );
  throw new SandboxError("bad-option", `${what}: ${problems.join("; ")}`, { cause: error });
}
