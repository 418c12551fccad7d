# SPDX-License-Identifier: MPL-2.0
#
# /dev: null, zero, full, random, links; opening, writing, sizes, types.
echo gone >/dev/null; echo $?; cat /dev/null | wc -c
head -c 10 /dev/zero | od -c; echo x >/dev/zero; echo $?
echo x >/dev/full; echo $?
head -c 4 /dev/full | od -An -tx1
head -c 100 /dev/urandom | wc -c
head -c 16 /dev/random | wc -c
a=$(head -c 16 /dev/urandom | od -An -tx1)
b=$(head -c 16 /dev/urandom | od -An -tx1)
[ "$a" != "$b" ] && echo random differs
ls -l /dev/null /dev/zero /dev/full /dev/urandom | awk '{print $1, $5, $6, $NF}'
readlink /dev/fd /dev/stdin; readlink /dev/stdin
readlink /dev/stdout; echo out >/dev/stdout
echo err >/dev/stderr; echo in | cat /dev/fd/0
echo x | tee /dev/fd/2 2>e; cat e; cat /dev/nosuch; echo $?
cp /dev/null copy; wc -c <copy; [ -c copy ]; echo $?
cat /dev/fd/9; echo $?; : >/dev/nosuch
ls /dev/nosuch 2>/dev/null; rm -f /dev/nosuch
mknod n c 1 3; echo x >n; echo $?; stat -c '%F %t %T' n
mknod z c 1 5; head -c 3 z | od -An -tx1; mknod p p
stat -c %F p; mknod bad c; echo $?; mknod n c 1 3; echo $?
mknod nodriver c 123 45; cat nodriver; echo $?
mknod b b 9 9; stat -c '%F %t,%T' b; cat b; echo $?
dd if=/dev/zero of=/dev/null bs=1M count=2 2>/dev/null; echo $?
echo data | dd of=/dev/null 2>/dev/null; echo $?
cd /dev/null; echo $?; mkdir /dev/null/x; echo $?
