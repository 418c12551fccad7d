// SPDX-License-Identifier: MPL-2.0
// From the boot loader to C: 32-bit protected mode without paging, then long mode.
// A loader enters at `pvh_entry` (PVH, as `qemu -kernel` does) or `multiboot_entry` (GRUB, either
// version), with the address of its information in ebx. All zero .bss, as the ELF file asks.

#include "layout.h"

#define PAGE_PRESENT_WRITE 0x3
#define PAGE_LARGE 0x80

// The note by which PVH loaders find the 32-bit entry (Xen, public/elfnote.h, type 18).
.section .note.pvh, "a", @note
  .align 4
  .long 4, 8, 18
  .asciz "Xen"
  .quad pvh_entry

.section .boot, "awx"
// Room for a multiboot header (the first version's), which build/multiboot.ts fills in where GRUB
// shall load the image by that protocol: QEMU refuses a 64-bit image that has one.
  .align 8
  .ascii "room multib."
// Multiboot2 specification, section 3.1. The tag of type 3 tells the 32-bit entry.
  .align 8
multiboot2_header:
  .long 0xe85250d6, 0, multiboot2_header_end - multiboot2_header
  .long -(0xe85250d6 + 0 + (multiboot2_header_end - multiboot2_header))
  .short 3, 0
  .long 12, multiboot_entry
  .align 8
  .short 0, 0
  .long 8
multiboot2_header_end:

.code32
.globl pvh_entry
pvh_entry:
  movl $BOOT_PVH, %edi
  jmp start32
// The ELF file's entry too, which is where multiboot (1) enters. eax tells the version.
.globl multiboot_entry
multiboot_entry:
  movl $BOOT_MULTIBOOT2, %edi
  cmpl $0x2badb002, %eax
  jne start32
  movl $BOOT_MULTIBOOT, %edi
start32:
  cli
  cld
  movl %ebx, %esi

  // What follows needs long mode (bit 29) and no-execute pages (bit 20): CPUID tells.
  movl $0x80000000, %eax
  cpuid
  cmpl $0x80000001, %eax
  jb too_old
  movl $0x80000001, %eax
  cpuid
  andl $0x20100000, %edx
  cmpl $0x20100000, %edx
  jne too_old

  // The first GiB, at 0 and at KERNEL_VMA, in pages of 2 MiB: enough to reach C.
  movl $boot_pd, %edx
  movl $(PAGE_PRESENT_WRITE | PAGE_LARGE), %eax
  movl $512, %ecx
1:
  movl %eax, (%edx)
  addl $0x200000, %eax
  addl $8, %edx
  loop 1b
  movl $(boot_pd + PAGE_PRESENT_WRITE), boot_pdpt
  movl $(boot_pd + PAGE_PRESENT_WRITE), boot_pdpt + 510 * 8
  movl $(boot_pdpt + PAGE_PRESENT_WRITE), boot_pml4
  movl $(boot_pdpt + PAGE_PRESENT_WRITE), boot_pml4 + 511 * 8
  movl $boot_pml4, %eax
  movl %eax, %cr3

  // CR4: PAE, and SSE for the compiler's sake (OSFXSR, OSXMMEXCPT).
  movl $0x620, %eax
  movl %eax, %cr4
  // EFER: syscall, long mode, no-execute.
  movl $0xc0000080, %ecx
  rdmsr
  orl $0x901, %eax
  wrmsr
  // CR0: paging, write protection also for ring 0, native FPU errors, no FPU emulation.
  movl $0x80010033, %eax
  movl %eax, %cr0
  lgdt boot_gdt_pointer
  ljmp $KERNEL_CS, $start64

too_old:  // to the first serial port, and out of QEMU as a panic
  movl $too_old_text, %esi
  movw $0x3f8, %dx
  movl $(too_old_end - too_old_text), %ecx
  rep outsb
  movb $EXIT_PANIC_CODE, %al
  outb %al, $DEBUG_EXIT_PORT
  hlt
too_old_text: .ascii "aster: this CPU has no long mode, or no no-execute pages: x86-64 is needed\n"
too_old_end:

.code64
start64:
  xorl %eax, %eax
  movl %eax, %ds
  movl %eax, %es
  movl %eax, %fs
  movl %eax, %gs
  movl $KERNEL_SS, %eax
  movl %eax, %ss
  movq $kernel_stack_top, %rsp
  xorl %ebp, %ebp
  movq $native_main, %rax
  // native_main(kind, address of the information) does not return.
  call *%rax
  ud2

  .align 8
boot_gdt:
  .quad 0, 0
  .quad 0x00af9b000000ffff
  .quad 0x00cf93000000ffff
boot_gdt_pointer:
  .short boot_gdt_pointer - boot_gdt - 1
  .long boot_gdt

.section .boot.bss, "aw", @nobits
  .align 4096
boot_pml4: .skip 4096
boot_pdpt: .skip 4096
boot_pd: .skip 4096

// Each stack has an unmapped page below it (memory.c).
.section .stacks, "aw", @nobits
  .align 4096
.globl guard_pages, kernel_stack_top, trap_stack_top, fault_stack_top
guard_pages:
  .skip 4096
  .skip TRAP_STACK_SIZE
trap_stack_top:
  .skip 4096
  .skip TRAP_STACK_SIZE
fault_stack_top:
  .skip 4096
  .skip STACK_SIZE
kernel_stack_top:

.section .note.GNU-stack, "", @progbits
