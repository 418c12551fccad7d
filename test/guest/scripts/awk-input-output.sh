# SPDX-License-Identifier: MPL-2.0
#
# awk: getline in its forms, pipes both ways, RS, FS, ranges, BEGINFILE-like counting, next, exit.
printf 'a;b|c;d|e;f|' >r
awk 'BEGIN {RS = "|"; FS = ";"} {print NR, $2 "-" $1}' r
printf 'one two\nthree\n\n\nfour\nfive six\n' | awk 'BEGIN {RS = ""; FS = "\n"} {print NR ":" NF ":" $1}'
printf 'a1b22c333d' | awk 'BEGIN {RS = "[0-9]+"} {printf "%s,", $0} END {print ""}'
printf 'abc' | awk 'BEGIN {FS = ""} {print NF, $2}'
printf 'x\ty z\n' | awk -F'\t' '{print $2}'
seq 10 | awk 'NR == 3 {getline; print "now", $0, NR} NR == 7 {getline v; print "v", v, $0, NR}'
seq 5 | awk '{while ((getline line) > 0) n++; print n, NR}'
awk 'BEGIN {while (("seq 3" | getline x) > 0) s = s x; print s; print close("seq 3"), close("seq 3")}'
awk 'BEGIN {print getline < "nosuch"}'
seq 8 | awk '/3/,/5/ {print "r" $0} NR == 7, NR == 7 {print "one"}'
seq 4 >f1; seq 3 >f2
awk '{print FILENAME, FNR, NR}' f1 f2 | tail -n 3
awk 'FNR == 2 {nextfile} {print FILENAME ":" $0}' f1 f2
awk '{print > "out." ($1 % 2)} END {close("out.0"); close("out.1"); while ((getline l < "out.0") > 0) print "even", l}' f1
awk '{print | "sort -r"} END {close("sort -r"); print "done"}' f1
awk 'BEGIN {print "to stderr" > "/dev/stderr"; print "to stdout" > "/dev/stdout"}'
awk 'BEGIN {exit 3} END {print "end still runs"}'; echo $?
awk '{exit} END {print NR}' f1; awk 'END {print $0, NF}' f1
awk 'BEGIN {ORS = "!"; OFS = "_"; print 1, 2; print 3}'; echo
awk '{print $1 >> "app"}' f2; awk '{print $1 >> "app"}' f2; wc -l <app
awk 'BEGIN {printf "a\n" | "cat 1>&2"}'
echo 'a b c d' | awk '{NF = 2; print; $5 = "e"; print; print NF}'
echo 'v=1' | awk '{print v, $0}' v=9 -
awk -f - f2 <<'X'
# a program from standard input
{ t = t $1 }
END { print t }
X
