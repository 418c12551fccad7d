# SPDX-License-Identifier: MPL-2.0
#
# read: splitting, raw mode, several variables, counts, delimiters, end of file, timeout.
echo 'one two  three' | { read a b; echo "<$a><$b>"; }
echo '  trim  me  ' | { read a; echo "<$a>"; }
echo 'back\slash \
joined' | { read a; echo "<$a>"; }
echo 'back\slash' | { read -r a; echo "<$a>"; }
echo 'a:b::c' | { IFS=: read x y z w; echo "<$x><$y><$z><$w>"; }
printf 'no newline' | { read a; echo "$? <$a>"; }
printf '' | { read a; echo "$? <$a>"; }
echo abcdef | { read -n 3 a; echo "<$a>"; read b; echo "<$b>"; }
printf 'a;b;c' | { read -d ';' a; read -d ';' b; echo "<$a><$b>"; }
read a </dev/null; echo "end of file: $?"
sleep 1 | { read -t 0.05 a; echo "timeout: $(($? > 0))"; }
printf '1\n2\n3\n' >f
{ read a; read b; } <f; echo $a $b
while read -r l <&3; do echo "l$l"; done 3<f
exec 4<f; read -u 4 a; read -u 4 b; echo "$a$b"; exec 4<&-
echo 'x y' | { read; echo "<$REPLY>"; }
echo a b c | { read -r a _ c; echo $a $c; }
read 1bad </dev/null; echo "bad name: $?"
