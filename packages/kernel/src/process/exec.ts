// SPDX-License-Identifier: MPL-2.0

import { fillRandom } from "@aster/ostd";
import { AT_FDCWD } from "../abi/fcntl.ts";
import { Errno } from "../abi/errno.ts";
import { SIGSEGV } from "../abi/signal.ts";
import { PROT_EXEC, PROT_READ, PROT_WRITE } from "../abi/mman.ts";
import type { OpenFile } from "../fs/file.ts";
import { checkPermission, MAY } from "../fs/permission.ts";
import { fail } from "../result.ts";
import type { Result } from "../result.ts";
import { AddressSpace } from "../vm/address-space.ts";
import { Access, Fault, handleFault } from "../vm/fault.ts";
import type { VdsoObject } from "../vm/vdso-object.ts";
import { Mapping, PAGE_SIZE, pageFloor } from "../vm/mapping.ts";
import {
  AT_BASE,
  AT_CLKTCK,
  AT_EGID,
  AT_ENTRY,
  AT_EUID,
  AT_FLAGS,
  AT_GID,
  AT_HWCAP,
  AT_HWCAP2,
  AT_MINSIGSTKSZ,
  AT_RSEQ_ALIGN,
  AT_RSEQ_FEATURE_SIZE,
  AT_PAGESZ,
  AT_PHDR,
  AT_PHENT,
  AT_PHNUM,
  AT_SECURE,
  AT_SYSINFO_EHDR,
  AT_UID,
  HWCAP_X86_64,
} from "./auxv.ts";
import { credentialsForExec } from "./exec-credentials.ts";
import type { ExecCredentials } from "./exec-credentials.ts";
import { replaceImage } from "./exec-commit.ts";
import { endOtherThreads } from "./exit.ts";
import { RLIMIT_AS, RLIMIT_STACK } from "./limits.ts";
import { mapElfImage, readElfImage, readFile } from "./load-elf.ts";
import type { ElfImage, LoadedImage } from "./load-elf.ts";
import { parseScriptLine, SCRIPT_LINE_MAX } from "./script.ts";
import { RSEQ_ALIGN, RSEQ_FEATURE_SIZE } from "./rseq.ts";
import type { Thread } from "./thread.ts";
import { layOutStack } from "./user-stack.ts";
import type { AuxEntry } from "./user-stack.ts";

/** Interpreters that may name interpreters in turn; more are -ELOOP. */
const SCRIPT_DEPTH_MAX = 5;
/** What the stack's mapping starts with; it grows by faults. */
const INITIAL_STACK_BYTES = 33 * PAGE_SIZE;
/** MINSIGSTKSZ of the kernel: a signal frame with the FXSAVE image. */
const MINIMUM_SIGNAL_STACK = 1440;
const PROGRAM_HEADER_SIZE = 56;
const CLOCK_TICKS_PER_SECOND = 100;

export interface ExecRequest {
  readonly dirfd: number;
  readonly pathname: string;
  /** AT_EMPTY_PATH, AT_SYMLINK_NOFOLLOW. */
  readonly flags: number;
  readonly argv: readonly string[];
  readonly environment: readonly string[];
}

/** A program that has been found fit to run. Holds its files open until `release`. */
interface Program {
  readonly image: ElfImage;
  readonly interpreter: ElfImage | undefined;
  readonly argv: readonly string[];
  /** What AT_EXECFN names. */
  readonly fileName: string;
  /** The file whose set-user-ID bits count. */
  readonly executable: OpenFile;
}

/**
 * execve(2): runs another program in the thread's process. 0 when the thread is set to start it;
 * an error leaves everything as it was. When the new program turns out unfit only after the old
 * one is gone, the process gets SIGSEGV, as on Linux.
 */
export function execute(thread: Thread, request: ExecRequest): Result {
  const program = openProgram(thread, request);
  if (typeof program === "number") return program;
  const next = credentialsForExec(thread, program.executable);
  const alone = typeof next === "number" ? next : endOtherThreads(thread);
  if (typeof next === "number" || alone !== 0) {
    releaseProgram(program);
    return alone;
  }
  const built = buildImage(thread, program, request.environment, next);
  if (built === undefined) {
    releaseProgram(program);
    thread.raiseFault(SIGSEGV, 0x80, 0);
    return 0;
  }
  replaceImage(thread, {
    ...built,
    ...next,
    isReadable: isReadable(thread, program),
    executable: program.executable.retain(),
    name: baseName(program.fileName),
  });
  releaseProgram(program);
  return 0;
}

