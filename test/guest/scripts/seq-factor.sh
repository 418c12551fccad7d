# SPDX-License-Identifier: MPL-2.0
#
# seq, factor, shuf by range, nl, cal, expand and unexpand.
seq 3; seq 2 4; seq 1 2 7; seq 3 -1 1; seq -s, 5
seq -w 8 11; seq 0.5 0.5 2; seq 5 1; echo $?
seq -2 2 | tr '\n' ' '; echo; seq; echo $?; seq x; echo $?
seq 1 0 1 | head -n 2; seq 9999999 10000001
factor 1 2 12 97 360 1001 65537 4294967297 9007199254740991 18446744073709551615
echo 100 | factor; factor x; echo $?
seq 10 | shuf | sort -n | tr '\n' ' '; echo
shuf -i 1-5 | sort | tr '\n' ' '; echo
shuf -e a b c | sort | tr '\n' ' '; echo
shuf -n 2 -i 1-9 | wc -l
printf 'a\n\nb\n' | nl
printf 'a\n\nb\n' | nl -ba -w2 -s:
printf 'x\n' | nl -v 10 -i 5; cal 2 2024; cal 9 1752
cal 2023 | md5sum
printf 'a\tb\tc\n' | expand
printf 'a\tb\n' | expand -t 4
printf '        a       b\n' | unexpand
printf '        a       b\n' | unexpand -a | od -c
ascii | head -n 5
