// SPDX-License-Identifier: MPL-2.0

/**
 * The layout of a user frame on x86-64: the register state of one user thread,
 * as machine and OSTD share it. All offsets are bytes from the start of the frame.
 *
 * 64-bit registers are two little-endian 32-bit halves, so that TypeScript reads
 * and writes them through an `Int32Array` and BigInt never appears on a hot path.
 */

/** General registers in the order of their encoding: rax rcx rdx rbx rsp rbp rsi rdi r8 … r15. */
export const FRAME_GPR = 0;
export const FRAME_RIP = 128;
export const FRAME_RFLAGS = 136;
export const FRAME_FS_BASE = 144;
export const FRAME_GS_BASE = 152;
/** Why `enterUser` returned: an exception vector (0…31), or one of `TRAP_*`. 32 bits. */
export const FRAME_TRAP = 160;
/** The error code of the exception; 0 for those that push none. 32 bits. */
export const FRAME_ERROR_CODE = 164;
/** The faulting linear address (CR2) of a page fault. 64 bits. */
export const FRAME_FAULT_ADDRESS = 168;
/** The 512-byte FXSAVE64 image; true to the thread's state only after `saveFpu`. */
export const FRAME_FXSAVE = 256;
export const FRAME_FXSAVE_SIZE = 512;
export const FRAME_SIZE = 768;

/** Indices of the general registers, in units of 8 bytes from `FRAME_GPR`. */
export const RAX = 0;
export const RCX = 1;
export const RDX = 2;
export const RBX = 3;
export const RSP = 4;
export const RBP = 5;
export const RSI = 6;
export const RDI = 7;
export const R8 = 8;
export const R9 = 9;
export const R10 = 10;
export const R11 = 11;
export const R12 = 12;
export const R13 = 13;
export const R14 = 14;
export const R15 = 15;

/** Exception vectors that user mode can raise (Intel SDM vol. 3, table 6-1). */
export const VECTOR_DIVIDE_ERROR = 0;
export const VECTOR_DEBUG = 1;
export const VECTOR_BREAKPOINT = 3;
export const VECTOR_OVERFLOW = 4;
export const VECTOR_BOUND = 5;
export const VECTOR_INVALID_OPCODE = 6;
export const VECTOR_DEVICE_NOT_AVAILABLE = 7;
export const VECTOR_GENERAL_PROTECTION = 13;
export const VECTOR_PAGE_FAULT = 14;
export const VECTOR_X87 = 16;
export const VECTOR_ALIGNMENT_CHECK = 17;
export const VECTOR_SIMD = 19;

/** `enterUser` returned because the program executed `syscall`; rcx and r11 are set as the CPU does. */
export const TRAP_SYSCALL = 256;
/** `enterUser` returned because an unmasked interrupt is pending. */
export const TRAP_INTERRUPT = 257;

/** Bits of a page fault's error code. */
export const PAGE_FAULT_PRESENT = 1;
export const PAGE_FAULT_WRITE = 2;
export const PAGE_FAULT_USER = 4;
export const PAGE_FAULT_RESERVED = 8;
export const PAGE_FAULT_INSTRUCTION = 16;

/** A message with vector 32 + n raises interrupt line n. */
export const FIRST_INTERRUPT_VECTOR = 32;
/** Where devices write interrupt messages (SDM vol. 3, "Message signalled interrupts"). */
export const MESSAGE_ADDRESS = 0xfee0_0000;
export const MESSAGE_ADDRESS_END = 0xfef0_0000;
