# SPDX-License-Identifier: MPL-2.0
#
# uniq, cut and tr.
printf 'a\na\nb\nc\nc\nc\na\n' >f; uniq f; uniq -c f; uniq -d f; uniq -u f; sort f | uniq -c | sort -rn
printf 'x 1\ny 1\nz 2\n' | uniq -f 1
printf 'A\na\n' | uniq -i
printf 'ab1\nab2\n' | uniq -w 2
printf 'xa\nya\n' | uniq -s 1
printf 'one:two:three\nno delimiter\na:b:c:d\n' >c
cut -d: -f2 c; cut -d: -f1,3- c; cut -d: -s -f2 c
cut -c2-4 c; cut -b1,3 c; cut -d: -f-2 c
cut c; echo $?; cut -f0 c; echo $?; cut -f1 missing; echo $?
echo hello | tr a-y b-z; echo hello | tr -d l; echo aabbcc | tr -s ab; echo 'a b	c' | tr -s '[:space:]' '\n'
echo HeLLo | tr '[:upper:]' '[:lower:]'
echo abc | tr abc x; echo abc123 | tr -cd '0-9\n'
echo abc | tr -c 'b\n' .
printf 'a\000b' | tr '\000' '\n'; echo
echo 'a-b' | tr 'a\-b' xyz; echo x | tr; echo $?
printf '\001\377' | tr '\377' '\101' | od -An -tx1
seq 9999 | tr '0-9' '9876543210' | md5sum
