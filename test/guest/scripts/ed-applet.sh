# SPDX-License-Identifier: MPL-2.0
#
# ed: a script of commands, addresses, substitution, writing, errors.
printf 'one\ntwo\nthree\nfour\n' >f
ed f <<'X'
1p
$p
/thr/p
2,3n
2s/two/TWO/
2p
1d
$a
five
six
.
1i
zero
.
,p
.=
$=
2m$
,p
1,2j
1p
w out
q
X
echo $?; cat out; ed missing <<'X'
a
new text
.
w
q
X
cat missing; printf '1p\nbogus\nq\n' | ed f 2>&1
printf '1,$s/o/0/g\n,p\nq!\n' | ed f
printf 'd\nq\nq\n' | ed f; cat f
