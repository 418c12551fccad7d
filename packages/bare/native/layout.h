// SPDX-License-Identifier: MPL-2.0
// Numbers that assembly, C and the linker script share.

#ifndef ASTER_LAYOUT_H
#define ASTER_LAYOUT_H

// The kernel's own image stands in the top 2 GiB (gcc's -mcmodel=kernel), at physical 2 MiB.
#define KERNEL_VMA 0xffffffff80000000
#define KERNEL_PHYS 0x200000
#define LARGE_PAGE 0x200000
// Physical memory, never executable: 4 GiB of it, or 512 GiB where the CPU has pages of 1 GiB.
#define DIRECT_MAP 0xffff800000000000
#define DIRECT_MAP_MIN 0x100000000
#define DIRECT_MAP_MAX 0x8000000000
// Device registers beyond it.
#define WINDOWS 0xffff808000000000

// Selectors: Linux's, as programs see them. sysret wants user data directly below user code (SDM
// vol. 2, SYSRET).
#define KERNEL_CS 0x10
#define KERNEL_SS 0x18
#define USER_SS 0x2b
#define USER_CS 0x33
#define TSS_SELECTOR 0x40

// The frame of a user thread: packages/hardware/src/arch/x86_64.ts.
#define FRAME_RIP 128
#define FRAME_RFLAGS 136
#define FRAME_FS_BASE 144
#define FRAME_GS_BASE 152
#define FRAME_TRAP 160
#define FRAME_ERROR_CODE 164
#define FRAME_FAULT_ADDRESS 168
#define FRAME_FXSAVE 256
#define FRAME_MXCSR (FRAME_FXSAVE + 24)
#define FRAME_SIZE 768
#define TRAP_SYSCALL 256
#define TRAP_INTERRUPT 257

// What the host sees of isa-debug-exit: QEMU exits with 2 * code + 1.
#define DEBUG_EXIT_PORT 0xf4
#define EXIT_SUCCESS_CODE 0x10
#define EXIT_FAILURE_CODE 0x20
#define EXIT_PANIC_CODE 0x30

#define VECTOR_DEBUG 1
#define VECTOR_GENERAL_PROTECTION 13
#define VECTOR_PAGE_FAULT 14
// Vector 32 + n is interrupt line n: line 0 is the local APIC's timer, lines 1 to 23 are inputs of
// the I/O APIC, the others are raised by messages.
#define FIRST_IRQ_VECTOR 32
#define IO_APIC_LINES 24
#define VECTORS 96
#define SPURIOUS_VECTOR 95

#define STACK_SIZE 0x200000
#define TRAP_STACK_SIZE 0x4000

// How the loader left its information.
#define BOOT_PVH 1
#define BOOT_MULTIBOOT2 2
#define BOOT_MULTIBOOT 3

#endif
