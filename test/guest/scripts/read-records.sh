# SPDX-License-Identifier: MPL-2.0
#
# read: fields, -r, IFS, delimiters, partial lines, timeouts, from pipes, files and here-documents; loops that parse.
echo 'a b c' | { read x y; echo "$x|$y"; }; echo '  lead  trail  ' | { read x; echo "[$x]"; }; echo '  lead  trail  ' | { IFS= read x; echo "[$x]"; }; echo 'a:b::c' | { IFS=: read w x y z; echo "$w|$x|$y|$z"; }; printf 'back\\slash\\\ncontinued\n' | { read x; echo "$x"; }; printf 'back\\slash\\\nnext\n' | { read -r x; echo "$x"; }; printf 'no newline' | { read x; echo "$? $x"; }; : | { read x; echo "$? [$x]"; }; echo one | { read; echo "$REPLY"; }; echo 'a b' | { read x y z; echo "$x|$y|$z"; }
printf 'abcdef' | { read -n 3 x; echo "$x"; }; printf 'a,b;c' | { read -d ';' x; echo "$x"; }; (sleep 1) | { read -t 0.1 x; echo $(($? > 0)); }; printf 'key=value # c\n\n# only\nk2 = v2\n' | while IFS== read -r k v; do case $k in ''|\#*) continue;; esac; v=${v%%#*}; echo "<$k><$v>"; done; printf '1 2\n3 4\n' | while read a b; do echo $((a * b)); done; n=0; while read l; do n=$((n + 1)); done <<X
1
2
3
X
echo $n; cat >csv <<X
name,qty,"unit price"
bolt,10,0.25
nut,,1
X
while IFS=, read -r a b c; do printf '%-6s|%4s|%s\n' "$a" "$b" "$c"; done <csv; exec 3<csv; read h <&3; read l <&3; echo "$l"; (read l <&3; echo "$l"); read l <&3; echo $?; exec 3<&-; seq 3 | (read a; read b; cat); printf 'x\0y\n' | { read v; echo "$v"; }; printf '\ta\t\tb\n' | { IFS='	' read p q; echo "$p|$q"; }; echo 'a-b c' | { IFS='- ' read p q r; echo "$p|$q|$r"; }; while read -r a && read -r b <&4; do echo "$a+$b"; done <<X 4<<Y
1
2
X
one
two
Y
seq 3000 | while read i; do [ $((i % 1000)) -eq 0 ] && echo $i; done; read x </dev/null; echo $?; read 1bad <csv; echo $?; readonly ro=1; echo y | (read ro); echo $?; printf 'p\nq\n' >two; { read a; read b; } <two; echo $a$b
