# SPDX-License-Identifier: MPL-2.0
#
# Corrupt executables: every way to be refused, errno as env reports it, and what the shell does.
try() { chmod +x $1; env ./$1 >out 2>err; s=$?; sed 's/^env: //' err; echo "$1: env $s"; }
head -c 64 /bin/busybox >header-only; try header-only
head -c 3 /bin/busybox >three-bytes; try three-bytes
head -c 20 /bin/busybox >twenty; try twenty
head -c 100 /bin/busybox >cut-in-table; try cut-in-table
patch_at() { cp base $1; printf "$3" | dd of=$1 bs=1 seek=$2 conv=notrunc 2>/dev/null; }
head -c 8192 /bin/busybox >base; patch_at arm32 4 '\001'
printf '\050' | dd of=arm32 bs=1 seek=18 conv=notrunc 2>/dev/null
try arm32; patch_at arm 18 '\050\000'; try arm
patch_at arm64 18 '\267\000'; try arm64
patch_at relocatable 16 '\001\000'; try relocatable
patch_at core 16 '\004\000'; try core
patch_at phentsize 54 '\040\000'; try phentsize
patch_at no-headers 56 '\000\000'; try no-headers
patch_at table-far-away 32 '\377\377\377\177'
try table-far-away; patch_at bad-magic 0 'XELF'
try bad-magic; head -c 1000 /dev/zero >zeros; try zeros
printf '\177ELF' >magic-only; try magic-only
# Linux looks at the magic, type and machine only: a wrong class or byte order in e_ident runs.
{ printf '\177ELF\002\001\001\000\000\000\000\000\000\000\000\000\002\000\076\000\001\000\000\000\170\000\100\000\000\000\000\000'
printf '\100\000\000\000\000\000\000\000\000\000\000\000\000\000\000\000\000\000\000\000\100\000\070\000\001\000\000\000\000\000\000\000'
printf '\001\000\000\000\007\000\000\000\000\000\000\000\000\000\000\000\000\000\100\000\000\000\000\000\000\000\100\000\000\000\000\000'
printf '\000\001\000\000\000\000\000\000\000\001\000\000\000\000\000\000\000\020\000\000\000\000\000\000\270\074\000\000\000\277\052\000\000\000\017\005'
} >base
patch_at exits-42 0 '\177'; try exits-42
patch_at class-ignored 4 '\001'; try class-ignored
patch_at order-ignored 5 '\002'; try order-ignored
patch_at version-ignored 6 '\011'; try version-ignored
patch_at entry-nowhere 24 '\000\000\000\000'
try entry-nowhere; patch_at not-executable 68 '\004'
try not-executable; patch_at no-load 64 '\000'
try no-load; patch_at offset-unaligned 72 '\001'
try offset-unaligned
patch_at file-above-memory 104 '\001\000'
try file-above-memory
patch_at kernel-address 86 '\377\377'; try kernel-address
mkdir dir; env ./dir; echo "directory: $?"; env ./missing; echo "missing: $?"
cp base plain; chmod 644 plain; env ./plain; echo "not executable: $?"
env ./base/x; echo "not a directory: $?"; ln -s loop loop
env ./loop; echo "loop: $?"; env ''; echo "empty name: $?"
mkfifo fifo; chmod +x fifo; env ./fifo; echo "fifo: $?"
env /dev/null; echo "device: $?"
./dir; echo $?; ./missing; echo $?; ./plain; echo $?
./base/x; echo $?; ./loop; echo $?; ''; echo $?; ./zeros; echo "zeros as script: $?"
./three-bytes 2>/dev/null; echo "three bytes as script: $?"
