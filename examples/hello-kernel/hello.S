# SPDX-License-Identifier: MPL-2.0
# A program without libc: writes a line and exits. Rebuild src/hello.generated.ts with make-hello.mjs.

        .global _start                      # entry point
        .section .text                      # code section
_start:
        mov     $1, %rax                    # system call number of write
        mov     $1, %rdi                    # standard output
        mov     $message, %rsi              # address of the message
        mov     $message_end, %rdx
        sub     %rsi, %rdx                  # length of the message
        syscall
        mov     $60, %rax                   # system call number of exit
        mov     $0, %rdi                    # exit code
        syscall

        .section .rodata                    # read-only data section
message:
        .ascii  "Hello, world\n"
message_end:
