// SPDX-License-Identifier: MPL-2.0

import * as z from "zod/mini";
import english from "zod/v4/locales/en.js";
import { LOG_LEVELS, MOUNT_MODES } from "./command-line.ts";
import { SandboxError } from "./errors.ts";
import { JIT_MODES } from "./jit-mode.ts";

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
  [z.number().check(z.minimum(0), z.maximum(MAX_TIMEOUT_MS)), z.literal(Infinity)],
  `expected 0 to ${MAX_TIMEOUT_MS} milliseconds, or Infinity`,
);
const byteCount = z.union(
  [z.int().check(z.minimum(0)), z.literal(Infinity)],
  "expected a number of bytes",
);
const encoding = z.enum(["utf8", "bytes"]);
const mode = z.int().check(z.minimum(0), z.maximum(0o7777));
const id = z.int().check(z.minimum(0), z.maximum(MAX_ID));
const environment = z.record(
  z.string().check(z.regex(/^[^=\0]+$/, "is no name of a variable")),
  z.string(),
);

const side = z.int().check(z.minimum(0), z.maximum(MAX_TERMINAL_SIZE));
const terminalSize = z.strictObject({ columns: side, rows: side });
const kernelObject = z.custom<unknown>(
  (value) => typeof value === "object" && value !== null && "entry" in value && "policies" in value,
);

const bootOptions = z.strictObject({
  mode: z.optional(z.enum(["commands", "init", "kernel"])),
  kernel: z.optional(
    z.union([z.string(), kernelObject], "expected a file name, or what main(…) gave"),
  ),
  thread: z.optional(z.enum(["own", "caller"])),
  limits: z.optional(
    z.strictObject({
      memoryMiB: z.optional(z.int()),
      processes: z.optional(z.int().check(z.minimum(MIN_PROCESSES), z.maximum(MAX_PROCESSES))),
      timeMs: z.optional(milliseconds),
      outputBytes: z.optional(byteCount),
    }),
  ),
  env: z.optional(environment),
  files: z.optional(
    z.array(
      z.strictObject({
        path: z.string(),
        bytes,
        mode: z.optional(mode),
      }),
    ),
  ),
  busybox: z.optional(textOrBytes),
  initramfs: z.optional(bytes),
  root: z.optional(z.string()),
  disks: z.optional(
    z.array(z.strictObject({ path: z.string(), readOnly: z.optional(z.boolean()) })),
  ),
  mounts: z.optional(
    z.array(
      z.strictObject({
        host: z.string(),
        guest: z.string().check(z.regex(/^\/[^\0]*$/, "expected an absolute path in the guest")),
        mode: z.optional(z.enum(MOUNT_MODES)),
      }),
    ),
  ),
  bus: z.optional(z.enum(["mmio", "pci"])),
  iommu: z.optional(z.boolean()),
  console: z.optional(z.union([z.boolean(), terminalSize], "expected true or { columns, rows }")),
  jit: z.optional(z.enum(JIT_MODES)),
  kernelArgs: z.optional(z.string()),
  onSyscall: z.optional(callback),
  onTrace: z.optional(callback),
  onEarlyConsole: z.optional(callback),
  onLog: z.optional(callback),
  logLevel: z.optional(z.enum(LOG_LEVELS)),
  signal: z.optional(signal),
});

const commandOptions = {
  cwd: z.optional(z.string()),
  env: z.optional(environment),
  user: z.optional(
    z.union(
      [z.string(), id, z.strictObject({ uid: id, gid: id, groups: z.optional(z.array(id)) })],
      "expected a name, a number, or { uid, gid, groups }",
    ),
  ),
  signal: z.optional(signal),
  timeout: z.optional(milliseconds),
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
  stdin: z.optional(guestInput),
  maxOutputBytes: z.optional(byteCount),
  encoding: z.optional(encoding),
});

const spawnOptions = z.strictObject({
  ...commandOptions,
  console: z.optional(
    z.union(
      [
        z.boolean(),
        z.strictObject({
          stdin: z.optional(z.boolean()),
          stdout: z.optional(z.boolean()),
          stderr: z.optional(z.boolean()),
          echo: z.optional(z.enum(["guest", "host"])),
        }),
      ],
      "expected true or { stdin, stdout, stderr, echo }",
    ),
  ),
  pty: z.optional(z.union([z.boolean(), terminalSize], "expected true or { columns, rows }")),
});

const command = z.union(
  [z.string(), z.array(textOrBytes).check(z.minLength(1))],
  "expected a line for the shell, or a program and its arguments",
);

const readFileOptions = z.union(
  [
    z.literal("utf8"),
    z.strictObject({ encoding: z.optional(encoding), maxBytes: z.optional(byteCount) }),
  ],
  'expected "utf8" or { encoding, maxBytes }',
);
const writeFileOptions = z.strictObject({
  mode: z.optional(mode),
  flag: z.optional(z.enum(["w", "a", "wx"])),
});
const readdirOptions = z.strictObject({ encoding: z.optional(encoding) });
const mkdirOptions = z.strictObject({
  recursive: z.optional(z.boolean()),
  mode: z.optional(mode),
});
const rmOptions = z.strictObject({
  recursive: z.optional(z.boolean()),
  force: z.optional(z.boolean()),
});

/** Not by `config`, which is the whole process's. */
const ENGLISH = { error: english().localeError };

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

function check(what: string, schema: z.ZodMiniType, value: unknown): void {
  const { error } = schema.safeParse(value, ENGLISH);
  if (error === undefined) return;
  const problems = error.issues.map(({ path, message }) =>
    [...(path.length > 0 ? [path.join(".")] : []), message].join(": "),
  );
  throw new SandboxError("bad-option", `${what}: ${problems.join("; ")}`, { cause: error });
}
