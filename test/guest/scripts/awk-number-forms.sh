# SPDX-License-Identifier: MPL-2.0
#
# awk: number to text and back, strnum comparison, OFMT, printf widths, bit functions, rounding.
awk 'BEGIN {print 100000 * 100000, 1e15, 1e16, 123456789012, 0.000001, 1e-7}'
awk 'BEGIN {OFMT = "%.2f"; print 3.14159, 17, 17.0; CONVFMT = "%.1f"; a = 3.14159 ""; print a}'
awk 'BEGIN {print "3x" + 4, "0x10" + 0, ".5." + 0, "-" + 1, "+7" + 0, "1e2" + 0}'
echo '10 9 abc 1e1 010' | awk '{print ($1 > $2), ($1 == $4), ($3 > $1), ($5 == 10), ("10" > "9")}'
awk 'BEGIN {printf "[%8.3f][%-8.3f][%+d][% d][%08d][%x][%o][%X]\n", 2.5, 2.5, 5, 5, -42, 255, 8, 48879}'
awk 'BEGIN {printf "[%5s][%-5s][%.2s][%5.1s]\n", "abc", "abc", "abc", "abc"}'
awk 'BEGIN {printf "%d %d %d %i\n", 3.99, -3.99, "12abc", 1e9}'
awk 'BEGIN {print and(12, 10), or(12, 10), xor(12, 10), lshift(1, 10), rshift(1024, 3), compl(0) > 0}'
awk 'BEGIN {for (i = -2; i <= 2; i += 0.5) printf "%.0f ", i; print ""}'
awk 'BEGIN {print int(2^31), int(2^32), 2^53 + 1, -2^31}'
awk 'BEGIN {print exp(0), log(1), sin(0), cos(0), atan2(0, -1), sqrt(16), exp(1)}'
awk 'BEGIN {print 7 % 3, -7 % 3, 7 % -3, 5.5 % 2, 2 ^ 10, 2 ** 3, 2 ^ 3 ^ 2}'
awk 'BEGIN {print 1 / 3; print 1 == 1.0, "a" == "a", "" < "a"; x; print x + 0, length(x), (x == 0), (x == "")}'
awk 'BEGIN {a = 5; print a++ + ++a, a; a += a *= 2; print a; print !a, -a, 1 - -1; print 1 " " -1}'
awk 'BEGIN {print 1 / 0}' ; echo $?
awk 'BEGIN {srand(42); r = rand(); srand(42); print (r == rand()), (r >= 0 && r < 1); print srand(7), srand()}'
