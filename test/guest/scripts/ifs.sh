# SPDX-License-Identifier: MPL-2.0
#
# IFS: whitespace and other separators, empty fields, joins, assignment in one command.
c() { echo "$#:" "$@"; }
v=' a  b '; c $v
IFS=:; v='a::b:'; c $v; c "$v"
IFS=': '; v='a : b::c '; c $v
IFS=; v='a b:c'; c $v
unset IFS; c $v
IFS=,; set -- 1 2 3; echo "$*"; x="$*"; echo "$x"; unset IFS
IFS=/ read a b c <<X
/usr/lib/x/y
X
echo "<$a><$b><$c>"
p=a:b:c; (IFS=:; for d in $p; do echo "$d"; done)
IFS='
'; for l in $(printf 'one 1\ntwo 2'); do echo "[$l]"; done
IFS=x; c axbxc $(echo dxe) "$(echo fxg)"; unset IFS
n='*'; touch f1; c $n; c "$n"
IFS=- ; echo 2001-02-03 | { read y m d; echo $y $m $d; }
