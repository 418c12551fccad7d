# SPDX-License-Identifier: MPL-2.0
#
# md5sum, sha1sum, sha256sum, sha512sum, sha3sum, cksum and friends: known values, check mode.
printf '' | md5sum; printf abc | md5sum
printf abc | sha1sum; printf abc | sha256sum
printf abc | sha512sum; printf abc | sha3sum
printf abc | crc32 /dev/stdin 2>/dev/null | cut -c1-8
head -c 1000000 /dev/zero | md5sum
head -c 1000000 /dev/zero | sha1sum
head -c 1000000 /dev/zero | sha256sum
head -c 300000 /dev/zero | sha512sum
head -c 100000 /dev/zero | sha3sum
for n in 55 56 63 64 65 119 120 127 128 129; do head -c $n /dev/zero | tr '\0' x | sha256sum; done
seq 100000 | md5sum
for n in 55 56 64; do head -c $n /dev/zero | md5sum; done
echo one >f1; echo two >f2; md5sum f1 f2 >sums; cat sums
md5sum -c sums; echo $?; echo changed >f2; md5sum -c sums; echo $?
md5sum -s -c sums; echo $?; sha256sum f1 >s
sha256sum -c s
md5sum missing; echo $?; echo garbage >s; md5sum -c s; echo $?
md5sum - <f1
for x in a b c; do printf $x | md5sum; done | md5sum
md5sum /dev/null; sha1sum f1 missing; echo $?