/** Whether the caller may read what it executes: if not, others may not look into it (ptrace(2)). */
function isReadable(thread: Thread, { image, interpreter }: Program): boolean {
  return [image.file, interpreter?.file].every(
    (file) =>
      file?.inode === undefined || checkPermission(thread.credentials, file.inode, MAY.READ) === 0,
  );
}

function releaseProgram(program: Program): void {
  program.image.file.release();
  program.interpreter?.file.release();
}

function baseName(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}

// --- Finding the program

/** Opens what is to run, through scripts' interpreters, and reads its headers. */
function openProgram(thread: Thread, request: ExecRequest): Program | Result {
  let argv = request.argv.length === 0 ? [""] : request.argv;
  let { dirfd, pathname, flags } = request;
  // Scripts leave the name that was executed as it is: comm and AT_EXECFN are the script's.
  const fileName = nameOf(request);
  let scriptName = fileName;
  for (let depth = 0; depth <= SCRIPT_DEPTH_MAX; depth += 1) {
    const file = thread.kernel.vfs.openExecutable(thread, dirfd, pathname, flags);
    if (typeof file === "number") return file;
    const first = readFile(thread, file, 0, SCRIPT_LINE_MAX);
    if (first === undefined) {
      file.release();
      return fail(Errno.EIO);
    }
    const script = parseScriptLine(first);
    if (script === undefined) return openElf(thread, file, first, argv, fileName);
    file.release();
    // Linux opens "" as the current directory, which is no program.
    if (script.interpreter === "") return fail(Errno.EACCES, "the #! line names no interpreter");
    const prefix =
      script.argument === undefined ? [script.interpreter] : [script.interpreter, script.argument];
    argv = [...prefix, scriptName, ...argv.slice(1)];
    dirfd = AT_FDCWD;
    flags = 0;
    pathname = script.interpreter;
    scriptName = script.interpreter;
  }
  return fail(Errno.ELOOP, "too many interpreters name interpreters");
}

/** How a script is told its own name: descriptors go by /dev/fd. */
function nameOf({ dirfd, pathname }: ExecRequest): string {
  if (dirfd === AT_FDCWD || pathname.startsWith("/")) return pathname;
  return pathname === "" ? `/dev/fd/${dirfd}` : `/dev/fd/${dirfd}/${pathname}`;
}

function openElf(
  thread: Thread,
  file: OpenFile,
  first: Uint8Array,
  argv: readonly string[],
  fileName: string,
): Program | Result {
  const image = readElfImage(thread, file, first);
  if (typeof image === "number") {
    file.release();
    return image;
  }
  if (image.interpreter === undefined) {
    return { image, interpreter: undefined, argv, fileName, executable: file };
  }
  const interpreter = openInterpreter(thread, image.interpreter);
  if (typeof interpreter === "number") {
    file.release();
    return interpreter;
  }
  return { image, interpreter, argv, fileName, executable: file };
}

function openInterpreter(thread: Thread, pathname: string): ElfImage | Result {
  const file = thread.kernel.vfs.openExecutable(thread, AT_FDCWD, pathname, 0);
  if (typeof file === "number") return file;
  const first = readFile(thread, file, 0, SCRIPT_LINE_MAX);
  const image = first === undefined ? fail(Errno.EIO) : readElfImage(thread, file, first);
  if (typeof image !== "number") return image;
  file.release();
  return image === -Errno.ENOEXEC ? fail(Errno.ELIBBAD, "the interpreter is no ELF file") : image;
}

// --- Building its memory

interface BuiltImage {
  readonly vm: AddressSpace;
  readonly entry: number;
  readonly stackPointer: number;
}

