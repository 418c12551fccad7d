# SPDX-License-Identifier: MPL-2.0
#
# sed: substitution, addresses, hold space, branches, files, in place.
printf 'one\ntwo\nthree\nfour\nfive\n' >f
sed 's/o/0/' f; sed 's/o/0/g;s/e$/E/' f; sed -n '2p;4,5p' f; sed '2,3d' f; sed -n '/t/p' f
sed '/two/,/four/s/^/> /' f; sed '$d' f; sed -n '$=' f; sed '1!d' f; sed '2q' f; sed -n '1~2p' f
sed 's/\(.\)\(.\)/\2\1/' f; sed -E 's/(.)(.)/\2\1/' f; sed 's/t.*/[&]/' f; sed 's,o,/,' f
sed 'y/abcdefgh/ABCDEFGH/' f; sed '2i\
inserted' f; sed '2a appended' f; sed '3c changed' f
sed -n 'H;${x;s/\n/,/g;p}' f; sed 'N;s/\n/+/' f; sed -n '1!G;h;$p' f
sed ':a;s/^\(.\{1,7\}\)$/ \1/;ta' f; sed 's/e/E/2' f; sed 's/T/x/I' f
sed -i 's/one/1/' f; head -n 1 f; sed -i.bak 's/1/uno/' f; cat f.bak | head -n 1
sed -e 's/two/2/' -e 's/2/zwei/' f; echo 's/three/drei/' >cmds; sed -f cmds f
sed -n '/four/{s/f/F/;p;}' f; sed 'n;d' f; sed = f | head -n 4; sed -n l <<X
tab	and \ here
X
sed '/three/w out' f >/dev/null; cat out
sed 'r cmds' f | head -n 2; sed s/x f; echo $?
sed p missing; echo $?
sed --posix 's/a\|b/X/g' </dev/null; echo abab | sed 's/a\|b/X/g'; printf 'no newline' | sed 's/no/NO/'; echo
seq 5000 | sed 's/9/nine/g' | md5sum
