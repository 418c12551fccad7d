# SPDX-License-Identifier: MPL-2.0
#
# dd: skip and seek, conv=, short blocks, notrunc, sparse output, status lines, counts in bytes.
seq -w 100 >s; s() { sed 's/,.*//'; }
dd if=s bs=4 count=3 2>/dev/null; dd if=s bs=4 skip=97 2>/dev/null
dd if=s of=o bs=10 count=2 seek=3 2>&1 | s; wc -c <o; od -An -c o | head -n 2
printf ABCDEFGHIJ >t; printf xy | dd of=t bs=1 seek=4 conv=notrunc 2>/dev/null; cat t; echo
printf xy | dd of=t bs=1 seek=4 2>/dev/null; cat t; echo
printf 'abcd' | dd conv=swab 2>/dev/null; echo; printf 'abc' | dd conv=swab 2>/dev/null; echo
printf 'short' | dd bs=16 conv=sync 2>/dev/null | od -An -c
(printf abc; sleep 0.1; printf def) | dd bs=6 count=1 2>/dev/null; echo
(printf abc; sleep 0.1; printf def) | dd bs=6 count=1 iflag=fullblock 2>/dev/null; echo
(printf abc; sleep 0.1; printf de) | dd obs=5 2>&1 >/dev/null | s
dd if=/dev/zero bs=1k count=5 2>/dev/null | wc -c; dd if=/dev/zero bs=2x3 count=1 2>/dev/null | wc -c
dd if=s bs=7 2>&1 >/dev/null | s; dd if=s ibs=100 obs=30 2>&1 >/dev/null | s
dd if=nosuch 2>&1; echo $?; dd if=s of=/nosuch/x 2>&1; echo $?; dd if=s bs=0; echo $?; dd bogus=1 2>&1 | head -n 1
dd if=/dev/zero of=sparse bs=1 count=1 seek=1048575 2>/dev/null; stat -c '%s' sparse; [ $(stat -c %b sparse) -lt 100 ] && echo sparse
dd if=sparse bs=64k skip=15 2>/dev/null | tr -d '\0' | wc -c
dd if=s of=/dev/full bs=10 count=1 2>&1 | s | head -n 1; dd if=s count=0 2>&1 | s
seq 3 | dd bs=1 skip=2 2>/dev/null; dd if=s skip=1000 2>&1 | s
dd if=/dev/null of=empty 2>/dev/null; stat -c %s empty; seq 10 | dd of=ap bs=4 oflag=append conv=notrunc 2>/dev/null; seq 2 | dd of=ap oflag=append conv=notrunc 2>/dev/null; tail -n 3 ap