/** Maps the program, its interpreter and its stack into a new space; undefined where that fails. */
function buildImage(
  thread: Thread,
  program: Program,
  environment: readonly string[],
  next: ExecCredentials,
): BuiltImage | undefined {
  const vm = AddressSpace.create(thread.kernel.zeroFrame);
  if (vm === undefined) return undefined;
  const stackLimit = thread.process.limits.get(RLIMIT_STACK);
  const loaded = mapElfImage(vm, program.image, stackLimit);
  const base =
    loaded === undefined || program.interpreter === undefined
      ? undefined
      : mapElfImage(vm, program.interpreter, stackLimit);
  const isMapped =
    loaded !== undefined && (base !== undefined || program.interpreter === undefined);
  if (!isMapped) {
    vm.release();
    return undefined;
  }
  vm.codeStart = loaded.codeStart;
  vm.codeEnd = loaded.codeEnd;
  vm.dataStart = loaded.dataStart;
  vm.dataEnd = loaded.dataEnd;
  vm.heapStart = vm.heapEnd = pageFloor(loaded.end + PAGE_SIZE - 1);

  const vdso = mapVdso(vm, thread.kernel.vdso);
  const auxiliary: AuxEntry[] = auxiliaryVector(program, loaded, base, next);
  if (vdso > 0) auxiliary.unshift([AT_SYSINFO_EHDR, vdso]);
  const stackPointer = buildStack(vm, program, environment, auxiliary, stackLimit);
  const fits = vm.totalBytes <= thread.process.limits.get(RLIMIT_AS);
  if (stackPointer === undefined || !fits) {
    vm.release();
    return undefined;
  }
  return { vm, entry: (base ?? loaded).entry, stackPointer };
}

/** Maps the vDSO where mmap would put it: its address, or minus an errno. */
function mapVdso(vm: AddressSpace, source: VdsoObject | undefined): Result {
  if (source === undefined) return -Errno.ENOMEM;
  const start = vm.findFree(PAGE_SIZE, 0);
  if (start < 0) return start;
  vm.add(
    new Mapping({
      start,
      end: start + PAGE_SIZE,
      protection: PROT_READ | PROT_EXEC,
      shared: false,
      source,
      name: "[vdso]",
    }),
  );
  return start;
}

function auxiliaryVector(
  program: Program,
  loaded: LoadedImage,
  base: LoadedImage | undefined,
  { credentials, isSecure }: ExecCredentials,
): AuxEntry[] {
  return [
    [AT_MINSIGSTKSZ, MINIMUM_SIGNAL_STACK],
    [AT_RSEQ_FEATURE_SIZE, RSEQ_FEATURE_SIZE],
    [AT_RSEQ_ALIGN, RSEQ_ALIGN],
    [AT_HWCAP, HWCAP_X86_64],
    [AT_PAGESZ, PAGE_SIZE],
    [AT_CLKTCK, CLOCK_TICKS_PER_SECOND],
    [AT_PHDR, loaded.programHeaders],
    [AT_PHENT, PROGRAM_HEADER_SIZE],
    [AT_PHNUM, program.image.header.programHeadersCount],
    [AT_BASE, base?.bias ?? 0],
    [AT_FLAGS, 0],
    [AT_ENTRY, loaded.entry],
    [AT_UID, credentials.uid],
    [AT_EUID, credentials.euid],
    [AT_GID, credentials.gid],
    [AT_EGID, credentials.egid],
    [AT_SECURE, isSecure ? 1 : 0],
    [AT_HWCAP2, 0],
  ];
}

/** Maps and fills the stack; the stack pointer, or undefined when memory is out. */
function buildStack(
  vm: AddressSpace,
  program: Program,
  environment: readonly string[],
  auxiliary: readonly AuxEntry[],
  stackLimit: number,
): number | undefined {
  const top = vm.layout.stackTop;
  const random = new Uint8Array(16);
  fillRandom(random);
  const { argv, fileName } = program;
  const stack = layOutStack({ top, argv, environment, fileName, random, auxiliary });
  const start = pageFloor(stack.stackPointer) - INITIAL_STACK_BYTES;
  vm.add(
    new Mapping({
      start,
      end: top,
      protection: PROT_READ | PROT_WRITE,
      shared: false,
      name: "[stack]",
      growsDown: true,
    }),
  );
  for (let page = pageFloor(stack.stackPointer); page < top; page += PAGE_SIZE) {
    if (handleFault(vm, page, Access.WRITE, stackLimit) !== Fault.RESOLVED) return undefined;
  }
  const { bytes } = stack;
  if (vm.space.writeBytes(stack.stackPointer, bytes, 0, bytes.length) !== bytes.length) {
    return undefined;
  }
  vm.stackStart = stack.stackPointer;
  vm.argStart = stack.argStart;
  vm.argEnd = stack.argEnd;
  vm.envStart = stack.envStart;
  vm.envEnd = stack.envEnd;
  vm.auxiliary = auxiliary.flat();
  return stack.stackPointer;
}
