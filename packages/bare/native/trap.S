// SPDX-License-Identifier: MPL-2.0
// Into user mode and back, and the entries of all vectors.
// One CPU and no nesting: the state of the way in is in a few variables, not behind GS.

#include "layout.h"

#define MSR_FS_BASE 0xc0000100
#define MSR_GS_BASE 0xc0000101
// What user mode may set: CF PF AF ZF SF TF DF OF RF AC ID.
#define USER_RFLAGS 0x250dd5
// Always set in user mode: IF, and bit 1.
#define FIXED_RFLAGS 0x202
#define TF_OR_RF 0x10100

.text

// int enter_user(void *frame, uint32_t events): runs the thread in `frame` until it traps; the trap
// (FRAME_TRAP). When an interrupt came since shared_state.events was `events`, that is the trap:
// in user mode nobody would look at the note it left.
.globl enter_user
enter_user:
  pushq %rbx
  pushq %rbp
  pushq %r12
  pushq %r13
  pushq %r14
  pushq %r15
  cli
  movq %rsp, kernel_rsp(%rip)
  cmpl %esi, shared_state(%rip)
  jne already_interrupted
  // rip must be in the lower half: sysret and iretq fault in ring 0 otherwise.
  movq FRAME_RIP(%rdi), %r8
  movq %r8, %rax
  shrq $47, %rax
  jnz bad_rip
  cmpq %rdi, current_frame(%rip)
  movq %rdi, current_frame(%rip)
  je 1f
  // Selectors that another thread has loaded are not for this one to see.
  xorl %eax, %eax
  movl %eax, %ds
  movl %eax, %es
  movl %eax, %fs
  movl %eax, %gs
1:
  // Bases are made canonical, as wrmsr faults otherwise.
  movl $MSR_FS_BASE, %ecx
  movq FRAME_FS_BASE(%rdi), %rax
  call write_base
  movl $MSR_GS_BASE, %ecx
  movq FRAME_GS_BASE(%rdi), %rax
  call write_base
  // Bits of MXCSR that do not exist would fault.
  andl $0xffff, FRAME_MXCSR(%rdi)
  fxrstor64 FRAME_FXSAVE(%rdi)
  movl FRAME_RFLAGS(%rdi), %eax
  andl $USER_RFLAGS, %eax
  orl $FIXED_RFLAGS, %eax
  // sysret sets rip from rcx and rflags from r11: only right when the frame says the same.
  cmpq %r8, 8(%rdi)
  jne 1f
  cmpq %rax, 88(%rdi)
  jne 1f
  testl $TF_OR_RF, %eax
  jnz 1f
  call load_registers
  movq 88(%rdi), %r11
  movq 32(%rdi), %rsp
  movq 56(%rdi), %rdi
  sysretq
1:
  pushq $USER_SS
  pushq 32(%rdi)
  pushq %rax
  pushq $USER_CS
  pushq %r8
  call load_registers
  movq 88(%rdi), %r11
  movq 56(%rdi), %rdi
  iretq

already_interrupted:
  movl $TRAP_INTERRUPT, FRAME_TRAP(%rdi)
  movl $TRAP_INTERRUPT, %eax
  jmp leave_restored

bad_rip:
  movl $VECTOR_GENERAL_PROTECTION, FRAME_TRAP(%rdi)
  movl $0, FRAME_ERROR_CODE(%rdi)
  movl $VECTOR_GENERAL_PROTECTION, %eax
  jmp leave_restored

// Writes rax, sign-extended from 48 bits, to the MSR in ecx. Clobbers rdx.
write_base:
  shlq $16, %rax
  sarq $16, %rax
  movq %rax, %rdx
  shrq $32, %rdx
  wrmsr
  ret

// All general registers from the frame in rdi, but for rsp, rdi and r11.
load_registers:
  movq 0(%rdi), %rax
  movq 8(%rdi), %rcx
  movq 16(%rdi), %rdx
  movq 24(%rdi), %rbx
  movq 40(%rdi), %rbp
  movq 48(%rdi), %rsi
  movq 64(%rdi), %r8
  movq 72(%rdi), %r9
  movq 80(%rdi), %r10
  movq 96(%rdi), %r12
  movq 104(%rdi), %r13
  movq 112(%rdi), %r14
  movq 120(%rdi), %r15
  ret

// The general registers of the interrupted thread to the frame in \base, but for rax, rcx, rsp.
.macro SAVE_REGISTERS base
  movq %rdx, 16(\base)
  movq %rbx, 24(\base)
  movq %rbp, 40(\base)
  movq %rsi, 48(\base)
  movq %rdi, 56(\base)
  movq %r8, 64(\base)
  movq %r9, 72(\base)
  movq %r10, 80(\base)
  movq %r11, 88(\base)
  movq %r12, 96(\base)
  movq %r13, 104(\base)
  movq %r14, 112(\base)
  movq %r15, 120(\base)
