# SPDX-License-Identifier: MPL-2.0
#
# gzip, zcat: levels, several members, damaged data, names and times kept, sparse and random data, pipes.
seq 20000 >n; gzip -c n >n.gz; gzip -l n.gz 2>/dev/null | wc -l; zcat n.gz | cmp - n && echo same
for l in 1 5 9; do gzip -$l -c n | gunzip | md5sum; done
[ $(gzip -9 -c n | wc -c) -le $(gzip -1 -c n | wc -c) ] && echo level 9 is not larger
(gzip -c n; echo tail | gzip) | zcat | tail -n 2
head -c 100000 /dev/zero | gzip | wc -c; head -c 100000 /dev/zero | gzip | zcat | wc -c
head -c 20000 /dev/urandom >r; gzip -c r >r.gz; zcat r.gz | cmp - r && echo random too; [ $(wc -c <r.gz) -gt 20000 ] && echo grew
gzip -t n.gz; echo $?; head -c 1000 n.gz >cut.gz; gzip -t cut.gz 2>/dev/null; echo $?; zcat cut.gz 2>/dev/null | head -n 2
cp n.gz bad.gz; printf '\377' | dd of=bad.gz bs=1 seek=2000 conv=notrunc 2>/dev/null; zcat bad.gz >/dev/null 2>&1; echo $?
printf 'not gzip at all' | gunzip; echo $?; : | gzip | zcat | wc -c; : | zcat; echo $?
touch -d '2012-12-12 12:12:12' n; chmod 640 n; gzip n; ls n*; stat -c %a n.gz; gunzip n.gz; stat -c '%a' n
gzip -k n; ls n*; gzip n; echo $?; gzip -f n; ls n*; gunzip -k n.gz; ls n*; rm n; gunzip -c n.gz | wc -l
cp n.gz m.GZ; gunzip m.GZ; echo $?; gunzip -f n.gz; gzip nosuch; echo $?; mkdir dd; gzip dd; echo $?
gzip -d <r.gz | md5sum | cut -c 33-; echo x | gzip | od -An -tx1 -N4
seq 1000 | bzip2 | bzcat | md5sum; seq 1000 | gzip | busybox zcat | md5sum
