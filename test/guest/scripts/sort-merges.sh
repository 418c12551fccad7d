# SPDX-License-Identifier: MPL-2.0
#
# sort with keys within fields, several files, merges, checks, stability, huge lines, unique by key.
cat >p <<X
carol:41:nyc:5.5
bob:7:la:10
alice:30:nyc:5.25
dave:7:sf:-3
eve:100:la:1e1
X
sort -t: -k2n p; sort -t: -k3,3 -k2,2nr p; sort -t: -k4,4g p; sort -t: -k1.2,1.3 p; sort -t: -k2,2n -u p; sort -t: -k3,3 -s p; sort -r -t: -k2,2n -k1,1 p; sort -t: -k2,2 p | cut -d: -f 2 | tr '\n' ' '; echo
printf '  b\n a\nc\n' | sort; printf '  b\n a\nc\n' | sort -b; printf 'B\na\nC\nb\n' | sort -f; printf 'B\na\nC\nb\n' | sort -fu; printf 'x10\nx9\nx1\n' | sort -V; printf '1.10.2\n1.9\n1.10\n' | sort -V; printf '+5\n-5\n 3\nabc\n' | sort -n; printf '0x10\n1e1\n5\n' | sort -g; printf 'a.b\na b\nab\n' | sort -d; printf 'Mar\njan\nDEC\nfoo\n' | sort -M
seq 1 2 9 >o; seq 2 2 10 >e; sort -n o e | tr '\n' ' '; sort -n -m o e | tr '\n' ' '; echo; sort -c o; echo $?; sort -n -c -r o 2>/dev/null; echo $?; sort -o o -r o; cat o | tr '\n' ' '; echo; sort -u o o | wc -l; printf 'b\0a\0' | sort -z | tr '\0' ,; echo
awk 'BEGIN {for (i = 0; i < 3000; i++) print (i * 7919) % 3001, "line", i}' >n; sort -n n | awk '{if ($1 < l) bad++; l = $1} END {print bad + 0, NR}'; sort -k3,3n n | head -n 2; sort -n n | md5sum; sort -n -s -k1,1 n | md5sum; sort n | sort -c && echo sorted
head -c 200000 /dev/zero | tr '\0' z >long; (cat long; echo; echo a) | sort | head -n 1; (cat long; echo; cat long; echo) | sort -u | wc -l; sort -T /tmp -S 1M o | wc -l; sort nosuch; echo $?; sort -k 0 o 2>/dev/null; echo $?; sort -t '' o 2>/dev/null | wc -l; : | sort | wc -c; sort -n -k1 </dev/null; printf 'last line has no newline' | sort; uniq -c n | wc -l; sort o e | uniq -u | wc -l; printf 'a 1\na 2\nb 1\n' | uniq -w 1 -c; printf 'x a\ny a\n' | uniq -f 1; printf 'A\na\n' | uniq -i; printf 'a\na\nb\n' | uniq -d