.endm

// The target of `syscall`: interrupts are off (SFMASK), rsp is still the user's.
.globl syscall_entry
syscall_entry:
  movq %rsp, user_rsp(%rip)
  movq current_frame(%rip), %rsp
  movq %rax, 0(%rsp)
  movq %rcx, 8(%rsp)
  SAVE_REGISTERS %rsp
  movq %rcx, FRAME_RIP(%rsp)
  movq %r11, FRAME_RFLAGS(%rsp)
  movl $TRAP_SYSCALL, FRAME_TRAP(%rsp)
  movl $0, FRAME_ERROR_CODE(%rsp)
  movq user_rsp(%rip), %rcx
  movq %rcx, 32(%rsp)
  movq %rsp, %rax
  movl $TRAP_SYSCALL, %ebx

// The frame in rax, the trap in ebx: back to who called enter_user.
leave_user:
  fxsave64 FRAME_FXSAVE(%rax)
  movq kernel_rsp(%rip), %rsp
  // Direction, alignment check and trace flag may be the user's.
  pushq $2
  popfq
  fninit
  ldmxcsr default_mxcsr(%rip)
  movl $MSR_FS_BASE, %ecx
  movq kernel_fs_base(%rip), %rax
  call write_base
  cmpl $FIRST_IRQ_VECTOR, %ebx
  jb 1f
  cmpl $TRAP_SYSCALL, %ebx
  je 1f
  movl %ebx, %edi
  call irq_arrived
  movl $TRAP_INTERRUPT, %ebx
1:
  movl %ebx, %eax
leave_restored:
  sti
  popq %r15
  popq %r14
  popq %r13
  popq %r12
  popq %rbp
  popq %rbx
  ret

// One stub per vector, 16 bytes each: they even out the stack (error code, vector).
.macro VECTOR number
  .align 16
  .if !(\number == 8 || (\number >= 10 && \number <= 14) || \number == 17 || \number == 21 || \number == 29 || \number == 30)
    pushq $0
  .endif
  pushq $\number
  jmp trap_entry
.endm

.align 16
.globl vector_stubs
vector_stubs:
.altmacro
.set number, 0
.rept VECTORS
  VECTOR %number
  .set number, number + 1
.endr
.noaltmacro

// On the stack of the vector (IST): 0 vector, 8 error code, 16 rip, 24 cs, 32 rflags, 40 rsp, 48 ss.
.align 16
trap_entry:
  testb $3, 24(%rsp)
  jz trap_in_kernel
  pushq %rax
  movq current_frame(%rip), %rax
  movq %rcx, 8(%rax)
  SAVE_REGISTERS %rax
  popq %rcx
  movq %rcx, 0(%rax)
  movl 0(%rsp), %ebx
  movl 8(%rsp), %ecx
  movl %ebx, FRAME_TRAP(%rax)
  movl %ecx, FRAME_ERROR_CODE(%rax)
  movq 16(%rsp), %rcx
  movq %rcx, FRAME_RIP(%rax)
  movq 32(%rsp), %rcx
  movq %rcx, FRAME_RFLAGS(%rax)
  movq 40(%rsp), %rcx
  movq %rcx, 32(%rax)
  cmpl $VECTOR_PAGE_FAULT, %ebx
  jne 1f
  movq %cr2, %rcx
  movq %rcx, FRAME_FAULT_ADDRESS(%rax)
1:
  cmpl $FIRST_IRQ_VECTOR, %ebx
  jb leave_user
  movl $TRAP_INTERRUPT, FRAME_TRAP(%rax)
  jmp leave_user

// Ring 0 was interrupted: a device's interrupt, or a bug.
trap_in_kernel:
  pushq %rax
  pushq %rcx
  pushq %rdx
  pushq %rsi
  pushq %rdi
  pushq %r8
  pushq %r9
  pushq %r10
  pushq %r11
  cld
  movl 72(%rsp), %edi
  cmpl $FIRST_IRQ_VECTOR, %edi
  jb 1f
  call irq_arrived
  jmp 3f
1:
  // A #DB that `mov ss` held back until after a syscall: the trace flag was the user's.
  cmpl $VECTOR_DEBUG, %edi
  jne 2f
  andl $~0x100, 104(%rsp)
  jmp 3f
2:
  leaq 72(%rsp), %rsi
  movq %rbp, %rdx
  call kernel_fault
3:
  popq %r11
  popq %r10
  popq %r9
  popq %r8
  popq %rdi
  popq %rsi
  popq %rdx
  popq %rcx
  popq %rax
  addq $16, %rsp
  iretq

.section .rodata
default_mxcsr: .long 0x1f80

.section .bss
.align 8
kernel_rsp: .skip 8
user_rsp: .skip 8
.globl current_frame, kernel_fs_base
current_frame: .skip 8
kernel_fs_base: .skip 8

.section .note.GNU-stack, "", @progbits
