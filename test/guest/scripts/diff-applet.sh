# SPDX-License-Identifier: MPL-2.0
#
# diff and patch: unified output, options, directories, applying and reversing.
seq 20 >a; seq 20 | sed '3d;10s/$/ changed/;15a inserted' >b
strip() { sed -E 's/^(---|\+\+\+) .*/\1/'; }
diff a a; echo $?; diff -u a b | strip
diff a b >/dev/null; echo $?; diff -q a b
diff -U 1 a b | strip; diff -U 0 a b | strip; diff -s a a
printf 'a  b\n' >c; printf 'a b\n' >d; diff -b c d; echo $?
diff -w c d; printf 'x\n\ny\n' >e; printf 'x\ny\n' >f
diff -B e f; echo $?; printf 'A\n' >g; printf 'a\n' >h
diff -i g h; echo $?
printf 'no newline' >i; echo 'no newline' >j
diff i j | strip; diff a missing; echo $?
diff a - <b | strip | head -n 3
diff -L left -L right a b | head -n 2
mkdir d1 d2; echo 1 >d1/x; echo 2 >d2/x; echo only >d1/y
diff -r d1 d2 | strip; diff -rq d1 d2
diff -rN d1 d2 | strip; printf 'bin\0a' >k
printf 'bin\0b' >l; diff k l
diff -u a b >p; cp a w; patch w p
cmp w b && echo patched; patch -R w p
cmp w a && echo reversed; echo unrelated >w2; patch w2 p; echo $?
patch -p0 --dry-run a p 2>&1 | head -n 1; seq 3000 >m
sed 's/7$/seven/' m >n; diff m n | grep -c '^+[0-9s]'
