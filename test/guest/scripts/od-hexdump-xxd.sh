# SPDX-License-Identifier: MPL-2.0
#
# od, hexdump and xxd: formats, offsets, lengths, repeated lines, reverse.
printf 'Hello, world!\n\000\001\377\200tail' >f
od f; od -c f; od -An -tx1 f; od -tx2 f; od -tx4 -v f
od -td1 -N 8 f; od -tu1 -j 4 -N 4 f; od -to1 f
od -Ax -tx1z f; od -Ad -c -N 5 f; od -ta -N 16 f; od -b f
od -x f; od -d f
head -c 64 /dev/zero | od -tx1
head -c 64 /dev/zero | od -v -tx1 | wc -l
printf '\000\000\200\077\000\000\040\300' | od -An -tfF
printf '\000\000\000\000\000\000\370\077' | od -An -tfD
printf '\001\002\003\004\005\006\007\010' | od -An -td8
printf '\377\377\377\377' | od -An -td4
hexdump f; hexdump -C f; hexdump -C -n 5 -s 2 f
hexdump -b -n 4 f; hexdump -c -n 6 f
hexdump -e '4/1 "%02x " "\n"' f
hexdump -v -e '1/1 "%d,"' -n 4 f; echo; hexdump -x -n 8 f
hexdump -d -n 4 f; hexdump -o -n 4 f
head -c 64 /dev/zero | hexdump -C
xxd f; xxd -p f
xxd -p f | xxd -r -p | cmp - f && echo reversed
xxd f | xxd -r | cmp - f && echo reversed; xxd -l 4 f
xxd -s 8 -l 4 f; xxd -c 4 -g 1 f; hexdump missing; echo $?
od missing; echo $?; : | od; : | hexdump -C
printf abc | xxd -u
