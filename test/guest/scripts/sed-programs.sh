# SPDX-License-Identifier: MPL-2.0
#
# sed: hold space, branches, loops, multi-line patterns, joining, reversing, comments stripped.
seq 6 | sed -n '1!G;h;$p'
printf 'a\nb\nc\n' | sed ':a;N;$!ba;s/\n/,/g'
printf 'one \\\ntwo \\\nthree\nfour\n' | sed -e ':x' -e '/\\$/{N;s/ *\\\n/ /;bx' -e '}'
seq 10 | sed -n '2,+3p'; seq 10 | sed -n '8,$p'
seq 10 | sed '2,4d;7q'; seq 5 | sed -n '$='
seq 10 | sed -n '/3/,/6/{/4/d;p}'; seq 10 | sed '5,$!d' | tail -n 1
printf 'x=1\ny=2\n' | sed 's/\(.*\)=\(.*\)/\2=\1/'
echo hello | sed 's/./\U&/;s/l/L/2'
echo 'aaa bbb' | sed 's/a/x/2;s/b/y/g'
echo aXbXc | sed 's/X/\n/g'
echo path/to/file | sed 's,/,::,g;s|::|/|2'
printf 'k1\nv1\nk2\nv2\n' | sed 'N;s/\n/ => /'
printf 'a\nb\n' | sed 'a\
after
i\
before
'
seq 3 | sed '2c\
changed'
echo abcabc | sed 'y/abc/xyz/'
printf 'keep # comment\n# whole line\ncode\n' | sed 's/ *#.*//;/^$/d'
seq 4 | sed -n 'x;1d;p;${x;p}'
printf 'aab\nab\nb\n' | sed -n '/^a\{2\}/p;/^ab*$/s//[&]/p'
printf 'a\tb\\c\001\n' | sed -n l
echo abc | sed -E 's/(a)(b)(c)/\3\2\1/;s/^(.)/<\1>/'
echo 'foo bar' | sed -E 's/(^|[^a-z])([a-z])/\1<\2>/g'
seq 3 | sed -n 'p;p' | wc -l
seq 3 >f; seq 4 6 >g; sed -i 's/2/two/' f; cat f; sed -i.bak 1d f; cat f f.bak | wc -l
sed -n '1p;$p' f g; sed = g | sed 'N;s/\n/:/'
seq 3 | sed '2r g' | tr '\n' ' '; echo; seq 4 | sed -n '2w out
4w out'; cat out
echo 1234567 | sed ':a;s/\B[0-9]\{3\}\>/,&/;ta'
seq 2 | sed 'tx;s/1/one/;tx;s/$/ no/;b;:x;s/$/ yes/'
seq 20 | sed -n '5{p;q}'; seq 3 | sed '$!{h;d};H;x;s/\n/+/g'
echo a | sed 's/b/c/;T;s/a/no/'; sed -n 'k' f; echo $?; echo x | sed 's/a'; echo $?
