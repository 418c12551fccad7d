# SPDX-License-Identifier: MPL-2.0
#
# cmp, diff, patch: byte offsets, unified hunks, trees, applying and reversing, fuzz and rejects.
seq 20 >a; sed '5s/.*/five/;15d;$a extra' <<X >b
$(seq 20)
X
cmp a b; echo $?; cmp -s a a; echo $?; cmp -l a b | head -n 3; printf ab >x; printf abc >y; cmp x y; cmp a nosuch; echo $?
cmp -n 4 a b; echo $?; printf abc | cmp - y; echo $?
diff a b; echo $?; diff -u a b | sed 1,2d; diff -q a b; diff -s a a; diff -u0 a b 2>/dev/null | sed 1,2d
diff -u a b >p; cp a c; patch c <p; cmp c b && echo patched; patch -R c <p; cmp c a && echo reversed
sed -i '2d' c; patch c <p; echo $?; grep -c . c
cp a c; sed -i 's/^5$/other/' c; patch c <p; echo $?; ls c*
cp b c; patch -N c <p; echo $?; patch --dry-run c <p >/dev/null 2>&1; rm -f c*
mkdir -p o/d n/d; echo 1 >o/f; echo 2 >n/f; echo s >o/d/s; echo s >n/d/s; echo new >n/d/n; echo gone >o/g
diff -r o n; echo $?; diff -rN o n >tree 2>/dev/null; grep -c '^[<>]' tree; diff -rq o n
diff -ruN o n >p; (cd o && patch -p1 <../p); diff -r o n && echo trees agree; ls o
printf 'a  b\n\nC\n' >w1; printf 'a b\nc\n' >w2; diff -b w1 w2; diff -w w1 w2; diff -B w1 w2 ; diff -i w1 w2; diff -wiB w1 w2 && echo blind
diff - a <b | head -n 2; diff a o; echo $?; diff -a x y; printf 'x\0y' >z; diff z x; echo $?
diff --label L1 --label L2 -u w1 w2 2>/dev/null | head -n 2; diff -t -U 1 a b | tail -n +3
