# SPDX-License-Identifier: MPL-2.0
#
# Programs made of a few bytes that crash: the status is 128 + signal, the shell says what happened.
# A 120-byte header (one segment, all permissions, at 4 MiB), then the code.
elf() { name=$1; { printf '\177ELF\002\001\001\000\000\000\000\000\000\000\000\000\002\000\076\000\001\000\000\000\170\000\100\000\000\000\000\000'
printf '\100\000\000\000\000\000\000\000\000\000\000\000\000\000\000\000\000\000\000\000\100\000\070\000\001\000\000\000\000\000\000\000'
printf '\001\000\000\000\007\000\000\000\000\000\000\000\000\000\000\000\000\000\100\000\000\000\000\000\000\000\100\000\000\000\000\000'
printf '\000\001\000\000\000\000\000\000\000\001\000\000\000\000\000\000\000\020\000\000\000\000\000\000'
printf "$2"; head -c 200 /dev/zero
} | head -c 256 >$name; chmod +x $name; ./$name; echo "$name: $?"
}
elf exit-42 '\270\074\000\000\000\277\052\000\000\000\017\005'
elf null-jump '\061\300\377\340'
elf null-read '\061\300\110\213\000'
elf null-write '\061\300\110\211\000'
elf stack-overflow '\120\353\375'
elf recursion '\350\373\377\377\377'
elf undefined '\017\013'
elf breakpoint '\314'
elf divide '\061\311\367\361'
elf divide-overflow '\270\000\000\000\200\231\203\311\377\367\371'
elf privileged-hlt '\364'
elf privileged-cli '\372'
elf port-in '\344\140'
elf noncanonical '\110\270\000\000\000\000\000\000\000\200\110\213\000'
elf noncanonical-jump '\110\270\000\000\000\000\000\000\000\200\377\340'
elf kernel-read '\110\307\300\000\000\000\377\110\213\000'
elf interrupt '\315\102'
elf overflow-int '\017\377\300'
elf unknown-syscall '\270\237\206\001\000\017\005\367\330\211\307\270\074\000\000\000\017\005'
elf abort-by-kill '\270\047\000\000\000\017\005\211\307\276\006\000\000\000\270\076\000\000\000\017\005'
elf run-off-end '\220'
elf misaligned-sse '\017\050\004\045\171\000\100\000'
elf alignment-fine '\110\213\004\045\171\000\100\000\061\377\270\074\000\000\000\017\005'
