# SPDX-License-Identifier: MPL-2.0
#
# Holes: truncate, seek and write, fallocate, copying, reading zeros, blocks counted, sizes past 4 GiB.
truncate -s 10M a; stat -c '%s %b' a; md5sum <a; printf end | dd of=a bs=1 seek=10485757 conv=notrunc 2>/dev/null; tail -c 5 a | od -An -c; [ $(stat -c %b a) -le 64 ] && echo few blocks
truncate -s 3 a; stat -c %s a; truncate -s 8 a; od -An -c a; stat -c %s a; truncate -s 6G big; stat -c '%s %b' big
printf x | dd of=big bs=1 seek=5000000000 conv=notrunc 2>/dev/null; dd if=big bs=1 skip=4999999998 count=5 2>/dev/null | od -An -c; stat -c %s big
[ $(stat -c %b big) -lt 100 ] && echo small on disk; truncate -s 5000000001 big; tail -c 1 big; echo; truncate -s 0 big; stat -c '%s %b' big
fallocate -l 100k f; stat -c '%s %b' f; tr -d '\0' <f | wc -c; echo head >f2; fallocate -l 5000 f2; stat -c %s f2; head -n 1 f2; fallocate -l 0 f 2>/dev/null; echo $?
fallocate -o 200k -l 4k f; stat -c %s f; fallocate -l 1k nosuch/f; echo $?; fallocate -l 1k /dev/null; echo $?
for i in 1 3 5; do printf $i | dd of=s bs=4096 seek=$i conv=notrunc 2>/dev/null; done; stat -c %s s; tr '\0' . <s | fold -w 4096 | cut -c 1 | tr '\n' ' '; echo
cp s t; cmp s t && echo copied; cat s >u; cmp s u && echo; stat -c %s u; gzip -c s | wc -c; >s; stat -c '%s %b' s
dd if=/dev/zero of=z bs=1M seek=1 count=0 2>/dev/null; stat -c '%s %b' z; wc -c <z; truncate -c -s 5 none; ls none; truncate -s x z; echo $?; truncate -s 1k z; stat -c %s z
exec 3<>h; printf abc >&3; truncate -s 1 h; printf def >&3; od -An -c h; exec 3>&-; exec 3>>h; truncate -s 0 h; printf x >&3; od -An -c h
