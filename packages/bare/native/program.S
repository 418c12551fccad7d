// SPDX-License-Identifier: MPL-2.0
// The bytecode of the image's scripts, put beside this file's object by the build.

.section .rodata
.align 16
.globl program_start, program_end, kernel_start, kernel_end
program_start:
  .incbin "program.bin"
program_end:
kernel_start:
  .incbin "kernel.bin"
kernel_end:

.section .note.GNU-stack, "", @progbits
