# SPDX-License-Identifier: MPL-2.0
#
# od, hexdump, xxd, strings: types, addresses, widths, skips, repeated lines, reverse of xxd.
printf 'Hello, \001\177\200\377 world\n\t\0end' >b
od b; od -c b; od -An -tx1 b; od -Ad -tx2 b; od -Ax -td1 -w8 b; od -tu4 -N 8 b; od -j 5 -N 4 -c b
od -An -to1 -tc b | head -n 4; od -b -N 4 b; od -x -N 4 b; od -An -td2 b | head -n 1
head -c 64 /dev/zero | od -tx1; head -c 64 /dev/zero | od -v -tx1 -An | wc -l
printf '\0\0\200\77\0\0\0\0\0\0\360\77' | od -An -tfF -N 4; printf '\0\0\0\0\0\0\360\77' | od -An -tfD
hexdump b; hexdump -C b; hexdump -e '4/1 "%02x " "\n"' -n 8 b; hexdump -s 3 -n 5 -c b; hexdump -d -n 6 b
xxd b; xxd -p b; xxd -c 8 -l 16 b; xxd -p b | xxd -r -p | cmp - b && echo back; xxd -s 7 -l 3 b
xxd b | xxd -r | cmp - b && echo back again; xxd -l 4 -g 1 b
strings -n 3 b; strings b; printf 'ab\0abcdef\0xyz1' | strings -t d; printf abc | strings | wc -l
od nosuch; echo $?; : | od; : | hexdump; : | xxd; echo $?; hexdump -C /dev/null
seq 100 | md5sum | xxd -r -p | od -An -tx1 | head -n 1
