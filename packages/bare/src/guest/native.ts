// SPDX-License-Identifier: MPL-2.0

/**
 * The intrinsics of the native runtime; native/intrinsics.c documents what each does. This is
 * the only way from TypeScript to the machine.
 */
export interface Native {
  consoleWrite(byte: number): void;
  /** The time stamp counter. */
  ticks(): number;
  /** Live: see shared-state.ts. */
  sharedState(): ArrayBuffer;
  /** Leaves eax, ebx, ecx, edx in the shared state. */
  cpuid(leaf: number, subleaf: number): void;
  bootInfo(): NativeBootInfo;
  /** Physical memory: at most 1 GiB, below `mappedEnd`, and not the kernel's own. */
  ram(base: number, length: number): ArrayBuffer;
  /** The n-th call makes user frame n. */
  newFrame(): ArrayBuffer | undefined;
  /** Frame n, again; undefined when there is none. */
  userFrame(n: number): ArrayBuffer | undefined;
  /**
   * Runs the thread of frame n in user mode until it traps. That is an interrupt at once when the
   * count of events is not `events`.
   */
  enter(frame: number, events: number): number;
  /** What user mode did last, live: see user-mode-trace.ts. */
  userTrace(): ArrayBuffer;
  setRoot(root: number): void;
  forgetRoot(root: number): void;
  forgetPage(root: number, address: number): void;
  portRead(port: number, width: number): number;
  portWrite(port: number, width: number, value: number): void;
  mmioRead(address: number, width: number): number;
  mmioWrite(address: number, width: number, value: number): void;
  /** Sleeps until an interrupt comes, unless the count of events is not `events`. */
  halt(events: number): void;
  /** Fills a buffer from RDRAND; false when the CPU has none. */
  random(buffer: ArrayBuffer): boolean;
  /**
   * The value of the kernel's script, evaluated in a context of the engine of which `global` is the global
   * object. Throws what the script throws.
   */
  evaluateKernel(global: object): unknown;
  /** Leaves QEMU with status 2 * code + 1. */
  stop(code: number): never;
}

export interface NativeBootInfo {
  readonly loader: string;
  readonly commandLine: string;
  readonly initramfsBase: number;
  /** 0 when there is none. */
  readonly initramfsLength: number;
  /** Physical address of ACPI's root pointer; 0 when not told. */
  readonly rsdp: number;
  /** RAM in [kernelStart, kernelEnd) and [heapStart, heapEnd) is the native runtime's. */
  readonly kernelStart: number;
  readonly kernelEnd: number;
  readonly heapStart: number;
  readonly heapEnd: number;
  /** RAM and registers are reached below this physical address. */
  readonly mappedEnd: number;
  /** Base, length and type (as in the BIOS's E820) of each region in turn. */
  readonly regions: readonly number[];
}

/** Takes the intrinsics off the global object: nobody else finds them there. */
export function takeNative(): Native {
  const holder = globalThis as { native?: Native };
  const native = holder.native;
  if (native === undefined) {
    throw new Error("the native runtime is not there, or was taken");
  }
  delete holder.native;
  return native;
}
