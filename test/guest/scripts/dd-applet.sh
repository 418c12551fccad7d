# SPDX-License-Identifier: MPL-2.0
#
# dd: block sizes, seek and skip, conversions, partial blocks, counts.
q() { dd "$@" 2>/dev/null; }; seq 100 >f
q if=f bs=10 count=2; echo; q if=f bs=1 skip=5 count=4
q if=f of=g bs=7; cmp f g; echo $?
dd if=f of=/dev/null bs=100 2>&1 | head -n 2
dd if=/dev/zero of=z bs=1k count=3 2>&1 | head -n 2
wc -c <z
printf abc | q of=s bs=1 seek=5; od -c s
printf XY | q of=s bs=1 seek=1 conv=notrunc; od -c s
printf ab | q conv=swab; echo
echo hello | q conv=ucase 2>/dev/null; echo $?
printf abc | q bs=8 conv=sync | od -c; q if=missing; echo $?
dd if=missing; q bs=0 if=f; echo $?; dd bad=1; echo $?
{ printf abc; sleep 0.1; printf def; } | dd bs=6 count=1 2>/dev/null
echo
{ printf abc; sleep 0.1; printf def; } | dd bs=6 count=1 iflag=fullblock 2>/dev/null
echo; q if=/dev/zero of=big bs=1M count=5; wc -c <big
q if=/dev/zero bs=64k count=16 | md5sum
q if=f of=o bs=4 conv=notrunc seek=2 count=1
od -c o | head -n 2
dd if=/dev/full of=h bs=10 count=1 2>/dev/null
od -c h | head -n 1
q if=f bs=1 count=0; echo $?; q of=new </dev/null
wc -c <new; q if=/dev/zero of=/dev/full count=1; echo $?
(q bs=3 count=1 >/dev/null; cat) <f | head -n 1
q if=f ibs=10 obs=3 skip=1 count=1; echo
q if=f bs=2k | tail -n 1; seq 100000 | q bs=4096 | md5sum
q if=f of=f2 oflag=append conv=notrunc
q if=f of=f2 oflag=append conv=notrunc; wc -l <f2
q if=f bs=5 skip=3 iflag=skip_bytes count=1; echo
