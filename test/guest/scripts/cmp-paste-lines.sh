# SPDX-License-Identifier: MPL-2.0
#
# cmp, paste, fold, rev, tac.
printf 'a\nb\nc\nd\n' >x; printf 'b\nd\ne\n' >y; cmp x x; echo $?
cmp x y; echo $?; cmp -s x y; echo $?; cmp -l x y
printf 'a\nb\n' >short; cmp x short; echo $?
cmp x missing; echo $?; cmp - x <x; echo $?
paste x y; paste -d: x y; paste -s x; paste -s -d, x
paste - - <x; paste -d'\n' x y | head -n 3
paste x missing; echo $?
echo 'the quick brown fox jumps' | fold -w 10
echo 'the quick brown fox jumps' | fold -s -w 10
printf 'a\tb\n' | fold -w 5
printf 'abc\n' | fold -b -w 2; rev x y
printf 'hello\nworld' | rev; echo; tac x
printf 'a\nb' | tac; echo; tac missing; echo $?
rev </dev/null; seq 1000 | tac | head -n 1
seq 1000 | paste -s -d+ | md5sum
seq 500 | fold -w 1 | sort | uniq -c | sort -rn | head -n 2
printf 'one\r\ntwo\r\n' | dos2unix | od -c
printf 'x\n' | unix2dos | od -c
printf 'text\0\1binary string here\2xy' | strings
printf 'ab\0longer' | strings -n 2; echo 'a b' | cat -A
printf 'a\n\n\n\nb\t\001\n' | cat -s 2>/dev/null
printf 'x\t\001\n' | cat -v; printf 'x\ny\n' | cat -n
printf 'x\n\ny\n' | cat -b; printf 'x\t\n' | cat -et
