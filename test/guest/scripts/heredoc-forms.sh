# SPDX-License-Identifier: MPL-2.0
#
# Here-documents: quoting, tabs stripped, several at once, in loops and functions, expansions, large bodies.
v=value; cat <<X
plain $v $(echo sub) \$v \\ \` "q" 'q' $((1 + 2)) ${v#va} \
joined
X
cat <<'X'
raw $v $(echo no) \$v \\ \
two lines
X
cat <<-X
	stripped $v
		both tabs
    spaces stay
	X
cat <<A; cat <<B
from a
A
from b
B
cat - /dev/fd/3 <<A 3<<B
stdin
A
third
B
while read a b; do echo "$b-$a"; done <<X
1 one
2 two three
X
f() { cat <<X
in function $1
X
}; f arg; f "$(f nested)"
x=$(cat <<X
captured
X
); echo "[$x]"; if cat <<X; then echo ok; fi
condition
X
cat <<"E O F"
delimiter with spaces $v
E O F
cat <<X | tr a-z A-Z
piped
X
(cat; echo sub) <<X
shell
X
seq 20000 >n; { echo 'cat <<X | md5sum'; cat n; echo X; } >s.sh; sh s.sh; md5sum <n
cat <<X
${unset-default} ${v:+set} $? $# "$@" $(cat <<Y
inner
Y
)
X
cat <<X
`echo backquote` $(printf 'a\nb')
X
sh -c 'cat <<X
unfinished'; echo $?; : <<X
nothing $(echo side effect >side)
X
cat side; cat <<X >out; cat out
to file
X
eval "cat <<X
evaluated \$v
X"; set -- a b; cat <<X
$1 $2 $* $#
X
cat <<''
until an empty line

IFS=:; cat <<X
${v} a:b $*
X
