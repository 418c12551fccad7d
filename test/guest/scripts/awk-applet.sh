# SPDX-License-Identifier: MPL-2.0
#
# awk: fields, patterns, arrays, functions, printf, getline, regular expressions.
printf 'alice 30 5.5\nbob 25 6.1\ncarol 41 5.9\ndave 25 5.7\n' >p
awk '{print $2, $1}' p; awk 'NR==2' p
awk '$2 > 26 {print $1}' p; awk '/^c/,/^d/' p
awk 'END {print NR, NF}' p
awk '{s += $3} END {printf "%.3f %d\n", s / NR, s}' p; awk '{c[$2]++} END {print c[25], c[30], length(c)}' p
awk -F: '{print $1}' /etc/passwd
awk -v x=7 'BEGIN {print x * 6}'
awk 'BEGIN {OFS="-"; $0 = "a b c"; $1 = $1; print}'
awk 'function f(n) {return n < 2 ? n : f(n - 1) + f(n - 2)} BEGIN {print f(18)}'
awk 'BEGIN {print length("hello"), substr("hello", 2, 3), index("hello", "ll"), toupper("aBc"), tolower("aBc")}'
awk 'BEGIN {n = split("a:b:c", q, ":"); print n, q[1], q[3]; s = "aaa"; print gsub(/a/, "b", s), s; print match("foobar", /o+/), RSTART, RLENGTH}'
awk 'BEGIN {printf "%5d|%-5s|%05.1f|%x|%c|%e\n", 42, "ab", 3.14159, 255, 65, 12345.678}'
awk 'BEGIN {print 1/3, 1e6, 1e20, 0.1 + 0.2, 2^53, -7 % 3, int(-3.7), substr(3.25, 2)}'
awk 'BEGIN {while (("echo x; echo y" | getline l) > 0) print "got " l; "date -u -d @0 +%Y" | getline y; print y}'
awk 'BEGIN {print "b\na" | "sort"; close("sort"); print "after"; r = system("exit 3"); print r; exit 4}'; echo $?
awk 'BEGIN {print sqrt(2)}'; echo $?
awk 'BEGIN {i = 0; do {i++; if (i == 3) continue; if (i > 5) break; printf "%d ", i} while (1); print ""; for (k = 0; k < 3; k++) m[k, k] = k; for (k in m) n++; print n; delete m[0, 0]; print ((0, 0) in m)}'
awk 'BEGIN {RS = ""} {print NR ": " $1 " " $NF}' <<X
a b
c

d e
X
awk '{print > ("out" NR)}' p; cat out3
awk 'BEGIN {print substr("x", 0), "" == 0, "a" < "b", 10 < 9, "10" < "9", !"", !"a"}'
awk 'BEGIN {print length()}' </dev/null
awk 'BEGIN {printf "%s %s\n", ARGV[1], ARGC}' x y
A=env awk 'BEGIN {print ENVIRON["A"]}'
awk 'BEGIN {print 1 +}'; echo $?; awk '{print}' missing; echo $?
seq 5000 | awk '{s = s * 31 + $1; s %= 1000003} END {print s}'
awk 'BEGIN {for (i = 0; i < 20000; i++) a[i % 100] += i; print a[42]}'
