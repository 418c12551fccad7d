# SPDX-License-Identifier: MPL-2.0
#
# cpio: newc archives, lists from find, extraction with folders, links and devices, pass-through, bad input.
mkdir -p t/d; echo alpha >t/a; seq 300 >t/d/b; ln t/a t/hard; ln -s a t/sym; chmod 600 t/d/b; mkfifo t/p; mknod t/n c 1 3
find t | sort | cpio -o -H newc >x.cpio; head -c 6 x.cpio; echo
cpio -t <x.cpio; cpio -tv <x.cpio 2>/dev/null | awk '{print $1, $3}' | head -n 4
mkdir out; (cd out && cpio -id <../x.cpio); find out | sort
cmp t/d/b out/t/d/b && stat -c '%a %F' out/t/d/b out/t/p out/t/n
readlink out/t/sym; [ out/t/a -ef out/t/hard ] && echo hard link kept; cat out/t/a
(cd out && cpio -i 't/a' <../x.cpio); echo $?; (cd out && cpio -iu t/a <../x.cpio); echo $?
cpio -i --to-stdout t/d/b <x.cpio 2>/dev/null | tail -n 1
mkdir pass; find t -type f | cpio -pd pass 2>/dev/null; find pass -type f | sort
echo garbage | cpio -t; echo $?; head -c 200 x.cpio | cpio -t; echo $?; : | cpio -t; echo $?
find t -name a | cpio -o -H newc 2>/dev/null | wc -c
: | cpio -o -H newc 2>/dev/null | tr '\0' '\n' | head -n 1 | cut -c 1-20
(find t -name a | cpio -o -H newc; find t -name b | cpio -o -H newc) 2>/dev/null | cpio -t 2>/dev/null
